# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,var-annotated"
"""Answers to nms, wrong and right."""

from autograder.checks.detector_lab.suppression import nms


@nms.misconception(
    "A box that is gone still suppresses others; only boxes that are kept may.",
    "Ask of every box, surest first, whether it overlaps one of those already kept.",
)
def the_gone_suppress_too(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    iou = box_iou(boxes[order], boxes[order]).triu(diagonal=1)
    return order[~(iou > threshold).any(dim=0)]


@nms.misconception(
    "An IoU of exactly `threshold` suppresses in your answer; only one above it does.",
    "Strictly greater: equal is kept.",
)
def equal_suppresses(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] < threshold
    return order[kept]


@nms.misconception(
    "Your sorting is the wrong way round: the box with the lowest score is kept.",
    "argsort rises unless descending=True is said.",
)
def lowest_first(boxes, scores, threshold):
    order = scores.argsort(stable=True)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] <= threshold
    return order[kept]


@nms.misconception(
    "The boxes are taken as they come; the one with the highest score goes first.",
    "Sort by score, and keep in mind which index belongs to which place.",
)
def unsorted(boxes, scores, threshold):
    iou = box_iou(boxes, boxes)
    kept = []
    for i in range(len(boxes)):
        if all(iou[i, j] <= threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@nms.misconception(
    "These are places in the sorted list, not indices of the boxes you were given.",
    "Look the places up in the order that argsort gave.",
)
def places_in_the_order(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] <= threshold
    return kept.nonzero()[:, 0]


@nms.misconception(
    "The right boxes are kept, but their indices rise; they are to come by falling score.",
    "Keep them in the order in which you looked at them.",
)
def indices_rise(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] <= threshold
    return order[kept].sort().values


@nms.misconception(
    "Each box is compared with the last one kept only; any kept one may suppress it.",
    "Compare with all that are kept.",
)
def last_one_only(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True).tolist()
    iou = box_iou(boxes, boxes)
    kept = order[:1]
    for i in order[1:]:
        if iou[i, kept[-1]] <= threshold:
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


@nms.misconception(
    "The threshold is always 0.5 in your answer.",
    "Compare with `threshold`.",
)
def always_one_half(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] <= 0.5
    return order[kept]


@nms.misconception(
    "You divide the overlap by the smaller box instead of by the union: nested boxes vanish.",
    "The measure is the IoU; box_iou has it.",
)
def overlap_by_the_smaller(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    b = boxes[order]
    near = torch.maximum(b[:, None, :2], b[:, :2])
    inter = (torch.minimum(b[:, None, 2:], b[:, 2:]) - near).clamp(min=0).prod(2)
    area = (b[:, 2:] - b[:, :2]).prod(1)
    share = inter / torch.minimum(area[:, None], area)
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= share[i, i + 1 :] <= threshold
    return order[kept]


@nms.misconception(
    "On equal scores your answer starts with the last box; the lower index comes first.",
    "Turning round a rising order turns equals round too; and torch keeps equals in their order "
    "only with stable=True.",
)
def equals_turned_round(boxes, scores, threshold):
    order = scores.argsort(stable=True).flip(0)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] <= threshold
    return order[kept]


@nms.misconception(
    "Without boxes your answer fails, or is of floats; it is empty, of int64.",
    "torch.tensor([]) is of floats: say the dtype.",
)
def fails_without_boxes(boxes, scores, threshold):
    waiting = scores.argsort(descending=True, stable=True).tolist()
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(best)
        overlaps = box_iou(boxes[best : best + 1], boxes)[0]
        waiting = [i for i in waiting if overlaps[i] <= threshold]
    return torch.tensor(kept)


@nms.misconception(
    "Your answer is a mask, or the boxes themselves; asked for are the indices that stay.",
    "One int64 for every box that is kept.",
)
def a_mask(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    iou = box_iou(boxes[order], boxes[order])
    kept = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= iou[i, i + 1 :] <= threshold
    return torch.zeros_like(kept).index_put((order,), kept)


@nms.alternative
def while_some_are_left(boxes, scores, threshold):
    waiting = scores.argsort(descending=True, stable=True)
    kept = []
    while len(waiting):
        best, waiting = waiting[:1], waiting[1:]
        kept.append(best)
        waiting = waiting[box_iou(boxes[best], boxes[waiting])[0] <= threshold]
    return torch.cat(kept) if kept else waiting


@nms.alternative
def by_lists(boxes, scores, threshold):
    order = sorted(range(len(scores)), key=lambda i: (-float(scores[i]), i))
    kept = []
    for i in order:
        x1, y1, x2, y2 = boxes[i].tolist()
        for j in kept:
            a1, b1, a2, b2 = boxes[j].tolist()
            w, h = min(x2, a2) - max(x1, a1), min(y2, b2) - max(y1, b1)
            inter = max(w, 0) * max(h, 0)
            union = (x2 - x1) * (y2 - y1) + (a2 - a1) * (b2 - b1) - inter
            if inter / union > threshold:
                break
        else:
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64, device=boxes.device)


@nms.alternative
def by_numpy(boxes, scores, threshold):
    import numpy as np

    order = np.argsort(-scores.numpy(), kind="stable")
    clash = box_iou(boxes, boxes).numpy() > threshold
    gone, kept = np.zeros(len(order), dtype=bool), []
    for i in order:
        if not gone[i]:
            kept.append(int(i))
            gone |= clash[i]
    return torch.tensor(kept, dtype=torch.long)


@nms.alternative
def until_nothing_changes(boxes, scores, threshold):
    order = scores.argsort(descending=True, stable=True)
    clash = (box_iou(boxes[order], boxes[order]) > threshold).triu(diagonal=1)
    kept = torch.ones(len(order), dtype=torch.bool)
    for _ in range(len(order)):
        kept = ~(clash & kept[:, None]).any(dim=0)
    return order[kept]
