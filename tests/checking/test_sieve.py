"""The sieve lets every allowed call through untouched, and no forbidden one unseen."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch.nn.grad import conv2d_weight

from autograder.checks.forbidden import AUTOGRAD_TOOLS, CONVOLUTIONS, POOLING
from visionlab.checking.forbidden import AUTOGRAD, Forbidden
from visionlab.checking.guard import ForbiddenCallError
from visionlab.checking.probing import FORBIDDEN, Answer, Question, ask_through
from visionlab.checking.sieve import Sieve

IMAGE = torch.arange(16.0).reshape(1, 1, 4, 4)  # (batch, channels, height, width)
KERNEL = torch.ones(1, 1, 2, 2)


@contextmanager
def _set_for(*forbidden: Forbidden) -> Iterator[Sieve]:
    sieve = Sieve({operator for one in forbidden for operator in one.operators})
    try:
        yield sieve
    finally:
        sieve.lift()


@pytest.fixture
def sieve() -> Iterator[Sieve]:
    """One that is set for convolutions."""
    with _set_for(CONVOLUTIONS) as sieve:
        yield sieve


def _asked(sieve: Sieve, answer: Callable[..., Any], forbidden: Forbidden = CONVOLUTIONS) -> Answer:
    return ask_through(sieve, Question("f", {}, forbidden=forbidden), {"f": answer})


ROADS: dict[str, Callable[[], Any]] = {
    "functional": lambda: F.conv2d(IMAGE, KERNEL),
    "with a gradient": lambda: F.conv2d(IMAGE.clone().requires_grad_(), KERNEL),
    "module": lambda: torch.nn.Conv2d(1, 1, 2)(IMAGE),
    "operator": lambda: torch.ops.aten.convolution(
        IMAGE, KERNEL, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1
    ),
    "meta": lambda: F.conv2d(IMAGE.to("meta"), KERNEL.to("meta")),
    "float64": lambda: F.conv2d(IMAGE.double(), KERNEL.double()),
    "mapped": lambda: torch.func.vmap(lambda x: F.conv2d(x, KERNEL))(IMAGE[None]),
    "gradient": lambda: conv2d_weight(IMAGE, KERNEL.shape, torch.ones(1, 1, 3, 3)),
    "transposed": lambda: F.conv_transpose2d(IMAGE, KERNEL),
}


@pytest.mark.parametrize("road", ROADS)
def test_every_road_to_a_forbidden_operator_is_seen(road: str, sieve: Sieve) -> None:
    assert _asked(sieve, ROADS[road]).error == FORBIDDEN


def test_inference_mode_is_no_road(sieve: Sieve) -> None:
    with torch.inference_mode():
        assert _asked(sieve, ROADS["functional"]).error == FORBIDDEN


def test_mkldnn_tensors_are_no_road(sieve: Sieve) -> None:
    image, kernel = IMAGE.to_mkldnn(), KERNEL.to_mkldnn()
    assert _asked(sieve, lambda: F.conv2d(image, kernel).to_dense()).error == FORBIDDEN


def test_other_namespaces_are_no_road(sieve: Sieve) -> None:
    def answer() -> torch.Tensor:
        operator = torch.ops.mkldnn._convolution_pointwise.default
        return operator(IMAGE, KERNEL, None, [0, 0], [1, 1], [1, 1], 1, "none", [], "")

    assert _asked(sieve, answer).error == FORBIDDEN


def test_a_refusal_that_is_swallowed_is_still_seen(sieve: Sieve) -> None:
    def answer() -> torch.Tensor:
        try:
            return F.conv2d(IMAGE, KERNEL)
        except ForbiddenCallError:
            return torch.zeros(1)

    assert torch.equal(_asked(sieve, answer).value, torch.zeros(1))  # as the guard has it
    assert not sieve.holds(CONVOLUTIONS.operators)


def test_allowed_operators_are_left_alone(sieve: Sieve) -> None:
    given = _asked(sieve, lambda: torch.einsum("bchw,cdhw->bd", IMAGE, IMAGE))
    assert float(given.value) == float((IMAGE * IMAGE).sum())
    assert sieve.holds(CONVOLUTIONS.operators)


def test_what_another_exercise_forbids_is_allowed() -> None:
    with _set_for(CONVOLUTIONS, POOLING) as sieve:
        given = _asked(sieve, lambda: F.max_pool2d(IMAGE, 4), CONVOLUTIONS)
    assert float(given.value) == 15.0


def test_torchs_own_inner_calls_are_no_offence() -> None:
    """Torch takes a mean to find a variance, of which only the sieve gets to know."""
    averages = Forbidden(frozenset({"mean"}))
    with _set_for(averages) as sieve:
        given = _asked(sieve, lambda: torch.tensor([1.0, 3.0]).var(), averages)
        assert not sieve.holds(averages.operators)
    assert float(given.value) == 2.0


def test_autograd_is_left_to_the_guard(sieve: Sieve) -> None:
    def answer() -> torch.Tensor | None:
        x = torch.ones(2, requires_grad=True)
        (x * x).sum().backward()
        return x.grad

    assert AUTOGRAD in AUTOGRAD_TOOLS.operators
    assert sieve.left_to_guard(AUTOGRAD_TOOLS) == AUTOGRAD_TOOLS
    assert _asked(sieve, answer, AUTOGRAD_TOOLS).error == FORBIDDEN


def test_lifted_it_gives_torch_its_operators_back() -> None:
    before = F.conv2d(IMAGE, KERNEL)
    Sieve(CONVOLUTIONS.operators).lift()
    assert torch.equal(F.conv2d(IMAGE, KERNEL), before)


def test_a_forked_process_lifts_its_own(sieve: Sieve) -> None:
    child = os.fork()
    if child == 0:
        sieve.lift()
        os._exit(0 if F.conv2d(IMAGE, KERNEL).shape == (1, 1, 3, 3) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert _asked(sieve, ROADS["functional"]).error == FORBIDDEN
