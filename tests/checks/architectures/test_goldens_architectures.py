"""The golden numbers of the lectures, B15 to B28 and B44 to B46, from the solution's functions."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from autograder.checks.architectures.search import NASNET_TABLE
from autograder.checks.architectures.tables import VGG16
from autograder.reference import Namespace, reference_namespace
from tests.checks.gate import REPOSITORY
from visionlab.checking.steps import steps
from visionlab.layers import conv, pool

GIGA = 10**9

# Block: input channels, (c1, r3, c3, r5, c5, pp), side, weights, millions of multiply-adds.
GOOGLENET: dict[str, tuple[int, tuple[int, ...], int, int, float]] = {
    "3a": (192, (64, 96, 128, 16, 32, 32), 28, 163_328, 128.0),
    "3b": (256, (128, 128, 192, 32, 96, 64), 28, 388_096, 304.3),
    "4a": (480, (192, 96, 208, 16, 48, 64), 14, 375_552, 73.6),
    "4b": (512, (160, 112, 224, 24, 64, 64), 14, 448_512, 87.9),
    "4c": (512, (128, 128, 256, 24, 64, 64), 14, 509_440, 99.9),
    "4d": (512, (112, 144, 288, 32, 64, 64), 14, 604_672, 118.5),
    "4e": (528, (256, 160, 320, 32, 128, 128), 14, 867_328, 170.0),
    "5a": (832, (256, 160, 320, 32, 128, 128), 7, 1_042_432, 51.1),
    "5b": (832, (384, 192, 384, 48, 128, 128), 7, 1_442_816, 70.7),
}


@pytest.fixture(scope="module")
def solution() -> Namespace:
    return reference_namespace(REPOSITORY.source("04_architectures"))


def _column(trace: list[dict[str, Any]], key: str) -> list[Any]:
    return [row[key] for row in trace]


def _parameters(model: nn.Module, *dims: int) -> int:
    """How many numbers a module learns; of tensors with these numbers of axes only."""
    return sum(p.numel() for p in model.parameters() if not dims or p.dim() in dims)


def test_b15_alexnet_sizes(solution: Namespace) -> None:
    trace = solution["trace_network"](solution["alexnet_layers"](), (3, 227, 227))
    sizes = _column(trace, "H")
    assert sizes == [227, 55, 27, 27, 27, 13, 13, 13, 13, 13, 6, 1, 1, 1]
    assert trace[10]["activations"] == 9216


def test_b16_alexnet_weights(solution: Namespace) -> None:
    layers = solution["alexnet_layers"]()
    trace = solution["trace_network"](layers, (3, 227, 227))
    weights = [n for n in _column(trace, "params") if n]
    expected = [34_848, 614_400, 884_736, 1_327_104, 884_736]
    assert weights == [*expected, 37_748_736, 16_777_216, 4_096_000]
    assert sum(weights) == 62_367_776
    biased = solution["trace_network"](layers, (3, 227, 227), bias=True)
    assert sum(_column(biased, "params")) == 62_378_344
    assert round(sum(_column(trace, "macs")) / GIGA, 3) == 1.135


def test_b16_alexnet_on_two_gpus(solution: Namespace) -> None:
    layers = solution["alexnet_layers"]()
    for place in (3, 7, 8):
        layers[place] = {**layers[place], "groups": 2}
    totals = [
        sum(_column(solution["trace_network"](layers, (3, 227, 227), bias=b), "params"))
        for b in (False, True)
    ]
    assert totals == [60_954_656, 60_965_224]


def test_b18_vgg16_activations(solution: Namespace) -> None:
    trace = solution["trace_network"](VGG16, (3, 224, 224))
    held = _column(trace, "activations")
    assert held[:4] == [150_528, 3_211_264, 3_211_264, 802_816]
    assert held[-4:] == [25_088, 4096, 4096, 1000]
    assert sum(held) == solution["vgg16_numbers"]() == 15_237_608
    assert round(4 * sum(held) / 1e6, 2) == 60.95
    assert round(4 * sum(held) / 2**20, 1) == 58.1


def test_b19_vgg16_weights(solution: Namespace) -> None:
    trace = solution["trace_network"](VGG16, (3, 224, 224))
    weights = [n for n in _column(trace, "params") if n]
    assert weights[:6] == [1_728, 36_864, 73_728, 147_456, 294_912, 589_824]
    assert weights[-3:] == [102_760_448, 16_777_216, 4_096_000]
    assert sum(weights) == 138_344_128
    biased = solution["trace_network"](VGG16, (3, 224, 224), bias=True)
    assert sum(_column(biased, "params")) == 138_357_544
    assert round(sum(_column(trace, "macs")) / GIGA, 3) == 15.470


@pytest.mark.parametrize(
    ("config", "total", "layers", "work"),
    [
        ("A", 132_863_336, 11, 7.609),
        ("B", 133_047_848, 13, 11.308),
        ("C", 133_638_952, 16, 11.771),
        ("D", 138_357_544, 16, 15.470),
        ("E", 143_667_240, 19, 19.632),
    ],
)
def test_b20_vgg(solution: Namespace, config: str, total: int, layers: int, work: float) -> None:
    with torch.device("meta"):
        assert _parameters(solution["make_vgg"](config)) == total
    found = steps(lambda: solution["make_vgg"](config), 1, 3, 224, 224)
    assert sum(bool(step.weight) for step in found) == layers
    assert round(sum(step.macs for step in found) / GIGA, 3) == work


@pytest.mark.parametrize("block", GOOGLENET)
def test_b21_inception_blocks(solution: Namespace, block: str) -> None:
    cin, widths, side, weights, millions = GOOGLENET[block]
    counted, macs = solution["inception_cost"](cin, *widths, side, side)
    assert (counted, round(macs / 1e6, 1)) == (weights, millions)
    with torch.device("meta"):
        module = solution["Inception"](cin, *widths)
        assert _parameters(module, 4) == weights
        c1, _, c3, _, c5, pp = widths
        assert module(torch.empty(1, cin, side, side)).shape[1] == c1 + c3 + c5 + pp


def test_b21_googlenet_in_all(solution: Namespace) -> None:
    """With the three convolutions in front of the blocks and the linear layer behind them."""
    other = 9_408 + 64 * 64 + 9 * 64 * 192 + 1024 * 1000
    blocks = [solution["inception_cost"](c, *w, s, s) for c, w, s, _, _ in GOOGLENET.values()]
    assert sum(weights for weights, _ in blocks) + other == 6_990_272
    biases = sum(sum(w) for _, w, _, _, _ in GOOGLENET.values()) + 64 + 64 + 192 + 1000
    assert biases == 8_280
    assert round(138_357_544 / (6_990_272 + biases), 1) == 19.8


def test_b21_what_the_slide_must_have_meant(solution: Namespace) -> None:
    """5a's 1072K and 54M belong to other reductions than the listed ones."""
    weights, macs = solution["inception_cost"](832, 256, 192, 320, 16, 128, 128, 7, 7)
    assert (round(weights / 1024), round(macs / 1e6, 1)) == (1071, 53.7)


