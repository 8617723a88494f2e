# mypy: disable-error-code="no-untyped-def"
"""What the checks of the residual blocks share: a block is built, filled, run and weighed.

Probes take the name of the class as `block` and its arguments after the input's channels as
`options`, so that one text serves BasicBlock, Bottleneck and ResNeXtBlock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from autograder.checks.architectures.inputs import whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import CaseBuilder, Exercise, Inputs, Probe


@dataclass(frozen=True)
class Block:
    """Arguments of a block. cin: channels of its input; options: the others, by name."""

    cin: int
    options: Mapping[str, Any]


def rectified(student, block, x, options):
    """The output behind one more ReLU: whether the last one is there is another facet's case."""
    from visionlab.checking.modules import fill_parameters

    module = fill_parameters(getattr(student, block)(x.shape[1], **options).to(x.dtype))
    for layer in module.modules():  # biases are another facet's case too
        if isinstance(layer, torch.nn.Conv2d) and layer.bias is not None:
            layer.bias.detach().zero_()
    return module.eval()(x).detach().relu()


def output(student, block, x, options):
    from visionlab.checking.modules import fill_parameters

    module = fill_parameters(getattr(student, block)(x.shape[1], **options).to(x.dtype))
    for layer in module.modules():
        if isinstance(layer, torch.nn.Conv2d) and layer.bias is not None:
            layer.bias.detach().zero_()
    return module.eval()(x).detach()


def in_training(student, block, x, options):
    """Batch normalisation uses the batch; afterwards, in eval mode, what it saw of batches."""
    from visionlab.checking.modules import fill_parameters

    module = fill_parameters(getattr(student, block)(x.shape[1], **options).to(x.dtype))
    for layer in module.modules():
        if isinstance(layer, torch.nn.Conv2d) and layer.bias is not None:
            layer.bias.detach().zero_()
    return [module.train()(x).detach().relu(), module.eval()(x).detach().relu()]


def with_zero_weights(student, block, x, options):
    module = getattr(student, block)(x.shape[1], **options).to(x.dtype).eval()
    with torch.no_grad():
        for p in module.parameters():
            p.zero_()
        return module(x).relu()


def parameter_shapes(student, block, cin, options):
    module = getattr(student, block)(cin, **options)
    return sorted([list(p.shape) for p in module.parameters()], key=str)


def convolution_weights(student, block, cin, options):
    with torch.device("meta"):
        module = getattr(student, block)(cin, **options)
    return sum(p.numel() for p in module.parameters() if p.dim() == 4)


def declare_facets(exercise: Exercise, same: Block, wider: Block, smaller: Block) -> None:
    """Declare what the blocks have in common.

    same: a block that keeps its shape; wider: one that changes the channels at stride 1;
    smaller: one that keeps the channels and has a stride.
    """

    def declare(facet: str, probe: Probe, *blocks: Block, weight: float = 1) -> None:
        exercise.cases(facet, weight=weight, probe=probe)(_images(exercise.name, *blocks))

    declare("identity shortcut", rectified, same)
    declare("projection", rectified, wider)
    declare("stride", rectified, smaller)
    declare("last ReLU", output, same, weight=0.5)
    declare("zero weights copy", with_zero_weights, same, weight=0.5)
    declare("training mode", in_training, wider, weight=0.5)

    @exercise.cases("parameters", probe=parameter_shapes)
    def weights(_draw: Draw) -> Iterator[Inputs]:
        for block in (same, wider, smaller):
            options = dict(block.options)
            yield {"block": exercise.name, "cin": block.cin, "options": options}


def _images(name: str, *blocks: Block) -> CaseBuilder:
    def build(draw: Draw) -> Iterator[Inputs]:
        for block in blocks:
            options = dict(block.options)
            x = whole(draw, 2, block.cin, 4, 5, dtype=torch.float64)
            yield {"block": name, "x": x, "options": options}
            layout = draw.choice([strided, channels_last])
            x = layout(whole(draw, 1, block.cin, 5, 3))
            yield {"block": name, "x": x, "options": options}

    return build
