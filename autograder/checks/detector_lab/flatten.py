# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""flatten_predictions: from maps to one row per anchor, in the order of the anchors."""

from collections.abc import Iterator

import torch

from autograder.checks.detector_lab.forbidden import FLATTENERS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

flatten_predictions = Exercise(
    "flatten_predictions", points=0.5, stars=2, minutes=12, forbidden=FLATTENERS
)


def shape(student, maps, values):
    return list(student.flatten_predictions(maps, values).shape)


def in_a_row(student, maps, values):
    """Every number in its turn; the shape is another facet's case."""
    return student.flatten_predictions(maps, values).flatten()


def _maps(draw: Draw, N: int, channels: int, H: int, W: int) -> torch.Tensor:
    """Maps no two entries of which are equal: an entry in a wrong place is seen."""
    return draw.distinct(N, channels, H, W, dtype=torch.float32)


@flatten_predictions.cases("shape", weight=0.5, probe=shape)
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield {"maps": _maps(draw, 2, 6, 4, 3), "values": draw.choice([2, 3])}
    yield {"maps": _maps(draw, 1, 12, 2, 3), "values": 4}


@flatten_predictions.cases("positions", weight=2, probe=in_a_row)
def one_anchor(draw: Draw) -> Iterator[Inputs]:
    """One anchor and one value: rows come before columns."""
    yield {"maps": _maps(draw, 1, 1, 3, 4), "values": 1}
    yield {"maps": _maps(draw, 1, 1, draw.integer(2, 4), 5), "values": 1}


@flatten_predictions.cases("several anchors", weight=2, probe=in_a_row)
def anchors(draw: Draw) -> Iterator[Inputs]:
    """One value each: the anchors of a position come one after another."""
    yield {"maps": _maps(draw, 1, 3, 2, 2), "values": 1}
    yield {"maps": _maps(draw, 1, draw.integer(2, 4), 3, 3), "values": 1}


@flatten_predictions.cases("several values", weight=2, probe=in_a_row)
def values(draw: Draw) -> Iterator[Inputs]:
    """At one position: the values of an anchor lie together."""
    yield {"maps": _maps(draw, 1, 12, 1, 1), "values": 4}
    yield {"maps": _maps(draw, 1, 6, 1, 1), "values": draw.choice([2, 3])}


@flatten_predictions.cases("batch")
def batch(draw: Draw) -> Iterator[Inputs]:
    yield {"maps": _maps(draw, draw.integer(2, 4), 1, 1, 1), "values": 1}
    yield {"maps": _maps(draw, 3, 1, 2, 1), "values": 1}


@flatten_predictions.cases("all together, dtype, memory", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    yield {"maps": _maps(draw, 2, 8, 3, 4), "values": 4}
    yield {"maps": channels_last(_maps(draw, 2, 6, 4, 3).double()), "values": 3}
    yield {"maps": strided(_maps(draw, 3, 4, 2, 3)), "values": 2}