def test_b22_the_stem_of_inception_v3(solution: Namespace) -> None:
    stem = [
        *(conv("1", 32, 3, stride=2), conv("2", 32, 3), conv("3", 64, 3, pad=1)),
        *(pool("4", 3, stride=2), conv("5", 80, 3), conv("6", 192, 3, stride=2)),
    ]
    for pad, last in ((1, 35), (0, 33)):
        trace = solution["trace_network"]([*stem, conv("7", 288, 3, pad=pad)], (3, 299, 299))
        assert _column(trace, "H") == [299, 149, 147, 147, 73, 71, 35, last]


@pytest.mark.parametrize(
    ("depth", "total"),
    [
        (18, 11_689_512),
        (34, 21_797_672),
        (50, 25_557_032),
        (101, 44_549_160),
        (152, 60_192_808),
    ],
)
def test_b24_b25_resnets(solution: Namespace, depth: int, total: int) -> None:
    """Layers are counted without the projections: one per position of the table."""
    with torch.device("meta"):
        model = solution["make_resnet"](depth)
    assert _parameters(model) == total
    blocks = sum(isinstance(m, solution["BasicBlock"]) for m in model.modules())
    bottlenecks = sum(isinstance(m, solution["Bottleneck"]) for m in model.modules())
    assert 1 + 2 * blocks + 3 * bottlenecks + 1 == depth


