# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""groupnorm: groups of neighbouring channels of every image."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch, faint
from autograder.checks.batch_normalisation.maps import scaled, unscaled
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

groupnorm = Exercise("groupnorm", points=0.5, stars=2, minutes=8, forbidden=NORMALISATIONS)


def up_to_a_factor(student, x, groups):
    """The result about its mean, every group divided by its largest entry: no variance shows."""
    ones = torch.ones(x.shape[1], dtype=x.dtype)
    y = student.groupnorm(x, groups, ones, ones).reshape(len(x), groups, -1)
    y = y - y.mean(2, keepdim=True)
    return y / y.abs().amax(2, keepdim=True)


def against_plain(student, x, groups, gamma, beta):
    """What gamma and beta add to the student's own normalisation."""
    plain = student.groupnorm(x, groups, torch.ones_like(gamma), torch.zeros_like(beta))
    rest = student.groupnorm(x, groups, gamma, beta) - gamma[:, None, None] * plain
    return {"plain is not all 0": bool(plain.any()), "y - gamma * plain": rest}


@groupnorm.cases("values", weight=2)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 2, 6, 1, 6), "groups": draw.choice([2, 3]), **unscaled(6)}
    yield {"x": batch(draw, 3, 4, 2, 4), "groups": 1, **unscaled(4)}


@groupnorm.cases("square number of channels")
def square(draw: Draw) -> Iterator[Inputs]:
    # Two groups of two: how many groups and how large they are cannot be mixed up here.
    yield {"x": batch(draw, 2, 4, 2, 4), "groups": 2, **unscaled(4)}


@groupnorm.cases("one group, or one for each channel")
def extremes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 2, 3, 2, 3), "groups": 1, **unscaled(3)}
    yield {"x": batch(draw, 2, 3, 2, 3), "groups": 3, **unscaled(3)}


@groupnorm.cases("scale and shift", probe=against_plain)
def scale(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 2, 4, 2, 4), "groups": 2, **scaled(draw, 4)}


@groupnorm.cases("epsilon", weight=0.5)
def epsilon(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 1, 4, 2, 4), "groups": 2, **unscaled(4), "eps": 9.0}
    yield {"x": faint(draw, 2, 4, 1, 4), "groups": 2, **unscaled(4)}


@groupnorm.cases("dtype and memory", weight=0.5, probe=up_to_a_factor)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(2, 4, 3, 4), "groups": 2}
    yield {"x": strided(batch(draw, 2, 4, 2, 4)), "groups": 2}
    yield {"x": channels_last(batch(draw, 2, 4, 2, 4)), "groups": 2}


@groupnorm.misconception(
    "`groups` is taken for the number of channels in a group; it is the number of groups.",
    "With 6 channels and `groups=2` there are 3 channels in each group.",
)
def size_for_number(x, groups, gamma, beta, eps=1e-5):
    parts = x.reshape(len(x), x.shape[1] // groups, -1)
    mean, var = parts.mean(2, keepdim=True), parts.var(2, correction=0, keepdim=True)
    hat = ((parts - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * hat + beta[:, None, None]


@groupnorm.misconception(
    "Your groups take every so-many-th channel; a group is made of neighbours.",
    "With 4 channels and 2 groups: channels 0 and 1, then 2 and 3.",
)
def every_other_channel(x, groups, gamma, beta, eps=1e-5):
    y = torch.empty_like(x)
    for i in range(groups):
        part = x[:, i::groups]
        mean = part.mean((1, 2, 3), keepdim=True)
        var = part.var((1, 2, 3), correction=0, keepdim=True)
        y[:, i::groups] = (part - mean) / torch.sqrt(var + eps)
    return gamma[:, None, None] * y + beta[:, None, None]


@groupnorm.misconception(
    "The images share their statistics; here each image is normalised by itself.",
    "There are N * groups means.",
)
def over_the_batch(x, groups, gamma, beta, eps=1e-5):
    parts = x.reshape(len(x), groups, -1)
    mean, var = parts.mean((0, 2), keepdim=True), parts.var((0, 2), correction=0, keepdim=True)
    hat = ((parts - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * hat + beta[:, None, None]


@groupnorm.misconception(
    "The channels of a group are averaged pixel by pixel; a group has one mean for all its pixels.",
    "Average over the channels of the group, over H and over W.",
)
def pixel_by_pixel(x, groups, gamma, beta, eps=1e-5):
    parts = x.reshape(len(x), groups, -1, *x.shape[2:])
    mean, var = parts.mean(2, keepdim=True), parts.var(2, correction=0, keepdim=True)
    hat = ((parts - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * hat + beta[:, None, None]


@groupnorm.misconception(
    "The variance is the unbiased one; divide by the number of values, not by one less.",
    "torch's `var` and `std` divide by one less unless told otherwise: look at `correction`.",
)
def unbiased_variance(x, groups, gamma, beta, eps=1e-5):
    parts = x.reshape(len(x), groups, -1)
    hat = (parts - parts.mean(2, keepdim=True)) / torch.sqrt(parts.var(2, keepdim=True) + eps)
    return gamma[:, None, None] * hat.reshape(x.shape) + beta[:, None, None]


@groupnorm.misconception(
    "gamma and beta act along the columns of the image; they belong to the channels.",
    "A tensor (C,) lines up with the last axis. Give it two more axes: (C, 1, 1).",
)
def scales_the_columns(x, groups, gamma, beta, eps=1e-5):
    parts = x.reshape(len(x), groups, -1)
    mean, var = parts.mean(2, keepdim=True), parts.var(2, correction=0, keepdim=True)
    return gamma * ((parts - mean) / torch.sqrt(var + eps)).reshape(x.shape) + beta


@groupnorm.misconception(
    "`view` needs memory without gaps, which x does not always have.",
    "`reshape` copies where it must.",
)
def views_any_memory(x, groups, gamma, beta, eps=1e-5):
    parts = x.view(len(x), groups, -1)
    mean, var = parts.mean(2, keepdim=True), parts.var(2, correction=0, keepdim=True)
    hat = ((parts - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * hat + beta[:, None, None]


@groupnorm.alternative
def group_by_group(x, groups, gamma, beta, eps=1e-5):
    size = x.shape[1] // groups
    done = []
    for start in range(0, x.shape[1], size):
        part = x[:, start : start + size]
        var, mean = torch.var_mean(part, (1, 2, 3), correction=0, keepdim=True)
        done.append((part - mean) * torch.rsqrt(var + eps))
    return torch.cat(done, dim=1) * gamma.view(1, -1, 1, 1) + beta.view(1, -1, 1, 1)


@groupnorm.alternative
def by_chunks(x, groups, gamma, beta, eps=1e-5):
    def normal(part):
        centred = part - part.mean((1, 2, 3), keepdim=True)
        return centred / ((centred**2).mean((1, 2, 3), keepdim=True) + eps) ** 0.5

    hat = torch.cat([normal(part) for part in x.chunk(groups, dim=1)], dim=1)
    return torch.einsum("nchw,c->nchw", hat, gamma) + beta[:, None, None]


@groupnorm.alternative
def by_a_membership_matrix(x, groups, gamma, beta, eps=1e-5):
    C = x.shape[1]
    group = torch.arange(C) // (C // groups)
    same = (group[:, None] == group[None]).to(x.dtype) * groups / C  # (C, C), rows sum to 1
    mean = x.mean((2, 3)) @ same  # (N, C)
    centred = x - mean[:, :, None, None]
    var = (centred**2).mean((2, 3)) @ same
    factor = gamma / torch.sqrt(var + eps)
    return centred * factor[:, :, None, None] + beta[:, None, None]
