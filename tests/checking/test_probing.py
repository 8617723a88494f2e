"""Questions are put to a student's code: whatever it does becomes an answer."""

import random
import textwrap
import threading
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.checks.forbidden import AUTOGRAD_TOOLS, CONVOLUTIONS
from autograder.inside.shell import NotebookShell
from visionlab.checking import probing
from visionlab.checking.codec import pack
from visionlab.checking.forbidden import NOTHING, Forbidden
from visionlab.checking.guard import ForbiddenCallError, Guard
from visionlab.checking.probing import Answer, Question, ask, crossed, globals_of

X = torch.arange(16.0).reshape(1, 1, 4, 4)
W = torch.ones(1, 1, 3, 3)


def answer(code: str, forbidden: Forbidden = NOTHING, probe: str = "", **inputs: Any) -> Answer:
    """The answer of `f`, defined by code, to one question."""
    namespace: dict[str, Any] = {"torch": torch, "F": F, "np": np, "random": random}
    exec(textwrap.dedent(code), namespace)
    return ask(Question("f", inputs, textwrap.dedent(probe), forbidden), namespace)


def test_the_function_is_called_with_the_inputs_by_name() -> None:
    assert answer("def f(b, a): return a - b", a=5, b=2) == Answer(value=3)


def test_a_probe_reaches_all_the_student_wrote() -> None:
    code = "def helper(x): return x + 1\ndef f(x): return helper(x) * 2"
    probe = """
    def probe(student, x):
        return [student.f(x), student.helper(x), torch.zeros(1).item()]
    """
    assert answer(code, probe=probe, x=1).value == [4, 2, 0.0]


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ("def g(): pass", probing.NOT_DEFINED, "f is not defined"),
        ("def f(): raise NotImplementedError", probing.NOT_IMPLEMENTED, ""),
        ("def f(): raise NotImplementedError('soon')", probing.NOT_IMPLEMENTED, "soon"),
        ("def f(): return 1 / 0", "ZeroDivisionError", "division by zero"),
        ("def f(): raise SystemExit('bye')", "SystemExit", "bye"),
        ("def f(): exit(3)", "SystemExit", "3"),
        ("def f(x): return x", "TypeError", "f() missing 1 required positional argument: 'x'"),
        ("def f(): return f()", "RecursionError", "maximum recursion depth exceeded"),
        ("class E(Exception):\n def __str__(self): 1 / 0\ndef f(): raise E", "E", ""),
        ("def f(): raise ValueError('x' * 10_000)", "ValueError", "x" * probing.MAX_MESSAGE),
        ("f = 3", "TypeError", "'int' object is not callable"),
    ],
)
def test_errors_are_answers(code: str, error: str, message: str) -> None:
    given = answer(code)
    assert given.error == error and given.value is None
    assert given.message[: len(message) or None] == message


CELL = """\
import functools, torch

def helper(x):
    return x.no_such_method()

def direct(x):
    y = x + 1
    return helper(y)

def library(x):
    return torch.cat([x, "text"])  # fails inside torch

@torch.no_grad()
def decorated(x):
    return x.no_such_method()

class Layer:
    def __init__(self, x):
        self.x = x
        self.y = x.missing
"""


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("direct", "return x.no_such_method()"),
        ("library", 'return torch.cat([x, "text"])  # fails inside torch'),
        ("decorated", "return x.no_such_method()"),
        ("Layer", "self.y = x.missing"),
    ],
)
@pytest.mark.parametrize("copied", [False, True], ids=["worker", "check"])
def test_the_last_line_of_the_students_own_code(
    shell: NotebookShell, name: str, line: str, copied: bool
) -> None:
    assert shell.run(CELL, 10)
    namespace = dict(shell.user_ns) if copied else shell.user_ns
    given = ask(Question(name, {"x": torch.ones(2)}), namespace)
    assert given.error and given.line == line


