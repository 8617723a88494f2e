# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,union-attr"
"""RPNHead: for every anchor, is there an object, and where exactly (fact A136)."""

from collections.abc import Iterator

import torch

from autograder.checks.detector_lab.forbidden import HEADS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

rpn_head = Exercise("RPNHead", points=1, stars=2, minutes=15, forbidden=HEADS)


def parameter_shapes(student, C, A):
    """Layers of their own for the two answers are right too; 3 x 3 kernels are counted once."""
    head = student.RPNHead(C, A)
    return sorted([list(p.shape) for p in head.parameters()], key=str)


def inner_objectness(student, features, A):
    """Away from the border, and with a hidden layer that is positive everywhere."""
    from visionlab.checking.modules import fill_parameters

    head = fill_parameters(student.RPNHead(features.shape[1], A).to(features.dtype))
    for layer in head.modules():
        if isinstance(layer, torch.nn.Conv2d) and layer.kernel_size == (3, 3):
            layer.bias.detach().add_(500)
    objectness = head(features)[0].detach()
    H, W = (n - 2 for n in features.shape[2:])
    top, left = (objectness.shape[2] - H) // 2, (objectness.shape[3] - W) // 2
    return objectness[:, :, top : top + H, left : left + W]


def inner_deltas(student, features, A):
    """Away from the border, and with a hidden layer that is positive everywhere."""
    from visionlab.checking.modules import fill_parameters

    head = fill_parameters(student.RPNHead(features.shape[1], A).to(features.dtype))
    for layer in head.modules():
        if isinstance(layer, torch.nn.Conv2d) and layer.kernel_size == (3, 3):
            layer.bias.detach().add_(500)
    deltas = head(features)[1].detach()
    H, W = (n - 2 for n in features.shape[2:])
    top, left = (deltas.shape[2] - H) // 2, (deltas.shape[3] - W) // 2
    return deltas[:, :, top : top + H, left : left + W]


def inner_of_all(student, features, A):
    """Away from the border; what the hidden layer has below 0 counts."""
    from visionlab.checking.modules import fill_parameters

    head = fill_parameters(student.RPNHead(features.shape[1], A).to(features.dtype))
    H, W = (n - 2 for n in features.shape[2:])
    inner = []
    for y in head(features):
        top, left = (y.shape[2] - H) // 2, (y.shape[3] - W) // 2
        inner.append(y[:, :, top : top + H, left : left + W].detach())
    return inner


def shapes(student, features, A):
    head = student.RPNHead(features.shape[1], A).to(features.dtype)
    return [list(y.shape) for y in head(features)]


def everything(student, features, A):
    from visionlab.checking.modules import fill_parameters

    head = fill_parameters(student.RPNHead(features.shape[1], A).to(features.dtype))
    return [y.detach() for y in head(features)]


def _maps(draw: Draw, *shape: int) -> torch.Tensor:
    return draw.integers(*shape, low=-3, high=3, dtype=torch.float32)


@rpn_head.cases("parameters", probe=parameter_shapes)
def parameters(draw: Draw) -> Iterator[Inputs]:
    yield {"C": draw.integer(3, 5), "A": 2}
    yield {"C": 2, "A": draw.integer(3, 5)}


@rpn_head.cases("objectness", probe=inner_objectness)
def objectness(draw: Draw) -> Iterator[Inputs]:
    yield {"features": _maps(draw, 2, 3, 5, 4), "A": 2}
    yield {"features": _maps(draw, 1, 4, 3, 5), "A": draw.integer(3, 5)}


@rpn_head.cases("deltas", probe=inner_deltas)
def deltas(draw: Draw) -> Iterator[Inputs]:
    yield {"features": _maps(draw, 2, 3, 4, 5), "A": 2}
    yield {"features": _maps(draw, 1, 4, 5, 3), "A": draw.integer(3, 5)}


@rpn_head.cases("one answer per position", weight=0.5, probe=shapes)
def positions(draw: Draw) -> Iterator[Inputs]:
    yield {"features": _maps(draw, 2, 3, 4, 6), "A": draw.integer(2, 4)}
    yield {"features": _maps(draw, 1, 2, 1, 3), "A": 3}


@rpn_head.cases("ReLU", probe=inner_of_all)
def rectified(draw: Draw) -> Iterator[Inputs]:
    yield {"features": _maps(draw, 2, 3, 5, 4), "A": 2}
    yield {"features": -_maps(draw, 1, 2, 4, 4).abs() - 1, "A": 3}


@rpn_head.cases("border, dtype, memory", weight=0.5, probe=everything)
def together(draw: Draw) -> Iterator[Inputs]:
    yield {"features": _maps(draw, 1, 3, 4, 3).double(), "A": 2}
    yield {"features": channels_last(_maps(draw, 2, 3, 3, 4)), "A": 1}
    yield {"features": strided(_maps(draw, 2, 2, 1, 2)), "A": 3}
