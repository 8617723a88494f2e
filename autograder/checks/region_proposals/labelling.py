# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""label_anchors: which anchors are to find an object, and which one (fact A135)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.inputs import no_boxes, random_boxes, shifted
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

label_anchors = Exercise("label_anchors", points=1.5, stars=3, minutes=20, forbidden=BOX_TOOLS)


# Their dtype is asked where both are.
def labels_only(student, **inputs):
    return student.label_anchors(**inputs)[0].long()


def matched_only(student, **inputs):
    return student.label_anchors(**inputs)[1].long()


def _scene(draw: Draw, moves: Sequence[Sequence[int]], side: int = 12) -> Inputs:
    """For each list of moves one box, and anchors of its size moved by them."""
    anchors, boxes = shifted(draw, moves, side)
    return {"anchors": anchors, "boxes": boxes}


# Of 12 pixels, a move by 1 or 2 leaves an IoU of 0.85 or 0.71, by 3 to 6 one between the
# thresholds (0.6, 0.5, 0.41, 1/3), by 7 to 9 one of 0.26 to 0.14. Each box but those of "best
# anchor of a box" and "ties" has an anchor above 0.7, so that its best anchor is 1 anyhow.
@label_anchors.cases("objects and background", weight=2, probe=labels_only)
def clear_cases(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[0, 9, -7], [-1, 8]])
    yield _scene(draw, [[draw.integer(1, 2), -8], [0, -9, 7, 2]])


@label_anchors.cases("neither", probe=labels_only)
def between(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[0, 3, -5], [1, 6, 8]])
    yield _scene(draw, [[draw.integer(-1, 1), 4, -6]])


@label_anchors.cases("exactly at a threshold", probe=labels_only)
def at_the_thresholds(draw: Draw) -> Iterator[Inputs]:
    moves = [[0, 2, 3], [0, 3], [-2, 0]]  # 14 wide: 2 is 0.75
    yield {**_scene(draw, moves, side=14), "hi": 0.75, "lo": 0.25}
    moves = [[0, 6, 8], [0, -6]]  # 10 wide: 6 is 0.25
    yield {**_scene(draw, moves, side=10), "hi": 0.75, "lo": 0.25}


@label_anchors.cases("other thresholds", probe=labels_only)
def thresholds(draw: Draw) -> Iterator[Inputs]:
    moves = [[0, 3, 5, 7], [1, 4, -6, -8]]
    yield {**_scene(draw, moves), "hi": 0.55, "lo": 0.375}
    yield {**_scene(draw, moves), "hi": 0.9, "lo": 0.25}


@label_anchors.cases("best anchor of a box", weight=2, probe=labels_only)
def best_anchors(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[0, 8], [draw.integer(4, 5), 6, -9]])
    yield _scene(draw, [[7, -8, 9], [1, -7], [-8, 9]])
    yield _scene(draw, [[draw.integer(7, 9)]])


@label_anchors.cases("ties for the best", probe=labels_only)
def ties(draw: Draw) -> Iterator[Inputs]:
    move = draw.integer(3, 5)
    yield _scene(draw, [[move, -move, 6], [0, 8]])
    yield _scene(draw, [[-8, 9, 8], [7, -7]])


@label_anchors.cases("box that no anchor touches", probe=labels_only)
def untouched(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[0, 8], [], [-1, 4, 9]])
    yield _scene(draw, [[], [2, -7]])


@label_anchors.cases("matched box", weight=2, probe=matched_only)
def matches(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[0, 8], [1, -6], [2, 9, 5]])
    # In a row of three boxes: an anchor nearer to one, one half-way between two, and one apart.
    starts = torch.tensor(draw.sample([10.0, 20.0, 30.0], 3))
    near = draw.choice([-3.0, -2.0, 2.0, 3.0])
    middles = torch.tensor([15.0, 25.0, 20 + near, 30 + near, 100.0])
    yield {"anchors": _in_a_row(middles, 12), "boxes": _in_a_row(starts, 12)}
    # The second box's best anchor overlaps the first box more, and keeps it.
    starts, anchors = torch.tensor([5.0, 17.0]), torch.tensor([5.0, 8.0, -20.0])
    yield {"anchors": _in_a_row(anchors, 10), "boxes": _in_a_row(starts, 10)}


def _in_a_row(starts: torch.Tensor, side: float) -> torch.Tensor:
    """(N, 4) boxes of height 8 and width `side` that begin at `starts` (N,)."""
    top = torch.full_like(starts, 3)
    return torch.stack([starts, top, starts + side, top + 8], dim=1)


@label_anchors.cases("no boxes")
def empty(draw: Draw) -> Iterator[Inputs]:
    yield {"anchors": random_boxes(draw, 3), "boxes": no_boxes()}


@label_anchors.cases("all together, dtype, memory")
def together(draw: Draw) -> Iterator[Inputs]:
    # Thresholds that are exact in binary: no overlap is nearly one of them.
    exact = {"hi": 0.625, "lo": 0.125}
    yield {"anchors": random_boxes(draw, 12), "boxes": random_boxes(draw, 3), **exact}
    anchors, boxes = random_boxes(draw, 9).double(), random_boxes(draw, 4).double()
    yield {"anchors": anchors / 2, "boxes": boxes / 2, **exact}
    inputs = _scene(draw, [[0, 5, 8], [-7, 7]])
    yield {name: strided(value) for name, value in inputs.items()}