@pytest.mark.parametrize(
    ("code", "inputs", "changed"),
    [
        ("def f(x): x += 1; return 0", {"x": torch.ones(2)}, ("x",)),
        ("def f(x): x[0, 0] = torch.nan", {"x": torch.ones(1, 1)}, ("x",)),
        ("def f(x): x.resize_(1)", {"x": torch.ones(2)}, ("x",)),
        ("def f(x): x.data = x.double()", {"x": torch.ones(2)}, ("x",)),
        ("def f(x, y): y.append(1)", {"x": 1, "y": [1]}, ("y",)),
        ("def f(x): x[0] = 3", {"x": [torch.ones(2)]}, ("x",)),
        ("def f(x): x[0][0] = 3", {"x": (torch.ones(2),)}, ("x",)),
        ("def f(x): x['a'] *= 2", {"x": {"a": torch.ones(2)}}, ("x",)),
        ("def f(x): x['b'] = 2", {"x": {"a": torch.ones(2)}}, ("x",)),
        ("def f(x): x[1] = 2", {"x": np.ones(2)}, ("x",)),
        ("def f(x): x[0] = np.ones(3)", {"x": [1, 2]}, ("x",)),
        ("def f(x): x = x + 1", {"x": torch.ones(2)}, ()),
        ("def f(x): x.clone().zero_()", {"x": torch.ones(2)}, ()),
        ("def f(x): pass", {"x": torch.tensor([torch.nan])}, ()),
        ("def f(x): pass", {"x": [float("nan"), np.array([np.nan]), {"a": torch.ones(0)}]}, ()),
    ],
)
def test_changed_inputs_are_noticed(
    code: str, inputs: dict[str, Any], changed: tuple[str, ...]
) -> None:
    before = pack(inputs)
    given = answer(code, **inputs)
    assert given.error == "" and given.changed == changed
    assert pack(inputs) == before, "the question itself must stay as it was"


