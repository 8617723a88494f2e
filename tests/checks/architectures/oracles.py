"""Right answers of 04_architectures from other hands: torchvision, numpy, torch's own counters."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models
from torchvision.models.resnet import BasicBlock as TorchBasicBlock
from torchvision.models.resnet import Bottleneck as TorchBottleneck
from torchvision.ops import Conv2dNormActivation, SqueezeExcitation

Row = dict[str, Any]


def _module(row: Row, shape: tuple[int, ...], bias: bool) -> nn.Module:
    """torch's layer for a row, on the meta device, for an input of `shape` (C, H, W)."""
    kind, C = row["kind"], shape[0]
    with torch.device("meta"):
        if kind == "conv":
            size = (row["K"], row["stride"], row["pad"])
            return nn.Conv2d(C, row["filters"], *size, groups=row["groups"], bias=bias)
        if kind == "pool":
            pad = nn.ConstantPad2d(row["pad"], -math.inf)
            return nn.Sequential(pad, nn.MaxPool2d(row["K"], row["stride"]))
        if kind == "fc":
            linear = nn.Linear(math.prod(shape), row["outputs"], bias=bias)
            return nn.Sequential(nn.Flatten(), linear, nn.Unflatten(1, (-1, 1, 1)))
        return nn.LocalResponseNorm(5)


