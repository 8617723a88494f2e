# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""grid_targets: what a grid of cells should answer (facts A133, B42)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.inputs import no_boxes
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

grid_targets = Exercise("grid_targets", points=0.75, stars=2, minutes=15, forbidden=BOX_TOOLS)

CELL = 16  # pixels: a power of 2, so that every way to find a cell is exact


def shape_and_dtype(student, boxes, labels, size, **grid):
    answer = student.grid_targets(boxes, labels, size, **grid)
    return {"shape": list(answer.shape), "dtype": str(answer.dtype)}


def objectness(student, boxes, labels, size, **grid):
    return student.grid_targets(boxes, labels, size, **grid)[..., 0]


def places(student, boxes, labels, size, **grid):
    return student.grid_targets(boxes, labels, size, **grid)[..., 1:3].sum((0, 1))


def sizes(student, boxes, labels, size, **grid):
    return student.grid_targets(boxes, labels, size, **grid)[..., 3:5].sum((0, 1))


def classes(student, boxes, labels, size, **grid):
    return student.grid_targets(boxes, labels, size, **grid)[..., 5:].sum((0, 1))


def box_in(draw: Draw, row: int, column: int, S: int) -> list[float]:
    """A box inside the image whose centre lies in one cell.

    It is larger than the cell, so that its top left corner is in another one unless the cell is
    in the first row or column. The centre keeps away from the cell's borders and its middle.
    """
    sides = draw.sample([22, 24, 26], 2)
    near = draw.sample([draw.choice([6, 7.5]), draw.choice([9.5, 10])], 2)
    corners = [
        min(max(index * CELL + way - side / 2, 0.0), S * CELL - side)
        for index, way, side in zip((column, row), near, sides, strict=True)
    ]
    return [*corners, corners[0] + sides[0], corners[1] + sides[1]]


def objects(
    draw: Draw, cells: Sequence[tuple[int, int]], S: int = 3, classes: int = 3, first: int = 0
) -> Inputs:
    """One object for each of `cells` (row, column), of one of `classes` classes in turn.

    With only 2 of 3 classes a class that is one place too far right raises no error.
    """
    boxes = torch.tensor([box_in(draw, *cell, S) for cell in cells])
    labels = torch.tensor([1 + (first + i) % classes for i in range(len(cells))])
    return {"boxes": boxes, "labels": labels, "size": S * CELL}


def _lonely(draw: Draw, first: int = 0) -> Inputs:
    return objects(draw, [(draw.integer(0, 2), draw.integer(0, 2))], first=first)


@grid_targets.cases("shape and dtype", probe=shape_and_dtype)
def shapes(draw: Draw) -> Iterator[Inputs]:
    inputs = _lonely(draw)
    yield {**inputs, "boxes": inputs["boxes"].double()}
    yield {**inputs, "S": 4, "K": 6}
    yield {**inputs, "boxes": no_boxes(), "labels": torch.zeros(0, dtype=torch.int64)}


@grid_targets.cases("cells with an object", weight=2, probe=objectness)
def right_cells(draw: Draw) -> Iterator[Inputs]:
    yield objects(draw, [(0, 2), (1, 0)], classes=2)
    yield objects(draw, [(2, 1), (0, 1), (1, 2)], classes=2)
    yield objects(draw, [(2, 0)])


@grid_targets.cases("centre in its cell", weight=2, probe=places)
def centres(draw: Draw) -> Iterator[Inputs]:
    for first in range(2):
        yield _lonely(draw, first)


@grid_targets.cases("width and height", weight=2, probe=sizes)
def extents(draw: Draw) -> Iterator[Inputs]:
    for first in range(2):
        yield _lonely(draw, first)


@grid_targets.cases("class", weight=2, probe=classes)
def one_hot(draw: Draw) -> Iterator[Inputs]:
    for first in range(3):
        yield _lonely(draw, first)


@grid_targets.cases("several objects in a cell", weight=2)
def crowded(draw: Draw) -> Iterator[Inputs]:
    cell = (draw.integer(0, 2), draw.integer(0, 2))
    yield objects(draw, [cell, cell], classes=2)
    yield objects(draw, [cell, ((cell[0] + 1) % 3, cell[1]), cell])


@grid_targets.cases("all together", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    cells = draw.sample([(r, c) for r in range(4) for c in range(4) if r != c], 5)
    yield {**objects(draw, cells, S=4, classes=2), "S": 4, "K": 2}
    cells = draw.sample([(r, c) for r in range(2) for c in range(2)], 3)
    yield {**objects(draw, cells, S=2, classes=5, first=2), "S": 2, "K": 5}


@grid_targets.cases("lines, no objects, memory")
def special(draw: Draw) -> Iterator[Inputs]:
    row, column = draw.sample([1, 2, 3], 2)
    x, y = column * CELL, row * CELL  # a corner of four cells
    line = torch.tensor([[x - 5.0, y - 7, x + 5, y + 7]])
    yield {"boxes": line, "labels": torch.tensor([2]), "size": 4 * CELL, "S": 4}
    empty = torch.zeros(0, dtype=torch.int64)
    yield {"boxes": no_boxes(), "labels": empty, "size": 96}
    inputs = objects(draw, [(0, 1), (2, 2)])
    yield {**inputs, "boxes": strided(inputs["boxes"]).double()}


grid_targets.golden(
    "shape and dtype",
    "lecture 000: 3 x 3 sub-images, 8 numbers for each",
    {
        "boxes": torch.tensor([[10.0, 20, 40, 50]]),
        "labels": torch.tensor([1]),
        "size": 96,
    },
    expected={"shape": [3, 3, 8], "dtype": "torch.float32"},
)
