# mypy: disable-error-code="no-untyped-def,name-defined"
"""factorised_conv, SEBlock, freeze: small parts of later networks."""

from collections.abc import Iterator

import torch

from autograder.checks.architectures.inputs import whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

factorised_conv = Exercise("factorised_conv", points=0.5, stars=1, minutes=6)
SEBlock = Exercise("SEBlock", points=0.5, stars=2, minutes=10)
freeze = Exercise("freeze", points=0.25, stars=1, minutes=4)


def weight_shapes(student, cin, cout, k):
    return [list(p.shape) for p in student.factorised_conv(cin, cout, k).parameters()]


def factorised_output(student, x, cout, k):
    from visionlab.checking.modules import fill_parameters

    module = fill_parameters(student.factorised_conv(x.shape[1], cout, k).to(x.dtype))
    for p in module.parameters():
        p.detach().mul_(p.dim() > 1)  # biases are another facet's case
    return module(x).detach()


@factorised_conv.cases("weights", probe=weight_shapes)
def kernels(draw: Draw) -> Iterator[Inputs]:
    yield {"cin": 2, "cout": draw.integer(3, 5), "k": 3}
    yield {"cin": 4, "cout": 3, "k": draw.choice([5, 7])}


@factorised_conv.cases("output", probe=factorised_output)
def outputs(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 2, 2, 6, 8, dtype=torch.float64), "cout": 3, "k": 3}
    yield {"x": channels_last(whole(draw, 1, 3, 5, 4)), "cout": 2, "k": 7}
    yield {"x": strided(whole(draw, 2, 1, 4, 3)), "cout": 2, "k": 1}


def scale_of_channels(student, x, r):
    """fc layers may be nn.Linear or 1x1 convolutions: both get the same numbers."""
    from visionlab.checking.modules import fill_parameters

    module = student.SEBlock(x.shape[1], r).to(x.dtype)
    with torch.no_grad():
        for p in module.parameters():
            shape = p.shape[:2] if p.dim() > 2 else p.shape
            (flat,) = fill_parameters(torch.nn.ParameterList([torch.empty(shape)])).parameters()
            p.copy_(flat.reshape(p.shape) / 4)
    return module(x).detach()


def with_zero_weights(student, x, r):
    module = student.SEBlock(x.shape[1], r).to(x.dtype)
    with torch.no_grad():
        for p in module.parameters():
            p.zero_()
        return module(x)


def number_of_parameters(student, c, r):
    return sum(p.numel() for p in student.SEBlock(c, r).parameters())


@SEBlock.cases("output", weight=2, probe=scale_of_channels)
def scaled(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 2, 6, 3, 4, dtype=torch.float64), "r": 2}
    yield {"x": channels_last(whole(draw, 2, 7, 4, 2)), "r": 3}
    yield {"x": strided(whole(draw, 1, 8, 3, 3)), "r": draw.choice([2, 4])}


@SEBlock.cases("zero weights halve", weight=0.5, probe=with_zero_weights)
def halved(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 2, 6, 3, 4), "r": 2}


@SEBlock.cases("parameters", probe=number_of_parameters)
def weights(draw: Draw) -> Iterator[Inputs]:
    yield {"c": 4 * draw.integer(2, 6), "r": 4}
    yield {"c": 3 * draw.integer(3, 6) + 1, "r": 3}


def learning(student, thawed, frozen_before):
    """Which parameters learn, by name; and what freeze returned."""
    make = torch.nn
    stem = make.Sequential(make.Conv2d(2, 3, 3), make.BatchNorm2d(3))
    deeper = make.Sequential(make.Conv2d(3, 3, 1), make.ReLU())
    body = make.Sequential(make.Conv2d(3, 3, 1), deeper)
    model = make.ModuleDict({"stem": stem, "body": body, "head": make.Linear(3, 2)})
    model.register_parameter("scale", make.Parameter(torch.ones(3)))
    for name in frozen_before:
        model.get_submodule(name).requires_grad_(False)
    returned = student.freeze(model, model.get_submodule(thawed))
    flags = {name: p.requires_grad for name, p in model.named_parameters()}
    return [returned, flags]


@freeze.cases("frozen", probe=learning)
def part(_draw: Draw) -> Iterator[Inputs]:
    yield {"thawed": "head", "frozen_before": []}
    yield {"thawed": "stem", "frozen_before": []}
    yield {"thawed": "body.1", "frozen_before": []}


@freeze.cases("frozen before", probe=learning)
def again(_draw: Draw) -> Iterator[Inputs]:
    yield {"thawed": "head", "frozen_before": ["stem", "body", "head"]}
    yield {"thawed": "body", "frozen_before": ["body.1"]}
