"""Every reference of 01_convolution against its oracle on random configurations."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import Repository, declared_assignment
from autograder.draw import channels_last, strided
from autograder.reference import reference_namespace
from tests.checks.oracles_convolution import ORACLES
from visionlab.checking.compare import difference

Choose = Callable[[st.SearchStrategy[Any]], Any]
Inputs = dict[str, Any]
ASSIGNMENT = declared_assignment("01_convolution")


@cache
def _reference() -> dict[str, Any]:
    repository = Repository.find()
    return reference_namespace(repository.source(ASSIGNMENT.name))


def _whole(choose: Choose, *shape: int) -> torch.Tensor:
    """Whole numbers, exact in either dtype, in any memory layout."""
    generator = torch.Generator().manual_seed(choose(st.integers(0, 2**31)))
    dtype = choose(st.sampled_from([torch.float32, torch.float64]))
    x = torch.randint(-5, 6, shape, generator=generator).to(dtype)
    layouts = [torch.Tensor.contiguous, strided] + ([channels_last] if len(shape) == 4 else [])
    return choose(st.sampled_from(layouts))(x)


def _size(choose: Choose, low: int = 1, high: int = 4) -> int:
    return int(choose(st.integers(low, high)))


def _alike(*tensors: torch.Tensor) -> list[torch.Tensor]:
    """The tensors in the dtype of the first."""
    return [t.to(tensors[0].dtype) for t in tensors]


def _conv_out(choose: Choose) -> Inputs:
    names = {"N": (1, 40), "K": (1, 7), "stride": (1, 5), "pad": (0, 4), "dilation": (1, 4)}
    return {name: _size(choose, *bounds) for name, bounds in names.items()}


def _image_and_kernel(choose: Choose) -> Inputs:
    K = _size(choose)
    shape = (K + _size(choose, 0, 5), K + _size(choose, 0, 5))
    x, w = _alike(_whole(choose, *shape), _whole(choose, K, K))
    return {"x": x, "w": w}


def _conv2d(choose: Choose) -> Inputs:
    C, F, K, dilation, pad = (_size(choose, 1, 3) for _ in range(5))
    span = dilation * (K - 1) + 1
    side = [max(1, span - 2 * pad) + _size(choose, 0, 5) for _ in "HW"]
    x, w, b = _alike(
        _whole(choose, _size(choose, 1, 3), C, *side),
        _whole(choose, F, C, K, K),
        _whole(choose, F),
    )
    stride = _size(choose)
    inputs = {"x": x, "w": w, "stride": stride, "pad": pad, "dilation": dilation}
    return {**inputs, "b": b} if choose(st.booleans()) else inputs


def _conv_nhwc(choose: Choose) -> Inputs:
    C, F, kh, kw, S = (_size(choose, 1, 3) for _ in range(5))
    shape = (_size(choose, 1, 2), kh + _size(choose, 0, 4), kw + _size(choose, 0, 4), C)
    image, kernels = _alike(_whole(choose, *shape), _whole(choose, kh, kw, C, F))
    return {"I": image, "K": kernels, "S": S}


def _conv_macs(choose: Choose) -> Inputs:
    K = _size(choose, 1, 5)
    sizes = {"Cin": _size(choose), "Cout": _size(choose), "K": K}
    sizes |= {"H": K + _size(choose, 0, 9), "W": K + _size(choose, 0, 9)}
    return {**sizes, "stride": _size(choose), "pad": _size(choose, 0, 2)}


def _conv_params(choose: Choose) -> Inputs:
    sizes = {"Cin": _size(choose, 1, 9), "Cout": _size(choose, 1, 9), "K": _size(choose, 1, 7)}
    return {**sizes, "bias": choose(st.booleans())}


def _layers(choose: Choose) -> Inputs:
    layer = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
    return {"layers": choose(st.lists(layer, min_size=0, max_size=4))}


def _two_kernels(choose: Choose) -> Inputs:
    first, second = _size(choose), _size(choose)
    k1, k2 = _alike(_whole(choose, first, first), _whole(choose, second, second))
    return {"k1": k1, "k2": k2}


def _conv_matrix(choose: Choose) -> Inputs:
    K, pad = _size(choose, 1, 3), _size(choose, 0, 2)
    H, W = (max(1, K - 2 * pad) + _size(choose, 0, 3) for _ in "HW")
    return {"w": _whole(choose, K, K), "H": H, "W": W, "stride": _size(choose, 1, 3), "pad": pad}


def _conv_transpose2d(choose: Choose) -> Inputs:
    C, F, K, stride = (_size(choose, 1, 3) for _ in range(4))
    shape = (_size(choose, 1, 2), C, _size(choose, 2, 4), _size(choose, 2, 4))
    x, w = _alike(_whole(choose, *shape), _whole(choose, C, F, K, K))
    pad, extra = _size(choose, 0, (K - 1) // 2), _size(choose, 0, stride - 1)
    return {"x": x, "w": w, "stride": stride, "pad": pad, "output_padding": extra}


def _pool(choose: Choose) -> Inputs:
    k = _size(choose, 1, 3)
    side = [k + _size(choose, 0, 5) for _ in "HW"]
    x = _whole(choose, _size(choose, 1, 2), _size(choose, 1, 3), *side)
    return {"x": x, "k": k, "s": _size(choose)}


def _grow(choose: Choose) -> Inputs:
    return {"x": _whole(choose, *(_size(choose, 1, 3) for _ in range(4))), "k": _size(choose)}


def _max_unpool(choose: Choose) -> Inputs:
    k = _size(choose, 1, 3)
    H, W = (k * _size(choose, 1, 3) for _ in "HW")
    x = _whole(choose, _size(choose, 1, 2), _size(choose, 1, 3), H, W)
    y, idx = torch.nn.functional.max_pool2d(x, k, k, return_indices=True)
    return {"x": y, "idx": idx, "out_size": [H, W]}


def _volume(axes: int) -> Callable[[Choose], Inputs]:
    def draw(choose: Choose) -> Inputs:
        C, F, K = (_size(choose, 1, 3) for _ in range(3))
        lengths = [K + _size(choose, 0, 3) for _ in range(axes)]
        x = _whole(choose, _size(choose, 1, 2), C, *lengths)
        x, w = _alike(x, _whole(choose, F, C, *[K] * axes))
        return {"x": x, "w": w}

    return draw


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "param_counts": lambda choose: {"N": _size(choose, 1, 999), "n": _size(choose, 1, 49)},
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
        "q": _whole(choose, _size(choose, 1, 6)),
        "n": _size(choose, 1, 6),
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


def test_no_exercise_is_left_out() -> None:
    assert list(CONFIGURATIONS) == [e.name for e in ASSIGNMENT.exercises]


@pytest.mark.parametrize("name", CONFIGURATIONS)
@settings(max_examples=40)
@given(data=st.data())
def test_the_reference_equals_the_oracle(name: str, data: st.DataObject) -> None:
    inputs = CONFIGURATIONS[name](data.draw)
    answer = _reference()[name](**inputs)
    assert difference(ORACLES[name](**inputs), answer) is None
