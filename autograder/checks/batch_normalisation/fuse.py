# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,union-attr"
"""fuse_conv_bn: no cost at test time; its misconceptions stand in fuse_mistakes."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import factors, ones, zeros
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, channels_last
from autograder.exercise import Exercise, Inputs
from visionlab.checking.forbidden import Forbidden

# Only names: the layers themselves are what the answer works on.
_HELPERS = Forbidden(
    names=frozenset(
        {"fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_modules", "fuse_modules_qat"}
        | {"fuse_linear_bn_eval", "fuse_linear_bn_weights", "fuse_fx", "fusion", "optimization"}
    ),
    reason=(
        "This exercise is to fuse the two layers yourself: do not use torch's own helpers for "
        "it. nn.Conv2d and copy.deepcopy are fine."
    ),
)

fuse_conv_bn = Exercise("fuse_conv_bn", points=3, stars=3, minutes=25, forbidden=_HELPERS)


def fused_output(student, x, w, bias, bn, geometry, eps=1e-5):
    """The new layer's output. bn: gamma, beta, running_mean, running_var by name."""
    F, per_group, *size = w.shape
    C = per_group * geometry.get("groups", 1)
    conv = torch.nn.Conv2d(C, F, size, bias=bias is not None, **geometry).to(w.dtype)
    norm = torch.nn.BatchNorm2d(F, eps=eps).to(w.dtype)
    conv.weight.data = w.clone()
    if bias is not None:
        conv.bias.data = bias.clone()
    norm.weight.data, norm.bias.data = bn["gamma"].clone(), bn["beta"].clone()
    norm.running_mean, norm.running_var = bn["running_mean"].clone(), bn["running_var"].clone()
    fused = student.fuse_conv_bn(conv.eval(), norm.eval())
    with torch.no_grad():
        return fused(x)


def what_is_left(student, w, bias, bn):
    """What kind of thing comes back, and whether the given layers are what they were."""
    conv = torch.nn.Conv2d(w.shape[1], w.shape[0], 1, bias=bias is not None)
    norm = torch.nn.BatchNorm2d(w.shape[0])
    conv.weight.data = w.clone()
    if bias is not None:
        conv.bias.data = bias.clone()
    norm.weight.data, norm.bias.data = bn["gamma"].clone(), bn["beta"].clone()
    norm.running_mean, norm.running_var = bn["running_mean"].clone(), bn["running_var"].clone()
    before = [t.clone() for m in (conv, norm) for t in m.state_dict().values()]
    fused = student.fuse_conv_bn(conv.eval(), norm.eval())
    after = [t for m in (conv, norm) for t in m.state_dict().values()]
    with torch.no_grad():
        for parameter in fused.parameters():  # training the new layer must not touch the old ones
            parameter.add_(1)
    later = [t for m in (conv, norm) for t in m.state_dict().values()]
    return {
        "is a Conv2d": isinstance(fused, torch.nn.Conv2d),
        "is not the given one": fused is not conv,
        "has a bias": fused.bias is not None,
        "the given layers are unchanged": all(map(torch.equal, before, after)),
        "shares no memory": all(map(torch.equal, after, later))
        and all(a.data_ptr() != b.data_ptr() for a in after for b in fused.parameters()),
    }


def statistics(draw: Draw, F: int, dtype: torch.dtype = torch.float32) -> Inputs:
    """A batch norm that has seen something. The variances are squares, with exact roots."""
    root = draw.integers(F, low=2, high=5, dtype=dtype)
    return {
        "gamma": factors(draw, F, dtype),
        "beta": factors(draw, F, dtype),
        "running_mean": factors(draw, F, dtype),
        "running_var": root * root,
    }


def only_shifts(draw: Draw, F: int) -> Inputs:
    """A batch norm that only shifts."""
    shifts = {"beta": factors(draw, F), "running_mean": factors(draw, F)}
    return {"gamma": ones(F), "running_var": ones(F), **shifts}


def only_scales(draw: Draw, F: int) -> Inputs:
    """A batch norm that only scales."""
    return {**statistics(draw, F), "beta": zeros(F), "running_mean": zeros(F)}


