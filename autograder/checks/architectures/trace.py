# mypy: disable-error-code="no-untyped-def,name-defined"
"""trace_network: shapes, memory, weights and work of a network, row by row."""

from collections.abc import Iterator

from autograder.checks.architectures.inputs import small_network
from autograder.checks.architectures.tables import (
    ALEXNET,
    ALEXNET_SHAPES,
    ALEXNET_WEIGHTS,
    VGG16,
    VGG16_ACTIVATIONS,
    VGG16_WEIGHTS,
)
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs
from visionlab.layers import conv, fc, norm, pool

trace_network = Exercise("trace_network", points=3.5, stars=2, minutes=25)


def shapes(student, **inputs):
    rows = [r for r in student.trace_network(**inputs) if r["name"] != "INPUT"]
    return [[row["C"], row["H"], row["W"]] for row in rows]


def activations(student, **inputs):
    rows = [r for r in student.trace_network(**inputs) if r["name"] != "INPUT"]
    return [row["activations"] for row in rows]


def params(student, **inputs):
    rows = [r for r in student.trace_network(**inputs) if r["name"] != "INPUT"]
    return [row["params"] for row in rows]


def macs(student, **inputs):
    rows = [r for r in student.trace_network(**inputs) if r["name"] != "INPUT"]
    return [row["macs"] for row in rows]


def names_and_input(student, **inputs):
    """The names of all rows, and the whole first one: no other facet but the last reads it."""
    rows = student.trace_network(**inputs)
    return [[row["name"] for row in rows], rows[:1]]


def _image(draw: Draw) -> tuple[int, int, int]:
    """More columns than rows, or the other way round."""
    H, W = draw.sample([17, 21, 25, 29], 2)
    return draw.integer(2, 5), H, W


@trace_network.cases("shapes", weight=1.5, probe=shapes)
def sizes(draw: Draw) -> Iterator[Inputs]:
    K = draw.choice([3, 5])
    yield {"layers": [conv("c", draw.integer(6, 9), K)], "shape": _image(draw)}
    yield {"layers": [conv("c", 7, K, pad=K // 2), norm("n")], "shape": _image(draw)}
    yield {
        "layers": [conv("c", 6, 3, stride=2, pad=1), pool("p", 3, stride=2), fc("f", 11)],
        "shape": (3, 17, 25),
    }
    yield {"layers": [pool("p", 3, stride=2, pad=1)], "shape": (draw.integer(2, 5), 13, 9)}


@trace_network.cases("rounding down", probe=shapes)
def floor(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": [pool("p", 2, stride=2)], "shape": (draw.integer(2, 5), 7, 11)}
    yield {"layers": [conv("c", 5, 3, stride=4)], "shape": (3, 4 * draw.integer(3, 5) + 1, 13)}
    yield {"layers": [pool("p", 2, stride=3), norm("n")], "shape": (4, 10, 13)}


@trace_network.cases("names and input row", probe=names_and_input)
def labels(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": small_network(draw), "shape": (3, 25, 25)}
    yield {"layers": [], "shape": (draw.integer(2, 5), 9, 9)}


@trace_network.cases("activations", probe=activations)
def memory(draw: Draw) -> Iterator[Inputs]:
    padded = [conv("c", draw.integer(6, 9), 3, pad=1), norm("n")]
    yield {"layers": padded, "shape": _image(draw)}
    yield {"layers": [fc("f", draw.integer(6, 12)), fc("g", 5)], "shape": (2, 3, 4)}


@trace_network.cases("weights", weight=1.5, probe=params)
def weights(draw: Draw) -> Iterator[Inputs]:
    first, second = draw.sample(range(5, 12), 2)
    same = [conv("c", first, 3, pad=1), conv("d", second, 5, pad=2)]
    yield {"layers": same, "shape": _image(draw)}
    mixed = [conv("c", first, 3, pad=1), norm("n"), conv("d", second, 1), pool("p", 1, stride=1)]
    yield {"layers": mixed, "shape": _image(draw)}


@trace_network.cases("fully connected", probe=params)
def connected(draw: Draw) -> Iterator[Inputs]:
    first, second = draw.sample(range(5, 12), 2)
    yield {"layers": [fc("f", first), fc("g", second)], "shape": (3, 4, draw.integer(5, 7))}
    yield {"layers": [norm("n"), fc("f", first)], "shape": (draw.integer(2, 5), 1, 1)}


@trace_network.cases("biases", probe=params)
def biases(draw: Draw) -> Iterator[Inputs]:
    filters = draw.integer(6, 9)
    yield {"layers": [conv("c", filters, 3, pad=1)], "shape": _image(draw), "bias": True}
    yield {
        "layers": [norm("n"), fc("f", filters), fc("g", 4)],
        "shape": (5, 1, 1),
        "bias": True,
    }


@trace_network.cases("multiply-adds", weight=1.5, probe=macs)
def work(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": [conv("c", draw.integer(6, 9), 3, pad=1)], "shape": _image(draw)}
    yield {"layers": [conv("c", 6, 3, stride=2, pad=1), pool("p", 1, 1)], "shape": _image(draw)}
    yield {"layers": [fc("f", draw.integer(6, 9)), fc("g", 3)], "shape": (5, 1, 1)}
    with_bias = [conv("c", 6, 1), norm("n"), conv("d", 7, 1)]
    yield {"layers": with_bias, "shape": _image(draw), "bias": True}


@trace_network.cases("groups", probe=params)
def groups(draw: Draw) -> Iterator[Inputs]:
    G = draw.choice([2, 4])
    layers = [conv("c", 8, 3, pad=1), conv("d", 12, 3, pad=1, groups=G)]
    yield {"layers": layers, "shape": (3, 9, 9)}
    yield {"layers": [conv("each", 6, 3, pad=1, groups=6)], "shape": (6, 7, 9)}


@trace_network.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": small_network(draw), "shape": _even(draw), "bias": True}
    yield {"layers": small_network(draw), "shape": _even(draw)}


def _even(draw: Draw) -> tuple[int, int, int]:
    """An image large enough for the small network."""
    H, W = draw.sample([33, 36, 39, 42], 2)
    return draw.integer(2, 4), H, W


_ALEXNET = {"layers": ALEXNET, "shape": (3, 227, 227)}
_VGG16 = {"layers": VGG16, "shape": (3, 224, 224)}
trace_network.golden("shapes", "lecture 003, AlexNet", _ALEXNET, ALEXNET_SHAPES)
trace_network.golden("weights", "lecture 003, AlexNet", _ALEXNET, ALEXNET_WEIGHTS)
trace_network.golden("weights", "lecture 003, VGG-16", _VGG16, VGG16_WEIGHTS)
trace_network.golden("activations", "lecture 003, VGG-16", _VGG16, VGG16_ACTIVATIONS)
