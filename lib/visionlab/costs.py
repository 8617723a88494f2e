"""What a module costs, without computing with it: everything runs on torch's meta device.

Meta tensors have a shape and no numbers, so even a network of a hundred layers takes well under
a second and no memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.func import functional_call
from torch.utils.flop_counter import FlopCounterMode

from visionlab import interactive, plots

META = "meta"


@dataclass(frozen=True)
class Costs:
    """The costs of one forward pass.

    parameters: numbers that can be learned; macs: multiply-adds of convolutions and matrix
    products; memory: bytes that the forward pass keeps for the backward pass, parameters not
    counted (the input is).
    """

    parameters: int
    macs: int
    memory: int


def parameters(module: nn.Module, *, trainable: bool = False) -> int:
    """Count the parameters of a module, or only those that require a gradient."""
    chosen = (p for p in module.parameters() if p.requires_grad or not trainable)
    return sum(p.numel() for p in chosen)


def macs(module: nn.Module, shape: Sequence[int]) -> int:
    """Multiply-adds of one forward pass on an input of `shape`, usually (1, C, H, W)."""
    return costs(module, shape).macs


def costs(module: nn.Module, shape: Sequence[int]) -> Costs:
    """Parameters, multiply-adds and memory of one forward pass on an input of `shape`.

    The module may lie on any device, is not changed, and is measured in the mode it is in
    (train or eval). torch's FlopCounterMode counts a multiplication and an addition as two
    operations, and does not count biases, normalisations, activations and poolings.
    """
    twins = {name: t.detach().to(META) for name, t in module.named_buffers()}
    learned = {name: p.detach().to(META).requires_grad_() for name, p in module.named_parameters()}
    kept: dict[int, Tensor] = {}  # by storage: several views of one are kept once

    def keep(tensor: Tensor) -> Tensor:
        kept[_storage(tensor)] = tensor
        return tensor

    counter = FlopCounterMode(display=False)
    with counter, saved_tensors_hooks(keep, lambda tensor: tensor):
        functional_call(module, {**learned, **twins}, (torch.empty(*shape, device=META),))
    own = {_storage(t) for t in [*learned.values(), *twins.values()]}
    memory = sum(t.untyped_storage().nbytes() for key, t in kept.items() if key not in own)
    return Costs(parameters(module), counter.get_total_flops() // 2, memory)


def _storage(tensor: Tensor) -> int:
    """Name a tensor's memory; meta tensors have no address, so by the object that stands for it."""
    return tensor.untyped_storage()._cdata


def block_picture(cardinality: int = 32, width: int = 4, channels: int = 256) -> plots.Picture:
    """Weights of a ResNeXt block's three convolutions, beside a plain bottleneck's total.

    cardinality: number of groups of the 3 x 3 convolution; width: channels of each group;
    channels: of the block's input and output.
    """
    inner = cardinality * width
    weights = [channels * inner, 9 * width * inner, inner * channels]
    quarter = channels // 4
    bottleneck = 2 * channels * quarter + 9 * quarter**2
    names = ["1×1, in", f"3×3, {cardinality} groups", "1×1, out", "together"]
    figure, (ax,) = plots.canvas(1, 1, (6.4, 2.1))
    drawn = ax.barh(names, [*weights, sum(weights)], color=[plots.SKY] * 3 + [plots.BLUE])
    ax.bar_label(drawn, [f"{n:,}".replace(",", " ") for n in [*weights, sum(weights)]], padding=3)
    ax.axvline(bottleneck, color=plots.VERMILION, ls="--")
    ax.set_xlim(0, max(1.25 * sum(weights), 1.2 * bottleneck))
    ax.invert_yaxis()
    ax.set_title(f"{cardinality} × {width}d = {inner} channels; dashed: bottleneck", fontsize=10)
    alt = (
        f"A ResNeXt block of {cardinality} groups of {width} channels has {sum(weights)} weights: "
        f"{weights[0]}, {weights[1]} and {weights[2]}; a bottleneck has {bottleneck}."
    )
    return plots.render(figure, alt)


def explore_block() -> None:
    """Sliders for the groups and their width where widgets run, else the picture of 32 × 4d."""
    interactive.show(block_picture(), _sliders)


def _sliders() -> Any:
    import ipywidgets as ui

    powers = [2**n for n in range(8)]
    groups = ui.SelectionSlider(options=powers, value=32, description="groups")
    width = ui.SelectionSlider(options=powers, value=4, description="width d")
    controls = {"cardinality": groups, "width": width}
    return ui.VBox([ui.HBox([groups, width]), interactive.screen(block_picture, controls)])