def test_a_layout_survives_the_call() -> None:
    x = torch.ones(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    assert answer("def f(x): return x.stride()", x=x).value == x.stride()
    assert answer("def f(x): return x.is_contiguous()", x=X.mT).value is False


def test_random_numbers_are_the_same_in_every_call_and_the_notebooks_go_on() -> None:
    code = "def f(): return [torch.rand(1).item(), np.random.rand(), random.random()]"
    first = answer(code)
    torch.manual_seed(7), np.random.seed(7), random.seed(7)
    undisturbed = [torch.rand(1).item(), np.random.rand(), random.random()]
    torch.manual_seed(7), np.random.seed(7), random.seed(7)
    second = answer(code)
    answer("def f(): torch.manual_seed(1); 1 / 0")
    assert first == second and first.error == ""
    assert [torch.rand(1).item(), np.random.rand(), random.random()] == undisturbed


@pytest.mark.parametrize(
    "code",
    [
        "def f(x, w): return F.conv2d(x, w)",
        "def f(x, w): return torch.conv2d(x, w)",
        "def f(x, w): return torch.nn.Conv2d(1, 1, 3)(x)",
        "def f(x, w): return getattr(F, 'con' + 'v2d')(x, w)",
        "def f(x, w): return torch.ops.aten.conv2d(x, w)",
        "def f(x, w): return torch.ops.aten.convolution("
        "x, w, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)",
        "def helper(x, w): return F.conv2d(x, w)\ndef f(x, w): return helper(x, w)",
        "def f(x, w):\n with torch.no_grad(): return F.conv2d(x, w)",
        "def f(x, w):\n with torch.inference_mode(): return F.conv2d(x, w)",
        "def f(x, w): return torch.func.vmap(lambda a: F.conv2d(a, w))(x[None])",
        "def f(x, w): return torch.func.grad(lambda a: F.conv2d(a, w).sum())(x)",
        "def f(x, w): return torch.func.functional_call(torch.nn.Conv2d(1, 1, 3), {}, (x,))",
        "def f(x, w): return F.conv_transpose2d(x, w)",
        "def f(x, w): return F.conv1d(x[0], w[0])",
        "def f(x, w): return torch.nn.grad.conv2d_input((1, 1, 6, 6), w, x)",
        "def f(x, w):\n y = torch.zeros(1, 1, 6, 6, requires_grad=True)\n"
        " return torch.autograd.grad(F.conv2d(y, w), y, x)",
    ],
)
def test_the_guard_sees_convolutions_however_they_are_called(code: str) -> None:
    given = answer(code, CONVOLUTIONS, x=X, w=W)
    assert given.error == probing.FORBIDDEN and given.value is None
    assert given.message.startswith("it calls torch's own ")


@pytest.mark.parametrize(
    "code",
    [
        "def f(x, w): return torch.einsum('nchw,fcij->nfhw', x.unfold(2, 3, 1).sum(-1), w)",
        "def f(x, w): return F.unfold(x, 3).sum() + F.fold(F.unfold(x, 3), 4, 3).sum()",
        "def f(x, w): return F.pad(x, (1, 1)).flip(3) @ torch.ones(6, 2)",
        "def f(x, w): return torch.fft.irfft2(torch.fft.rfft2(x))",
    ],
)  # fmt: skip
def test_the_guard_lets_everything_else_pass(code: str) -> None:
    assert answer(code, CONVOLUTIONS, x=X, w=W).error == ""


@pytest.mark.parametrize(
    "code",
    [
        "def f(x, w):\n v = w.clone().requires_grad_()\n (v * 2).sum().backward()\n return v.grad",
        "def f(x, w):\n v = w.clone().requires_grad_()\n return torch.autograd.grad(v.sum(), v)",
        "def f(x, w):\n v = w.clone().requires_grad_()\n torch.cat([v, v]).sum().backward()",
        "def f(x, w): return torch.autograd.functional.jacobian(lambda v: v * v, w)",
        "def f(x, w):\n v = torch.nn.Parameter(w)\n F.pad(v, (1, 1)).sum().backward()",
        "def f(x, w):\n with torch.enable_grad():\n"
        "  v = w.clone().requires_grad_()\n  return v[0].sum()",
    ],
)
def test_the_guard_sees_autograd_at_work(code: str) -> None:
    given = answer(code, AUTOGRAD_TOOLS, x=X, w=W)
    assert given.error == probing.FORBIDDEN
    assert given.message == "it lets torch's autograd find the gradient"


@pytest.mark.parametrize(
    "code",
    [
        "def f(x, w): return F.conv2d(x, w)",
        "def f(x, w):\n with torch.no_grad(): return torch.nn.Conv2d(1, 1, 3)(x)",
        "def f(x, w): return torch.cat([x, x]).exp()",
    ],
)
def test_the_guard_against_autograd_lets_forward_passes_be(code: str) -> None:
    assert answer(code, AUTOGRAD_TOOLS, x=X, w=W).error == ""


def test_the_guard_is_gone_after_the_call() -> None:
    answer("def f(x, w): return F.conv2d(x, w)", CONVOLUTIONS, x=X, w=W)
    assert F.conv2d(X, W).shape == (1, 1, 2, 2)
    assert answer("def f(x, w): return F.conv2d(x, w)", x=X, w=W).error == ""


def test_the_guard_watches_its_own_thread_only() -> None:
    """Known and accepted: what slips through here is found by reading the code."""
    shapes = []
    with Guard(CONVOLUTIONS):
        other = threading.Thread(target=lambda: shapes.append(F.conv2d(X, W).shape))
        other.start()
        other.join()
        with pytest.raises(ForbiddenCallError):
            F.conv2d(X, W)
    assert shapes


@pytest.mark.parametrize(
    ("value", "error"),
    [(torch.ones(2), ""), ({(1, 2): 3}, probing.NOT_PLAIN), (10**500, probing.NOT_PLAIN)],
)  # fmt: skip
def test_answers_cross_as_in_grading(value: Any, error: str) -> None:
    assert crossed(Answer(value=value)).error == error


def test_a_functions_notebook_is_found() -> None:
    assert globals_of(answer) is globals()
    assert globals_of(torch.no_grad()(answer)) is globals()
    assert globals_of(Question) is vars(probing)
    assert globals_of(3) is None
