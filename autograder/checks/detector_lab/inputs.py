"""Boxes of whole numbers with scores, and street scenes nobody has seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torchvision.ops import box_iou

from autograder.draw import Draw
from visionlab import scenes

Corners = Sequence[float]


@dataclass(frozen=True)
class Truth:
    """Some scenes. images: (n, 3, H, W) uint8; boxes: (m, 4) and labels: (m,) of each."""

    images: torch.Tensor
    boxes: list[torch.Tensor]
    labels: list[torch.Tensor]


def street_scenes(draw: Draw, count: int) -> Truth:
    """`count` scenes of 96 x 96 pixels, as in the notebook but of a seed of their own."""
    return _truth(scenes.street(count, seed=_seed(draw)))


def easy_scenes(draw: Draw, count: int, size: int) -> Truth:
    """Up to `count` scenes of size x size pixels with a few large objects each."""
    large = replace(scenes.EASY, smallest=36)
    drawn = scenes.street(3 * count, size=size, seed=_seed(draw), difficulty=large)
    return _truth(drawn.subset(drawn.counts.nonzero()[:count, 0]))


def _seed(draw: Draw) -> int:
    return draw.integer(10**6, 10**9)


def _truth(drawn: scenes.Scenes) -> Truth:
    targets = [drawn.targets(i) for i in range(len(drawn))]
    return Truth(drawn.images, [boxes for boxes, _ in targets], [labels for _, labels in targets])


def corners(*boxes: Corners, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """(n, 4) from corners; n may be 0."""
    return torch.tensor(boxes, dtype=dtype).reshape(-1, 4)


def scores(draw: Draw, n: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """(n,) scores between 0 and 1 no two of which are equal, exact in either dtype."""
    return torch.tensor(draw.sample(range(1, 64), n), dtype=dtype) / 64


def clear_threshold(boxes: torch.Tensor, options: Sequence[float]) -> float:
    """The option that is farthest from the IoU of any two boxes: no rounding decides."""
    iou = box_iou(boxes.double(), boxes.double())
    return max(options, key=lambda option: float((iou - option).abs().min()))


def row(draw: Draw, moves: Sequence[float], side: int = 12, far: int = 0) -> list[list[float]]:
    """Boxes of one size at the same height, moved to the right by `moves`.

    Two whose moves differ by d < side have the IoU (side - d) / (side + d). far: rows of different
    numbers do not touch.
    """
    x, y = draw.integer(2, 6), 40 * far + draw.integer(2, 6)
    height = draw.integer(7, 9)
    return [[x + d, y, x + d + side, y + height] for d in moves]
