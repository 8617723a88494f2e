"""Random configurations of every exercise of 03_batch_normalisation."""

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from tests.checks.drawing import Choose, Inputs, alike, size, whole

# The facet through whose probe oracle and reference are asked, where it is not the first.
FACETS = {
    "standardize": "test set",
    "batchnorm_forward": "all together",
    "batchnorm_backward": "all together",
    "BatchNorm2d": "all together",
    "recompute_stats": "all together",
    "fuse_conv_bn": "all together",
    "layernorm_fb": "all together",
    "activation_stats": "all together",
    "dropout_fb": "dtype and memory",
    "speed_ups": "the plain run",
}


def _epsilon(choose: Choose) -> float:
    return float(choose(st.sampled_from([1e-5, 0.5, 3.0])))


def _standardize(choose: Choose) -> Inputs:
    D = size(choose)
    train, test = alike(whole(choose, size(choose, 2, 7), D), whole(choose, size(choose, 1, 5), D))
    return {"train": train, "test": test}


def _table(choose: Choose, least: int) -> Inputs:
    N, D = size(choose, least, 7), size(choose, 1, 5)
    x, gamma, beta, g = alike(
        whole(choose, N, D), whole(choose, D), whole(choose, D), whole(choose, N, D)
    )
    return {"x": x, "gamma": gamma, "beta": beta, "g": g, "eps": _epsilon(choose)}


def _without(inputs: Inputs, name: str) -> Inputs:
    return {key: value for key, value in inputs.items() if key != name}


def _images(choose: Choose, C: int) -> torch.Tensor:
    return whole(choose, size(choose, 2, 3), C, size(choose), size(choose))


def _batch_norm_2d(choose: Choose) -> Inputs:
    C = size(choose, 1, 3)
    count = size(choose, 0, 3)
    x, gamma, beta, *batches = alike(
        whole(choose, 1, C, size(choose), size(choose)),
        *(whole(choose, C) for _ in range(2)),
        *(_images(choose, C) for _ in range(count)),
    )
    momentum = choose(st.sampled_from([0.1, 0.5, 1.0]))
    settings = {"eps": _epsilon(choose), "momentum": momentum}
    return {"batches": batches, "x": x, "gamma": gamma, "beta": beta, **settings}


def _recompute_stats(choose: Choose) -> Inputs:
    C = size(choose, 1, 3)
    *batches, mean, var = alike(
        *(_images(choose, C) for _ in range(size(choose, 1, 3))),
        *(whole(choose, C) for _ in range(2)),
    )
    return {"batches": batches, "running_mean": mean, "running_var": var.abs() + 1}


def _drop_bias(choose: Choose) -> Inputs:
    C = size(choose)
    b, running_mean = alike(whole(choose, C), whole(choose, C))
    return {"b": b, "running_mean": running_mean}


