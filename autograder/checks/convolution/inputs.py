"""Inputs that no symmetry and no zero can make forgiving."""

import torch

from autograder.draw import Draw


def whole(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Whole numbers from -4 to 4 without 0, so that no position can be left out unnoticed.

    float32 unless asked otherwise: small whole numbers are exact in it, and an answer that
    makes its result with torch's default type fails only where float64 is asked for.
    """
    size = draw.integers(*shape, low=1, high=4, dtype=dtype)
    sign = draw.integers(*shape, low=0, high=1, dtype=dtype)
    return size * (2 * sign - 1)


def kernel(
    draw: Draw, *shape: int, axes: int = 2, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Whole numbers whose every kernel changes when flipped along an axis, or transposed.

    axes: how many of the last axes a kernel has; those of length 1 cannot be flipped.
    """
    while True:
        w = whole(draw, *shape, dtype=dtype)
        if all(_lopsided(one) for one in w.reshape(-1, *shape[len(shape) - axes :])):
            return w


def turned_alike(
    draw: Draw, *shape: int, axes: int = 2, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Kernels that a turn by 180 degrees leaves as they are, but no flip along one axis does.

    For facets that ask something else than which way round the kernel is: there a flipped
    kernel should cost nothing.
    """
    long = [axis for axis in range(-axes, 0) if shape[axis] > 1]
    single = long if len(long) > 1 else []  # along a line the turn is the only flip
    while True:
        w = whole(draw, *shape, dtype=dtype).reshape(*shape[: len(shape) - axes], -1)
        half = w.shape[-1] // 2
        w[..., w.shape[-1] - half :] = w[..., :half].flip(-1)
        w = w.reshape(shape)
        ones = w.reshape(-1, *shape[len(shape) - axes :])
        if not any(torch.equal(one, one.flip(axis)) for one in ones for axis in single):
            return w


def distinct(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Whole numbers above zero, all different: no ties, and none lost to a maximum of 0."""
    return draw.distinct(*shape, dtype=dtype) + 500


def _lopsided(w: torch.Tensor) -> bool:
    """Whether flipping `w` along any axis, or all of them, or transposing it changes it."""
    long = [axis for axis in range(w.ndim) if w.shape[axis] > 1]
    images = [w.flip(axis) for axis in long] + ([w.flip(long)] if long else [])
    if w.ndim == 2 and w.shape[0] == w.shape[1] > 1:
        images.append(w.T)
    return not any(torch.equal(w, image) for image in images)
