# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""nms: of boxes that say the same, the surest (facts A132, B34)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.forbidden import NMS
from autograder.checks.detector_lab.inputs import clear_threshold, corners, row, scores
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

nms = Exercise("nms", points=1.5, stars=3, minutes=25, forbidden=NMS)


def in_any_order(student, boxes, scores, threshold):
    """Which are kept; their order and kind are other facets' cases."""
    return sorted(int(i) for i in student.nms(boxes, scores, threshold))


def _falling(draw: Draw, boxes: Sequence[Sequence[float]]) -> Inputs:
    """These boxes by falling score, in random places of the list."""
    n = len(boxes)
    places = draw.sample(range(n), n)
    falling = scores(draw, n).sort(descending=True).values
    inputs = {"boxes": torch.zeros(n, 4), "scores": torch.zeros(n)}
    inputs["boxes"][places], inputs["scores"][places] = corners(*boxes), falling
    return inputs


@nms.cases("order and kind", weight=2)
def order(draw: Draw) -> Iterator[Inputs]:
    apart = [box for k in range(5) for box in row(draw, [0], far=k)]
    yield {**_falling(draw, apart), "threshold": 0.5}
    yield {**_falling(draw, row(draw, [0, 20, 40, 60])), "threshold": draw.choice([0.1, 0.9])}


@nms.cases("overlaps", weight=2, probe=in_any_order)
def overlaps(draw: Draw) -> Iterator[Inputs]:
    """Of 12 pixels, a move by 1 to 3 leaves an IoU of 0.85 to 0.6, by 6 and more one below 0.34."""
    yield {**_falling(draw, row(draw, [0, draw.integer(1, 3)])), "threshold": 0.5}
    yield {**_falling(draw, row(draw, [0, 6, -7])), "threshold": 0.5}
    boxes = row(draw, [0, 2, -1, 7]) + row(draw, [1, 0, 3], far=1)
    yield {**_falling(draw, boxes), "threshold": 0.45}
    # Nested: the small one covers a ninth of the large one.
    x = draw.integer(2, 9)
    nested = [[x, x, x + 4, x + 4], [x - 2, x - 1, x + 10, x + 11]]
    yield {**_falling(draw, nested), "threshold": 0.5}


@nms.cases("who is gone suppresses nobody", weight=2, probe=in_any_order)
def chains(draw: Draw) -> Iterator[Inputs]:
    """The second goes, so the third, which meets only the second, stays."""
    yield {**_falling(draw, row(draw, [0, 3, 6])), "threshold": 0.5}
    yield {**_falling(draw, row(draw, [0, -3, -6, -9, -12])), "threshold": 0.5}
    yield {**_falling(draw, row(draw, [0, 3, 1, 7, 5])), "threshold": 0.5}


@nms.cases("exactly the threshold", probe=in_any_order)
def equal(draw: Draw) -> Iterator[Inputs]:
    yield {**_falling(draw, row(draw, [0, 4, 3])), "threshold": 0.5}
    yield {**_falling(draw, row(draw, [0, 2, 1], side=14)), "threshold": 0.75}
    x = draw.integer(2, 9)
    yield {**_falling(draw, [[x, 3, x + 8, 11], [x + 8, 3, x + 16, 11]]), "threshold": 0.0}


@nms.cases("other thresholds", probe=in_any_order)
def thresholds(draw: Draw) -> Iterator[Inputs]:
    moves = [0, 1, 3, 6, 8]  # all of them meet, by 0.2 and more
    yield {**_falling(draw, row(draw, draw.sample(moves, 5))), "threshold": 0.1}
    yield {**_falling(draw, row(draw, [0, 2, 4, 6])), "threshold": 0.8}
    yield {**_falling(draw, row(draw, [0, 0, 1])), "threshold": 1.0}


@nms.cases("equal scores")
def ties(draw: Draw) -> Iterator[Inputs]:
    boxes = corners(*row(draw, [0, 2, 30, 31, 60]))
    level = draw.choice([0.25, 0.5, 0.75])
    yield {"boxes": boxes, "scores": torch.full((5,), level), "threshold": 0.5}
    surer = torch.tensor([level, level, 0.875, 0.875, level])
    yield {"boxes": boxes, "scores": surer, "threshold": 0.5}
    # Of more than 16 numbers torch keeps equals in their order only when it is told to.
    moves = draw.sample(range(60), 40)
    boxes = corners(*row(draw, moves))
    yield {"boxes": boxes, "scores": torch.full((40,), level), "threshold": 0.45}


@nms.cases("no boxes, one box", weight=0.5)
def few(draw: Draw) -> Iterator[Inputs]:
    yield {"boxes": corners(), "scores": torch.zeros(0), "threshold": 0.5}
    yield {"boxes": corners(*row(draw, [0])), "scores": scores(draw, 1), "threshold": 0.5}


@nms.cases("all together, dtype, memory", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    for layout, dtype in ((strided, torch.float32), (torch.Tensor.contiguous, torch.float64)):
        corner = draw.integers(12, 2, low=0, high=9)
        boxes = torch.cat([corner, corner + draw.integers(12, 2, low=2, high=12)], dim=1).to(dtype)
        threshold = clear_threshold(boxes, [0.11, 0.23, 0.31, 0.37, 0.43])
        said = scores(draw, 12, dtype)
        yield {"boxes": layout(boxes), "scores": layout(said), "threshold": threshold}
    # Scores need not lie between 0 and 1, and width and height need not be whole.
    boxes = corners(*row(draw, [0, 1, 8, 20, 18])) / 4
    logits = draw.distinct(5, dtype=torch.float32) - 2
    yield {"boxes": boxes, "scores": logits, "threshold": 0.25}


_FIVE = corners([0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 5], [20, 20, 30, 30], [6, 0, 16, 10])
for _threshold, _kept in ((0.3, [0, 3, 4]), (0.5, [0, 2, 3, 4]), (0.7, [0, 2, 3, 4])):
    nms.golden(
        "exactly the threshold" if _threshold == 0.5 else "other thresholds",
        "lecture 004, non-maximum suppression",
        {
            "boxes": _FIVE,
            "scores": torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5]),
            "threshold": _threshold,
        },
        expected=_kept,
    )