def _fuse_conv_bn(choose: Choose) -> Inputs:
    groups, K, L = (size(choose, 1, 3) for _ in range(3))
    C, F = (groups * size(choose, 1, 2) for _ in range(2))
    pair = st.lists(st.integers(1, 2), min_size=2, max_size=2)
    stride, dilation, padding = (choose(pair) for _ in range(3))
    H, W = (dilation[i] * ((K, L)[i] - 1) + 1 + size(choose, 0, 3) for i in range(2))
    x, w, bias, gamma, beta, mean, var = alike(
        whole(choose, size(choose, 1, 2), C, H, W),
        whole(choose, F, C // groups, K, L),
        *(whole(choose, F) for _ in range(5)),
    )
    geometry = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    bn = {"gamma": gamma, "beta": beta, "running_mean": mean, "running_var": var.abs() + 1}
    inputs = {"x": x, "w": w, "bn": bn, "geometry": geometry, "eps": _epsilon(choose)}
    return {**inputs, "bias": bias if choose(st.booleans()) else None}


def _maps(choose: Choose) -> Inputs:
    C = size(choose)
    x, gamma, beta = alike(_images(choose, C), whole(choose, C), whole(choose, C))
    return {"x": x, "gamma": gamma, "beta": beta, "eps": _epsilon(choose)}


def _groupnorm(choose: Choose) -> Inputs:
    inputs = _maps(choose)
    C = inputs["x"].shape[1]
    divisors = [n for n in range(1, C + 1) if C % n == 0]
    return {**inputs, "groups": choose(st.sampled_from(divisors))}


def _dbn_forward(choose: Choose) -> Inputs:
    eps = choose(st.sampled_from([0.25, 1.0, 9.0]))
    return {"x": whole(choose, size(choose, 1, 7), size(choose, 1, 5)), "eps": eps}


def _lrn(choose: Choose) -> Inputs:
    x = whole(
        choose, size(choose, 1, 2), size(choose, 1, 7), size(choose, 1, 3), size(choose, 1, 3)
    )
    alpha, k = choose(st.sampled_from([1e-4, 1.0, 7.0])), choose(st.sampled_from([1.0, 2.0]))
    beta = choose(st.sampled_from([0.5, 0.75, 2.0]))
    return {"x": x, "size": size(choose, 1, 8), "alpha": alpha, "beta": beta, "k": k}


def _activation_stats(choose: Choose) -> Inputs:
    widths = choose(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    shapes = [(after, before) for before, after in zip(widths, widths[1:], strict=False)]
    x, *weights = alike(
        whole(choose, size(choose), widths[0]), *(whole(choose, *s) for s in shapes)
    )
    return {"x": x, "weights": weights, "act": choose(st.sampled_from(["relu", "tanh", "none"]))}


def _dropout_fb(choose: Choose) -> Inputs:
    shape = [size(choose, 1, 3) for _ in range(4)]
    noise = shape if choose(st.booleans()) else [*shape[:2], 1, 1]
    x, g, u = alike(whole(choose, *shape), whole(choose, *shape), whole(choose, *noise))
    p = choose(st.sampled_from([0.0, 0.25, 0.5, 0.9]))
    return {"x": x, "g": g, "u": (u + 5) / 12, "p": p, "training": choose(st.booleans())}


def _steps_to(choose: Choose) -> Inputs:
    accuracies = choose(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), max_size=6))
    steps = sorted(choose(st.sets(st.integers(0, 99), min_size=6, max_size=6)))
    goal = choose(st.sampled_from([0.25, 0.4, 0.5, 0.8, 1.0]))
    return {"steps": steps[: len(accuracies)], "accuracies": accuracies, "goal": goal}


def _speed_ups(choose: Choose) -> Inputs:
    number = st.none() | st.integers(1, 999)
    others = choose(st.dictionaries(st.sampled_from(["BN", "BN x5", "other"]), number))
    return {"steps": {**others, "plain": size(choose, 1, 999)}}


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "standardize": _standardize,
    "batchnorm_forward": lambda choose: _without(_table(choose, 1), "g"),
    "batchnorm_backward": lambda choose: _without(_table(choose, 2), "beta"),
    "BatchNorm2d": _batch_norm_2d,
    "recompute_stats": _recompute_stats,
    "drop_bias": _drop_bias,
    "bias_gradient": lambda _choose: {},
    "fuse_conv_bn": _fuse_conv_bn,
    "layernorm_fb": lambda choose: _table(choose, 1),
    "instancenorm": _maps,
    "groupnorm": _groupnorm,
    "dbn_forward": _dbn_forward,
    "lrn": _lrn,
    "xavier_bound": lambda choose: {
        "fan_in": size(choose, 1, 999),
        "fan_out": size(choose, 1, 999),
    },
    "activation_stats": _activation_stats,
    "dropout_fb": _dropout_fb,
    "steps_to": _steps_to,
    "speed_ups": _speed_ups,
}
