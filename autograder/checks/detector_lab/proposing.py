# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""proposals: from what a network says of its anchors to the boxes worth a second look."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.forbidden import PROPOSALS
from autograder.checks.detector_lab.inputs import corners
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

proposals = Exercise("proposals", points=0.5, stars=2, minutes=15, forbidden=PROPOSALS)

SIZE = 64
Boxes = list[Sequence[float]]


def how_many(student, **inputs):
    return len(student.proposals(**inputs))


def _said(draw: Draw, boxes: Sequence[Sequence[float]], shuffled: bool = True) -> Inputs:
    """Anchors that are these boxes, from the highest objectness to the lowest; no corrections."""
    n = len(boxes)
    places = draw.sample(range(n), n) if shuffled else list(range(n))
    falling = draw.distinct(n, dtype=torch.float32).sort(descending=True).values / 8
    anchors, objectness = torch.zeros(n, 4), torch.zeros(n)
    anchors[places], objectness[places] = corners(*boxes), falling
    return {
        "objectness": objectness,
        "deltas": torch.zeros(n, 4),
        "anchors": anchors,
        "size": SIZE,
    }


def _apart(draw: Draw, n: int, sides: tuple[int, int] = (6, 8)) -> Boxes:
    """Boxes of these sides in different cells of a grid of 10 pixels."""
    cells = draw.sample([(10 * i + 2, 10 * j + 2) for i in range(6) for j in range(6)], n)
    return [[x, y, x + sides[0], y + sides[1]] for x, y in cells]


@proposals.cases("decoded boxes", weight=2)
def decoded(draw: Draw) -> Iterator[Inputs]:
    """Small moves only: nothing overlaps, nothing leaves the image."""
    inputs = _said(draw, _apart(draw, 4))
    yield {**inputs, "deltas": draw.integers(4, 4, low=-2, high=2, dtype=torch.float32) / 32}
    inputs = _said(draw, _apart(draw, 6, (8, 4)))
    yield {**inputs, "deltas": draw.integers(6, 4, low=-2, high=2, dtype=torch.float32) / 16}


@proposals.cases("clipped to the image")
def clipped(draw: Draw) -> Iterator[Inputs]:
    edge, y = draw.integer(3, 9), draw.integer(20, 30)
    outside: Boxes = [[-edge, y, edge, y + 9], [SIZE - edge, 5, SIZE + 4, 15], [40, -3, 50, edge]]
    yield _said(draw, [*outside, [30, SIZE - 8, 39, SIZE + edge]])
    yield {**_said(draw, [[-5, -6, 90, 80], [10, 20, 18, 30]]), "size": draw.choice([32, 48])}


@proposals.cases("small boxes", weight=1.5, probe=how_many)
def small(draw: Draw) -> Iterator[Inputs]:
    thin: Boxes = [[5, 5, 5.5, 15], [20, 20, 30, 20.75], [40, 40, 41, 47], [10, 50, 18, 51]]
    yield _said(draw, [*thin, [50, 5, 58, 15], [30, 30, 30.5, 30.5], [33, 50, 33.75, 50.25]])
    # Inside the image they are thin, or nothing is left of them.
    gone: Boxes = [
        [-9, 5, 0.5, 15],
        [SIZE - 0.5, 5, SIZE + 8, 15],
        [20, -12, 30, -2],
        [70, 70, 80, 80],
    ]
    yield _said(draw, [*gone, [-9, 30, draw.integer(1, 5), 40], [50, 20, 58, 30]])


@proposals.cases("overlapping boxes")
def overlapping(draw: Draw) -> Iterator[Inputs]:
    """Of 12 pixels, a move by 1 leaves an IoU of 0.85, by 2 one of 0.71, by 3 one of 0.6."""
    x, y = draw.integer(2, 8), draw.integer(2, 9)
    moves = [0, 1, 3, 20, 21, 24]
    boxes = [[x + d, y, x + d + 12, y + 9] for d in moves]
    yield _said(draw, boxes)
    yield {**_said(draw, boxes), "threshold": draw.choice([0.5, 0.9])}
    # Clipped, the two are one box.
    yield _said(draw, [[-20, y, 10, y + 9], [-3, y, 10, y + 9], [40, y, 52, y + 9]])


@proposals.cases("count")
def counts(draw: Draw) -> Iterator[Inputs]:
    yield {**_said(draw, _apart(draw, 7)), "count": draw.integer(2, 5)}
    x = draw.integer(2, 8)
    doubled = [[x + d, 5, x + d + 12, 14] for d in (0, 1, 20, 21, 38)]
    yield {**_said(draw, doubled), "count": 3}
    tall: Boxes = [[3 * k, 2, 3 * k + 2, 40] for k in range(20)]
    yield _said(draw, tall + [[a, b + 40, c, d + 20] for a, b, c, d in tall] + _rows(20))


def _rows(n: int) -> Boxes:
    return [[62, 3 * k, 64, 3 * k + 2] for k in range(n)]


@proposals.cases("400 before suppression", weight=1.5)
def best_400(draw: Draw) -> Iterator[Inputs]:
    """Most boxes are one another's copies: what comes late is seen only if it is let in."""
    a, b, c, d = _apart(draw, 4)
    ends = draw.integer(20, 30)
    yield _said(draw, [a] * 300 + [b] * 99 + [c] + [d] * ends)
    tiny = [30, 30, 30.5, 30.75]
    yield _said(draw, [tiny] * 60 + [a] * 250 + [b] * 130 + [c] * 20 + [d] * ends)


@proposals.cases("none left", weight=0.5)
def nothing(draw: Draw) -> Iterator[Inputs]:
    yield _said(draw, [[70, 5, 80, 15], [5, 5, 5.5, 20]])
    yield {name: v[:0] if name != "size" else v for name, v in _said(draw, _apart(draw, 1)).items()}


@proposals.cases("all together, dtype, memory", weight=1.5)
def together(draw: Draw) -> Iterator[Inputs]:
    x, y = draw.integer(2, 8), draw.integer(22, 30)
    near: Boxes = [[x + d, y, x + d + 12, y + 9] for d in (0, 1, 3, 20, 21, 24)]
    thin: Boxes = [[-9, 5, 0.5, 15], [5, 5, 15, 15], [40, 3, 40.5, 19], [60, -4, 60.5, 0.5]]
    inputs = {**_said(draw, near + thin), "count": 6, "threshold": 0.65}
    inputs["deltas"][:, :2] = draw.integers(len(near + thin), 1, low=-1, high=1).float() / 64
    yield {k: v.double() if isinstance(v, torch.Tensor) else v for k, v in inputs.items()}
    yield {k: strided(v) if isinstance(v, torch.Tensor) else v for k, v in inputs.items()}
    # Of equals the one that comes first, which is the one that stays.
    equal = _said(draw, near + _apart(draw, 2), shuffled=False)
    yield {**equal, "objectness": torch.full((8,), -0.5)}
    # Of more than 16 numbers torch keeps equals in their order only when it is told to.
    many = _said(draw, _apart(draw, 30), shuffled=False)
    yield {**many, "objectness": torch.full((30,), 0.25), "count": 20}
