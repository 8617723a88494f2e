# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to proposals, wrong and right."""

from autograder.checks.detector_lab.proposing import proposals


@proposals.misconception(
    "Boxes reach outside the image: they are never clipped.",
    "clamp all four numbers to 0 and `size` after decode.",
)
def never_clipped(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]]


@proposals.misconception(
    "Clipping comes last in your answer: boxes with nothing inside the image are not dropped.",
    "Clip right after decode, then look at width and height.",
)
def clipped_last(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]].clamp(0, size)


@proposals.misconception(
    "Boxes without width or height stay: those below one pixel are to be dropped.",
    "Both sides of a box must be at least 1 after clipping.",
)
def small_ones_stay(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]]


@proposals.misconception(
    "A box of exactly one pixel is dropped; only smaller ones are.",
    "At least 1 is enough.",
)
def one_pixel_dropped(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] > 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]]


@proposals.misconception(
    "A thin box stays while one of its sides is long enough; both must be.",
    "Width and height, each at least 1.",
)
def one_side_is_enough(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).any(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]]


@proposals.misconception(
    "All boxes go into nms; only the 400 with the highest objectness do.",
    "Sort and cut before nms; with thousands of boxes that is also what makes it fast.",
)
def all_into_nms(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    return boxes[nms(boxes, objectness, threshold)[:count]]


@proposals.misconception(
    "You choose the 400 before small boxes are dropped, which take up room among them.",
    "Drop first, then take the best 400 of the others.",
)
def best_400_first(objectness, deltas, anchors, size, count=50, threshold=0.7):
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes, objectness = decode(anchors, deltas)[best].clamp(0, size), objectness[best]
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    return boxes[nms(boxes, objectness, threshold)[:count]]


@proposals.misconception(
    "You take the best `count` first and suppress among them: less than `count` are left.",
    "nms first; then the first `count` of what it keeps.",
)
def count_before_nms(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:count]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)]


@proposals.misconception(
    "The boxes you return are still the anchors: the corrections are not used.",
    "decode(anchors, deltas) gives the boxes.",
)
def anchors_themselves(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = anchors.clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]]


@proposals.misconception(
    "Some sorting or dropping forgot the objectness: boxes and scores no longer belong together.",
    "Whatever is dropped or sorted must be so in both tensors.",
)
def scores_left_behind(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    boxes = boxes[(boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)]
    best = objectness[: len(boxes)].argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], threshold)[:count]]


@proposals.misconception(
    "nms always uses 0.7: use `threshold`.",
    "0.7 is only what `threshold` is when nothing is said.",
)
def always_seven_tenths(objectness, deltas, anchors, size, count=50, threshold=0.7):
    boxes = decode(anchors, deltas).clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    boxes = boxes[best]
    return boxes[nms(boxes, objectness[best], 0.7)[:count]]


@proposals.alternative
def sorted_at_the_start(objectness, deltas, anchors, size, count=50, threshold=0.7):
    order = torch.argsort(objectness, descending=True, stable=True)
    boxes = decode(anchors[order], deltas[order]).clamp(min=0).clamp(max=size)
    keep = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 1)
    boxes, scores = boxes[keep][:400], objectness[order][keep][:400]
    return boxes[nms(boxes, scores, threshold)][:count]


@proposals.alternative
def with_torchvisions_clipping(objectness, deltas, anchors, size, count=50, threshold=0.7):
    from torchvision.ops import clip_boxes_to_image, remove_small_boxes

    boxes = clip_boxes_to_image(decode(anchors, deltas), (size, size))
    keep = remove_small_boxes(boxes, 1.0)
    boxes, scores = boxes[keep], objectness[keep]
    scores, best = scores.sort(descending=True, stable=True)
    boxes = boxes[best[:400]]
    return boxes[nms(boxes, scores[:400], threshold)[:count]]


@proposals.alternative
def box_by_box(objectness, deltas, anchors, size, count=50, threshold=0.7):
    rows = []
    for i, box in enumerate(decode(anchors, deltas).clamp(0, size)):
        x1, y1, x2, y2 = box.tolist()
        if x2 - x1 >= 1 and y2 - y1 >= 1:
            rows.append((-objectness[i].item(), i, [x1, y1, x2, y2]))
    rows = sorted(rows)[:400]
    boxes = torch.tensor([r[2] for r in rows], dtype=anchors.dtype).reshape(-1, 4)
    scores = torch.tensor([-r[0] for r in rows], dtype=objectness.dtype)
    chosen = [int(i) for i in nms(boxes, scores, threshold)][:count]
    return boxes[chosen] if chosen else boxes[:0]
