# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""softmax: from any numbers to probabilities."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import READY_MADE
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

softmax = Exercise("softmax", points=0.25, stars=1, minutes=5, forbidden=READY_MADE)


def _scores(draw: Draw, *shape: int) -> torch.Tensor:
    """Different multiples of 1/8, so that no two rows or columns have the same softmax."""
    return draw.distinct(*shape).float() / 8


@softmax.cases("values", weight=2)
def vectors(draw: Draw) -> Iterator[Inputs]:
    yield {"x": _scores(draw, 5)}
    yield {"x": _scores(draw, 3)}


@softmax.cases("rows")
def rows(draw: Draw) -> Iterator[Inputs]:
    yield {"x": _scores(draw, 3, 4)}
    yield {"x": _scores(draw, 3, 3)}


@softmax.cases("dim")
def axes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": _scores(draw, 2, 3), "dim": 0}
    yield {"x": _scores(draw, 3, 3), "dim": 0}
    yield {"x": _scores(draw, 2, 3, 4), "dim": 1}
    yield {"x": _scores(draw, 2, 3, 2), "dim": -3}


@softmax.cases("large values")
def large(draw: Draw) -> Iterator[Inputs]:
    shift = draw.integer(0, 3)
    yield {"x": torch.tensor([1000.0, 1001.0, 999.0 - shift])}
    yield {"x": torch.tensor([-1000.0, 1000.0, 0.0])}
    yield {"x": torch.tensor([-1000.0, -1001.0, -999.0 - shift])}


@softmax.cases("rows far apart", weight=0.5)
def far_apart(draw: Draw) -> Iterator[Inputs]:
    shift = draw.integer(0, 3)
    yield {"x": torch.tensor([[1000.0, 998.0, 999.0], [-1000.0 - shift, -999.0, -1001.0]])}


@softmax.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(4)}
    yield {"x": strided(_scores(draw, 5))}


softmax.golden(
    "values",
    "lecture 003: equal scores of 4 classes",
    {"x": torch.full((1, 4), 3.0)},
    expected=torch.full((1, 4), 0.25),
)


@softmax.misconception(
    "e^1000 is infinity, and infinity by infinity is nan.",
    "Subtracting the same number from all scores changes nothing. Which number makes it safe?",
)
def softmax_overflows(x, dim=-1):
    e = torch.exp(x)
    return e / e.sum(dim, keepdim=True)


@softmax.misconception(
    "One maximum is taken for the whole tensor: rows far below it become 0 / 0.",
    "Subtract from each row its own maximum, along the axis `dim`.",
)
def softmax_one_maximum(x, dim=-1):
    e = torch.exp(x - x.max())
    return e / e.sum(dim, keepdim=True)


@softmax.misconception(
    "The probabilities of the whole tensor add up to 1; along `dim` every row should.",
    "Sum along one axis and keep it, so that the division broadcasts.",
)
def softmax_over_everything(x, dim=-1):
    e = torch.exp(x - x.max())
    return e / e.sum()


@softmax.misconception(
    "The last axis is taken whatever `dim` says.",
    "Use dim in the maximum as well as in the sum.",
)
def softmax_last_axis_only(x, dim=-1):
    e = torch.exp(x - x.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


@softmax.misconception(
    "The sum has lost its axis: the division lines it up with another one.",
    "Ask for keepdim=True in the sum and in the maximum.",
)
def softmax_without_keepdim(x, dim=-1):
    e = torch.exp(x - x.amax(dim, keepdim=True))
    return e / e.sum(dim)


@softmax.misconception(
    "You divide by the largest power instead of the sum of all: the numbers do not add up to 1.",
    "Probabilities along `dim` sum to 1.",
)
def softmax_by_maximum(x, dim=-1):
    return torch.exp(x - x.amax(dim, keepdim=True))


@softmax.alternative
def shifted_powers(x, dim=-1):
    e = (x - x.max(dim=dim, keepdim=True).values).exp()
    return e / e.sum(dim=dim, keepdim=True)


@softmax.alternative
def by_logsumexp(x, dim=-1):
    return torch.exp(x - torch.logsumexp(x, dim, keepdim=True))


@softmax.alternative
def one_over_sums_of_ratios(x, dim=-1):
    rows = x.movedim(dim, -1)
    gaps = rows[..., None, :] - rows[..., :, None]  # (..., K, K): x_j - x_k
    p = 1 / torch.exp(gaps.double()).sum(-1)
    return p.movedim(-1, dim).to(x.dtype)
