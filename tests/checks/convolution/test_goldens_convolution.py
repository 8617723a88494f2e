"""The golden numbers of the lectures, B1 to B14, from the solution's own functions."""

from typing import Any

import numpy as np
import pytest
import torch

from autograder.reference import Namespace, reference_namespace
from tests.checks.gate import REPOSITORY


@pytest.fixture(scope="module")
def solution() -> Namespace:
    return reference_namespace(REPOSITORY.source("01_convolution"))


def _grid(text: str) -> torch.Tensor:
    """Rows of numbers between slashes, as the lectures are quoted."""
    return torch.tensor([[float(v) for v in row.split()] for row in text.split("/")]).double()


def _image(text: str) -> torch.Tensor:
    return _grid(text)[None, None]


POOLED = "6 8/3 4"
FULL = "6 6 14 8 8/6 6 14 8 8/9 9 21 12 12/3 3 7 4 4/3 3 7 4 4"


def test_b1_the_cross_over_the_binary_image(solution: Namespace) -> None:
    x = _grid("1 1 1 0 0/0 1 1 1 0/0 0 1 1 1/0 0 1 1 0/0 1 1 0 0")
    w = _grid("1 0 1/0 1 0/1 0 1")
    expected = _grid("4 3 4/2 4 3/2 3 4")
    assert torch.equal(solution["conv2d_naive"](x, w), expected)
    assert torch.equal(solution["true_conv2d"](x, w), expected)  # the kernel is symmetric


def test_b2_one_to_nine(solution: Namespace) -> None:
    y = solution["conv2d_naive"](_grid("1 2 3/4 5 6/7 8 9"), _grid("1 2/3 4"))
    assert torch.equal(y, _grid("37 47/67 77"))


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"N": 5, "K": 2, "stride": 3}, 2),
        ({"N": 5, "K": 2}, 4),
        ({"N": 5, "K": 2, "pad": 1}, 6),
        ({"N": 32, "K": 5}, 28),
        ({"N": 7, "K": 3}, 5),
        ({"N": 7, "K": 3, "pad": 1}, 7),
        ({"N": 227, "K": 11, "stride": 4}, 55),
        ({"N": 224, "K": 11, "stride": 4}, 54),  # 54.25 without the floor
        ({"N": 7, "K": 3, "dilation": 2}, 3),
    ],
)
def test_b3_sizes(solution: Namespace, sizes: dict[str, int], expected: int) -> None:
    assert solution["conv_out"](**sizes) == expected


def test_b4_parameters(solution: Namespace) -> None:
    assert solution["conv_params"](3, 2, 2) == 26
    assert solution["conv_params"](3, 6, 5) == 450 + 6


def test_b5_pooling_and_its_three_undoings(solution: Namespace) -> None:
    x = _image("1 1 2 4/5 6 8 7/3 2 1 0/1 2 3 4")
    y, index = solution["maxpool2d"](x, 2, 2)
    assert torch.equal(y, _image(POOLED)) and index.flatten().tolist() == [5, 6, 8, 15]
    unpooled = solution["max_unpool"](y, index, (4, 4))
    assert torch.equal(unpooled, _image("0 0 0 0/0 6 8 0/3 0 0 0/0 0 0 4"))
    nearest = solution["unpool_nearest"](y, 2)
    assert torch.equal(nearest, _image("6 6 8 8/6 6 8 8/3 3 4 4/3 3 4 4"))
    nails = solution["bed_of_nails"](y, 2)
    assert torch.equal(nails, _image("6 0 8 0/0 0 0 0/3 0 4 0/0 0 0 0"))


def _stamped(solution: Namespace, text: str, **settings: Any) -> torch.Tensor:
    ones = torch.ones(1, 1, 3, 3).double()
    stamped: torch.Tensor = solution["conv_transpose2d"](_image(text), ones, stride=2, **settings)
    return stamped


def test_b6_transposed_convolution_in_full(solution: Namespace) -> None:
    assert torch.equal(_stamped(solution, POOLED), _image(FULL))


def test_b7_its_intermediate_frames(solution: Namespace) -> None:
    after_eight = _stamped(solution, "6 8/0 0")
    assert after_eight[0, 0, :3].tolist() == [[6, 6, 14, 8, 8]] * 3
    after_three = _stamped(solution, "6 8/3 0")
    assert after_three[0, 0, 2].tolist() == [9, 9, 17, 8, 8]
    assert after_three[0, 0, 3:, :3].tolist() == [[3, 3, 3]] * 2


def test_b8_padding_and_output_padding(solution: Namespace) -> None:
    assert torch.equal(_stamped(solution, POOLED, pad=1), _image("6 14 8/9 21 12/3 7 4"))
    four = _stamped(solution, POOLED, pad=1, output_padding=1)
    assert torch.equal(four, _image("6 14 8 8/9 21 12 12/3 7 4 4/3 7 4 4"))
    assert torch.equal(four, _image(FULL)[..., 1:, 1:])


def test_b9_the_toeplitz_matrix_of_the_slide(solution: Namespace) -> None:
    q, p = torch.tensor([2.0, 3, 5, 7]).double(), torch.tensor([1.0, 10, 100]).double()
    Q = solution["toeplitz_conv1d"](q, 3)
    padded = torch.cat([torch.zeros(3).double(), p, torch.zeros(3).double()])
    assert Q.shape == (6, 9)
    assert (Q @ padded).tolist() == [2, 23, 235, 357, 570, 700]
    assert (Q @ padded).tolist() == np.convolve(p.numpy(), q.numpy()).tolist()
    back = Q.T @ torch.cat([p, torch.zeros(3).double()])
    assert back.tolist() == [7, 75, 753, 532, 320, 200, 0, 0, 0]
    assert (Q[::2] @ padded).tolist() == [2, 235, 570]
    assert (Q[::2].T @ p).tolist() == [7, 5, 73, 52, 730, 520, 300, 200, 0]


def test_b11_receptive_fields_of_stacked_kernels(solution: Namespace) -> None:
    assert solution["receptive_field"]([(3, 1, 1)] * 2) == 5
    assert solution["receptive_field"]([(3, 1, 1)] * 3) == 7
    composed = solution["compose_kernels"](torch.ones(3, 3), torch.ones(3, 3))
    assert composed.shape == (5, 5)


def test_b14_weights_of_a_small_image(solution: Namespace) -> None:
    assert solution["param_counts"](64 * 64, 9) == {"fc": 16_777_216, "local": 36_864, "conv": 9}
