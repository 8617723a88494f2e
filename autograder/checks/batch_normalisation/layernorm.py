# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""layernorm_fb: each example by itself, forward and backward."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.backward import BY_HAND
from autograder.checks.batch_normalisation.inputs import batch, factors, faint, ones, zeros
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

layernorm_fb = Exercise("layernorm_fb", points=1, stars=2, minutes=15, forbidden=BY_HAND)


def the_output(student, x, gamma, beta, g):
    return student.layernorm_fb(x.clone(), gamma, beta, g.clone())[0]


def the_dx(student, x, gamma, beta, g):
    return student.layernorm_fb(x.clone(), gamma, beta, g.clone())[1]


def the_dgamma(student, x, gamma, beta, g):
    return student.layernorm_fb(x.clone(), gamma, beta, g.clone())[2]


def the_dbeta(student, x, gamma, beta, g):
    return student.layernorm_fb(x.clone(), gamma, beta, g.clone())[3]


def up_to_a_factor(student, x, g):
    """y about its mean, every example divided by its largest entry: no variance shows in it."""
    ones = torch.ones_like(x[0])
    y = student.layernorm_fb(x, ones, ones, g)[0]
    y = y - y.mean(1, keepdim=True)
    return y / y.abs().amax(1, keepdim=True)


def drawn(draw: Draw, N: int, D: int, dtype: torch.dtype = torch.float32) -> Inputs:
    """An input with an upstream gradient, gamma and beta."""
    scale = {"gamma": factors(draw, D, dtype), "beta": factors(draw, D, dtype)}
    return {"x": batch(draw, N, D, dtype=dtype), **scale, "g": whole(draw, N, D, dtype=dtype)}


def unscaled(draw: Draw, N: int, D: int) -> Inputs:
    """The same with a gamma of ones."""
    return {**drawn(draw, N, D), "gamma": ones(D)}


@layernorm_fb.cases("y", weight=1.5, probe=the_output)
def output(draw: Draw) -> Iterator[Inputs]:
    yield {**unscaled(draw, 4, 6), "beta": zeros(6)}
    yield drawn(draw, 4, 4)
    yield drawn(draw, 1, 5)


@layernorm_fb.cases("dbeta", weight=0.5, probe=the_dbeta)
def of_beta(draw: Draw) -> Iterator[Inputs]:
    yield drawn(draw, 5, 3)
    yield drawn(draw, 4, 4)


@layernorm_fb.cases("dgamma", probe=the_dgamma)
def of_gamma(draw: Draw) -> Iterator[Inputs]:
    yield drawn(draw, 5, 3)
    yield drawn(draw, 4, 4)


@layernorm_fb.cases("dx", weight=1.5, probe=the_dx)
def of_x(draw: Draw) -> Iterator[Inputs]:
    inputs = unscaled(draw, 3, 5)
    yield {**inputs, "g": 9 * inputs["g"]}
    inputs = unscaled(draw, 4, 4)
    yield {**inputs, "g": 9 * inputs["g"]}


@layernorm_fb.cases("gamma in dx", probe=the_dx)
def scaled(draw: Draw) -> Iterator[Inputs]:
    inputs = drawn(draw, 3, 5)
    yield {**inputs, "g": 9 * inputs["g"]}


@layernorm_fb.cases("epsilon", weight=0.5)
def epsilon(draw: Draw) -> Iterator[Inputs]:
    inputs = drawn(draw, 3, 5)
    inputs["x"][1] = draw.integer(2, 6)
    yield {**inputs, "eps": 4.0}
    yield {**drawn(draw, 3, 4), "x": faint(draw, 3, 4)}


@layernorm_fb.cases("dtype and memory", weight=0.5, probe=up_to_a_factor)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(3, 4), "g": draw.reals(3, 4)}
    yield {"x": strided(batch(draw, 3, 5)), "g": strided(whole(draw, 3, 5))}


@layernorm_fb.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    inputs = drawn(draw, 5, 4, torch.float64)
    yield {**inputs, "x": draw.reals(5, 4), "g": draw.reals(5, 4), "eps": 0.25}
