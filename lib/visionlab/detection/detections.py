"""From a network's predictions to detections, and how good these are."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor
from torchvision.ops import batched_nms, box_iou, clip_boxes_to_image, remove_small_boxes

from visionlab.checking.detections import Found, average_precisions
from visionlab.detection.anchors import decode
from visionlab.scenes import Scenes

_CANDIDATES = 1000  # boxes of an image that suppression compares with each other


class Detections(NamedTuple):
    """What was found in one image, by falling score.

    boxes: (n, 4) float, x1 y1 x2 y2; scores: (n,) in 0..1; labels: (n,) int64, from 1.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor

    def above(self, score: float) -> "Detections":
        """Only those with at least this score."""
        kept = self.scores >= score
        return Detections(self.boxes[kept], self.scores[kept], self.labels[kept])


def postprocess(
    objectness: Tensor,
    deltas: Tensor,
    class_scores: Tensor,
    anchors: Tensor,
    size: int,
    score: float = 0.02,
    overlap: float = 0.5,
    most: int = 100,
) -> Detections:
    """The detections in one image of size x size pixels.

    objectness: (A,) logits, deltas: (A, 4), class_scores: (A, K) logits of classes 1..K, anchors:
    (A, 4). An anchor has, for every class, the score sigmoid(objectness) * softmax(class_scores).
    Boxes are decoded, clipped to the image and dropped below one pixel of width or height or below
    `score`; of boxes of one class with an IoU above `overlap` only the best stays; `most` stay.
    Only the 1000 highest scores are looked at, so that an untrained network does not take minutes.
    """
    scores = objectness.sigmoid()[:, None] * class_scores.softmax(dim=1)  # (A, K)
    anchor, column = (scores >= score).nonzero(as_tuple=True)
    highest = scores[anchor, column].argsort(descending=True, stable=True)[:_CANDIDATES]
    anchor, column = anchor[highest], column[highest]
    boxes = clip_boxes_to_image(decode(anchors[anchor], deltas[anchor]), (size, size))
    large = remove_small_boxes(boxes, 1.0)
    boxes, anchor, column = boxes[large], anchor[large], column[large]
    kept = batched_nms(boxes, scores[anchor, column], column, overlap)[:most]
    return Detections(boxes[kept], scores[anchor, column][kept], column[kept] + 1)


def average_precision(
    found: Sequence[Detections], scenes: Scenes, threshold: float = 0.5
) -> dict[str, float]:
    """Average precision of every class that occurs in the scenes, by its name, 0..1.

    found: one for every scene. A detection counts where its IoU with an object of its class is at
    least `threshold`, once for each object. This is the definition the grading uses: the mean over
    the objects of the precision at the score where each was found, 0 for those missed. It does not
    interpolate, so values lie a little below those of VOC and COCO.
    Raises ValueError when there are not as many of `found` as scenes.
    """
    _check_lengths("average_precision", len(found), len(scenes))
    scenes = scenes.to("cpu")
    truths = [scenes.targets(i) for i in range(len(scenes))]
    boxes, labels = [b for b, _ in truths], [known for _, known in truths]
    there = [Found(*(part.detach().cpu() for part in scene)) for scene in found]
    values = average_precisions(there, boxes, labels, threshold)
    return {scenes.class_names[label]: value for label, value in values.items()}


def recall(boxes: Sequence[Tensor], scenes: Scenes, threshold: float = 0.5) -> float:
    """The share of objects, of whatever class, that some box meets with IoU >= threshold.

    boxes: for every scene (n, 4), n may be 0. 1.0 where there are no objects.
    Raises ValueError when there are not as many as scenes.
    """
    _check_lengths("recall", len(boxes), len(scenes))
    met = total = 0
    for i, some in enumerate(boxes):
        truths = scenes.targets(i)[0]
        total += len(truths)
        met += int((box_iou(some.to(truths), truths) >= threshold).any(dim=0).sum())
    return met / total if total else 1.0


def _check_lengths(name: str, given: int, scenes: int) -> None:
    if given != scenes:
        raise ValueError(f"{name}: {given} answers for {scenes} scenes; give one for each.")
