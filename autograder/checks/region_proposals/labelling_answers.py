# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to label_anchors, wrong and right."""

from autograder.checks.region_proposals.labelling import label_anchors


@label_anchors.misconception(
    "A box that no anchor meets with `hi` has no positive anchor: nobody learns to find it.",
    "Make the best anchor of every box positive too, whatever its IoU, if it is above 0.",
)
def thresholds_only(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    best, matched = box_iou(anchors, boxes).max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    return labels, matched


@label_anchors.misconception(
    "Where several anchors share a box's best IoU, only the first of them is positive.",
    "Compare all IoUs with the best one of their column instead of asking for its place.",
)
def first_of_ties(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    top, where = iou.max(0)
    labels[where[top > 0]] = 1
    return labels, matched


@label_anchors.misconception(
    "A box that touches no anchor makes all of them positive: its best IoU is 0, and they tie.",
    "The best IoU has to be above 0.",
)
def zero_is_best_too(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    labels[(iou == iou.amax(0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "The best anchor of a box is matched to that box, though it overlaps another one more.",
    "`matched` follows from the anchor's own largest IoU; the rule for best anchors changes "
    "labels only.",
)
def best_anchor_changes_its_box(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    for m, top in enumerate(iou.amax(0)):
        if top > 0:
            labels[iou[:, m] == top] = 1
            matched[iou[:, m] == top] = m
    return labels, matched


@label_anchors.misconception(
    "The thresholds come after the rule for best anchors and undo it.",
    "Set the labels by thresholds first, then make the best anchors positive.",
)
def thresholds_last(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.full_like(matched, -1)
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    labels[best >= hi] = 1
    labels[best < lo] = 0
    return labels, matched


@label_anchors.misconception(
    "An anchor whose IoU is exactly `hi` is positive: at least, not above.",
    "Which comparison includes equality?",
)
def strictly_above_hi(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best > hi, 1, torch.where(best < lo, 0, -1))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "An anchor whose IoU is exactly `lo` is no background: below, not at most.",
    "Which comparison leaves equality out?",
)
def background_at_lo(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best <= lo, 0, -1))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "Everything that is no object is background in your answer; what lies between the thresholds "
    "is neither.",
    "Start with -1 everywhere, and set 0 where the largest IoU is below `lo`.",
)
def rest_is_background(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = (best >= hi).long()
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "0 and -1 are exchanged: background is 0, what is ignored is -1.",
    "Class 0 is the background in the whole course.",
)
def background_is_minus_one(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, -1, 0))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "The thresholds are always 0.7 and 0.3 in your answer: use `hi` and `lo`.",
    "Other detectors take other thresholds, such as 0.5 for both.",
)
def lectures_thresholds(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= 0.7, 1, torch.where(best < 0.3, 0, -1))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "Without boxes there is no largest IoU, and your answer stops with an error.",
    "Ask for the number of boxes first: all labels and all matched are 0 then.",
)
def fails_without_boxes(anchors, boxes, hi=0.7, lo=0.3):
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "Without boxes your labels are -1; with nothing to find every anchor is background.",
    "An image without objects teaches what background looks like.",
)
def ignores_empty_images(anchors, boxes, hi=0.7, lo=0.3):
    labels = torch.full((len(anchors),), -1)
    if len(boxes) == 0:
        return labels, torch.zeros_like(labels)
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels[best < lo], labels[best >= hi] = 0, 1
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.misconception(
    "Background anchors get -1 as their match; `matched` is the box with the largest IoU for every "
    "anchor.",
    "The labels say which anchors count; nobody looks at the match of the others.",
)
def no_match_for_background(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, torch.where(labels == 1, matched, -1)


@label_anchors.misconception(
    "Where two boxes tie for an anchor, the last of them is matched; the first should be.",
    "max and argmax take the first of equals.",
)
def last_box_on_ties(anchors, boxes, hi=0.7, lo=0.3):
    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(anchors, boxes)
    best, matched = iou.flip(1).max(1)
    labels = torch.where(best >= hi, 1, torch.where(best < lo, 0, -1))
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, len(boxes) - 1 - matched


@label_anchors.misconception(
    "Your labels are floats; whole numbers (int64) are asked for.",
    "Compare the dtype of your labels with that of `matched`.",
)
def labels_as_floats(anchors, boxes, hi=0.7, lo=0.3):
    labels, matched = torch.full((len(anchors),), -1.0), torch.zeros(len(anchors)).long()
    if len(boxes) == 0:
        return torch.zeros_like(labels), matched
    iou = box_iou(anchors, boxes)
    best, matched = iou.max(1)
    labels[best < lo], labels[best >= hi] = 0, 1
    top = iou.amax(0)
    labels[((iou == top) & (top > 0)).any(1)] = 1
    return labels, matched


@label_anchors.alternative
def by_loops(anchors, boxes, hi=0.7, lo=0.3):
    A, M = len(anchors), len(boxes)
    labels, matched = [0] * A, [0] * A
    iou = box_iou(anchors, boxes).tolist()
    for i in range(A):
        if M:
            best = max(iou[i])
            matched[i] = iou[i].index(best)
            labels[i] = 1 if best >= hi else 0 if best < lo else -1
    for m in range(M):
        top = max(row[m] for row in iou)
        for i in range(A):
            if top > 0 and iou[i][m] == top:
                labels[i] = 1
    return torch.tensor(labels), torch.tensor(matched)


@label_anchors.alternative
def by_argmax_and_where(anchors, boxes, hi=0.7, lo=0.3):
    if boxes.shape[0] == 0:
        return anchors.new_zeros(len(anchors)).long(), anchors.new_zeros(len(anchors)).long()
    iou = box_iou(boxes, anchors)  # (M, A)
    matched = iou.argmax(0)
    best = iou.gather(0, matched[None])[0]
    top = iou.amax(1, keepdim=True)
    promoted = ((iou >= top) & (iou > 0)).any(0)
    return torch.where(promoted | (best >= hi), 1, -1 * (best >= lo).long()), matched


@label_anchors.alternative
def only_boxes_without_a_positive(anchors, boxes, hi=0.7, lo=0.3):
    labels = torch.zeros(len(anchors), dtype=torch.long)
    matched = torch.zeros(len(anchors), dtype=torch.long)
    if not len(boxes):
        return labels, matched
    iou = box_iou(anchors, boxes)
    best, matched = torch.max(iou, dim=1)
    labels[(best >= lo) & (best < hi)] = -1
    labels[best >= hi] = 1
    for m in range(len(boxes)):
        top = iou[:, m].max()
        if 0 < top < hi:
            labels[(iou[:, m] == top).nonzero().flatten()] = 1
    return labels, matched


@label_anchors.alternative
def in_numpy(anchors, boxes, hi=0.7, lo=0.3):
    import numpy as np

    iou = box_iou(anchors, boxes).numpy()
    if iou.shape[1] == 0:
        iou = np.zeros((len(iou), 1), dtype=iou.dtype)
    best = iou.max(axis=1)
    labels = np.select([best >= hi, best < lo], [1, 0], default=-1)
    top = iou.max(axis=0, initial=0)
    labels[np.any((iou == top) & (top > 0), axis=1)] = 1
    return torch.from_numpy(labels).long(), torch.from_numpy(iou.argmax(axis=1))
