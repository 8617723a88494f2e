"""Boxes of whole numbers, whose areas and overlaps are exact in float32."""

from collections.abc import Sequence

import torch

from autograder.draw import Draw

Corners = tuple[int, int, int, int]


def one_box(draw: Draw, low: int = 3, high: int = 9, within: int = 20) -> Corners:
    """x1, y1, x2, y2 inside a square of side `within`, with sides from `low` to `high`.

    Height and width differ, and so do x1 and y1: nothing may be mistaken for its counterpart.
    """
    w, h = draw.sample(range(low, high + 1), 2)
    x, y = draw.sample(range(1, within - high), 2)
    return x, y, x + w, y + h


def random_boxes(
    draw: Draw, n: int, within: int = 20, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """(n, 4) boxes somewhere in a square of side `within`."""
    return torch.tensor([one_box(draw, within=within) for _ in range(n)], dtype=dtype)


def no_boxes(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """The boxes of an image without objects: (0, 4)."""
    return torch.zeros(0, 4, dtype=dtype)


def shifted(
    draw: Draw, moves: Sequence[Sequence[int]], side: int = 12
) -> tuple[torch.Tensor, torch.Tensor]:
    """Anchors (A, 4) and boxes (M, 4) whose overlaps are known from how far they are moved.

    For each of `moves` there is one box of width `side`, far from the others, and for each of
    its numbers an anchor of the same size, moved by it to the right: where it moves by d, its
    IoU is (side - d) / (side + d). The anchors are in random order.
    """
    anchors, boxes = [], []
    for k, ways in enumerate(moves):
        x, y, h = 60 * k + draw.integer(10, 14), draw.integer(1, 20), draw.integer(5, 9)
        boxes.append([x, y, x + side, y + h])
        anchors += [[x + d, y, x + side + d, y + h] for d in ways]
    order = draw.sample(range(len(anchors)), len(anchors))
    return torch.tensor(anchors).float()[order], torch.tensor(boxes).float()
