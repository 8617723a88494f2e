"""Random configurations of every exercise of 01_convolution."""

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from tests.checks.drawing import Choose, Inputs, alike, size, whole


def _conv_out(choose: Choose) -> Inputs:
    names = {"N": (1, 40), "K": (1, 7), "stride": (1, 5), "pad": (0, 4), "dilation": (1, 4)}
    return {name: size(choose, *bounds) for name, bounds in names.items()}


def _image_and_kernel(choose: Choose) -> Inputs:
    K = size(choose)
    shape = (K + size(choose, 0, 5), K + size(choose, 0, 5))
    x, w = alike(whole(choose, *shape), whole(choose, K, K))
    return {"x": x, "w": w}


def _conv2d(choose: Choose) -> Inputs:
    C, F, K, dilation, pad = (size(choose, 1, 3) for _ in range(5))
    span = dilation * (K - 1) + 1
    side = [max(1, span - 2 * pad) + size(choose, 0, 5) for _ in "HW"]
    x, w, b = alike(
        whole(choose, size(choose, 1, 3), C, *side),
        whole(choose, F, C, K, K),
        whole(choose, F),
    )
    stride = size(choose)
    inputs = {"x": x, "w": w, "stride": stride, "pad": pad, "dilation": dilation}
    return {**inputs, "b": b} if choose(st.booleans()) else inputs


def _conv_nhwc(choose: Choose) -> Inputs:
    C, F, kh, kw, S = (size(choose, 1, 3) for _ in range(5))
    shape = (size(choose, 1, 2), kh + size(choose, 0, 4), kw + size(choose, 0, 4), C)
    image, kernels = alike(whole(choose, *shape), whole(choose, kh, kw, C, F))
    return {"I": image, "K": kernels, "S": S}


def _conv_macs(choose: Choose) -> Inputs:
    K = size(choose, 1, 5)
    sizes = {"Cin": size(choose), "Cout": size(choose), "K": K}
    sizes |= {"H": K + size(choose, 0, 9), "W": K + size(choose, 0, 9)}
    return {**sizes, "stride": size(choose), "pad": size(choose, 0, 2)}


def _conv_params(choose: Choose) -> Inputs:
    sizes = {"Cin": size(choose, 1, 9), "Cout": size(choose, 1, 9), "K": size(choose, 1, 7)}
    return {**sizes, "bias": choose(st.booleans())}


def _layers(choose: Choose) -> Inputs:
    layer = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
    return {"layers": choose(st.lists(layer, min_size=0, max_size=4))}


def _two_kernels(choose: Choose) -> Inputs:
    first, second = size(choose), size(choose)
    k1, k2 = alike(whole(choose, first, first), whole(choose, second, second))
    return {"k1": k1, "k2": k2}


def _conv_matrix(choose: Choose) -> Inputs:
    K, pad = size(choose, 1, 3), size(choose, 0, 2)
    H, W = (max(1, K - 2 * pad) + size(choose, 0, 3) for _ in "HW")
    return {"w": whole(choose, K, K), "H": H, "W": W, "stride": size(choose, 1, 3), "pad": pad}


def _conv_transpose2d(choose: Choose) -> Inputs:
    C, F, K, stride = (size(choose, 1, 3) for _ in range(4))
    shape = (size(choose, 1, 2), C, size(choose, 2, 4), size(choose, 2, 4))
    x, w = alike(whole(choose, *shape), whole(choose, C, F, K, K))
    pad, extra = size(choose, 0, (K - 1) // 2), size(choose, 0, stride - 1)
    return {"x": x, "w": w, "stride": stride, "pad": pad, "output_padding": extra}


def _pool(choose: Choose) -> Inputs:
    k = size(choose, 1, 3)
    side = [k + size(choose, 0, 5) for _ in "HW"]
    x = whole(choose, size(choose, 1, 2), size(choose, 1, 3), *side)
    return {"x": x, "k": k, "s": size(choose)}


def _grow(choose: Choose) -> Inputs:
    return {"x": whole(choose, *(size(choose, 1, 3) for _ in range(4))), "k": size(choose)}


def _max_unpool(choose: Choose) -> Inputs:
    k = size(choose, 1, 3)
    H, W = (k * size(choose, 1, 3) for _ in "HW")
    x = whole(choose, size(choose, 1, 2), size(choose, 1, 3), H, W)
    y, idx = torch.nn.functional.max_pool2d(x, k, k, return_indices=True)
    return {"x": y, "idx": idx, "out_size": [H, W]}


def _volume(axes: int) -> Callable[[Choose], Inputs]:
    def draw(choose: Choose) -> Inputs:
        C, F, K = (size(choose, 1, 3) for _ in range(3))
        lengths = [K + size(choose, 0, 3) for _ in range(axes)]
        x = whole(choose, size(choose, 1, 2), C, *lengths)
        x, w = alike(x, whole(choose, F, C, *[K] * axes))
        return {"x": x, "w": w}

    return draw


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "param_counts": lambda choose: {"N": size(choose, 1, 999), "n": size(choose, 1, 49)},
    "conv2d_naive": _image_and_kernel,
    "conv_out": _conv_out,
    "conv2d": _conv2d,
    "conv_params": _conv_params,
    "conv_macs": _conv_macs,
    "alexnet_first_macs": lambda _choose: {},
    "receptive_field": _layers,
    "compose_kernels": _two_kernels,
    "true_conv2d": _image_and_kernel,
    "same_either_way": lambda _choose: {},
    "conv_nhwc": _conv_nhwc,
    "toeplitz_conv1d": lambda choose: {
        "q": whole(choose, size(choose, 1, 6)),
        "n": size(choose, 1, 6),
    },
    "conv_matrix": _conv_matrix,
    "conv_transpose2d": _conv_transpose2d,
    "maxpool2d": _pool,
    "avgpool": _pool,
    "unpool_nearest": _grow,
    "bed_of_nails": _grow,
    "max_unpool": _max_unpool,
    "conv1d": _volume(1),
    "conv3d": _volume(3),
}
