"""Graphs drawn from left to right: computations with their gradients, blocks of layers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from visionlab import plots
from visionlab.graph_layout import Edge, Layout, arrange

Point = tuple[float, float]

_BOX_HEIGHT, _LINE = 0.36, 0.15  # inches: a box with one line, and what a further line adds
_LETTER, _SMALL_LETTER = 0.082, 0.066  # inches a letter takes, in the label and below it
_PORT = 0.09  # inches between arrows that enter the same box
_MARGIN = 0.08
_INPUT, _RESULT = "#F7F2AE", "#A9D8F5"
_SIGNS = {"*": "×", "sigmoid": "σ", "relu": "ReLU"}


class NodeLike(Protocol):
    """What `draw_node` reads: a number that knows its gradient and what it was made from."""

    value: float
    grad: float
    parents: Any
    op: str


def draw(
    nodes: Mapping[str, tuple[str, str]],
    edges: Sequence[Edge],
    alt: str,
    *,
    colors: Mapping[str, str] | None = None,
    notes: Mapping[Edge, str] | None = None,
    title: str = "",
) -> None:
    """Show a graph without cycles, from left to right.

    nodes: name to (label, small second line, "" for none); a label may hold newlines. edges: pairs
    of names (source, target); a pair given twice is drawn twice. colors: name to the colour of the
    box, white by default. notes: edge to a short text written on it.
    Raises ValueError for an edge to an unknown name, and for a cycle.
    """
    plots.show(paint(nodes, edges, colors=colors, notes=notes, title=title), alt)


def draw_node(
    root: NodeLike,
    alt: str,
    *,
    names: Mapping[str, NodeLike] | None = None,
    title: str = "",
    grads: bool = True,
) -> None:
    """Show how a number was computed: operation and value in each box, its gradient below.

    root: the result, with its ancestors in `parents`. names: names for some of the nodes, written
    before their values. Inputs are yellow, the result is blue. grads: whether to write gradients.
    """
    known = {id(node): name for name, node in (names or {}).items()}
    boxes, colors, edges = {}, {}, []
    for node in ancestors(root):
        name = f"{known[id(node)]} = " if id(node) in known else ""
        sign = _SIGNS.get(node.op, node.op)
        value = f"{name}{_number(node.value)}"
        key = str(id(node))
        boxes[key] = (f"{sign}\n{value}" if sign else value, f"grad {_number(node.grad)}" * grads)
        colors[key] = _RESULT if node is root else "white" if sign else _INPUT
        edges += [(str(id(parent)), key) for parent in node.parents]
    draw(boxes, edges, alt, colors=colors, title=title)


def ancestors(root: NodeLike) -> list[NodeLike]:
    """The node itself and everything it was made from, each once."""
    found: dict[int, NodeLike] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting += reversed(list(node.parents))
    return list(found.values())


def paint(
    nodes: Mapping[str, tuple[str, str]],
    edges: Sequence[Edge],
    *,
    colors: Mapping[str, str] | None = None,
    notes: Mapping[Edge, str] | None = None,
    title: str = "",
) -> Figure:
    """The figure that `draw` shows, with the same arguments and errors."""
    colors, notes = colors or {}, notes or {}
    sizes = {name: _box_size(*texts) for name, texts in nodes.items()}
    room = max((_SMALL_LETTER * len(note) for note in notes.values()), default=0.0)
    layout = arrange(sizes, edges, extra_gap=room)
    high = max(y + _half(place, sizes) for place, y in layout.y.items()) + _MARGIN
    low = min(y - _half(place, sizes) for place, y in layout.y.items()) - _MARGIN
    top = high + 0.28 * bool(title)
    width = layout.middles[-1] + layout.widths[-1] / 2 + _MARGIN
    figure = Figure(figsize=(width, top - low))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(low, top))
    ax.axis("off")
    if title:
        ax.text(_MARGIN, (high + top) / 2, title, fontsize=10, va="center")
    for edge, points in lines(layout, sizes, edges):
        _arrow(ax, points, notes.get(edge, ""))
    for name, texts in nodes.items():
        centre = (layout.middles[layout.column_of[name]], layout.y[name])
        _box(ax, centre, sizes[name], texts, colors.get(name, "white"))
    return figure


def lines(
    layout: Layout, sizes: Mapping[str, tuple[float, float]], edges: Sequence[Edge]
) -> list[tuple[Edge, list[Point]]]:
    """Each edge with the points it runs through; arrows into one box enter one below the other."""
    column_of, found = layout.column_of, []
    for source, target in edges:
        first, last = column_of[source], column_of[target]
        points = [(layout.middles[first] + sizes[source][0] / 2, layout.y[source])]
        for i in range(first + 1, last):
            height, half = layout.y[(source, target, i)], layout.widths[i] / 2
            points += [(layout.middles[i] - half, height), (layout.middles[i] + half, height)]
        points.append((layout.middles[last] - sizes[target][0] / 2, layout.y[target]))
        found.append(((source, target), points))
    for name in sizes:
        arriving = [points for (_, target), points in found if target == name]
        arriving.sort(key=lambda points: -points[-2][1])
        for rank, points in enumerate(arriving):
            x, y = points[-1]
            points[-1] = (x, y - _PORT * (rank - (len(arriving) - 1) / 2))
    return found


def _number(value: float) -> str:
    return f"{value + 0.0:.3g}"  # + 0.0 turns -0.0 into 0.0


def _box_size(label: str, small: str) -> tuple[float, float]:
    rows = label.split("\n")
    letters = max(max(map(len, rows)) * _LETTER, len(small) * _SMALL_LETTER)
    return max(0.4, letters + 0.18), _BOX_HEIGHT + _LINE * (len(rows) - 1 + bool(small))


def _half(place: Any, sizes: Mapping[str, tuple[float, float]]) -> float:
    return sizes[place][1] / 2 if place in sizes else 0.0


def _arrow(ax: Axes, points: Sequence[Point], note: str) -> None:
    """A smooth arrow that leaves and enters boxes level, with a note on its last part."""
    vertices, codes = [points[0]], [int(Path.MOVETO)]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        middle = (x0 + x1) / 2
        vertices += [(middle, y0), (middle, y1), (x1, y1)]
        codes += [int(Path.CURVE4)] * 3
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "lw": 1.0}
    ax.add_patch(FancyArrowPatch(path=Path(vertices, codes), **style, color="#555555", zorder=1))
    if note:
        (x0, y0), (x1, y1) = points[-2:]
        ground: dict[str, Any] = {"fc": "white", "ec": "none", "pad": 0.6}
        centre = ((x0 + x1) / 2, (y0 + y1) / 2)
        ax.text(*centre, note, fontsize=8, ha="center", va="center", bbox=ground, zorder=2)


def _box(
    ax: Axes, centre: Point, size: tuple[float, float], texts: tuple[str, str], color: str
) -> None:
    (x, y), (width, height) = centre, size
    corner, shape = (x - width / 2, y - height / 2), "round,pad=0,rounding_size=0.06"
    style: dict[str, Any] = {"boxstyle": shape, "fc": color, "ec": "black", "lw": 0.9}
    ax.add_patch(FancyBboxPatch(corner, width, height, **style, zorder=3))
    label, small = texts
    lift = _LINE / 2 if small else 0.0
    ax.text(x, y + lift, label, fontsize=9, ha="center", va="center", zorder=4)
    if small:
        ax.text(x, y - height / 2 + 0.11, small, fontsize=7.5, ha="center", va="center", zorder=4)
