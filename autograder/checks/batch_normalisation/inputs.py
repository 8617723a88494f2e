"""Batches whose every feature varies, so that no variance is 0 unless a case asks for it."""

import torch

from autograder.draw import Draw

_FACTORS = (-4, -3, -2, 2, 3, 4, 5, 6)


def batch(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Whole numbers, all different, whose mean is not 0.

    float32 unless asked otherwise: in it the usual epsilon of 1e-5 is too small to be seen, so
    that a mistake in epsilon costs only where a case asks for epsilon.
    """
    return draw.distinct(*shape, dtype=dtype) + draw.integer(3, 6)


def faint(draw: Draw, *shape: int) -> torch.Tensor:
    """The same in 256ths: their variances are so small that an epsilon of 1e-5 is seen."""
    return batch(draw, *shape) / 256


def factors(draw: Draw, count: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Up to eight different whole numbers for gamma or beta, none of them 0, 1 or -1."""
    return torch.tensor(draw.sample(_FACTORS, count), dtype=dtype)


def ones(count: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A gamma that scales nothing."""
    return torch.ones(count, dtype=dtype)


def zeros(count: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A beta that shifts nothing."""
    return torch.zeros(count, dtype=dtype)
