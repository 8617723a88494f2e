"""Forbidden names are found in what an answer reaches, and nowhere else."""

import pytest

from visionlab.checking.forbidden import NOTHING, Forbidden
from visionlab.checking.reading import forbidden_use

FORBIDDEN = Forbidden(names=frozenset({"conv2d", "Conv2d", "convolve", "convolve2d", "correlate"}))
IMPORTS = """\
import numpy as np
import scipy.signal
import torch
import torch.nn as nn
import torch.nn.functional as F
from scipy import ndimage
"""

OWN = "def conv2d(x, w):\n    return x"


def use(*cells: str, name: str = "mine") -> str:
    return forbidden_use([IMPORTS, *cells], name, FORBIDDEN)


def body(code: str) -> str:
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    return f"def mine(x, w):\n{lines}"


@pytest.mark.parametrize(
    "code",
    [
        "return F.conv2d(x, w)",
        "return torch.nn.functional.conv2d(x, w)",
        "return torch.conv2d(x, w)",
        "return nn.Conv2d(3, 2, 3)(x)",
        "return scipy.signal.convolve2d(x, w)",
        "return ndimage.correlate(x, w)",
        "return np.convolve(x, w)",
        "from torch.nn.functional import conv2d\nreturn conv2d(x, w)",
        "from torch.nn.functional import conv2d as slide\nreturn slide(x, w)",
        "import torch.nn.functional as G\nreturn G.conv2d(x, w)",
        "if len(x):\n    from torch.nn import functional as G\nreturn G.conv2d(x, w)",
        "G = torch.nn.functional\nreturn G.conv2d(x, w)",
        "slide = F.conv2d\nreturn slide(x, w)",
        "return getattr(F, 'conv2d')(x, w)",
        "return getattr(F, 'conv2d', None)(x, w)",
        "return getattr(torch.nn, 'functional').conv2d(x, w)",
        "return vars(F)['conv2d'](x, w)",
        "return F.__dict__['conv2d'](x, w)",
        "return __import__('torch').conv2d(x, w)",
        "import importlib\nreturn importlib.import_module('torch.nn.functional').conv2d(x, w)",
        "from importlib import import_module as m\nreturn m('scipy.signal').convolve2d(x, w)",
        "return eval('F.conv2d(x, w)')",
        "return (lambda a: F.conv2d(a, w))(x)",
        "return [F.conv2d(a, w) for a in x]",
        "class Inner:\n    layer = nn.Conv2d\nreturn Inner().layer(x)",
    ],
)
def test_ways_to_the_ready_made_one(code: str) -> None:
    assert use(body(code))


@pytest.mark.parametrize(
    "cells",
    [
        ["slide = F.conv2d", body("return slide(x, w)")],
        ["slide = lambda x, w: F.conv2d(x, w)", body("return slide(x, w)")],
        ["G = F", body("return G.conv2d(x, w)")],
        ["from torch.nn.functional import conv2d", body("return conv2d(x, w)")],
        ["from torch.nn.functional import conv2d as c", body("return c(x, w)")],
        ["from torch.nn.functional import *", body("return conv2d(x, w)")],
        ["try:\n    from torch import conv2d as c\nexcept Exception:\n    c = 3", body("c(x)")],
        ["def helper(x, w):\n    return F.conv2d(x, w)", body("return helper(x, w)")],
        ["def g(x):\n    F.conv2d(x, x)", "def f(x):\n    return g(x)", body("return f(x)")],
        ["class A:\n    def run(self, x):\n        F.conv2d(x, x)", body("return A().run(x)")],
        ["class Helper:\n    pass", "Helper.run = F.conv2d", body("return Helper.run(x, w)")],
        ["table = {}\ntable['c'] = F.conv2d", body("return table['c'](x, w)")],
        ["layer = nn.Conv2d(1, 1, 3)", body("return layer(x)")],
        ["if True:\n    " + body("return F.conv2d(x, w)").replace("\n", "\n    ")],
        ["with torch.no_grad():\n    " + body("return F.conv2d(x, w)").replace("\n", "\n    ")],
        ["for slide in [F.conv2d]:\n    pass", body("return slide(x, w)")],
        ["%%time\n" + body("return F.conv2d(x, w)")],
        ["%matplotlib inline\n" + body("return F.conv2d(x, w)")],
        [body("return x"), "mine = F.conv2d"],
        [body("return F.conv2d(x, w)"), "mine = torch.no_grad()(mine)"],
        ["mine = lambda x, w: F.conv2d(x, w)"],
        ["class mine(nn.Module):\n    def forward(self, x):\n        return F.conv2d(x, x)"],
        ["async def helper(x):\n    return F.conv2d(x, x)", body("return helper(x)")],
        [body("return x"), body("return F.conv2d(x, w)")],
    ],
    ids=lambda cells: cells[0][:40],
)  # fmt: skip
def test_ways_over_other_cells(cells: list[str]) -> None:
    assert use(*cells)


