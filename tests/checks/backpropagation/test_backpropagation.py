"""What 02_backpropagation forbids is noticed, and what it needs is allowed."""

import pytest
import torch

from autograder.checks.backpropagation import ASSIGNMENT
from autograder.checks.backpropagation.forbidden import CONVOLUTION_GRADIENTS, READY_MADE
from tests.checks import gate
from tests.checks.backpropagation.oracles import ORACLES
from visionlab.checking.probing import FORBIDDEN
from visionlab.checking.reading import forbidden_use

IMPORTS = gate.imports("02_backpropagation")

# Exercises whose oracle lets torch find a gradient, or the function itself, in every case.
BY_TORCH = ["logistic_lsq", "sigmoid_fb", "tanh_fb", "relu_fb", "leaky_relu_fb", "elu_fb"]
BY_TORCH += ["maxout_fb", "linear_fb", "softmax", "softmax_xent", "conv2d_backward_b"]
BY_TORCH += ["conv2d_backward_w", "conv2d_backward_x", "Node"]


@pytest.mark.parametrize("name", BY_TORCH)
def test_torchs_own_gradients_are_noticed(name: str) -> None:
    cases = gate.drawn_cases(ASSIGNMENT.exercise(name), 0)
    assert all(answer.error == FORBIDDEN for answer in gate.answers(cases, ORACLES))


@pytest.mark.parametrize(
    "code",
    [
        "F.conv_transpose2d(g, w)",
        "torch.conv_transpose2d(g, w)",
        "torch.nn.ConvTranspose2d(3, 2, 3)(g)",
        "getattr(F, 'conv_transpose2d')(g, w)",
        "torch.nn.grad.conv2d_input(x_shape, w, g)",
        "torch.ops.aten.convolution(g, w)",
        "torch.ops.aten.convolution_backward(g, w)",
        "torch.func.vjp(f, g)",
        "torch.autograd.grad(g, w)",
    ],
)
def test_ready_made_gradients_are_read(code: str) -> None:
    cells = [IMPORTS, f"def conv2d_backward_x(g, w, x_shape):\n    return {code}\n"]
    assert forbidden_use(cells, "conv2d_backward_x", CONVOLUTION_GRADIENTS)


def test_the_forward_convolution_is_allowed() -> None:
    code = "def conv2d_backward_x(g, w, x_shape):\n    return F.conv2d(g, w, padding=1)\n"
    assert not forbidden_use([IMPORTS, code], "conv2d_backward_x", CONVOLUTION_GRADIENTS)


def test_ones_own_transposed_convolution_is_allowed() -> None:
    own = "def conv_transpose2d(g, w):\n    return g\n"
    code = "def conv2d_backward_x(g, w, x_shape):\n    return conv_transpose2d(g, w)\n"
    assert not forbidden_use([IMPORTS, own, code], "conv2d_backward_x", CONVOLUTION_GRADIENTS)


@pytest.mark.parametrize(
    "code", ["torch.sigmoid(x)", "torch.special.expit(x)", "F.softmax(x, 0)", "torch.nn.ELU()(x)"]
)
def test_ready_made_activations_are_read(code: str) -> None:
    cells = [IMPORTS, f"def sigmoid_fb(x, g):\n    return {code}, g\n"]
    assert forbidden_use(cells, "sigmoid_fb", READY_MADE)


def test_a_methods_own_backward_is_allowed() -> None:
    """The exercises define methods called backward, and call them on their layers."""
    sequential = ASSIGNMENT.exercise("Sequential")
    code = (
        "class Sequential:\n    def backward(self, g):\n        return self.layers[0].backward(g)\n"
    )
    assert not forbidden_use([IMPORTS, code], "Sequential", sequential.forbidden)


def test_gradients_flow_through_a_graph_of_many_nodes() -> None:
    """The right answers take a few thousand additions in their stride, and 20 doublings."""
    for answer in ASSIGNMENT.exercise("Node").alternatives[:2]:
        Node = gate.define(answer.source, gate.stand_in(ASSIGNMENT))["Node"]
        x = Node(1.0)
        y = x
        for _ in range(20):
            y = y + y
        y.backward()
        assert x.grad == 2.0**20


def test_drawn_gradients_are_large_enough_to_tell_mistakes_apart() -> None:
    """logistic_lsq is compared in float32: no gradient in a case may be close to its tolerance."""
    for seed in range(20):
        for case in gate.drawn_cases(ASSIGNMENT.exercise("logistic_lsq"), seed):
            numbers = {k: float(torch.as_tensor(v)) for k, v in case.question.inputs.items()}
            _, dw, db = ORACLES["logistic_lsq"](**numbers)
            assert min(abs(dw), abs(db)) > 0.05
