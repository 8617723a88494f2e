"""Judges a detector by its boxes: the average precision of what it found on known scenes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from visionlab.checking.codec import Plain
from visionlab.checking.compare import Difference, Kind

MOST_DETECTIONS = 1000
"""More detections of one scene than any detector needs; an answer with more is not read."""


@dataclass(frozen=True)
class Found:
    """What is said of one scene: boxes (n, 4) x1 y1 x2 y2, scores (n,), labels (n,) int64."""

    boxes: Tensor
    scores: Tensor
    labels: Tensor


def shortfall(truth: dict[str, Any], got: Plain, at_least: float) -> Difference | None:
    """None when the detections reach a mean AP50 of `at_least`, else what is wrong with them.

    truth: "boxes" and "labels", a list of tensors (m, 4) and (m,) each, one for every scene.
    got: for every scene a list of boxes, scores and labels as in Found; whatever plain data it is,
    nothing is raised.
    """
    wanted = len(truth["boxes"])
    if not isinstance(got, list | tuple) or len(got) != wanted:
        return Difference(Kind.TYPE, f"a list with the detections of {wanted} scenes is expected")
    found = [_found(scene) for scene in got]
    if None in found:
        words = (
            f"scene {found.index(None)}: boxes (n, 4), scores (n,) and labels (n,) of finite "
            f"numbers are expected, at most {MOST_DETECTIONS} of them"
        )
        return Difference(Kind.SHAPE, words)
    reached = mean_average_precision([f for f in found if f], truth["boxes"], truth["labels"])
    if reached >= at_least:
        return None
    words = f"the mean average precision at IoU 0.5 is {reached:.2f}, {at_least:.2f} is asked"
    return Difference(Kind.VALUES, words)


def mean_average_precision(
    found: Sequence[Found],
    boxes: Sequence[Tensor],
    labels: Sequence[Tensor],
    threshold: float = 0.5,
) -> float:
    """The mean of `average_precisions` over the classes there are; 0.0 without any object."""
    values = average_precisions(found, boxes, labels, threshold).values()
    return sum(values) / len(values) if values else 0.0


def average_precisions(
    found: Sequence[Found],
    boxes: Sequence[Tensor],
    labels: Sequence[Tensor],
    threshold: float = 0.5,
) -> dict[int, float]:
    """Average precision of every class there is: the mean over its objects of the precision at
    the score where each was found, 0 for those never found (scikit-learn's definition, no
    interpolation, so a little below those of VOC and COCO).

    found, boxes (m, 4), labels (m,): one for every scene, in the same order.
    """
    classes = sorted({int(label) for scene in labels for label in scene})
    return {label: _one_class(found, boxes, labels, label, threshold) for label in classes}


def _one_class(
    found: Sequence[Found],
    boxes: Sequence[Tensor],
    labels: Sequence[Tensor],
    label: int,
    threshold: float,
) -> float:
    from sklearn.metrics import average_precision_score  # half a second, so only where needed

    hits, scores, total = [], [], 0
    for scene, all_boxes, all_labels in zip(found, boxes, labels, strict=True):
        truths = all_boxes[all_labels == label]
        said = scene.labels == label
        total += len(truths)
        hits.append(_hits(scene.boxes[said], scene.scores[said], truths, threshold))
        scores.append(scene.scores[said])
    hit, score = torch.cat(hits), torch.cat(scores)
    if not hit.any():
        return 0.0
    return float(average_precision_score(hit, score)) * int(hit.sum()) / total


def _hits(boxes: Tensor, scores: Tensor, truths: Tensor, threshold: float) -> Tensor:
    """Which boxes are the best-scored ones of those that meet a truth: (n,) bool.

    Every box belongs to the truth it overlaps most, and each truth counts its best-scored box.
    """
    hits = torch.zeros(len(boxes), dtype=torch.bool)
    if not len(boxes) or not len(truths):
        return hits
    overlap, owner = _overlaps(boxes.double(), truths.double()).max(dim=1)
    for truth in range(len(truths)):
        mine = ((owner == truth) & (overlap >= threshold)).nonzero()[:, 0]
        if len(mine):
            hits[mine[scores[mine].argmax()]] = True
    return hits


def _overlaps(boxes: Tensor, truths: Tensor) -> Tensor:
    from torchvision.ops import box_iou

    return torch.as_tensor(box_iou(boxes, truths)).nan_to_num(nan=0.0)


def _found(scene: Plain) -> Found | None:
    """The detections of a scene on the CPU, or None when they are no such thing."""
    if not isinstance(scene, list | tuple) or len(scene) != 3:
        return None
    if not all(isinstance(part, Tensor) and part.device.type == "cpu" for part in scene):
        return None
    boxes, scores, labels = (part.detach() for part in scene)
    n = len(scores) if scores.ndim == 1 else -1
    if boxes.shape != (n, 4) or labels.shape != (n,) or n > MOST_DETECTIONS:
        return None
    if labels.dtype != torch.int64 or not (
        boxes.is_floating_point() and scores.is_floating_point()
    ):
        return None
    sums = boxes.double().abs().sum() + scores.double().abs().sum()
    return Found(boxes, scores, labels) if math.isfinite(sums) else None