@pytest.mark.parametrize(
    ("depth", "stride_in", "work"),
    [
        (18, "1x1", 1.814),
        (34, "1x1", 3.664),
        (50, "1x1", 3.858),
        (101, "1x1", 7.570),
        (152, "1x1", 11.282),
        (50, "3x3", 4.089),
        (101, "3x3", 7.801),
        (152, "3x3", 11.514),
    ],
)
def test_b26_resnet_macs(solution: Namespace, depth: int, stride_in: str, work: float) -> None:
    found = steps(lambda: solution["make_resnet"](depth, stride_in), 1, 3, 224, 224)
    assert round(sum(step.macs for step in found) / GIGA, 3) == work


def test_b27_blocks_of_256_channels(solution: Namespace) -> None:
    with torch.device("meta"):
        found = [
            _parameters(solution["BasicBlock"](64, 64), 4),
            _parameters(solution["Bottleneck"](256, 64), 4),
            _parameters(solution["ResNeXtBlock"](256, 256), 4),
            _parameters(solution["BasicBlock"](256, 256), 4),
        ]
    assert found == [73_728, 69_632, 70_144, 1_179_648]


@pytest.mark.parametrize(
    ("counts", "total", "work"),
    [((3, 4, 6, 3), 25_028_904, 4.230), ((3, 4, 23, 3), 44_177_704, 7.970)],
)
def test_b27_resnext(solution: Namespace, counts: tuple[int, ...], total: int, work: float) -> None:
    """ResNeXt-50 and 101, 32 x 4d, built on the block."""

    def build() -> nn.Module:
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        blocks, cin = [nn.MaxPool2d(3, 2, 1)], 64
        for stage, count in enumerate(counts):
            for n in range(count):
                stride = 2 if stage and not n else 1
                width, cout = 4 * 2**stage, 256 * 2**stage
                blocks.append(solution["ResNeXtBlock"](cin, cout, stride, width=width))
                cin = cout
        head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, 1000)]
        return nn.Sequential(*layers, *blocks, *head)

    with torch.device("meta"):
        assert _parameters(build()) == total
    assert round(sum(s.macs for s in steps(build, 1, 3, 224, 224)) / GIGA, 3) == work


def test_b28_the_front_of_the_table(solution: Namespace) -> None:
    expected = ["Inception V2", "NASNet-A (5 @ 1538)", "NASNet-A (7 @ 1920)", "NASNet-A (6 @ 4032)"]
    assert solution["pareto_front"](NASNET_TABLE) == expected


def test_b44_gap_of_smoothed_labels(solution: Namespace) -> None:
    target = solution["smooth_labels"](torch.tensor([3]), 1000, 0.1)[0].double()
    assert round(float(target[3]), 4) == 0.9001
    assert round(math.log(float(target[3] / target[0])), 3) == 9.105


@pytest.mark.parametrize(("k", "stack", "ratio"), [(7, None, 0.286), (5, 2, 0.72), (7, 3, 0.551)])
def test_b45_factorised(solution: Namespace, k: int, stack: int | None, ratio: float) -> None:
    whole = 16 * 16 * k * k
    with torch.device("meta"):
        if stack is None:
            cost = _parameters(solution["factorised_conv"](16, 16, k))
        else:
            layers = [conv("c", 16, 3, pad=1)] * stack
            cost = sum(_column(solution["trace_network"](layers, (16, 9, 9)), "params"))
    assert round(cost / whole, 3) == ratio


def test_b46_five_decisions_for_each_block(solution: Namespace) -> None:
    """A block of two options per decision has 2^5 forms; five blocks decide 25 times."""
    assert solution["search_space_size"](1, ops=2, inputs=2, merges=2) == 2**5
    with_new_inputs = math.prod((2 + b) ** 2 for b in range(5))
    assert solution["search_space_size"](5, ops=2) == with_new_inputs * 2 ** (25 - 10)
