# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""batchnorm_forward: the transform itself; its misconceptions stand in forward_mistakes."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch, factors, faint, ones, zeros
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

batchnorm_forward = Exercise(
    "batchnorm_forward", points=2, stars=2, minutes=15, forbidden=NORMALISATIONS
)

# Lecture row B13: four examples with means 4 and 8 and variances 5 and 20.
QUARTET = torch.tensor([[1.0, 2], [3, 6], [5, 10], [7, 14]], dtype=torch.float64)
QUARTET_MEAN = torch.tensor([4.0, 8], dtype=torch.float64)
QUARTET_VARIANCE = torch.tensor([5.0, 20], dtype=torch.float64)


def on_copies(student, x, gamma, beta, eps=1e-5):
    """The result alone: what is done to x meanwhile shows elsewhere."""
    return student.batchnorm_forward(x.clone(), gamma, beta, eps)


def up_to_a_factor(student, x):
    """The result about its mean, every feature divided by its largest entry: neither variance
    nor gamma and beta show in it."""
    ones = torch.ones_like(x[0])
    y = student.batchnorm_forward(x.clone(), ones, ones)
    return (y - y.mean(0)) / (y - y.mean(0)).abs().amax(0)


def types_of(student, x):
    """The same, on the very x."""
    ones = torch.ones_like(x[0])
    y = student.batchnorm_forward(x, ones, ones)
    return (y - y.mean(0)) / (y - y.mean(0)).abs().amax(0)


def against_plain(student, x, gamma, beta):
    """What gamma and beta add to the student's own normalisation."""
    plain = student.batchnorm_forward(x.clone(), torch.ones_like(gamma), torch.zeros_like(beta))
    y = student.batchnorm_forward(x.clone(), gamma, beta)
    return {"plain is not all 0": bool(plain.any()), "y - gamma * plain": y - gamma * plain}


@batchnorm_forward.cases("values", weight=2, probe=on_copies)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 6, 3), "gamma": ones(3), "beta": zeros(3)}
    yield {"x": batch(draw, 5, 2), "gamma": ones(2), "beta": zeros(2)}


@batchnorm_forward.cases("each feature by itself", probe=up_to_a_factor)
def features(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 4, 4)}
    yield {"x": batch(draw, 7, 1)}
    yield {"x": batch(draw, 3, 5) * torch.tensor([1.0, 10, 100, 2, 1])}


@batchnorm_forward.cases("scale and shift", probe=against_plain)
def scaled(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 5, 3), "gamma": factors(draw, 3), "beta": factors(draw, 3)}
    # As many examples as features: gamma along the wrong axis then raises no error.
    yield {"x": batch(draw, 4, 4), "gamma": factors(draw, 4), "beta": factors(draw, 4)}


@batchnorm_forward.cases("epsilon", probe=on_copies)
def epsilon(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 5, 2), "gamma": ones(2), "beta": zeros(2), "eps": 4.0}
    yield {"x": faint(draw, 5, 2), "gamma": ones(2), "beta": zeros(2)}
    constant = batch(draw, 4, 3)
    constant[:, 1] = draw.integer(2, 6)
    yield {"x": constant, "gamma": ones(3), "beta": factors(draw, 3)}


@batchnorm_forward.cases("one example", weight=0.5, probe=on_copies)
def single(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 1, 3), "gamma": factors(draw, 3), "beta": factors(draw, 3)}


@batchnorm_forward.cases("dtype and memory", weight=0.5, probe=types_of)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(4, 4) + 1}
    yield {"x": strided(batch(draw, 4, 4))}


@batchnorm_forward.cases("all together", probe=on_copies)
def together(draw: Draw) -> Iterator[Inputs]:
    yield {
        "x": draw.reals(7, 4) + 2,
        "gamma": factors(draw, 4, torch.float64),
        "beta": factors(draw, 4, torch.float64),
        "eps": 0.5,
    }


batchnorm_forward.golden(
    "epsilon",
    "the formulas of lectures 001 and 004",
    {"x": QUARTET, "gamma": ones(2, torch.float64), "beta": zeros(2, torch.float64)},
    expected=torch.tensor(
        [
            [-1.3416394449, -1.3416404511],
            [-0.4472131483, -0.4472134837],
            [0.4472131483, 0.4472134837],
            [1.3416394449, 1.3416404511],
        ],
        dtype=torch.float64,
    ),
)
