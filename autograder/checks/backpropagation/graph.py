# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Node: a small autograd; right answers stand in graph_answers, wrong ones in graph_mistakes."""

from collections.abc import Iterator

import torch

from autograder.checks.forbidden import AUTOGRAD_TOOLS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

Node = Exercise("Node", points=3.5, stars=3, minutes=45, forbidden=AUTOGRAD_TOOLS)


# Results are compared in float32: in which precision a student takes exp is free.
def gradients(student, expression, **leaves):
    nodes = {name: student.Node(number) for name, number in leaves.items()}
    eval(expression, dict(nodes)).backward()
    return {name: torch.tensor(float(nodes[name].grad)) for name in leaves}


def again(student, first, second, **leaves):
    """Two results over the same leaves; what the second is not made from keeps its gradient."""
    nodes = {name: student.Node(number) for name, number in leaves.items()}
    scope = dict(nodes)
    roots = [eval(first, scope), eval(second, scope)]
    for root in (roots[0], *roots):
        root.backward()
    grads = {name: torch.tensor(float(nodes[name].grad)) for name in leaves}
    return {**grads, "second result": torch.tensor(float(roots[1].grad))}


def how_it_was_made(student, expression, **leaves):
    nodes = {name: student.Node(number) for name, number in leaves.items()}
    made = eval(expression, dict(nodes))
    return {
        "value": torch.tensor(float(made.value)),
        "op": made.op,
        "number of parents": len(made.parents),
        "parents": [name for name in leaves if any(p is nodes[name] for p in made.parents)],
        "grad before backward": torch.tensor(float(made.grad)),
        "values of the leaves": [torch.tensor(float(n.value)) for n in nodes.values()],
    }


def value_and_gradients(student, expression, **leaves):
    nodes = {name: student.Node(number) for name, number in leaves.items()}
    L = eval(expression, dict(nodes))
    L.backward()
    slopes = {f"dL/d{name}": torch.tensor(float(nodes[name].grad)) for name in leaves}
    return {"L": torch.tensor(float(L.value)), **slopes}


def _leaves(draw: Draw, names: str = "xyz") -> Inputs:
    """Different whole numbers from 2 to 9: no sum or product of two is another one's value."""
    numbers = draw.sample([2.0, 3.0, 5.0, 7.0], len(names))
    return dict(zip(names, numbers, strict=True))


@Node.cases("forward", probe=how_it_was_made)
def forward(draw: Draw) -> Iterator[Inputs]:
    x = draw.integer(2, 6) / 4
    yield {"expression": "x + y", **_leaves(draw, "xy")}
    yield {"expression": "x * y", **_leaves(draw, "xy")}
    yield {"expression": "x.sigmoid()", "x": x, "y": 1.0}
    yield {"expression": "x.sigmoid()", "x": -x, "y": 1.0}
    yield {"expression": "x.relu()", **_leaves(draw, "xy")}
    yield {"expression": "x.relu()", "x": -x, "y": 1.0}
    yield {"expression": "x.maximum(y)", **_leaves(draw, "xy")}
    yield {"expression": "x.maximum(y)", "x": -x, "y": x}
    yield {"expression": "x.maximum(y)", "x": x, "y": -x}


@Node.cases("sum", weight=0.5, probe=gradients)
def sums(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "x + y", **_leaves(draw, "xy")}


@Node.cases("product", weight=0.5, probe=gradients)
def products(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "x * y", **_leaves(draw, "xy")}
    yield {"expression": "x * y", "x": 0.0, "y": -float(draw.integer(1, 9))}


@Node.cases("plain numbers", weight=0.5, probe=value_and_gradients)
def numbers(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "x + 4", **_leaves(draw, "x")}
    yield {"expression": "x * 3", **_leaves(draw, "x")}
    yield {"expression": "2 + x", **_leaves(draw, "x")}
    yield {"expression": "4 * x", **_leaves(draw, "x")}
    yield {"expression": "x.maximum(1)", "x": -float(draw.integer(1, 9))}
    yield {"expression": "x.maximum(1.5)", **_leaves(draw, "x")}


@Node.cases("sigmoid", weight=0.5, probe=gradients)
def sigmoids(draw: Draw) -> Iterator[Inputs]:
    x = draw.integer(2, 8) / 4
    yield {"expression": "x.sigmoid()", "x": x}
    yield {"expression": "x.sigmoid()", "x": -x}


@Node.cases("relu and maximum", probe=gradients)
def piecewise(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "x.relu()", **_leaves(draw, "x")}
    yield {"expression": "x.relu()", "x": -float(draw.integer(1, 9))}
    yield {"expression": "x.relu()", "x": 0.0}
    yield {"expression": "x.relu()", "x": 0.5}
    small, large = sorted(draw.sample([-5.0, -2.0, 3.0, 4.0], 2))
    yield {"expression": "x.maximum(y)", "x": small, "y": large}
    yield {"expression": "x.maximum(y)", "x": large, "y": small}


@Node.cases("chain", weight=1.5, probe=value_and_gradients)
def chains(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "x * y * z - w", **_leaves(draw, "wxyz")}
    yield {"expression": "(x + y).relu() * z", **_leaves(draw)}
    yield {"expression": "x.maximum(y) * z", **_leaves(draw)}
    yield {"expression": "(4 - x) * y", **_leaves(draw, "xy")}
    yield {"expression": "(-x).sigmoid() * y", "x": draw.integer(1, 6) / 4, "y": 3.0}
    numbers = {"w": draw.integer(1, 4) / 4, "b": draw.integer(-4, 4) / 4}
    yield {"expression": LECTURE, **numbers, "x": float(draw.integer(2, 4)), "t": 3.0}


# Sums and ReLUs of positive numbers have slope 1: what is asked from here on is how gradients
# meet, whatever the slopes of products are.
@Node.cases("used several times", weight=1.5, probe=gradients)
def shared(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "x * x", **_leaves(draw, "x")}
    yield {"expression": "x + x", **_leaves(draw, "x")}
    yield {"expression": "(x + y) + (x + z)", **_leaves(draw)}


@Node.cases("paths of different length", weight=1.5, probe=gradients)
def uneven(draw: Draw) -> Iterator[Inputs]:
    yield {"expression": "((a := x + y).relu() + z) + a", **_leaves(draw)}
    yield {"expression": "(a := x + y) + (z + a.relu())", **_leaves(draw)}
    yield {"expression": "((a := x + y) + (a + z)) + a.relu()", **_leaves(draw)}


@Node.cases("calling it again", probe=again)
def calls(draw: Draw) -> Iterator[Inputs]:
    yield {"first": "(m := x + y) + z", "second": "m + x", **_leaves(draw)}
    yield {"first": "(m := x.relu()) + (m + z)", "second": "y + m", **_leaves(draw)}


LECTURE = "(d := (w*x + b).sigmoid()-t) * d * 0.5"
Node.golden(
    "chain",
    "lecture 001, its formulas at x = 1, w = 2, b = -1, t = 0",
    {"expression": LECTURE, "w": 2.0, "b": -1.0, "x": 1.0, "t": 0.0},
    expected={
        "L": torch.tensor(0.2672233227),
        "dL/dw": torch.tensor(0.1437348405),
        "dL/db": torch.tensor(0.1437348405),
        "dL/dx": torch.tensor(2 * 0.1437348405),
        "dL/dt": torch.tensor(-0.7310585786),
    },
)
