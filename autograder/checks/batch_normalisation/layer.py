# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""BatchNorm2d: the layer with its memory; its misconceptions stand in layer_mistakes."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.forward import (
    QUARTET,
    QUARTET_MEAN,
    QUARTET_VARIANCE,
)
from autograder.checks.batch_normalisation.inputs import batch, factors
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

batch_norm_2d = Exercise("BatchNorm2d", points=3, stars=2, minutes=25, forbidden=NORMALISATIONS)


def new_layer(student, C):
    bn = student.BatchNorm2d(C)
    names = ("gamma", "beta", "running_mean", "running_var")
    return {name: getattr(bn, name).detach() for name in names}


def trained(student, x):
    """One call in training, gamma and beta as they are."""
    return student.BatchNorm2d(x.shape[1])(x.clone(), True).detach()


def trained_up_to_a_factor(student, x):
    """The same about its mean, every channel divided by its largest entry: no variance shows."""
    bn = student.BatchNorm2d(x.shape[1])
    y = bn(x.clone(), True).detach()
    y = y - y.mean((0, 2, 3), keepdim=True)
    return y / y.abs().amax((0, 2, 3), keepdim=True)


def types_of(student, x):
    """The same in the dtype of x, on the very x."""
    bn = student.BatchNorm2d(x.shape[1])
    for name in ("gamma", "beta", "running_mean", "running_var"):
        value = getattr(bn, name)
        value.data = value.data.to(x.dtype)
    y = bn(x, True).detach()
    y = y - y.mean((0, 2, 3), keepdim=True)
    return y / y.abs().amax((0, 2, 3), keepdim=True)


def scaled_and_shifted(student, x, gamma, beta):
    """What gamma and beta add to the student's own normalisation in training."""
    plain = student.BatchNorm2d(len(gamma))(x.clone(), True).detach()
    bn = student.BatchNorm2d(len(gamma))
    bn.gamma.data, bn.beta.data = gamma, beta
    rest = bn(x.clone(), True).detach() - gamma[:, None, None] * plain
    return {"plain is not all 0": bool(plain.any()), "y - gamma * plain": rest}


def mean_after(student, batches, **options):
    """running_mean after each batch in training."""
    bn = student.BatchNorm2d(batches[0].shape[1], **options)
    means = []
    for x in batches:
        bn(x.clone(), True)
        means.append(bn.running_mean.detach().clone())
    return means


def variance_after(student, batches, **options):
    """running_var after each batch in training."""
    bn = student.BatchNorm2d(batches[0].shape[1], **options)
    variances = []
    for x in batches:
        bn(x.clone(), True)
        variances.append(bn.running_var.detach().clone())
    return variances


def inferred(student, x, running_mean, running_var):
    """One call in inference, and the running values after it."""
    bn = student.BatchNorm2d(x.shape[1])
    bn.running_mean.data, bn.running_var.data = running_mean.clone(), running_var.clone()
    y = bn(x.clone(), False).detach()
    return {"y": y, "after": [bn.running_mean.detach(), bn.running_var.detach()]}


def all_of_it(student, batches, x, gamma, beta, **options):
    """Training on a few batches, then inference, all in the dtype of x."""
    bn = student.BatchNorm2d(len(gamma), **options)
    bn.gamma.data, bn.beta.data = gamma, beta
    bn.running_mean.data = bn.running_mean.data.to(x.dtype)
    bn.running_var.data = bn.running_var.data.to(x.dtype)
    seen = [bn(images.clone(), True).detach() for images in batches]
    return [*seen, bn(x.clone(), False).detach(), bn.running_mean.detach(), bn.running_var.detach()]


@batch_norm_2d.cases("a new layer", weight=0.5, probe=new_layer)
def attributes(draw: Draw) -> Iterator[Inputs]:
    yield {"C": draw.integer(2, 5)}


