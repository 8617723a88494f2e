# mypy: disable-error-code="no-untyped-def,name-defined"
"""inception_cost and Inception: GoogLeNet's block, in numbers and as a module."""

from collections.abc import Iterator

import torch

from autograder.checks.architectures.forbidden import READY_MADE
from autograder.checks.architectures.inputs import whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

inception_cost = Exercise("inception_cost", points=1, stars=1, minutes=8)
Inception = Exercise("Inception", points=1.5, stars=2, minutes=15, forbidden=READY_MADE)

WIDTHS = ("c1", "r3", "c3", "r5", "c5", "pp")


def weights(student, **inputs):
    return student.inception_cost(**inputs)[0]


def macs(student, **inputs):
    return student.inception_cost(**inputs)[1]


def _widths(draw: Draw, low: int = 2) -> dict[str, int]:
    """Seven different numbers of channels: no two layers then have weights of one shape."""
    return dict(zip(("cin", *WIDTHS), draw.sample(range(low, low + 9), 7), strict=True))


def costs(draw: Draw) -> Iterator[Inputs]:
    for low in (2, 20):
        H, W = draw.sample(range(5, 15), 2)
        yield {**_widths(draw, low), "H": H, "W": W}


inception_cost.cases("weights", probe=weights)(costs)
inception_cost.cases("multiply-adds", probe=macs)(costs)

for block, cin, widths, size, total in (
    ("3a", 192, (64, 96, 128, 16, 32, 32), 28, 163_328),
    ("3b", 256, (128, 128, 192, 32, 96, 64), 28, 388_096),
    ("4c", 512, (128, 128, 256, 24, 64, 64), 14, 509_440),
    ("5a", 832, (256, 160, 320, 32, 128, 128), 7, 1_042_432),
):
    given = {"cin": cin, **dict(zip(WIDTHS, widths, strict=True)), "H": size, "W": size}
    source = f"lecture 004, computed from the channels of block {block}"
    inception_cost.golden("weights", source, given, total)
    inception_cost.golden("multiply-adds", source, given, total * size * size)


def block_output(student, x, widths):
    from visionlab.checking.modules import fill_parameters

    block = student.Inception(x.shape[1], **widths).to(x.dtype)
    return fill_parameters(block)(x).detach()


def output_shape(student, widths, shape):
    with torch.device("meta"):
        block = student.Inception(shape[1], **widths)
        return list(block(torch.empty(shape)).shape)


def path_1x1(student, x, widths):
    """Behind one more ReLU and without biases: whether these are there is asked elsewhere."""
    from visionlab.checking.modules import fill_parameters

    block = fill_parameters(student.Inception(x.shape[1], **widths).to(x.dtype))
    for p in block.parameters():
        p.detach().mul_(p.dim() > 1)
    return block(x).detach().relu()[:, : widths["c1"]]


def path_3x3(student, x, widths):
    from visionlab.checking.modules import fill_parameters

    block = fill_parameters(student.Inception(x.shape[1], **widths).to(x.dtype))
    for p in block.parameters():
        p.detach().mul_(p.dim() > 1)
    start = widths["c1"]
    return block(x).detach().relu()[:, start : start + widths["c3"]]


def path_5x5(student, x, widths):
    from visionlab.checking.modules import fill_parameters

    block = fill_parameters(student.Inception(x.shape[1], **widths).to(x.dtype))
    for p in block.parameters():
        p.detach().mul_(p.dim() > 1)
    start = widths["c1"] + widths["c3"]
    return block(x).detach().relu()[:, start : start + widths["c5"]]


def path_pooled(student, x, widths):
    from visionlab.checking.modules import fill_parameters

    block = fill_parameters(student.Inception(x.shape[1], **widths).to(x.dtype))
    for p in block.parameters():
        p.detach().mul_(p.dim() > 1)
    return block(x).detach().relu()[:, -widths["pp"] :]


def parameter_shapes(student, cin, widths):
    block = student.Inception(cin, **widths)
    return sorted([list(p.shape) for p in block.parameters()], key=str)


def images(draw: Draw) -> Iterator[Inputs]:
    for negative in (False, True):
        widths = _widths(draw)
        cin = widths.pop("cin")
        x = whole(draw, 1 if negative else 2, cin, 4, 5, dtype=torch.float64)
        yield {"x": -x.abs() if negative else x, "widths": widths}


for aspect, probe in (
    ("1x1 path", path_1x1),
    ("3x3 path", path_3x3),
    ("5x5 path", path_5x5),
    ("pooling path", path_pooled),
):
    Inception.cases(aspect, probe=probe)(images)


@Inception.cases("shape", probe=output_shape)
def shapes(draw: Draw) -> Iterator[Inputs]:
    for H, W in ((7, 9), (1, 4)):
        widths = _widths(draw)
        cin = widths.pop("cin")
        yield {"widths": widths, "shape": [draw.integer(1, 3), cin, H, W]}


@Inception.cases("parameters", probe=parameter_shapes)
def layers(draw: Draw) -> Iterator[Inputs]:
    widths = _widths(draw)
    yield {"cin": widths.pop("cin"), "widths": widths}


@Inception.cases("all together", probe=block_output)
def together(draw: Draw) -> Iterator[Inputs]:
    for layout in (strided, channels_last):
        widths = _widths(draw)
        cin = widths.pop("cin")
        yield {"x": layout(whole(draw, 1, cin, 3, 6)), "widths": widths}
