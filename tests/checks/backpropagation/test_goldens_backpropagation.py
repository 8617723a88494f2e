"""The golden numbers of the lectures, A9, B2, B10 and B12, from the solution's own functions."""

import math

import pytest
import torch

from autograder.reference import Namespace, reference_namespace
from tests.checks.gate import REPOSITORY


@pytest.fixture(scope="module")
def solution() -> Namespace:
    return reference_namespace(REPOSITORY.source("02_backpropagation"))


def _image(text: str) -> torch.Tensor:
    """(1, 1, H, W) from rows of numbers between slashes, as the lectures are quoted."""
    rows = [[float(v) for v in row.split()] for row in text.split("/")]
    return torch.tensor(rows).double()[None, None]


def test_a9_four_equal_classes(solution: Namespace) -> None:
    """-ln 0.25, as log-loss of probabilities and of equal scores."""
    y = torch.eye(4).double()[2:3]
    assert solution["log_loss"](y, torch.full((1, 4), 0.25).double()).item() == math.log(4)
    L, _ = solution["softmax_xent"](torch.zeros(3, 4).double(), torch.tensor([2, 0, 1]))
    assert L.item() == pytest.approx(1.386294, abs=5e-7)


@pytest.mark.parametrize(
    ("g", "dw", "dx"),
    [
        ("1 1/1 1", "12 16/24 28", "1 3 2/4 10 6/3 7 4"),
        ("1 -1/2 0.5", "9.5 12/17 19.5", "1 1 -2/5 5.5 -3/6 9.5 2"),
    ],
)
def test_b2_gradients_of_the_small_convolution(
    solution: Namespace, g: str, dw: str, dx: str
) -> None:
    x, w = _image("1 2 3/4 5 6/7 8 9"), _image("1 2/3 4")
    assert torch.equal(solution["conv2d_backward_w"](x, _image(g), 2), _image(dw))
    assert torch.equal(solution["conv2d_backward_x"](_image(g), w, x.shape), _image(dx))
    assert torch.equal(solution["conv2d_backward_b"](_image(g)), _image(g).sum().reshape(1))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sigmoid_fb", [0.119203, 0.268941, 0.5, 0.731059, 0.880797]),
        ("tanh_fb", [-0.964028, -0.761594, 0, 0.761594, 0.964028]),
        ("leaky_relu_fb", [-0.2, -0.1, 0, 1, 2]),
        ("elu_fb", [-0.864665, -0.632121, 0, 1, 2]),
    ],
)
def test_b10_activations(solution: Namespace, name: str, values: list[float]) -> None:
    x = torch.arange(-2.0, 3).double()
    y, _ = solution[name](x, torch.ones(5).double())
    assert y.tolist() == pytest.approx(values, abs=5e-7)


def test_b12_logistic_least_squares(solution: Namespace) -> None:
    """By hand and by the graph: y, L and the three gradients."""
    L, dw, db = solution["logistic_lsq"](w=2.0, b=-1.0, x=1.0, t=0.0)
    assert (L, dw, db) == pytest.approx((0.2672233227, 0.1437348405, 0.1437348405), abs=5e-11)
    w, b, x = (solution["Node"](v) for v in (2.0, -1.0, 1.0))
    z = w * x + b
    y = z.sigmoid()
    loss = y * y * 0.5
    loss.backward()
    assert y.value == pytest.approx(0.7310585786, abs=5e-11)
    assert loss.value == pytest.approx(0.2672233227, abs=5e-11)
    assert [n.grad for n in (z, w, b)] == pytest.approx([0.1437348405] * 3, abs=5e-11)