@batch_norm_2d.cases("training", probe=trained)
def training(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 3, 2, 4, 2)}
    yield {"x": batch(draw, 4, 3, 1, 3)}


@batch_norm_2d.cases("each channel by itself", probe=trained_up_to_a_factor)
def channels(draw: Draw) -> Iterator[Inputs]:
    yield {"x": batch(draw, 3, 3, 3, 3)}
    yield {"x": batch(draw, 1, 3, 2, 3)}
    yield {"x": batch(draw, 2, 1, 4, 2)}


@batch_norm_2d.cases("scale and shift", weight=0.5, probe=scaled_and_shifted)
def scale(draw: Draw) -> Iterator[Inputs]:
    # As many channels as columns: gamma along the wrong axis then raises no error.
    yield {"x": batch(draw, 2, 3, 2, 3), "gamma": factors(draw, 3), "beta": factors(draw, 3)}
    yield {"x": batch(draw, 3, 2, 4, 3), "gamma": factors(draw, 2), "beta": factors(draw, 2)}


@batch_norm_2d.cases("running mean", probe=mean_after)
def running_mean(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [batch(draw, 2, 3, 2, 3) for _ in range(3)]}


@batch_norm_2d.cases("running variance", probe=variance_after)
def running_variance(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [batch(draw, 2, 2, 1, 2) for _ in range(3)]}


@batch_norm_2d.cases("momentum", weight=0.5, probe=mean_after)
def momentum(draw: Draw) -> Iterator[Inputs]:
    batches = [batch(draw, 2, 2, 3, 2) for _ in range(2)]
    yield {"batches": batches, "momentum": draw.choice([0.25, 0.75])}
    yield {"batches": batches, "momentum": 1.0}


@batch_norm_2d.cases("inference", weight=1.5, probe=inferred)
def inference(draw: Draw) -> Iterator[Inputs]:
    variance = draw.integers(2, low=3, high=20, dtype=torch.float32)
    yield {"x": batch(draw, 2, 2, 3, 2), "running_mean": factors(draw, 2), "running_var": variance}
    variance = draw.integers(3, low=3, high=20, dtype=torch.float32)
    yield {"x": batch(draw, 1, 3, 1, 3), "running_mean": factors(draw, 3), "running_var": variance}


@batch_norm_2d.cases("dtype and memory", weight=0.5, probe=types_of)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(2, 3, 2, 3)}
    yield {"x": strided(batch(draw, 2, 3, 2, 3))}
    yield {"x": channels_last(batch(draw, 2, 3, 2, 3))}


@batch_norm_2d.cases("all together", probe=all_of_it)
def together(draw: Draw) -> Iterator[Inputs]:
    yield {
        "batches": [draw.reals(n, 2, 3, 2) + n for n in (2, 4, 3)],
        "x": draw.reals(1, 2, 1, 1),
        "gamma": factors(draw, 2, torch.float64),
        "beta": factors(draw, 2, torch.float64),
        "eps": 0.5,
        "momentum": 0.25,
    }
    # Nothing said of epsilon and momentum: in float64 the usual ones are seen.
    yield {
        "batches": [draw.reals(3, 3, 2, 2) for _ in range(2)],
        "x": draw.reals(2, 3, 1, 4),
        "gamma": factors(draw, 3, torch.float64),
        "beta": factors(draw, 3, torch.float64),
    }


_QUARTET_IMAGES = QUARTET.float()[:, :, None, None]  # (4, 2, 1, 1)
batch_norm_2d.golden(
    "running mean",
    "the formulas of lectures 001 and 004",
    {"batches": [_QUARTET_IMAGES]},
    [0.1 * QUARTET_MEAN.float()],
)
batch_norm_2d.golden(
    "running variance",
    "the formulas of lectures 001 and 004",
    {"batches": [_QUARTET_IMAGES]},
    [0.9 + 0.1 * 4 / 3 * QUARTET_VARIANCE.float()],
)
