"""Random configurations for the exercises of 04_architectures."""

from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st

from autograder.checks.architectures.inception import WIDTHS
from tests.checks.drawing import Choose, Inputs, alike, size, whole
from visionlab.layers import Row, conv, fc, norm, pool

FACETS = {
    "trace_network": "all together",
    "make_vgg": "number of parameters",
    "Inception": "all together",
    "make_resnet": "number of parameters",
    "pareto_front": "order",
    "search_space_size": "exact int, no block, many blocks",
    "BasicBlock": "last ReLU",
    "Bottleneck": "last ReLU",
    "ResNeXtBlock": "last ReLU",
    "split_transform_merge": "several paths",
    "factorised_conv": "output",
    "smooth_labels": "shapes and dtype",
    "googlenet_loss": "gradients",
}


def _network(choose: Choose) -> Inputs:
    """Rows whose windows fit: the smallest side is followed, the other one is never smaller."""
    C, side = size(choose, 1, 6), size(choose, 8, 20)
    shape = (C, side, side + size(choose, 0, 5))
    layers: list[Row] = []
    for n in range(size(choose, 0, 5)):
        kind = choose(st.sampled_from(["conv", "pool", "norm", "fc"]))
        K, stride, pad = size(choose, 1, min(side, 5)), size(choose, 1, 3), size(choose, 0, 2)
        if kind == "conv":
            groups = choose(st.sampled_from([g for g in range(1, C + 1) if C % g == 0]))
            C = groups * size(choose, 1, 3)
            layers.append(conv(f"c{n}", C, K, stride, pad, groups))
        elif kind == "pool":
            layers.append(pool(f"p{n}", K, stride, pad))
        elif kind == "fc":
            C = size(choose, 1, 9)
            layers.append(fc(f"f{n}", C))
            side = 1
        else:
            layers.append(norm(f"n{n}"))
        if kind in ("conv", "pool"):
            side = (side + 2 * pad - K) // stride + 1
    return {"layers": layers, "shape": shape, "bias": choose(st.booleans())}


def _widths(choose: Choose) -> dict[str, int]:
    """Seven different numbers: `cin` and the six of a block."""
    numbers = choose(st.permutations(range(1, 10)))
    return dict(zip(("cin", *WIDTHS), numbers[:7], strict=True))


def _inception(choose: Choose) -> Inputs:
    widths = _widths(choose)
    shape = (size(choose, 1, 2), widths.pop("cin"), size(choose), size(choose))
    return {"x": whole(choose, *shape), "widths": widths}


def _scores(choose: Choose) -> Inputs:
    N, K = size(choose), size(choose, 2, 5)
    main, aux1, aux2 = alike(*[whole(choose, N, K) for _ in range(3)])
    return {"main": main, "aux1": aux1, "aux2": aux2, "t": _classes(choose, N, K)}


def _classes(choose: Choose, N: int, K: int) -> torch.Tensor:
    return torch.tensor([choose(st.integers(0, K - 1)) for _ in range(N)])


def _labels(choose: Choose) -> Inputs:
    K = size(choose, 2, 9)
    return {
        "t": _classes(choose, size(choose), K),
        "K": K,
        "eps": choose(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])),
    }


def _block(name: str, options: Callable[[Choose], Inputs]) -> Callable[[Choose], Inputs]:
    def draw(choose: Choose) -> Inputs:
        chosen = options(choose)
        cin = chosen.pop("cin", None) or size(choose, 1, 8)
        x = whole(choose, size(choose, 1, 2), cin, size(choose, 1, 6), size(choose, 1, 6))
        return {"block": name, "x": x, "options": {**chosen, "stride": size(choose, 1, 3)}}

    return draw


def _basic(choose: Choose) -> Inputs:
    cout = size(choose, 1, 6)
    return {"cout": cout, "cin": choose(st.sampled_from([cout, 3]))}


def _bottleneck(choose: Choose) -> Inputs:
    mid = size(choose, 1, 3)
    stride_in = choose(st.sampled_from(["1x1", "3x3"]))
    return {"mid": mid, "cin": choose(st.sampled_from([4 * mid, 5])), "stride_in": stride_in}


def _resnext(choose: Choose) -> Inputs:
    return {**_basic(choose), "cardinality": size(choose), "width": size(choose)}


def _paths(choose: Choose) -> Inputs:
    G, d, C, F = (size(choose, 1, 3) for _ in range(4))
    shapes = [(2, C, size(choose), size(choose)), (G * d, C, 1, 1), (G * d, d, 3, 3)]
    x, w1, w2, w3 = alike(*[whole(choose, *s) for s in shapes], whole(choose, F, G * d, 1, 1))
    return {"x": x, "w1": w1, "w2": w2, "w3": w3, "cardinality": G}


def _image(choose: Choose, low: int = 1) -> torch.Tensor:
    return whole(choose, size(choose, 1, 2), size(choose, low, 8), size(choose), size(choose))


def _squeeze(choose: Choose) -> Inputs:
    x = _image(choose, low=3)
    return {"x": x, "r": size(choose, 1, x.shape[1])}


def _factorised(choose: Choose) -> Inputs:
    return {"x": _image(choose), "cout": size(choose), "k": choose(st.sampled_from([1, 3, 5, 7]))}


def _rows(choose: Choose) -> Inputs:
    pairs = choose(st.lists(st.tuples(st.integers(1, 6), st.integers(50, 56)), max_size=8))
    return {"rows": [(f"net {n}", *pair) for n, pair in enumerate(pairs)]}


def _space(choose: Choose) -> Inputs:
    numbers: dict[str, Any] = {"B": size(choose, 0, 8), "ops": size(choose, 1, 13)}
    return {**numbers, "inputs": size(choose), "merges": size(choose)}


def _submodules(choose: Choose) -> Inputs:
    names = st.sampled_from(["stem", "stem.0", "body", "body.1", "body.1.0", "head"])
    return {"thawed": choose(names), "frozen_before": choose(st.lists(names, max_size=3))}


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "trace_network": _network,
    "alexnet_layers": lambda _choose: {},
    "vgg16_numbers": lambda _choose: {},
    "make_vgg": lambda choose: {
        "config": choose(st.sampled_from(["A", "A-LRN", "B", "C", "D", "E"])),
        "classes": size(choose, 1, 2000),
    },
    "inception_cost": lambda choose: {
        **_widths(choose),
        "H": size(choose, 1, 20),
        "W": size(choose, 1, 20),
    },
    "Inception": _inception,
    "googlenet_loss": _scores,
    "smooth_labels": _labels,
    "ensemble_predict": lambda choose: {
        "probs": whole(choose, size(choose), size(choose), size(choose, 2, 6)) / 8
    },
    "BasicBlock": _block("BasicBlock", _basic),
    "Bottleneck": _block("Bottleneck", _bottleneck),
    "make_resnet": lambda choose: {
        "depth": choose(st.sampled_from([18, 34, 50])),
        "stride_in": choose(st.sampled_from(["1x1", "3x3"])),
        "classes": size(choose, 1, 2000),
    },
    "ResNeXtBlock": _block("ResNeXtBlock", _resnext),
    "split_transform_merge": _paths,
    "factorised_conv": _factorised,
    "SEBlock": _squeeze,
    "freeze": _submodules,
    "pareto_front": _rows,
    "search_space_size": _space,
}
