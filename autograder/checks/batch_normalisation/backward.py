# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""batchnorm_backward: the gradients; its misconceptions stand in backward_mistakes."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch, factors, faint, ones
from autograder.checks.convolution.inputs import whole
from autograder.checks.forbidden import AUTOGRAD_TOOLS, NORMALISATIONS, together
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

BY_HAND = together(
    NORMALISATIONS,
    AUTOGRAD_TOOLS,
    reason=(
        "This exercise is to write the normalisation and its gradients yourself: use neither a "
        "ready-made one nor autograd. mean, var, sums and products are fine."
    ),
)

batchnorm_backward = Exercise(
    "batchnorm_backward", points=3, stars=3, minutes=30, forbidden=BY_HAND
)


def the_dx(student, g, x, gamma):
    return student.batchnorm_backward(g.clone(), x.clone(), gamma)[0]


def dx_to_four_digits(student, g, x, gamma):
    """So that 0 is written as 0 where rounding leaves a little; and whether it is always 0."""
    dx = student.batchnorm_backward(g.clone(), x.clone(), gamma)[0]
    other = student.batchnorm_backward(x * x, x.clone(), gamma)[0]
    return {"dx": dx.round(decimals=4) + 0.0, "dx for g = x * x is not 0": bool(other.any())}


def the_dgamma(student, g, x, gamma):
    return student.batchnorm_backward(g.clone(), x.clone(), gamma)[1]


def the_dbeta(student, g, x, gamma):
    return student.batchnorm_backward(g.clone(), x.clone(), gamma)[2]


def effect_of_gamma(student, g, x, gamma):
    """For each feature, dx with gamma in units of the student's own dx without."""
    plain = student.batchnorm_backward(g.clone(), x.clone(), torch.ones_like(gamma))[0]
    dx = student.batchnorm_backward(g.clone(), x.clone(), gamma)[0]
    return (dx * plain).sum(0) / (plain * plain).sum(0)


def on_copies(student, g, x, gamma, eps=1e-5):
    """All three, in order: what is done to g and x meanwhile shows elsewhere."""
    return student.batchnorm_backward(g.clone(), x.clone(), gamma, eps)


def types_of(student, g, x, gamma):
    dx, dgamma, dbeta = student.batchnorm_backward(g, x, gamma)
    return {"types": [str(dx.dtype), str(dgamma.dtype)], "dbeta": dbeta}


@batchnorm_backward.cases("dbeta", weight=0.5, probe=the_dbeta)
def of_beta(draw: Draw) -> Iterator[Inputs]:
    yield {"g": whole(draw, 5, 3), "x": batch(draw, 5, 3), "gamma": factors(draw, 3)}
    yield {"g": batch(draw, 4, 4), "x": batch(draw, 4, 4), "gamma": factors(draw, 4)}


@batchnorm_backward.cases("dgamma", probe=the_dgamma)
def of_gamma(draw: Draw) -> Iterator[Inputs]:
    yield {"g": whole(draw, 5, 3), "x": batch(draw, 5, 3), "gamma": factors(draw, 3)}
    yield {"g": batch(draw, 4, 4), "x": batch(draw, 4, 4), "gamma": factors(draw, 4)}


@batchnorm_backward.cases("dx through the mean", probe=dx_to_four_digits)
def through_mean(draw: Draw) -> Iterator[Inputs]:
    # The same g for the whole batch: moving all outputs alike is what x cannot do.
    g = factors(draw, 3).expand(5, 3).contiguous()
    yield {"g": g, "x": batch(draw, 5, 3), "gamma": factors(draw, 3)}


@batchnorm_backward.cases("dx through the variance", probe=dx_to_four_digits)
def through_variance(draw: Draw) -> Iterator[Inputs]:
    # g along the centred x: stretching the outputs is the other thing x cannot do.
    x = 4 * batch(draw, 4, 3)
    yield {"g": (x - x.mean(0)) / 4, "x": x, "gamma": factors(draw, 3)}


@batchnorm_backward.cases("dx", weight=2, probe=the_dx)
def of_x(draw: Draw) -> Iterator[Inputs]:
    yield {"g": 9 * whole(draw, 5, 3), "x": batch(draw, 5, 3), "gamma": ones(3)}
    yield {"g": 9 * batch(draw, 4, 4), "x": batch(draw, 4, 4), "gamma": ones(4)}
    yield {"g": 9 * whole(draw, 7, 1), "x": batch(draw, 7, 1), "gamma": ones(1)}


@batchnorm_backward.cases("gamma in dx", probe=effect_of_gamma)
def scaled(draw: Draw) -> Iterator[Inputs]:
    yield {"g": whole(draw, 5, 3), "x": batch(draw, 5, 3), "gamma": factors(draw, 3)}


@batchnorm_backward.cases("epsilon", probe=on_copies)
def epsilon(draw: Draw) -> Iterator[Inputs]:
    x = batch(draw, 5, 3)
    x[:, 1] = draw.integer(2, 6)
    yield {"g": 9 * whole(draw, 5, 3), "x": x, "gamma": factors(draw, 3), "eps": 4.0}
    yield {"g": whole(draw, 4, 2), "x": faint(draw, 4, 2), "gamma": factors(draw, 2)}


@batchnorm_backward.cases("dtype and memory", weight=0.5, probe=types_of)
def types(draw: Draw) -> Iterator[Inputs]:
    gamma = factors(draw, 3, torch.float64)
    yield {"g": draw.reals(5, 3), "x": draw.reals(5, 3), "gamma": gamma}
    g, x = whole(draw, 5, 3), batch(draw, 5, 3)
    yield {"g": strided(g), "x": strided(x), "gamma": factors(draw, 3)}


@batchnorm_backward.cases("all together", probe=on_copies)
def all_together(draw: Draw) -> Iterator[Inputs]:
    gamma = factors(draw, 4, torch.float64)
    yield {"g": 9 * draw.reals(6, 4), "x": draw.reals(6, 4), "gamma": gamma, "eps": 0.5}
