"""What 01_convolution forbids is noticed, and its hints name the mistake."""

import pytest

from autograder.checks.convolution import ASSIGNMENT
from autograder.checks.forbidden import CONVOLUTIONS, POOLING
from tests.checks import gate
from tests.checks.convolution.oracles import ORACLES
from visionlab.checking.probing import FORBIDDEN
from visionlab.checking.reading import forbidden_use

IMPORTS = gate.imports("01_convolution")

# Exercises whose oracle runs one of torch's own layers in every case.
BY_TORCH = ["conv2d", "conv_nhwc", "conv_macs", "conv_matrix", "conv_transpose2d", "maxpool2d"]
BY_TORCH += ["avgpool", "unpool_nearest", "bed_of_nails", "conv1d", "conv3d"]


@pytest.mark.parametrize("name", BY_TORCH)
def test_ready_made_layers_are_noticed(name: str) -> None:
    cases = gate.drawn_cases(ASSIGNMENT.exercise(name), 0)
    assert all(answer.error == FORBIDDEN for answer in gate.answers(cases, ORACLES))


@pytest.mark.parametrize(
    "code",
    [
        "F.conv2d(x, w)",
        "torch.nn.functional.conv1d(x, w)",
        "torch.conv2d(x, w)",
        "torch.nn.Conv2d(3, 2, 3)(x)",
        "torch.nn.grad.conv2d_input((1, 1, 4, 4), w, x)",
        "torch.ops.aten.convolution(x, w)",
        "getattr(F, 'conv_transpose2d')(x, w)",
        "np.convolve(x, w)",
    ],
)
def test_ready_made_convolutions_are_read(code: str) -> None:
    cells = [IMPORTS, f"def conv2d(x, w):\n    return {code}\n"]
    assert forbidden_use(cells, "conv2d", CONVOLUTIONS)


def test_own_functions_may_be_called_like_an_exercise() -> None:
    cells = [IMPORTS, "def conv1d(x, w):\n    return conv2d(x, w)\n"]
    assert not forbidden_use(cells, "conv1d", CONVOLUTIONS)


@pytest.mark.parametrize(
    "code", ["F.max_pool2d(x, 2)", "torch.nn.AvgPool2d(2)(x)", "F.interpolate(x)", "F.conv2d(x, x)"]
)
def test_ready_made_pooling_is_read(code: str) -> None:
    cells = [IMPORTS, f"def avgpool(x, k, s):\n    return {code}\n"]
    assert forbidden_use(cells, "avgpool", POOLING)


def test_a_hint_on_padding_names_it() -> None:
    hints = {m.name: m.hint for m in ASSIGNMENT.exercise("conv2d").misconceptions}
    assert "padding" in hints["ignores_padding"]
