# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""instancenorm: every map of every image by itself."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch, factors, faint, ones, zeros
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

instancenorm = Exercise("instancenorm", points=0.5, stars=1, minutes=6, forbidden=NORMALISATIONS)


def up_to_a_factor(student, x):
    """The result about its mean, every map divided by its largest entry: no variance shows."""
    ones = torch.ones(x.shape[1], dtype=x.dtype)
    y = student.instancenorm(x, ones, ones)
    y = y - y.mean((2, 3), keepdim=True)
    return y / y.abs().amax((2, 3), keepdim=True)


def against_plain(student, x, gamma, beta):
    """What gamma and beta add to the student's own normalisation."""
    plain = student.instancenorm(x, torch.ones_like(gamma), torch.zeros_like(beta))
    rest = student.instancenorm(x, gamma, beta) - gamma[:, None, None] * plain
    return {"plain is not all 0": bool(plain.any()), "y - gamma * plain": rest}


def scaled(draw: Draw, C: int, dtype: torch.dtype = torch.float32) -> Inputs:
    """A gamma and a beta that change something."""
    return {"gamma": factors(draw, C, dtype), "beta": factors(draw, C, dtype)}


def unscaled(C: int, dtype: torch.dtype = torch.float32) -> Inputs:
    """A gamma and a beta that change nothing."""
    return {"gamma": ones(C, dtype), "beta": zeros(C, dtype)}


@instancenorm.cases("values", weight=2)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 2, 3, 3, 3), **unscaled(3)}
    yield {"x": batch(draw, 3, 2, 4, 2), **unscaled(2)}


@instancenorm.cases("scale and shift", probe=against_plain)
def scale(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 2, 3, 3, 3), **scaled(draw, 3)}
    yield {"x": batch(draw, 1, 2, 4, 3), **scaled(draw, 2)}
    yield {"x": batch(draw, 2, 3, 1, 1), **scaled(draw, 3)}


@instancenorm.cases("epsilon")
def epsilon(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 2, 2, 3, 2), **unscaled(2), "eps": 9.0}
    yield {"x": faint(draw, 1, 2, 3, 2), **unscaled(2)}


@instancenorm.cases("dtype and memory", weight=0.5, probe=up_to_a_factor)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(2, 2, 3, 2)}
    yield {"x": strided(batch(draw, 2, 2, 3, 2))}
    yield {"x": channels_last(batch(draw, 2, 3, 2, 3))}


@instancenorm.misconception(
    "You average over the channels too: that is layer norm. Here each map stands alone.",
    "There are N * C means: average over H and W only.",
)
def over_all_channels(x, gamma, beta, eps=1e-5):
    mean = x.mean((1, 2, 3), keepdim=True)
    var = x.var((1, 2, 3), correction=0, keepdim=True)
    return gamma[:, None, None] * (x - mean) / torch.sqrt(var + eps) + beta[:, None, None]


@instancenorm.misconception(
    "You average over the images too: that is batch norm. Here each map stands alone.",
    "There are N * C means: average over H and W only.",
)
def over_all_images(x, gamma, beta, eps=1e-5):
    mean = x.mean((0, 2, 3), keepdim=True)
    var = x.var((0, 2, 3), correction=0, keepdim=True)
    return gamma[:, None, None] * (x - mean) / torch.sqrt(var + eps) + beta[:, None, None]


@instancenorm.misconception(
    "The variance is the unbiased one; divide by the number of pixels, not by one less.",
    "torch's `var` and `std` divide by one less unless told otherwise: look at `correction`.",
)
def unbiased_variance(x, gamma, beta, eps=1e-5):
    mean = x.mean((2, 3), keepdim=True)
    pixels = x.shape[2] * x.shape[3]
    var = ((x - mean) ** 2).sum((2, 3), keepdim=True) / (pixels - 1)
    return gamma[:, None, None] * (x - mean) / torch.sqrt(var + eps) + beta[:, None, None]


@instancenorm.misconception(
    "gamma and beta act along the columns of the image; they belong to the channels.",
    "A tensor (C,) lines up with the last axis. Give it two more axes: (C, 1, 1).",
)
def scales_the_columns(x, gamma, beta, eps=1e-5):
    mean, var = x.mean((2, 3), keepdim=True), x.var((2, 3), correction=0, keepdim=True)
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta


@instancenorm.misconception(
    "gamma and beta change nothing in your result.",
    "Scale every channel by its gamma and shift it by its beta.",
)
def forgets_scale_and_shift(x, gamma, beta, eps=1e-5):
    mean, var = x.mean((2, 3), keepdim=True), x.var((2, 3), correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)


@instancenorm.misconception(
    "Epsilon is added to the standard deviation; it belongs inside the root, to the variance.",
    "Add first, take the root afterwards.",
)
def epsilon_outside_the_root(x, gamma, beta, eps=1e-5):
    mean, std = x.mean((2, 3), keepdim=True), x.std((2, 3), correction=0, keepdim=True)
    return gamma[:, None, None] * (x - mean) / (std + eps) + beta[:, None, None]


@instancenorm.alternative
def map_by_map(x, gamma, beta, eps=1e-5):
    y = x.clone()
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            one = x[n, c]
            std = torch.sqrt(((one - one.mean()) ** 2).mean() + eps)
            y[n, c] = gamma[c] * (one - one.mean()) / std + beta[c]
    return y


@instancenorm.alternative
def as_batch_norm_of_a_table(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    table = x.reshape(N * C, H * W).T
    hat = (table - table.mean(0)) / (table.var(0, correction=0) + eps).sqrt()
    return hat.T.reshape(x.shape) * gamma.reshape(C, 1, 1) + beta.reshape(C, 1, 1)


@instancenorm.alternative
def by_einsum(x, gamma, beta, eps=1e-5):
    pixels = x.shape[2] * x.shape[3]
    centred = x - torch.einsum("nchw->nc", x)[:, :, None, None] / pixels
    var = torch.einsum("nchw,nchw->nc", centred, centred) / pixels
    factor = gamma / torch.sqrt(var + eps)  # (N, C)
    return torch.einsum("nchw,nc->nchw", centred, factor) + beta[:, None, None]
