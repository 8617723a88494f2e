"""The steps of lab 05a ready-made: torchvision's anchors, box coder and matcher for our scenes.

Boxes are (x1, y1, x2, y2) floats in pixels, without any "+1".
"""

import torch
from torch import Tensor
from torchvision.models.detection._utils import BoxCoder, Matcher
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.ops import box_convert, box_iou

STRIDE = 4
"""Pixels between two positions of the feature map."""
SCALES = (12, 18, 27, 36)
RATIOS = (0.5, 1.0, 2.0)
PER_POSITION = len(SCALES) * len(RATIOS)

_CODER = BoxCoder((1.0, 1.0, 1.0, 1.0))  # clamps dw and dh at log(1000 / 16)


def street_anchors(height: int = 96, width: int = 96, device: torch.device | str = "cpu") -> Tensor:
    """The anchors over an image of height x width pixels: (height/4 * width/4 * 12, 4) float32.

    Ordered by rows, columns, scales (12, 18, 27, 36), ratios (1/2, 1, 2; height over width), around
    the points ((j + 1/2) * 4, (i + 1/2) * 4), neither rounded nor clipped (lectures 000 and 004).
    Raises ValueError for a side that is not a multiple of 4.
    """
    if height % STRIDE or width % STRIDE or min(height, width) <= 0:
        raise ValueError(f"street_anchors({height}, {width}): sides are multiples of {STRIDE}.")
    here = (STRIDE / 2, STRIDE / 2)
    shapes = [(*here, s / r**0.5, s * r**0.5) for s in SCALES for r in RATIOS]
    first = box_convert(torch.tensor(shapes, device=device), "cxcywh", "xyxy")
    generator = AnchorGenerator()
    generator.cell_anchors = [first]
    step = torch.tensor(STRIDE, device=device)
    (anchors,) = generator.grid_anchors([[height // STRIDE, width // STRIDE]], [[step, step]])
    return anchors


def encode(anchors: Tensor, boxes: Tensor) -> Tensor:
    """Each box relative to its anchor, dx, dy, dw, dh: both (..., 4), returns (..., 4)."""
    flat = _CODER.encode_single(boxes.reshape(-1, 4), anchors.reshape(-1, 4))
    return flat.reshape(boxes.shape)


def decode(anchors: Tensor, deltas: Tensor) -> Tensor:
    """The inverse of `encode`, with dw and dh cut off above log(1000 / 16).

    anchors: (A, 4) or the shape of deltas; deltas: (..., A, 4). Returns boxes shaped like deltas,
    which may reach outside the image.
    """
    same = anchors.expand_as(deltas).reshape(-1, 4)
    return _CODER.decode_single(deltas.reshape(-1, 4), same).reshape(deltas.shape)


def label_anchors(
    anchors: Tensor, boxes: Tensor, hi: float = 0.5, lo: float = 0.3
) -> tuple[Tensor, Tensor]:
    """Which anchors are objects (1), background (0) or neither (-1), and of which box.

    anchors: (A, 4), boxes: (M, 4), M may be 0. Returns labels and matched, both (A,) int64:
    1 from an IoU of `hi` and for every anchor that ties a box's best IoU above 0, 0 below `lo`;
    matched is the first box of the largest IoU, 0 without boxes.
    """
    overlaps = box_iou(boxes, anchors)  # (M, A)
    met = overlaps[(overlaps > 0).any(dim=1)]
    if not len(met):
        empty = torch.zeros(2, len(anchors), dtype=torch.int64, device=anchors.device)
        return empty[0], empty[1]
    found = Matcher(hi, lo, allow_low_quality_matches=True)(met)
    labels = (found >= 0).long() - (found == Matcher.BETWEEN_THRESHOLDS).long()
    return labels, overlaps.argmax(dim=0)
