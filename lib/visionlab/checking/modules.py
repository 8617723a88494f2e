"""Modules of students' own making, filled so that right ones give the same output."""

import math

import torch
from torch import nn


def fill_parameters(module: nn.Module, limit: int = 3) -> nn.Module:
    """Overwrite every parameter with whole numbers that depend on its shape alone.

    Two right modules then agree whatever their attributes are called and in whatever order they
    were made; parameters of the same shape get the same values, so give roles that must not be
    mixed up other shapes. Values run through -limit..limit without a period that divides the
    usual sizes; weights of one axis (biases, scales) stay between 1 and `limit`. Buffers such as
    running statistics stay as they are. Returns the module.
    """
    with torch.no_grad():
        for parameter in module.parameters():
            if not parameter.is_meta:
                parameter.copy_(_pattern(parameter.shape, limit))
    return module


def _pattern(shape: torch.Size, limit: int) -> torch.Tensor:
    """Whole numbers that look random and are the same for every tensor of a shape."""
    count = math.prod(shape)
    place = torch.arange(count, dtype=torch.float64) + 7 * sum(shape)
    mixed = (place * place * 31 + place * 17) % 1009  # 1009 is prime: no period in a small tensor
    if len(shape) <= 1:
        return (mixed % limit + 1).reshape(shape)
    return (mixed % (2 * limit + 1) - limit).reshape(shape)