@fuse_conv_bn.cases("scale", weight=2, probe=fused_output)
def scales(draw: Draw) -> Iterator[Inputs]:
    inputs = {"x": whole(draw, 2, 2, 5, 4), "w": whole(draw, 3, 2, 3, 3), "bias": None}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {}}
    inputs = {"x": whole(draw, 1, 3, 4, 4), "w": whole(draw, 3, 3, 1, 1), "bias": None}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {}}


@fuse_conv_bn.cases("shift", probe=fused_output)
def shifts(draw: Draw) -> Iterator[Inputs]:
    # As many filters as inputs and columns: factors, all 1 here, may lie along any axis.
    inputs = {"x": whole(draw, 2, 3, 4, 3), "w": whole(draw, 3, 3, 3, 3), "bias": None}
    yield {**inputs, "bn": only_shifts(draw, 3), "geometry": {}, "eps": 0.0}


@fuse_conv_bn.cases("bias of the convolution", probe=fused_output)
def biased(draw: Draw) -> Iterator[Inputs]:
    bias = factors(draw, 3)
    inputs = {"x": whole(draw, 2, 2, 3, 3), "w": whole(draw, 3, 2, 2, 2), "bias": bias}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {}}


@fuse_conv_bn.cases("stride, padding, dilation", probe=fused_output)
def geometry(draw: Draw) -> Iterator[Inputs]:
    inputs = {"x": whole(draw, 1, 2, 7, 8), "w": whole(draw, 3, 2, 3, 3), "bias": None}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {"stride": 2}}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {"padding": 1}}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {"dilation": 2}}
    inputs = {"x": whole(draw, 1, 2, 6, 7), "w": whole(draw, 3, 2, 3, 1), "bias": None}
    oblong = {"stride": [1, 2], "padding": [2, 0], "dilation": [2, 1]}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": oblong}


@fuse_conv_bn.cases("groups", probe=fused_output)
def grouped(draw: Draw) -> Iterator[Inputs]:
    inputs = {"x": whole(draw, 1, 4, 3, 4), "w": whole(draw, 6, 2, 2, 2), "bias": None}
    yield {**inputs, "bn": only_scales(draw, 6), "geometry": {"groups": 2}}
    inputs = {"x": whole(draw, 2, 3, 3, 3), "w": whole(draw, 3, 1, 3, 3), "bias": None}
    yield {**inputs, "bn": only_scales(draw, 3), "geometry": {"groups": 3}}


@fuse_conv_bn.cases("epsilon", weight=0.5, probe=fused_output)
def epsilon(draw: Draw) -> Iterator[Inputs]:
    inputs = {"x": whole(draw, 1, 2, 3, 3), "w": whole(draw, 2, 2, 2, 2), "bias": None}
    yield {**inputs, "bn": only_scales(draw, 2), "geometry": {}, "eps": 7.0}


@fuse_conv_bn.cases("a new layer", probe=what_is_left)
def new(draw: Draw) -> Iterator[Inputs]:
    yield {"w": whole(draw, 3, 3, 1, 1), "bias": factors(draw, 3), "bn": statistics(draw, 3)}
    yield {"w": whole(draw, 3, 3, 1, 1), "bias": None, "bn": statistics(draw, 3)}


@fuse_conv_bn.cases("dtype and memory", weight=0.5, probe=fused_output)
def types(draw: Draw) -> Iterator[Inputs]:
    double = torch.float64
    bn = {**statistics(draw, 3, double), "beta": zeros(3, double), "running_mean": zeros(3, double)}
    inputs = {"x": draw.reals(1, 2, 4, 4), "w": draw.reals(3, 2, 2, 2), "bias": None}
    yield {**inputs, "bn": bn, "geometry": {}, "eps": 0.0}
    x, w = channels_last(whole(draw, 1, 2, 4, 4)), channels_last(whole(draw, 3, 2, 2, 2))
    yield {"x": x, "w": w, "bias": None, "bn": only_scales(draw, 3), "geometry": {}}


@fuse_conv_bn.cases("all together", probe=fused_output)
def together(draw: Draw) -> Iterator[Inputs]:
    double = torch.float64
    yield {
        "x": draw.reals(2, 4, 7, 6),
        "w": draw.reals(6, 2, 3, 2),
        "bias": factors(draw, 6, double),
        "bn": statistics(draw, 6, double),
        "geometry": {"stride": 2, "padding": 1, "dilation": 2, "groups": 2},
        "eps": 0.5,
    }
