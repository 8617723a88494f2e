# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to match_detections, wrong and right."""

from autograder.checks.detector_lab.matching import match_detections


@match_detections.misconception(
    "Every detection near an object counts, also the second and third of the same one.",
    "Remember which objects are hit; whoever comes later is a false alarm.",
)
def duplicates_count(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    if len(truths) == 0:
        return torch.zeros_like(order, dtype=torch.bool)
    return (box_iou(boxes[order], truths) >= threshold).any(dim=1)


@match_detections.misconception(
    "A detection whose nearest object is taken turns to another one: that is COCO's rule, not the "
    "one asked for.",
    "It looks at one object only, the one it overlaps most.",
)
def turns_to_another(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits, iou = torch.zeros_like(order, dtype=torch.bool), box_iou(boxes[order], truths)
    for i in range(len(order)):
        if len(truths) and iou[i].max() >= threshold:
            hits[i] = True
            iou[:, iou[i].argmax()] = -1
    return hits


@match_detections.misconception(
    "The hits are in the order of the boxes; they are to come by falling score.",
    "Leave them in the order in which you looked at the detections.",
)
def in_the_order_of_the_list(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits, taken = torch.zeros_like(order, dtype=torch.bool), set()
    iou = box_iou(boxes, truths)
    for i in order.tolist() if len(truths) else []:
        best = int(iou[i].argmax())
        if iou[i, best] >= threshold and best not in taken:
            hits[i] = True
            taken.add(best)
    return hits


@match_detections.misconception(
    "You look at the detections as they come; the surest one goes first.",
    "Sort by score before anything is taken.",
)
def unsorted(boxes, scores, truths, threshold=0.5):
    hits, taken = torch.zeros(len(boxes), dtype=torch.bool), set()
    iou = box_iou(boxes, truths)
    for i in range(len(boxes)) if len(truths) else []:
        best = int(iou[i].argmax())
        if iou[i, best] >= threshold and best not in taken:
            hits[i] = True
            taken.add(best)
    return hits


@match_detections.misconception(
    "Your sorting rises: the least sure detection takes the object.",
    "argsort rises unless descending=True is said.",
)
def lowest_first(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(stable=True)
    hits, taken = torch.zeros_like(order, dtype=torch.bool), set()
    iou = box_iou(boxes[order], truths)
    for i in range(len(order)) if len(truths) else []:
        best = int(iou[i].argmax())
        if iou[i, best] >= threshold and best not in taken:
            hits[i] = True
            taken.add(best)
    return hits


@match_detections.misconception(
    "An IoU of exactly `threshold` is a miss in your answer; at least `threshold` is a hit.",
    "Greater or equal.",
)
def strictly_above(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits, taken = torch.zeros_like(order, dtype=torch.bool), set()
    iou = box_iou(boxes[order], truths)
    for i in range(len(order)) if len(truths) else []:
        best = int(iou[i].argmax())
        if iou[i, best] > threshold and best not in taken:
            hits[i] = True
            taken.add(best)
    return hits


@match_detections.misconception(
    "A detection that is too far off takes its object all the same, and later ones miss it.",
    "Only a hit takes an object.",
)
def misses_take_too(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits, taken = torch.zeros_like(order, dtype=torch.bool), set()
    iou = box_iou(boxes[order], truths)
    for i in range(len(order)) if len(truths) else []:
        best = int(iou[i].argmax())
        hits[i] = bool(iou[i, best] >= threshold) and best not in taken
        taken.add(best)
    return hits


@match_detections.misconception(
    "Each object chooses the detection that overlaps it most; the surest one has the right.",
    "Go through the detections by score, not through the objects.",
)
def objects_choose(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits = torch.zeros_like(order, dtype=torch.bool)
    iou = box_iou(boxes[order], truths)
    for k in range(len(truths)) if len(order) else []:
        best = int(iou[:, k].argmax())
        if iou[best, k] >= threshold:
            hits[best] = True
    return hits


@match_detections.misconception(
    "The threshold is always 0.5 in your answer.",
    "Compare with `threshold`.",
)
def always_one_half(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits, taken = torch.zeros_like(order, dtype=torch.bool), set()
    iou = box_iou(boxes[order], truths)
    for i in range(len(order)) if len(truths) else []:
        best = int(iou[i].argmax())
        if iou[i, best] >= 0.5 and best not in taken:
            hits[i] = True
            taken.add(best)
    return hits


@match_detections.misconception(
    "Without objects your answer fails: there is no largest IoU of nothing.",
    "Then every detection is a false alarm: N times False.",
)
def fails_without_objects(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits, taken = torch.zeros_like(order, dtype=torch.bool), set()
    best, which = box_iou(boxes[order], truths).max(dim=1)
    for i in range(len(order)):
        if best[i] >= threshold and int(which[i]) not in taken:
            hits[i] = True
            taken.add(int(which[i]))
    return hits


@match_detections.alternative
def one_by_one(boxes, scores, truths, threshold=0.5):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i].item(), i))
    taken, hits = [False] * len(truths), []
    for i in order:
        best, owner = -1.0, -1
        for k in range(len(truths)):
            overlap = float(box_iou(boxes[i : i + 1], truths[k : k + 1]))
            if overlap > best:
                best, owner = overlap, k
        hit = owner >= 0 and best >= threshold and not taken[owner]
        if hit:
            taken[owner] = True
        hits.append(hit)
    return torch.tensor(hits, dtype=torch.bool)


@match_detections.alternative
def object_by_object(boxes, scores, truths, threshold=0.5):
    order = scores.argsort(descending=True, stable=True)
    hits = torch.zeros(len(order), dtype=torch.bool)
    if len(truths) == 0 or len(order) == 0:
        return hits
    best, which = box_iou(boxes, truths)[order].max(dim=1)
    for k in range(len(truths)):
        near = ((which == k) & (best >= threshold)).nonzero()
        if len(near):
            hits[near[0, 0]] = True
    return hits


@match_detections.alternative
def by_numpy(boxes, scores, truths, threshold=0.5):
    import numpy as np

    order = np.argsort(-scores.numpy(), kind="stable")
    if len(truths) == 0:
        return torch.zeros(len(order), dtype=torch.bool)
    iou = box_iou(boxes, truths).numpy()[order]
    which = iou.argmax(axis=1)
    near = iou[np.arange(len(order)), which] >= threshold
    hits = np.zeros(len(order), dtype=bool)
    places = np.flatnonzero(near)
    _, first = np.unique(which[places], return_index=True)
    hits[places[first]] = True
    return torch.from_numpy(hits)


@match_detections.alternative
def by_cumulated_sums(boxes, scores, truths, threshold=0.5):
    order = torch.argsort(scores, descending=True, stable=True)
    if not len(truths):
        return order < 0
    iou = box_iou(boxes[order], truths)
    nearest = F.one_hot(iou.argmax(dim=1), len(truths)).bool() & (iou >= threshold)
    return (nearest & (nearest.long().cumsum(0) == 1)).any(dim=1)
