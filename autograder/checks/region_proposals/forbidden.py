"""What assignment 05a may not call: ready-made boxes, anchors, matchers and losses."""

from autograder.checks.forbidden import AUTOGRAD_TOOLS, together
from visionlab.checking.forbidden import Forbidden

# torchvision writes these in Python from torch's basic operators, so reading is what finds them.
BOX_TOOLS = Forbidden(
    operators=frozenset({"nms", "roi_align", "roi_pool"}),
    names=frozenset(
        {f"{kind}box_iou" for kind in ("", "generalized_", "distance_", "complete_")}
        | {f"{kind}_box_iou_loss" for kind in ("generalized", "distance", "complete")}
        | {"_box_inter_union", "_loss_inter_union", "box_area", "box_convert", "batched_nms", "nms"}
        | {
            "clip_boxes_to_image",
            "remove_small_boxes",
            "masks_to_boxes",
            "convert_bounding_box_format",
        }
        | {"AnchorGenerator", "DefaultBoxGenerator", "BoxCoder", "BoxLinearCoder", "encode_boxes"}
        | {"Matcher", "SSDMatcher", "BalancedPositiveNegativeSampler", "RegionProposalNetwork"}
        | {"IntersectionOverUnion", "intersection_over_union", "rpn", "anchor_utils", "det_utils"}
        # What lab 05b gets ready-made, from visionlab.detection; one's own functions of these
        # names are nobody's import.
        | {"encode", "decode", "label_anchors", "street_anchors", "_CODER", "detection"}
        | {"batches", "postprocess", "recall", "loss_of"}
    ),
    reason=(
        "This exercise is to write the box arithmetic yourself: use no ready-made IoU, box coder, "
        "anchors or matcher, neither torchvision's nor those of visionlab.detection. Your own "
        "functions from above are fine."
    ),
)

_SMOOTH_L1 = Forbidden(
    operators=frozenset(
        {"smooth_l1_loss", "huber_loss", "smooth_l1_loss_backward", "huber_loss_backward"}
    ),
    names=frozenset(
        {"smooth_l1_loss", "huber_loss", "SmoothL1Loss", "HuberLoss", "huber"} | {"pseudo_huber"}
    ),
)

_WHOLE_LOSSES = Forbidden(
    names=frozenset({"loss_of", "RegionProposalNetwork", "RoIHeads", "fastrcnn_loss", "detection"})
)

_BINARY = Forbidden(
    operators=frozenset(
        {"binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss"}
        | {"binary_cross_entropy_backward", "soft_margin_loss_backward"}
        | {"multilabel_soft_margin_loss"}
    ),
    names=frozenset(
        {"binary_cross_entropy", "binary_cross_entropy_with_logits", "BCELoss"}
        | {"BCEWithLogitsLoss", "soft_margin_loss", "SoftMarginLoss", "sigmoid_focal_loss"}
        | {"multilabel_soft_margin_loss", "MultiLabelSoftMarginLoss", "log_loss"}
    ),
)

SMOOTH_L1 = together(
    _SMOOTH_L1,
    AUTOGRAD_TOOLS,
    reason=(
        "This exercise is to write smooth L1 and its slope yourself: use no ready-made loss and no "
        "autograd. abs, sign, where, clamp and minimum are fine."
    ),
)

RPN_LOSSES = together(
    _SMOOTH_L1,
    _BINARY,
    _WHOLE_LOSSES,
    reason=(
        "This exercise is to write the two losses yourself: use no ready-made binary "
        "cross-entropy or smooth L1. F.softplus, F.logsigmoid and your own smooth_l1_fb are fine."
    ),
)