@pytest.mark.parametrize(
    "cells",
    [
        [body("return x"), "assert torch.equal(mine(x, w), F.conv2d(x, w))"],
        [body("y = x * w\nreturn y"), "y = F.conv2d(x, w)"],  # another y
        [body("return [y for y in x]"), "y = F.conv2d(x, w)"],
        [body("return x"), "def compare(x, w):\n    return F.conv2d(x, w) - mine(x, w)"],
        [body("# F.conv2d would do this\nreturn x")],
        [body('"""Like F.conv2d(x, w), by hand."""\nreturn x')],
        [body("print('conv2d', 'see F.conv2d')\nreturn x")],
        [OWN, body("return conv2d(x, w)")],
        ["from torch import conv2d", OWN, body("return conv2d(x, w)")],
        ["from torch.nn.functional import *", OWN, body("return conv2d(x, w)")],
        ["conv2d = 3", body("return x * conv2d")],
        [body("conv2d = x * 2\nreturn conv2d")],
        [body("conv2d = x.shape\nreturn conv2d[0]")],
        ["class Net:\n    def conv2d(self, x):\n        return x", body("return Net().conv2d(x)")],
        [body("return x.conv2d + w.sizes.conv2d")],
        ["class mine:\n    def f(self):\n        self.conv2d = 1\n        return self.conv2d"],
        [body("return F.conv2d(x, w)"), body("return x")],
        ["slide = F.conv2d", "slide = 3", body("return x * slide")],
        [body("return F.pad(x, (1, 1)) @ torch.einsum('ij->ji', w)")],
        [body("return x"), "this is = not Python ("],
        ["!ls", "%%bash\necho conv2d", body("return x")],
    ],
    ids=lambda cells: cells[0][:40],
)  # fmt: skip
def test_honest_code_is_left_alone(cells: list[str]) -> None:
    assert use(*cells) == ""


def test_words_name_the_thing_and_the_line() -> None:
    assert use(body("y = x\nreturn F.conv2d(y, w)")) == (
        "it uses torch.nn.functional.conv2d (line 3 of its cell)"
    )


def test_nothing_is_forbidden_where_nothing_is() -> None:
    assert forbidden_use([IMPORTS, body("return F.conv2d(x, w)")], "mine", NOTHING) == ""


@pytest.mark.parametrize(
    "cell",
    [
        "(" * 5000,
        "x = " + "-" * 5000 + "1",
        "x = a" + ".b" * 20_000,
        "x = 1" + " + 1" * 20_000,
        "\x00",
        "x = '\ud800'",
        "def mine(",
        "return 5",
        "await mine(1)",
        "%%time",
        "",
    ],
    ids=lambda c: c[:12].encode("unicode_escape").decode(),
)
def test_no_cell_stops_the_reading(cell: str) -> None:
    assert use(cell, "mine = lambda: x") in ("", "its code cannot be read (RecursionError)")
    assert use(cell, body("return F.conv2d(x, w)"))


def test_code_nested_too_deep_to_be_read_is_refused() -> None:
    deep = {use("mine = lambda a: a" + ".b" * levels) for levels in range(100, 3000, 100)}
    assert "its code cannot be read (RecursionError)" in deep
