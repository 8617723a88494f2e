# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to explain_failures, wrong and right."""

from autograder.checks.detector_lab.failures import explain_failures


@explain_failures.misconception(
    "A second detection of the same object is a hit again in your answer; it is a duplicate.",
    "Remember which objects are hit.",
)
def duplicates_are_hits(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, iou = [], box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        if same[i].max() >= 0.5:
            words.append("hit")
        elif iou[i].max() >= 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if iou[i].max() >= 0.1 else "background")
    return words


@explain_failures.misconception(
    "You look at the object that overlaps most, whatever its class; those of the own class come "
    "first.",
    "Find the largest IoU among the objects of the same class before anything else.",
)
def nearest_of_all_classes(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = iou[i].max(dim=0)
        if best >= 0.5 and labels[i] == truth_labels[which]:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif best >= 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if best >= 0.1 else "background")
    return words


@explain_failures.misconception(
    "The words are in the order of the list; they are to come by falling score.",
    "Go through the detections by score, and collect the words on the way.",
)
def in_the_order_of_the_list(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [""] * len(boxes), set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words[i] = "duplicate" if int(which) in found else "hit"
            found.add(int(which))
        elif iou[i].max() >= 0.5:
            words[i] = "wrong class"
        else:
            words[i] = "poor box" if iou[i].max() >= 0.1 else "background"
    return words


@explain_failures.misconception(
    "The detections are taken as they come: of two of the same object the surer one is the hit.",
    "Sort by falling score first.",
)
def unsorted(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in range(len(boxes)):
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif iou[i].max() >= 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if iou[i].max() >= 0.1 else "background")
    return words


@explain_failures.misconception(
    "A box on an object of another class counts as found: the next one is called a duplicate.",
    "Only a hit takes an object.",
)
def wrong_class_takes_the_object(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif iou[i].max() >= 0.5:
            words.append("wrong class")
            found.add(int(iou[i].argmax()))
        else:
            words.append("poor box" if iou[i].max() >= 0.1 else "background")
    return words


@explain_failures.misconception(
    "A box that is a little off is background in your answer; from an IoU of 0.1 it is a poor box.",
    "Ask for the largest IoU with any object before you say background.",
)
def no_poor_boxes(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        else:
            words.append("wrong class" if iou[i].max() >= 0.5 else "background")
    return words


@explain_failures.misconception(
    "A poor box counts in your answer only near an object of its own class.",
    '"of whatever class": take the largest IoU with all objects.',
)
def poor_in_its_own_class(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif iou[i].max() >= 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if best >= 0.1 else "background")
    return words


@explain_failures.misconception(
    "Every overlap makes a poor box; below an IoU of 0.1 it is background.",
    "At least 0.1.",
)
def any_overlap_is_poor(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif iou[i].max() >= 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if iou[i].max() > 0 else "background")
    return words


@explain_failures.misconception(
    "An IoU of exactly 0.5 is not enough in your answer; at least 0.5 is asked.",
    "Greater or equal.",
)
def strictly_above(boxes, scores, labels, truths, truth_labels):
    if len(truths) == 0:
        return ["background"] * len(boxes)
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best > 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif iou[i].max() > 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if iou[i].max() >= 0.1 else "background")
    return words


@explain_failures.misconception(
    "Without objects your answer fails, or has no words; every detection is background then.",
    "There is no largest IoU of nothing: ask first.",
)
def fails_without_objects(boxes, scores, labels, truths, truth_labels):
    words, found, iou = [], set(), box_iou(boxes, truths)
    same = iou * (labels[:, None] == truth_labels)
    for i in scores.argsort(descending=True, stable=True).tolist():
        best, which = same[i].max(dim=0)
        if best >= 0.5:
            words.append("duplicate" if int(which) in found else "hit")
            found.add(int(which))
        elif iou[i].max() >= 0.5:
            words.append("wrong class")
        else:
            words.append("poor box" if iou[i].max() >= 0.1 else "background")
    return words


@explain_failures.alternative
def one_by_one(boxes, scores, labels, truths, truth_labels):
    words, found = [], []
    for i in sorted(range(len(scores)), key=lambda i: (-scores[i].item(), i)):
        overlaps = box_iou(boxes[i : i + 1], truths)[0].tolist()
        same = [
            (overlap, -k)
            for k, overlap in enumerate(overlaps)
            if int(truth_labels[k]) == int(labels[i])
        ]
        best, k = max(same, default=(0.0, 0))
        if best >= 0.5 and k not in found:
            words.append("hit")
            found.append(k)
        elif best >= 0.5:
            words.append("duplicate")
        elif any(overlap >= 0.5 for overlap in overlaps):
            words.append("wrong class")
        elif max(overlaps, default=0.0) >= 0.1:
            words.append("poor box")
        else:
            words.append("background")
    return words


@explain_failures.alternative
def by_kinds(boxes, scores, labels, truths, truth_labels):
    order = scores.argsort(descending=True, stable=True)
    if len(order) == 0:
        return []
    iou = box_iou(boxes[order], truths)
    iou = torch.cat([iou, iou.new_zeros(len(order), 1)], dim=1)  # an object nobody meets
    classes = torch.cat([truth_labels, truth_labels.new_full((1,), -1)])
    same = iou.masked_fill(labels[order][:, None] != classes, -1)
    best, which = same.max(dim=1)
    near = best >= 0.5
    earlier = (which[:, None] == which) & near[:, None] & near
    again = earlier.tril(diagonal=-1).any(dim=1)
    any_iou = iou.amax(dim=1)
    words = []
    for n, a, i in zip(near.tolist(), again.tolist(), any_iou, strict=True):
        if n:
            words.append("duplicate" if a else "hit")
        else:
            words.append("wrong class" if i >= 0.5 else "poor box" if i >= 0.1 else "background")
    return words


@explain_failures.alternative
def class_by_class(boxes, scores, labels, truths, truth_labels):
    order = scores.argsort(descending=True, stable=True)
    boxes, labels = boxes[order], labels[order]
    iou = box_iou(boxes, truths)
    best = iou.amax(dim=1) if len(truths) else iou.new_zeros(len(boxes))
    words = ["wrong class" if i >= 0.5 else "poor box" if i >= 0.1 else "background" for i in best]
    for name in set(labels.tolist()) & set(truth_labels.tolist()):
        mine, theirs = (labels == name).nonzero()[:, 0], truth_labels == name
        said, which = iou[mine][:, theirs].max(dim=1)
        hit = set()
        for place, overlap, k in zip(mine.tolist(), said, which.tolist(), strict=True):
            if overlap >= 0.5:
                words[place] = "duplicate" if k in hit else "hit"
                hit.add(k)
    return words
