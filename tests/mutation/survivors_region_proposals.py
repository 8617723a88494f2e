"""Mutants of 05a_region_proposals that get full points because they are right."""

from tests.mutation.survivors import Equivalent

SAME_EITHER_WAY = "the larger, or smaller, of two numbers does not depend on their order"
FLOATS_ANYHOW = "the root of whole numbers is a float32, and so is their quotient with it"

_CORNER = "corner = torch.maximum(a[:, None, :2], b[:, :2])"
_OPPOSITE = "opposite = torch.minimum(a[:, None, 2:], b[:, 2:])"
_LOOP = "for box, label in zip(boxes, labels.tolist(), strict=True):"
_SHAPES = (
    "s, r = (torch.tensor(scales).float()[:, None], torch.tensor(ratios).float())",
    "s, r = (torch.tensor(scales)[:, None], torch.tensor(ratios).float())",
    "s, r = (torch.tensor(scales).float()[:, None], torch.tensor(ratios))",
)
_NOTHING = "nothing = torch.zeros(len(anchors), dtype=torch.int64{})"
_BEST = "labels[((iou == top) & ({} > 0)).any(dim=1)] = 1"

EQUIVALENTS = (
    Equivalent(
        "box_iou",
        _CORNER,
        ("corner = torch.maximum(b[:, :2], a[:, None, :2])",),
        SAME_EITHER_WAY,
    ),
    Equivalent(
        "box_iou",
        _OPPOSITE,
        ("opposite = torch.minimum(b[:, 2:], a[:, None, 2:])",),
        SAME_EITHER_WAY,
    ),
    Equivalent(
        "grid_targets",
        _LOOP,
        (
            _LOOP.replace(", strict=True", ""),
            _LOOP.replace("True", "False"),
            _LOOP.replace(".tolist()", ""),
        ),
        "there are as many labels as boxes, and a tensor of one whole number is an index too",
    ),
    Equivalent(
        "grid_targets",
        "column, row = centre.long().tolist()",
        ("column, row = centre.long()",),
        "a tensor of one whole number is an index too",
    ),
    Equivalent(
        "lost_objects",
        "cells = ((boxes[:, :2] + boxes[:, 2:]) / 2 * S / size).long()",
        ("cells = ((boxes[:, :2] + boxes[:, 2:]) / 2 * S // size).long()",),
        "long cuts the fraction off as well, and no centre is below 0",
    ),
    Equivalent(
        "lost_objects",
        "return len(boxes) - len(cells.unique(dim=0))",
        ("return len(cells) - len(cells.unique(dim=0))",),
        "each box has one cell",
    ),
    Equivalent("make_anchors", _SHAPES[0], _SHAPES[1:], FLOATS_ANYHOW),
    Equivalent(
        "make_anchors",
        "y, x = torch.meshgrid(y, x, indexing='ij')",
        ("y, x = torch.meshgrid(y, x)",),
        "torch takes this order by default still, with a warning",
    ),
    Equivalent(
        "coverage",
        "return (best >= threshold).double().mean().item()",
        ("return (best >= threshold).double().mean()",),
        "a tensor without dimensions counts as a number",
    ),
    Equivalent(
        "label_anchors",
        _NOTHING.format(", device=anchors.device"),
        (_NOTHING.format(""), _NOTHING.format(", device=boxes.device")),
        "anchors and boxes are on one device, here the CPU",
    ),
    Equivalent(
        "label_anchors",
        "return (nothing, nothing.clone())",
        ("return (nothing, nothing)", "return (nothing.clone(), nothing)"),
        "both are zeros, whether or not they share their memory",
    ),
    Equivalent(
        "label_anchors",
        _BEST.format("top"),
        (_BEST.format("iou"),),
        "where the two are equal, one is above 0 when the other is",
    ),
    Equivalent(
        "smooth_l1_fb",
        "near = x.abs() < beta",
        ("near = x.abs() <= beta",),
        "at beta both pieces have the same value and the same slope",
    ),
    Equivalent(
        "rpn_loss",
        "signs = 2 * labels[known] - 1",
        ("signs = 2 * positive[known] - 1",),
        "among the labelled anchors the label is 1 just where it is positive",
    ),
)
