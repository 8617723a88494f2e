# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""match_detections: which detections count, by VOC's rule (fact A117, erratum 37)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.forbidden import METRICS
from autograder.checks.detector_lab.inputs import clear_threshold, corners, row, scores
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

match_detections = Exercise("match_detections", points=1, stars=3, minutes=20, forbidden=METRICS)


def in_the_order_of_boxes(student, scores, **inputs):
    """The hits back in the places of the boxes: no case of "order", where scores fall already."""
    return [bool(hit) for hit in student.match_detections(scores=scores, **inputs)]


def _case(
    draw: Draw, boxes: Sequence[Sequence[float]], truths: Sequence[Sequence[float]]
) -> Inputs:
    """Detections by falling score."""
    falling = scores(draw, len(boxes)).sort(descending=True).values
    return {"boxes": corners(*boxes), "scores": falling, "truths": corners(*truths)}


# Boxes of 12 pixels at the same height: a move by 1 to 3 leaves an IoU of 0.85 to 0.6, by 5 one of
# 0.41, by 8 one of 0.2.
@match_detections.cases("hit or miss", weight=2, probe=in_the_order_of_boxes)
def clear(draw: Draw) -> Iterator[Inputs]:
    boxes = row(draw, [0, 30, 60, 90])
    moves = [2, 6, 1, -7]
    truths = [[x1 + d, y1, x2 + d, y2] for (x1, y1, x2, y2), d in zip(boxes, moves, strict=True)]
    order = draw.sample(range(4), 4)
    yield _case(draw, [boxes[i] for i in order], [truths[i] for i in draw.sample(range(4), 4)])
    yield _case(draw, row(draw, [0, 40, draw.integer(60, 70)]), row(draw, [100]))


@match_detections.cases("order", weight=2)
def order(draw: Draw) -> Iterator[Inputs]:
    boxes = corners(*row(draw, [0, 30, 60, 90, 120]))
    truths = boxes[torch.tensor(draw.sample(range(5), 2))]
    yield {"boxes": boxes, "scores": scores(draw, 5), "truths": truths}
    rising = scores(draw, 5).sort().values
    yield {"boxes": boxes, "scores": rising, "truths": boxes[:1]}
    # Two of the same object: the second in the list is the surer one.
    boxes = corners(*row(draw, [0, 2]))
    yield {"boxes": boxes, "scores": rising[:2], "truths": boxes[:1]}


@match_detections.cases("each object once", weight=2, probe=in_the_order_of_boxes)
def duplicates(draw: Draw) -> Iterator[Inputs]:
    x, y = draw.integer(2, 6), draw.integer(2, 6)
    near = [[x + d, y, x + d + 12, y + 8] for d in (2, 0, -1, 3)]
    yield _case(draw, near, [[x, y, x + 12, y + 8]])
    far = [[x + 50, y, x + 62, y + 8], [x + 51, y, x + 63, y + 8]]
    yield _case(draw, [near[0], far[0], near[1], far[1]], [far[1], near[1]])


@match_detections.cases("a false alarm takes nothing", probe=in_the_order_of_boxes)
def poor_first(draw: Draw) -> Iterator[Inputs]:
    """The surest box is too far off: the object is still there for the next one."""
    x, y = draw.integer(2, 6), draw.integer(2, 6)
    near = [[x + d, y, x + d + 12, y + 8] for d in (draw.integer(5, 7), 1, 6, 0)]
    yield _case(draw, near, [[x, y, x + 12, y + 8]])


@match_detections.cases("it turns to no other object", probe=in_the_order_of_boxes)
def no_second_best(draw: Draw) -> Iterator[Inputs]:
    """The second box is nearest to an object that is taken, and near enough to another one."""
    x, y = draw.integer(5, 9), draw.integer(2, 6)

    def moved(d: float) -> list[float]:
        return [x + d, y, x + d + 12, y + 8]

    yield _case(draw, [moved(0), moved(1)], [moved(0), moved(3)])
    yield _case(draw, [moved(1), moved(0), moved(3), moved(4)], [moved(4), moved(0)])


@match_detections.cases("threshold", probe=in_the_order_of_boxes)
def thresholds(draw: Draw) -> Iterator[Inputs]:
    moves = [6, -5, 4, 3, -2]
    boxes = [box for k, d in enumerate(moves) for box in row(draw, [d], far=k)]
    truths = [[x1 - d, y1, x2 - d, y2] for (x1, y1, x2, y2), d in zip(boxes, moves, strict=True)]
    for threshold in draw.sample([0.375, 0.65, 0.25, 0.8], 3):
        yield {**_case(draw, boxes, truths), "threshold": threshold}
    # Exactly 0.5, 0.75 and 1.
    x, y, right, below = truths[0]
    yield _case(draw, [[x + 4, y, right + 4, below]], truths)
    yield {**_case(draw, [[x, y, x + 9, below]], truths[:1]), "threshold": 0.75}
    yield {**_case(draw, truths, truths), "threshold": 1.0}


@match_detections.cases("no boxes, no objects", weight=0.5)
def empty(draw: Draw) -> Iterator[Inputs]:
    yield _case(draw, [], row(draw, [0, 20]))
    yield _case(draw, row(draw, [0, 20, 40]), [])
    yield _case(draw, [], [])


@match_detections.cases("equal scores, equal overlaps")
def ties(draw: Draw) -> Iterator[Inputs]:
    boxes = corners(*row(draw, [0, 40, 1, 41, 2]))
    level = draw.choice([0.25, 0.5, 0.75])
    yield {"boxes": boxes, "scores": torch.full((5,), level), "truths": boxes[3:]}
    # Of more than 16 numbers torch keeps equals in their order only when it is told to.
    boxes = corners(*row(draw, [20 * k for k in draw.sample(range(30), 30)]))
    yield {"boxes": boxes, "scores": torch.full((30,), level), "truths": boxes[:15]}
    # In the middle between two objects: the first one is meant, and gone for the next box.
    x, y = draw.integer(5, 9), draw.integer(2, 6)
    truths = [[x + d, y, x + d + 12, y + 8] for d in (-2, 2)]
    yield _case(draw, [[x, y, x + 12, y + 8], *truths], truths)


@match_detections.cases("all together, dtype, memory", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    for layout, dtype in ((strided, torch.float32), (torch.Tensor.contiguous, torch.float64)):
        corner = draw.integers(9, 2, low=0, high=6)
        boxes = torch.cat([corner, corner + draw.integers(9, 2, low=6, high=11)], dim=1).to(dtype)
        # Moved and cut off by unlike parts of a pixel: no overlap equals another one.
        truths = boxes[:4] + draw.distinct(4, 4, dtype=dtype) / 16
        both = torch.cat([boxes, truths])
        threshold = clear_threshold(both, [0.37, 0.43, 0.51, 0.57])
        said = scores(draw, 9, dtype)
        yield {
            "boxes": layout(boxes),
            "scores": layout(said),
            "truths": layout(truths),
            "threshold": threshold,
        }
