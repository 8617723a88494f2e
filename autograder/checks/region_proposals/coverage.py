# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""coverage: which share of the boxes some anchor meets."""

from collections.abc import Iterator, Sequence

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.inputs import no_boxes, shifted
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

coverage = Exercise("coverage", points=0.5, stars=1, minutes=6, forbidden=BOX_TOOLS)


def _scene(draw: Draw, moves: Sequence[Sequence[int]]) -> Inputs:
    """For each list of moves one box, and anchors of its size moved by them."""
    anchors, boxes = shifted(draw, moves)
    return {"anchors": anchors, "boxes": boxes}


# A power of 2 of boxes: all shares are exact, in float32 too. A move by d of a box 12 wide has an
# IoU of (12 - d) / (12 + d): 3 is 0.6, 4 is 0.5, 6 is 1/3.
@coverage.cases("share of boxes", weight=3)
def shares(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[0, 6], [3, 5, 9], [5, -7], [8]])
    yield _scene(draw, [[6], [2, 3, 1]])
    yield _scene(draw, [[-1, 2, 3], [7, 8], [3], [-2, 9]])


@coverage.cases("every box, none")
def extremes(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[draw.integer(0, 3), 9], [-2, 7]])
    yield _scene(draw, [[draw.integer(5, 8), 9], [-7]])


@coverage.cases("threshold", weight=2)
def thresholds(draw: Draw) -> Iterator[Inputs]:
    yield {**_scene(draw, [[2], [5, 7], [8], [9]]), "threshold": 0.375}
    yield {**_scene(draw, [[1], [2, 9], [3], [4]]), "threshold": 0.75}


@coverage.cases("exactly at the threshold")
def at_the_threshold(draw: Draw) -> Iterator[Inputs]:
    yield _scene(draw, [[draw.choice([4, -4])]])
    yield _scene(draw, [[5]])


@coverage.cases("no boxes")
def empty(draw: Draw) -> Iterator[Inputs]:
    anchors = _scene(draw, [[1, 2]])["anchors"]
    yield {"anchors": anchors, "boxes": no_boxes()}


@coverage.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    inputs = _scene(draw, [[2], [7, 8]])
    yield {name: value.double() / 3 for name, value in inputs.items()}
    yield {name: strided(value) for name, value in inputs.items()}


@coverage.misconception(
    "This is the share of anchors that meet a box; the share of boxes that are met is asked for.",
    "Look for the best anchor of each box: along which axis is that?",
)
def share_of_anchors(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 1.0
    return (box_iou(anchors, boxes).amax(1) >= threshold).double().mean().item()


@coverage.misconception(
    "This is the share of all pairs; a box needs one good anchor only.",
    "Take the best anchor of each box before you compare with the threshold.",
)
def share_of_pairs(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 1.0
    return (box_iou(anchors, boxes) >= threshold).double().mean().item()


@coverage.misconception(
    "This is the mean of the best IoUs; asked for is how many of them reach the threshold.",
    "Compare first, then average.",
)
def mean_of_best(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 1.0
    return box_iou(anchors, boxes).amax(0).double().mean().item()


@coverage.misconception(
    "You count the boxes; divide by how many there are.",
    "A share lies between 0 and 1.",
)
def number_of_boxes(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 1.0
    return float((box_iou(anchors, boxes).amax(0) >= threshold).sum())


@coverage.misconception(
    "A box whose best IoU is exactly the threshold is met: at least, not above.",
    "Which comparison includes equality?",
)
def strictly_above(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 1.0
    return (box_iou(anchors, boxes).amax(0) > threshold).double().mean().item()


@coverage.misconception(
    "The threshold is always 0.5 in your answer: use the argument.",
    "A stricter threshold covers fewer boxes.",
)
def always_one_half(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 1.0
    return (box_iou(anchors, boxes).amax(0) >= 0.5).double().mean().item()


@coverage.misconception(
    "Without boxes your answer is not 1.0: nothing is missed then.",
    "Ask for the number of boxes first.",
)
def nothing_is_nothing(anchors, boxes, threshold=0.5):
    if len(boxes) == 0:
        return 0.0
    return (box_iou(anchors, boxes).amax(0) >= threshold).double().mean().item()


@coverage.misconception(
    "Without boxes there is no mean: it is nan.",
    "Ask for the number of boxes first.",
)
def nan_of_nothing(anchors, boxes, threshold=0.5):
    best = box_iou(anchors, boxes).amax(0)
    return (best >= threshold).double().mean().item()


@coverage.alternative
def by_counting(anchors, boxes, threshold=0.5):
    met = 0
    for box in boxes:
        met += int((box_iou(anchors, box[None]) >= threshold).any())
    return met / len(boxes) if len(boxes) else 1.0


@coverage.alternative
def mean_in_float32(anchors, boxes, threshold=0.5):
    if boxes.numel() == 0:
        return 1.0
    best = box_iou(boxes, anchors).max(dim=1).values
    return (best >= threshold).float().mean()


@coverage.alternative
def any_good_anchor(anchors, boxes, threshold=0.5):
    if not len(boxes):
        return 1.0
    good = (box_iou(boxes, anchors) >= threshold).any(dim=1)
    return good.sum().item() / good.numel()


@coverage.alternative
def one_minus_missed(anchors, boxes, threshold=0.5):
    missed = sum(float(row.max()) < threshold for row in box_iou(anchors, boxes).T)
    return 1 - missed / max(1, len(boxes))