def trace_network(layers: list[Row], shape: tuple[int, ...], bias: bool = False) -> list[Row]:
    """Shapes, parameters and work as torch's layers have them; it counts a MAC as two."""
    x = torch.empty(1, *shape, device="meta")
    found = [("INPUT", x, 0, 0)]
    for row in layers:
        module = _module(row, tuple(x.shape[1:]), bias)
        with FlopCounterMode(display=False) as counter:
            x = module(x)
        params = sum(p.numel() for p in module.parameters())
        found.append((row["name"], x, params, counter.get_total_flops() // 2))
    return [
        {
            "name": name,
            **dict(zip("CHW", x.shape[1:], strict=True)),
            "activations": x.numel(),
            "params": params,
            "macs": macs,
        }
        for name, x, params, macs in found
    ]


SLIDE = """
[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0
[27x27x96] MAX POOL1: 3x3 filters at stride 2
[27x27x96] NORM1: Normalization layer
[27x27x256] CONV2: 256 5x5 filters at stride 1, pad 2
[13x13x256] MAX POOL2: 3x3 filters at stride 2
[13x13x256] NORM2: Normalization layer
[13x13x384] CONV3: 384 3x3 filters at stride 1, pad 1
[13x13x384] CONV4: 384 3x3 filters at stride 1, pad 1
[13x13x256] CONV5: 256 3x3 filters at stride 1, pad 1
[6x6x256] MAX POOL3: 3x3 filters at stride 2
[4096] FC6: 4096 neurons
[4096] FC7: 4096 neurons
[1000] FC8: 1000 neurons (class scores)
"""


def alexnet_layers() -> list[Row]:
    """The slide's own text, read by rule."""
    rows: list[Row] = []
    for name, text in re.findall(r"^\[.*\] (.*?): (.*)$", SLIDE, re.MULTILINE):
        numbers = [int(n) for n in re.findall(r"\d+", text)]
        if "CONV" in name:
            filters, K, _, stride, pad = numbers
            size = {"K": K, "stride": stride, "pad": pad, "groups": 1}
            rows.append({"kind": "conv", "name": name, "filters": filters, **size})
        elif "POOL" in name:
            rows.append({"kind": "pool", "name": name, "K": numbers[0], "stride": numbers[2]})
            rows[-1]["pad"] = 0
        elif "NORM" in name:
            rows.append({"kind": "norm", "name": name})
        else:
            rows.append({"kind": "fc", "name": name, "outputs": numbers[0]})
    return rows


def vgg16_numbers() -> int:
    """What torchvision's VGG-16 puts out, layer by layer, and the image it gets."""
    with torch.device("meta"):
        model, x = models.vgg16().eval(), torch.empty(1, 3, 224, 224)
    sizes = [x.numel()]
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.Linear):
            layer.register_forward_hook(lambda _m, _x, y: sizes.append(y.numel()))
    model(x)
    return sum(sizes)


def make_vgg(config: str, classes: int = 1000) -> nn.Module:
    """torchvision's; C is D with smaller kernels in three places, A-LRN is A with a layer more."""
    depths = {"A": 11, "A-LRN": 11, "B": 13, "C": 16, "D": 16, "E": 19}
    model: nn.Module = getattr(models, f"vgg{depths[config]}")(num_classes=classes)
    features = model.get_submodule("features")
    assert isinstance(features, nn.Sequential)
    if config == "C":
        for place in (14, 21, 28):
            width = len(features.get_submodule(str(place)).get_parameter("weight"))
            features[place] = nn.Conv2d(width, width, 1)
    if config == "A-LRN":
        features[1] = nn.Sequential(nn.ReLU(), nn.LocalResponseNorm(5))
    return model


class Inception(nn.Module):
    """Each path by torchvision's convolution with activation."""

    def __init__(self, cin: int, c1: int, r3: int, c3: int, r5: int, c5: int, pp: int) -> None:
        super().__init__()

        def layer(inputs: int, outputs: int, K: int) -> nn.Module:
            return Conv2dNormActivation(inputs, outputs, K, norm_layer=None, bias=True)

        self.branches = nn.ModuleList(
            [
                layer(cin, c1, 1),
                nn.Sequential(layer(cin, r3, 1), layer(r3, c3, 3)),
                nn.Sequential(layer(cin, r5, 1), layer(r5, c5, 5)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), layer(cin, pp, 1)),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, cin, H, W) to (N, c1 + c3 + c5 + pp, H, W)."""
        return torch.hstack([branch(x) for branch in self.branches])


def inception_cost(cin: int, H: int, W: int, **widths: int) -> tuple[int, int]:
    """The weights of the block above, and what torch counts while it runs."""
    with torch.device("meta"):
        block = Inception(cin, **widths)
        with FlopCounterMode(display=False) as counter:
            block(torch.empty(1, cin, H, W))
    weights = sum(p.numel() for p in block.parameters() if p.dim() == 4)
    return weights, counter.get_total_flops() // 2


def googlenet_loss(main: Tensor, aux1: Tensor, aux2: Tensor, t: Tensor) -> Tensor:
    """The divergence from one-hot targets, which have no entropy of their own."""
    target = F.one_hot(t, main.shape[1]).to(main.dtype)
    losses = [F.kl_div(z.log_softmax(1), target, reduction="batchmean") for z in (main, aux1, aux2)]
    return losses[0] + 0.3 * losses[1] + 0.3 * losses[2]


def smooth_labels(t: Tensor, K: int, eps: float) -> Tensor:
    """Row by row in numpy."""
    y = np.full((len(t), K), eps / K)
    for row, target in zip(y, t.tolist(), strict=True):
        row[target] += 1 - eps
    return torch.from_numpy(y).float()


def ensemble_predict(probs: Tensor) -> Tensor:
    """numpy's mean and argmax."""
    return torch.from_numpy(np.argmax(np.mean(probs.numpy(), axis=0), axis=1))


def _shortcut(cin: int, cout: int, stride: int) -> nn.Module | None:
    if stride == 1 and cin == cout:
        return None
    return Conv2dNormActivation(cin, cout, 1, stride, padding=0, activation_layer=None)


def BasicBlock(cin: int, cout: int, stride: int = 1) -> nn.Module:  # noqa: N802
    """torchvision's."""
    return TorchBasicBlock(cin, cout, stride, _shortcut(cin, cout, stride))


def Bottleneck(cin: int, mid: int, stride: int = 1, stride_in: str = "1x1") -> nn.Module:  # noqa: N802
    """torchvision's, which has its stride in the 3x3, or with the stride moved."""
    block = TorchBottleneck(cin, mid, stride, _shortcut(cin, 4 * mid, stride))
    if stride_in == "1x1":
        _move_stride(block)
    return block


def _move_stride(block: TorchBottleneck) -> None:
    block.conv1.stride, block.conv2.stride = block.conv2.stride, (1, 1)


def make_resnet(depth: int, stride_in: str = "1x1", classes: int = 1000) -> nn.Module:
    """torchvision's, with the strides moved where asked for."""
    model: nn.Module = getattr(models, f"resnet{depth}")(num_classes=classes)
    for block in model.modules():
        if isinstance(block, TorchBottleneck) and stride_in == "1x1":
            _move_stride(block)
    return model


class _Unexpanded(TorchBottleneck):
    """torchvision's bottleneck, as wide at its end as it is told."""

    expansion = 1


def ResNeXtBlock(  # noqa: N802
    cin: int, cout: int, stride: int = 1, cardinality: int = 32, width: int = 4
) -> nn.Module:
    """torchvision's: it rounds cout * base_width / 64 down to the width of a group."""
    base = 64 * (width + 0.5) / cout
    shortcut = _shortcut(cin, cout, stride)
    return _Unexpanded(cin, cout, stride, shortcut, groups=cardinality, base_width=base)


def split_transform_merge(
    x: Tensor, w1: Tensor, w2: Tensor, w3: Tensor, cardinality: int
) -> Tensor:
    """The other drawing: one grouped convolution."""
    return F.conv2d(F.conv2d(F.conv2d(x, w1), w2, padding=1, groups=cardinality), w3)


def factorised_conv(cin: int, cout: int, k: int) -> nn.Sequential:
    """torchvision's convolution twice, without norm and activation."""
    plain: dict[str, Any] = {"norm_layer": None, "activation_layer": None, "bias": False}
    row = Conv2dNormActivation(cin, cout, (1, k), **plain)
    return nn.Sequential(row, Conv2dNormActivation(cout, cout, (k, 1), **plain))


def SEBlock(c: int, r: int) -> nn.Module:  # noqa: N802
    """torchvision's."""
    return SqueezeExcitation(c, c // r)


def freeze(model: nn.Module, trainable: nn.Module) -> None:
    """By the names of the parameters."""
    name = next(n for n, module in model.named_modules() if module is trainable)
    for parameter, p in model.named_parameters():
        p.requires_grad_(parameter.startswith(f"{name}."))


def pareto_front(rows: list[tuple[str, float, float]]) -> list[str]:
    """The most accurate of every budget, budgets in rising order."""
    front = []
    for budget in sorted({cost for _, cost, _ in rows}):
        within = [row for row in rows if row[1] <= budget]
        best = max(accuracy for _, _, accuracy in within)
        cheapest = min(cost for _, cost, accuracy in within if accuracy == best)
        if cheapest == budget:
            front += [n for n, cost, accuracy in rows if (cost, accuracy) == (budget, best)]
    return front


def search_space_size(B: int, ops: int, inputs: int = 2, merges: int = 2) -> int:
    """Ordered choices: the inputs of all first places are a falling product."""
    return math.perm(inputs + B - 1, B) ** 2 * (ops * ops * merges) ** B


ORACLES: dict[str, Callable[..., Any]] = {
    oracle.__name__: oracle
    for oracle in (
        *(trace_network, alexnet_layers, vgg16_numbers, make_vgg, inception_cost, Inception),
        *(googlenet_loss, smooth_labels, ensemble_predict, BasicBlock, Bottleneck, make_resnet),
        *(ResNeXtBlock, split_transform_merge, factorised_conv, SEBlock, freeze),
        *(pareto_front, search_space_size),
    )
}
