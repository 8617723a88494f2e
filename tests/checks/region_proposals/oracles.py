"""Right answers to 05a_region_proposals from other hands: torchvision, torch, scipy, counting."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import comb
from torch import Tensor
from torchvision import ops
from torchvision.models.detection._utils import BoxCoder, Matcher
from torchvision.models.detection.anchor_utils import AnchorGenerator

_CODER = BoxCoder((1.0, 1.0, 1.0, 1.0))


def n_windows(H: int, W: int) -> int:
    """Two of the H + 1 lines between rows, and two of those between columns."""
    return int(comb(H + 1, 2, exact=True) * comb(W + 1, 2, exact=True))


def box_iou(a: Tensor, b: Tensor) -> Tensor:
    """torchvision's."""
    return ops.box_iou(a, b)


def encode(anchors: Tensor, boxes: Tensor) -> Tensor:
    """torchvision's box coder, all weights 1."""
    return _CODER.encode_single(boxes, anchors)


def decode(anchors: Tensor, deltas: Tensor) -> Tensor:
    """torchvision's box coder, all weights 1; its limit is log(1000 / 16) too."""
    return _CODER.decode_single(deltas, anchors)


def _cells(boxes: Tensor, size: float, S: int) -> list[tuple[int, int]]:
    """Row and column of the cell of each centre, by comparing with the lines between cells."""
    lines = np.linspace(0, size, S + 1)[1:-1]
    centres = ops.box_convert(boxes, "xyxy", "cxcywh").double().numpy()[:, :2]
    columns, rows = (np.searchsorted(lines, c, side="right") for c in centres.T)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def grid_targets(boxes: Tensor, labels: Tensor, size: float, S: int = 3, K: int = 3) -> Tensor:
    """Numpy in float64, from torchvision's centres and sizes."""
    grid = np.zeros((S, S, 5 + K))
    shapes = ops.box_convert(boxes, "xyxy", "cxcywh").double().numpy()
    cells = _cells(boxes, size, S)
    for (row, column), (x, y, w, h), label in zip(cells, shapes, labels.numpy(), strict=True):
        place = [x * S / size - column, y * S / size - row]
        grid[row, column] = [1, *place, w / size, h / size, *np.eye(K)[label - 1]]
    return torch.from_numpy(grid).to(boxes.dtype)


def lost_objects(boxes: Tensor, size: float, S: int = 3) -> int:
    """All but one of each cell."""
    return sum(count - 1 for count in Counter(_cells(boxes, size, S)).values())


def make_anchors(
    Hf: int, Wf: int, stride: float, scales: Sequence[float], ratios: Sequence[float]
) -> Tensor:
    """torchvision's grid around shapes in the exercise's order; its own would be rounded."""
    generator = AnchorGenerator((tuple(scales),), (tuple(ratios),))
    shapes = [(s * r**-0.5, s * r**0.5) for s, r in product(scales, ratios)]
    cell = torch.tensor([(-w, -h, w, h) for w, h in shapes]) / 2
    generator.cell_anchors = [cell + stride / 2]
    (anchors,) = generator.grid_anchors([(Hf, Wf)], [[torch.tensor(stride), torch.tensor(stride)]])
    return anchors


def coverage(anchors: Tensor, boxes: Tensor, threshold: float = 0.5) -> float:
    """torchvision's matcher: a box is to it what an anchor is to a detector."""
    if len(boxes) == 0:
        return 1.0
    met = Matcher(threshold, threshold)(ops.box_iou(anchors, boxes)) >= 0
    return int(met.sum()) / len(met)


def label_anchors(
    anchors: Tensor, boxes: Tensor, hi: float = 0.7, lo: float = 0.3
) -> tuple[Tensor, Tensor]:
    """torchvision's matcher, without the boxes that no anchor touches; numpy's first of equals."""
    iou = ops.box_iou(boxes, anchors)
    touched = iou[(iou > 0).any(dim=1)]
    if len(touched) == 0:
        return torch.zeros(len(anchors)).long(), torch.zeros(len(anchors)).long()
    found = Matcher(hi, lo, allow_low_quality_matches=True)(touched)
    labels = torch.where(found >= 0, 1, torch.where(found == Matcher.BELOW_LOW_THRESHOLD, 0, -1))
    return labels, torch.from_numpy(iou.numpy().argmax(axis=0))


def smooth_l1_fb(x: Tensor, beta: float = 1.0) -> tuple[Tensor, Tensor]:
    """torch's loss, and its gradient by autograd."""
    leaf = x.detach().clone().requires_grad_()
    y = F.smooth_l1_loss(leaf, torch.zeros_like(x), reduction="none", beta=beta)
    (dx,) = torch.autograd.grad(y, leaf, torch.ones_like(y))
    return y.detach(), dx


def rpn_loss(
    logits: Tensor, deltas: Tensor, labels: Tensor, targets: Tensor, lam: float = 1.0
) -> Tensor:
    """torch's two losses."""
    known, positive = labels != -1, labels == 1
    if not known.any():
        return logits.new_zeros(())
    objectness = F.binary_cross_entropy_with_logits(logits[known], labels[known].to(logits))
    box = F.smooth_l1_loss(deltas[positive], targets[positive], reduction="sum", beta=1 / 9)
    return objectness + lam * box / known.sum()


ORACLES: dict[str, Callable[..., Any]] = {
    oracle.__name__: oracle
    for oracle in (
        *(n_windows, box_iou, encode, decode, grid_targets, lost_objects, make_anchors),
        *(coverage, label_anchors, smooth_l1_fb, rpn_loss),
    )
}
