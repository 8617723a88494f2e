# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""dbn_forward: decorrelated batch normalisation, lecture 001."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

dbn_forward = Exercise("dbn_forward", points=1.5, stars=3, minutes=18, forbidden=NORMALISATIONS)


def covariance_after(student, x):
    """The biased covariance of the result, about its own mean."""
    y = student.dbn_forward(x)
    centred = y - y.mean(0)
    return centred.T @ centred / len(y)


def mean_after(student, x):
    y = student.dbn_forward(x)
    return {"mean": y.mean(0), "y is not all 0": bool(y.any())}


def up_to_a_factor(student, x):
    """The result without epsilon, divided by its largest entry."""
    y = student.dbn_forward(x, 0.0)
    return y / y.abs().amax()


def correlated(draw: Draw, N: int, D: int) -> torch.Tensor:
    """Features that have much to do with each other, float32, of full rank.

    Every feature holds a part of the one before it; the eigenvalues of the covariance are kept
    above 1 and not too far apart, so that the root is exact enough in float32.
    """
    for _ in range(200):
        x = batch(draw, N, D)
        x[:, 1:] += x[:, :-1]
        values = torch.linalg.eigvalsh(x.T.cov(correction=0))
        if values.min() > 1 and values.max() < 50 * values.min():
            return x
    raise ValueError(f"no batch of {N} x {D} has a covariance of full rank")


@dbn_forward.cases("values", weight=2)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": correlated(draw, 8, 3)}
    yield {"x": correlated(draw, 9, 2)}


@dbn_forward.cases("mean after it", weight=0.5, probe=mean_after)
def mean(draw: Draw) -> Iterator[Inputs]:
    yield {"x": correlated(draw, 7, 3)}


@dbn_forward.cases("covariance after it", weight=1.5, probe=covariance_after)
def covariance(draw: Draw) -> Iterator[Inputs]:
    yield {"x": correlated(draw, 8, 3)}
    yield {"x": correlated(draw, 6, 2)}


@dbn_forward.cases("epsilon")
def epsilon(draw: Draw) -> Iterator[Inputs]:
    yield {"x": correlated(draw, 7, 3), "eps": 9.0}
    yield {"x": correlated(draw, 6, 2) / 256}


@dbn_forward.cases("fewer examples than features")
def few(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(3, 5) + 1, "eps": 0.25}
    yield {"x": batch(draw, 1, 3), "eps": 1.0}


@dbn_forward.cases("dtype and memory", weight=0.5, probe=up_to_a_factor)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": correlated(draw, 8, 3).double()}
    yield {"x": strided(correlated(draw, 7, 3))}
