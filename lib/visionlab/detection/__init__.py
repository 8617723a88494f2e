"""A detector for street scenes: the steps of lab 05a ready-made, data, and judging.

Predictions have one form everywhere: images (N, 3, H, W) give objectness (N, A), deltas (N, A, 4)
and class_scores (N, A, K) in float32, for the A anchors of `street_anchors`.
"""

from visionlab.detection.anchors import (
    PER_POSITION,
    RATIOS,
    SCALES,
    STRIDE,
    decode,
    encode,
    label_anchors,
    street_anchors,
)
from visionlab.detection.backbone import Backbone
from visionlab.detection.data import Batch, batches
from visionlab.detection.detections import Detections, average_precision, postprocess, recall
from visionlab.detection.reference import (
    Network,
    Predictions,
    ReferenceDetector,
    detect,
    predictions,
    trained_detector,
)

__all__ = [
    "PER_POSITION",
    "RATIOS",
    "SCALES",
    "STRIDE",
    "Backbone",
    "Batch",
    "Detections",
    "Network",
    "Predictions",
    "ReferenceDetector",
    "average_precision",
    "batches",
    "decode",
    "detect",
    "encode",
    "label_anchors",
    "postprocess",
    "predictions",
    "recall",
    "street_anchors",
    "trained_detector",
]
