"""Inputs for networks and blocks: small, and of other shapes wherever roles could be mixed up."""

import torch

from autograder.draw import Draw
from visionlab.layers import Row, conv, fc, norm, pool


def whole(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Whole numbers from -4 to 4 without 0, so that nothing can be left out unnoticed."""
    size = draw.integers(*shape, low=1, high=4, dtype=dtype)
    sign = draw.integers(*shape, low=0, high=1, dtype=dtype)
    return size * (2 * sign - 1)


def channels(draw: Draw, count: int, low: int = 2) -> list[int]:
    """`count` different numbers of channels."""
    return draw.sample(range(low, low + count + 3), count)


def small_network(draw: Draw) -> list[Row]:
    """Every kind of row once or twice, with numbers that all differ."""
    first, second = draw.sample([4, 6, 8, 10], 2)
    return [
        conv("first", first, draw.choice([5, 7]), stride=2, pad=2),
        pool("smaller", 3, stride=2),
        norm("calm"),
        conv("second", second, 3, pad=1, groups=2),
        pool("again", 2, stride=2, pad=1),
        fc("hidden", draw.integer(20, 30)),
        fc("scores", draw.integer(5, 12)),
    ]
