"""Drawings of a module, made from the module itself: what is computed, in which order.

torch.fx records the forward pass. Each convolution, pooling, sum, ... becomes a box; what works
on each number alone (a normalisation, an activation) is written into the box before it.
"""

import operator
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from visionlab import graphs

_INPUT, _INPUT_COLOR = "x", "#F7F2AE"
_POINTWISE = {
    nn.BatchNorm2d: "BN",
    nn.LayerNorm: "LN",
    nn.ReLU: "ReLU",
    nn.Sigmoid: "sigmoid",
    nn.Dropout: "dropout",
    nn.Dropout2d: "dropout",
}
_POINTWISE_CALLS = {"relu": "ReLU", "relu_": "ReLU", "sigmoid": "sigmoid", "dropout": "dropout"}
_CALLS: dict[Any, str] = {
    operator.add: "+",
    operator.iadd: "+",
    torch.add: "+",
    operator.mul: "×",
    operator.imul: "×",
    torch.mul: "×",
    torch.cat: "concatenate",
    F.max_pool2d: "max pool",
}
_METHODS = {"mean": "average", "add": "+", "add_": "+", "mul": "×", "mul_": "×"}
# Steps that only change how numbers are laid out get no box of their own.
_SILENT = {"flatten", "view", "reshape", "squeeze", "unsqueeze", "getitem", "size", "getattr"}


@dataclass
class _Box:
    """A box of the drawing: its words, the shape that leaves it, the boxes it reads."""

    words: list[str]
    shape: str = ""
    reads: list[str] = field(default_factory=list)


def draw(module: nn.Module, shape: Sequence[int], alt: str) -> None:
    """Draw a module as a graph of boxes, each with the shape (C × H × W) it puts out.

    shape: of the input, (N, C, H, W). Raises ValueError when the forward pass cannot be
    recorded because it depends on the numbers in its input.
    """
    nodes, edges = graph_of(module, shape)
    graphs.draw(nodes, edges, alt, colors={_INPUT: _INPUT_COLOR})


def graph_of(
    module: nn.Module, shape: Sequence[int]
) -> tuple[dict[str, tuple[str, str]], list[tuple[str, str]]]:
    """The boxes {name: (what, shape)} and the arrows (from, to) of a module's forward pass."""
    traced = _record(module, shape)
    boxes: dict[str, _Box] = {}
    box_of: dict[fx.Node, str] = {}  # where the result of each recorded step leaves the drawing
    for node in traced.graph.nodes:
        if node.op == "output" or "tensor_meta" not in node.meta:
            continue
        sources = list(dict.fromkeys(box_of[s] for s in node.all_input_nodes if s in box_of))
        box_of[node] = _place(node, traced, boxes, sources)
    nodes = {name: (_label(box.words), box.shape) for name, box in boxes.items()}
    edges = [(source, name) for name, box in boxes.items() for source in box.reads]
    return nodes, edges


def _label(words: Sequence[str]) -> str:
    """What a box computes on its first line, what follows number by number on its second."""
    return "\n".join([words[0], " · ".join(words[1:])]).strip()


def _record(module: nn.Module, shape: Sequence[int]) -> fx.GraphModule:
    """Record the forward pass and the shape after every step; nothing is computed."""
    try:
        traced = fx.symbolic_trace(module)
    except Exception as error:  # torch.fx runs the module's own code: anything may come out of it
        raise ValueError(
            f"{type(module).__name__} cannot be drawn: its forward does something torch.fx "
            f"cannot record ({error}). Write it without `if` or `for` on values of x."
        ) from error
    shapes = deepcopy(traced).to("meta")  # the copy: batch normalisation counts its batches
    ShapeProp(shapes).propagate(torch.empty(*shape, device="meta"))
    return shapes


def _place(
    node: fx.Node, traced: fx.GraphModule, boxes: dict[str, _Box], sources: list[str]
) -> str:
    """Put a recorded step into a box, an old or a new one; return the box's name."""
    words, pointwise = _words(node, traced)
    if not words and sources:
        return sources[0]
    shape = _shape(node.meta["tensor_meta"].shape)
    if pointwise and len(sources) == 1 and _only_reader(node) and sources[0] != _INPUT:
        boxes[sources[0]].words.append(words)
        return sources[0]
    name = _INPUT if node.op == "placeholder" else node.name
    boxes[name] = _Box([words], shape, sources)
    return name


def _only_reader(node: fx.Node) -> bool:
    """Whether nothing else reads what this step reads, so the two may share a box."""
    return all(len(source.users) == 1 for source in node.all_input_nodes if source.op != "get_attr")


def _words(node: fx.Node, traced: fx.GraphModule) -> tuple[str, bool]:
    """What a step is called, "" for one without a box, and whether it works on each number."""
    if node.op == "placeholder":
        return _INPUT, False
    if node.op == "get_attr":
        return "", False
    if node.op == "call_module":
        return _module_words(traced.get_submodule(str(node.target)))
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    if name in _POINTWISE_CALLS:
        return _POINTWISE_CALLS[name], True
    known = _METHODS.get(name) if node.op == "call_method" else _CALLS.get(node.target)
    return ("", False) if name in _SILENT else (known or name, False)


def _module_words(layer: nn.Module) -> tuple[str, bool]:
    if type(layer) in _POINTWISE:
        return _POINTWISE[type(layer)], True
    if isinstance(layer, nn.Identity | nn.Flatten):
        return "", False
    if isinstance(layer, nn.Conv2d):
        return _convolution(layer), False
    if isinstance(layer, nn.Linear):
        return "fc", False
    if isinstance(layer, nn.MaxPool2d):
        return f"max pool {_side(layer.kernel_size)}", False
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return "average", False
    return type(layer).__name__, False


def _convolution(layer: nn.Conv2d) -> str:
    stride = "" if set(layer.stride) == {1} else f" / {layer.stride[0]}"
    groups = "" if layer.groups == 1 else f", {layer.groups} groups"
    return f"conv {_side(layer.kernel_size)}{stride}{groups}"


def _side(size: Any) -> str:
    rows, columns = (size, size) if isinstance(size, int) else size
    return f"{rows}×{columns}"


def _shape(shape: Sequence[int]) -> str:
    """The shape of one image's result, without the batch."""
    return " × ".join(str(n) for n in shape[1:])
