# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""lost_objects: what a grid with one object a cell cannot hold (fact A133)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.grid import CELL, box_in
from autograder.checks.region_proposals.inputs import no_boxes
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

lost_objects = Exercise("lost_objects", points=0.25, stars=1, minutes=5, forbidden=BOX_TOOLS)


def _scene(draw: Draw, cells: Sequence[tuple[int, int]], S: int = 3) -> Inputs:
    return {"boxes": torch.tensor([box_in(draw, *cell, S) for cell in cells]), "size": S * CELL}


@lost_objects.cases("one object a cell")
def apart(draw: Draw) -> Iterator[Inputs]:
    row = draw.integer(0, 2)
    yield _scene(draw, [(row, 1), (row, 0)])  # the top left corners of both are in one cell
    yield _scene(draw, [(0, 2), (2, 0), (1, 1), (2, 1)])


@lost_objects.cases("no objects", weight=0.5)
def empty(_draw: Draw) -> Iterator[Inputs]:
    yield {"boxes": no_boxes(), "size": 96}


@lost_objects.cases("several in a cell", weight=3)
def crowded(draw: Draw) -> Iterator[Inputs]:
    one, other = draw.sample([(r, c) for r in range(3) for c in range(3)], 2)
    yield _scene(draw, [one, one])
    yield _scene(draw, [one, other, one, one])
    yield _scene(draw, [other, one, one, other, other, one])
    yield _scene(draw, [(r, c) for r in range(3) for c in range(3)] + [one])


@lost_objects.cases("other grids", weight=2)
def grids(draw: Draw) -> Iterator[Inputs]:
    one, other = draw.sample([(r, c) for r in range(4) for c in range(4)], 2)
    yield {**_scene(draw, [one, other, one], S=4), "S": 4}
    yield {**_scene(draw, [(0, 0), (1, 1), (2, 2), (3, 3), (0, 1)], S=4), "S": 1}
    yield {**_scene(draw, [(0, 0), (0, 1), (1, 0), (1, 1)], S=4), "S": 2}
    # The first centre is on the lines at 7.5 and 2.5, so that both are in one cell.
    near = torch.tensor([[5.0, 1, 10, 4], [6, 2, 10, 5]])
    yield {"boxes": near, "size": 10, "S": 4}


@lost_objects.misconception(
    "You count the cells that are too full; a cell with three objects loses two of them.",
    "Count what is left over when each cell that is used has kept one.",
)
def counts_crowded_cells(boxes, size, S=3):
    cells = ((boxes[:, :2] + boxes[:, 2:]) / 2 / size * S).long()
    return int((cells.unique(dim=0, return_counts=True)[1] > 1).sum())


@lost_objects.misconception(
    "You count all objects in cells that are too full; each of these cells keeps one.",
    "Two objects in a cell: one of them is lost.",
)
def counts_all_in_crowded_cells(boxes, size, S=3):
    cells = ((boxes[:, :2] + boxes[:, 2:]) / 2 / size * S).long()
    counts = cells.unique(dim=0, return_counts=True)[1]
    return int(counts[counts > 1].sum())


@lost_objects.misconception(
    "You compare the number of objects with the number of cells, but objects share a cell while "
    "others stand empty.",
    "Find the cell of every object first.",
)
def more_objects_than_cells(boxes, size, S=3):
    return max(0, len(boxes) - S * S)


@lost_objects.misconception(
    "These are the objects the grid can hold: the cells that are used.",
    "Subtract them from the number of objects.",
)
def counts_used_cells(boxes, size, S=3):
    return len(((boxes[:, :2] + boxes[:, 2:]) / 2 / size * S).long().unique(dim=0))


@lost_objects.misconception(
    "The cells are found by the corners of the boxes; the centre decides.",
    "Take the middle of x1 and x2, and of y1 and y2.",
)
def cells_of_corners(boxes, size, S=3):
    return len(boxes) - len((boxes[:, :2] / size * S).long().unique(dim=0))


@lost_objects.misconception(
    "The grid is always 3 x 3 in your answer: use S.",
    "Where S is 1, all but one object are lost.",
)
def always_three(boxes, size, S=3):
    cells = ((boxes[:, :2] + boxes[:, 2:]) / 2 / size * 3).long()
    return len(boxes) - len(cells.unique(dim=0))


@lost_objects.alternative
def by_a_set(boxes, size, S=3):
    centres = [((x1 + x2) / 2, (y1 + y2) / 2) for x1, y1, x2, y2 in boxes.tolist()]
    return len(boxes) - len({(int(x / size * S), int(y / size * S)) for x, y in centres})


@lost_objects.alternative
def from_the_targets(boxes, size, S=3):
    grid = grid_targets(boxes, torch.ones(len(boxes), dtype=torch.int64), size, S)
    return len(boxes) - int(grid[..., 0].sum().item())


@lost_objects.alternative
def by_counting_cells(boxes, size, S=3):
    column, row = ((boxes[:, :2] + boxes[:, 2:]) / 2 / (size / S)).long().unbind(1)
    counts = torch.bincount(row * S + column, minlength=S * S)
    return int((counts - 1).clamp(min=0).sum())
