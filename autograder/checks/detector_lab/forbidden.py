"""What assignment 05b may not call: the ready-made form of each exercise itself."""

from autograder.checks.forbidden import together
from visionlab.checking.forbidden import Forbidden

HEADS = Forbidden(
    names=frozenset(
        {"RPNHead", "RegionProposalNetwork", "rpn", "RetinaNetHead", "RetinaNetRegressionHead"}
        | {"SSDHead", "FCOSHead", "ReferenceDetector", "trained_detector"}
    ),
    reason=(
        "This exercise is to build the head yourself: use no ready-made one. All layers of "
        "torch.nn are fine."
    ),
)

FLATTENERS = Forbidden(
    names=frozenset({"permute_and_flatten", "concat_box_prediction_layers", "rpn"}),
    reason="This exercise is to put the answers in order yourself: torchvision's function is it.",
)

SAMPLERS = Forbidden(
    names=frozenset({"BalancedPositiveNegativeSampler", "det_utils", "RegionProposalNetwork"}),
    reason="This exercise is to draw the sample yourself: use no ready-made sampler.",
)

DETECTOR_LOSSES = Forbidden(
    names=frozenset(
        {"RegionProposalNetwork", "RoIHeads", "fastrcnn_loss", "loss_of", "train_reference"}
    ),
    reason=(
        "This exercise is to put the loss together yourself: the losses of torch.nn.functional "
        "are fine, those of whole detectors are not."
    ),
)

TRAINERS = together(
    DETECTOR_LOSSES,
    reason="This exercise is to write the loop yourself, with your own sampling and loss.",
)

REFERENCE_WEIGHTS = Forbidden(
    names=frozenset({"train_reference", "trained_detector", "ReferenceDetector", "weights"}),
    reason="This exercise is about the detector you trained: the course's own one is not yours.",
)

_SUPPRESSION = Forbidden(
    operators=frozenset({"nms"}),
    names=frozenset(
        {"nms", "batched_nms", "_batched_nms_vanilla", "_batched_nms_coordinate_trick"}
        | {"nms_rotated", "soft_nms", "postprocess", "postprocess_detections", "detect"}
        | {"filter_proposals", "RegionProposalNetwork", "RoIHeads"}
    ),
)

NMS = together(
    _SUPPRESSION,
    reason=(
        "This exercise is to write non-maximum suppression yourself: use no ready-made one. "
        "torchvision.ops.box_iou is fine."
    ),
)

PROPOSALS = together(
    _SUPPRESSION,
    reason=(
        "This exercise is to put the proposals together yourself: use your own nms, and "
        "visionlab's decode."
    ),
)

METRICS = Forbidden(
    names=frozenset(
        {"confusion_matrix", "multilabel_confusion_matrix", "precision_score", "recall_score"}
        | {"precision_recall_fscore_support", "precision_recall_curve", "PrecisionRecallDisplay"}
        | {"average_precision_score", "average_precision", "auc", "classification_report"}
        | {"COCOeval", "pycocotools", "MeanAveragePrecision", "torchmetrics", "recall"}
        | {"class_likelihood_ratios", "det_curve", "roc_curve", "f1_score"}
    ),
    reason=(
        "This exercise is to measure the detector yourself: use no ready-made metric from sklearn "
        "or elsewhere. Sums, cumsum, sort and maximum are fine."
    ),
)
