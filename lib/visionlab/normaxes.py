"""Which numbers share a mean: batch, layer, instance and group norm on one cuboid of axes.

After figure 2 of Wu and He, "Group Normalization" (2018): rows and columns are one axis.
"""

from typing import Any, Literal, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from visionlab import interactive, plots

Kind = Literal["batch", "layer", "instance", "group"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_PIXELS = 3  # of the axis H·W: enough to see that it is always shared
_ACROSS, _UP = 0.87, 0.5  # a step along N or C on the page: cosine and sine of 30 degrees


def shared(kind: Kind, shape: tuple[int, int, int], groups: int = 1) -> np.ndarray:
    """The cells that give the first cell its mean and variance, bool (N, C, H·W).

    shape: (N, C, H·W). groups: used by "group" alone. Raises ValueError when the kind is unknown
    or the groups do not divide C.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no {kind!r} norm here: choose one of {', '.join(KINDS)}.")
    N, C, pixels = shape
    if kind == "group" and C % groups:
        raise ValueError(f"{C} channels do not divide into {groups} equal groups.")
    examples = N if kind == "batch" else 1
    channels = {"batch": 1, "layer": C, "instance": 1, "group": C // groups}[kind]
    cells = np.zeros((N, C, pixels), dtype=bool)
    cells[:examples, :channels] = True
    return cells


def compare(N: int = 4, C: int = 6, groups: int = 2) -> None:
    """Show the four norms side by side; raises ValueError when the groups do not divide C."""
    figure, axes = plots.canvas(1, len(KINDS), (8.4, 2.2))
    for ax, kind in zip(axes, KINDS, strict=True):
        _cuboid(ax, shared(kind, (N, C, _PIXELS), groups))
        ax.set_title(f"{kind} norm\n{_count(kind, N, C, groups)}", fontsize=10)
    alt = (
        f"Four blocks of {N} examples by {C} channels by pixels. The coloured cells share one mean."
        " Batch norm: one channel of all examples. Layer norm: all channels of one example. "
        "Instance norm: one channel of one example. "
        f"Group norm: {C // groups} channels of one example."
    )
    plots.show(figure, alt)


def picture(kind: Kind = "group", N: int = 4, groups: int = 2, C: int = 6) -> plots.Picture:
    """One block with the cells that share a mean; `groups` that do not divide C are said so."""
    if kind == "group" and C % groups:
        figure, _ = plots.canvas(1, 1, (4.4, 0.6))
        figure.clear()
        text = f"{C} channels do not divide into {groups} equal groups."
        figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=10)
        return plots.render(figure, text)
    cells = shared(kind, (N, C, _PIXELS), groups)
    figure, (ax,) = plots.canvas(1, 1, (4.4, 3.0))
    _cuboid(ax, cells)
    words = f"{kind} norm: {_count(kind, N, C, groups)}"
    ax.set_title(words, fontsize=10)
    examples, channels = int(cells.any((1, 2)).sum()), int(cells.any((0, 2)).sum())
    alt = f"{words}. One is coloured; examples in it: {examples}, channels: {channels}."
    return plots.render(figure, alt)


def explore(kind: Kind = "group", N: int = 4, groups: int = 2) -> None:
    """Show one block with sliders for the kind, the batch and the groups."""
    interactive.show(picture(kind, N, groups), lambda: _sliders(kind, N, groups))


def _sliders(kind: Kind, N: int, groups: int) -> Any:
    import ipywidgets as ui

    controls = {
        "kind": ui.Dropdown(options=list(KINDS), value=kind, description="norm"),
        "N": ui.IntSlider(N, 1, 6, description="batch"),
        "groups": ui.SelectionSlider(options=[1, 2, 3, 6], value=groups, description="groups"),
    }
    return ui.HBox([ui.VBox(list(controls.values())), interactive.screen(picture, controls)])


def _count(kind: Kind, N: int, C: int, groups: int) -> str:
    """How many means there are."""
    counts = {
        "batch": f"C = {C} means",
        "layer": f"N = {N} means",
        "instance": f"N · C = {N * C} means",
        "group": f"N · {groups} groups = {N * groups} means",
    }
    return counts[kind]


def _cuboid(ax: Axes, cells: np.ndarray) -> None:
    """Draw the block (N, C, H·W) from the corner where all three indices are 0 at the front."""
    N, C, pixels = cells.shape
    faces, colors = [], []

    def add(corners: list[tuple[int, int, int]], filled: bool) -> None:
        faces.append([_on_page(*corner) for corner in corners])
        colors.append(plots.SKY if filled else "#FFFFFF")

    for n, p in np.ndindex(N, pixels):
        right = [(n, 0, p), (n + 1, 0, p), (n + 1, 0, p + 1), (n, 0, p + 1)]
        add(right, cells[n, 0, p])
    for c, p in np.ndindex(C, pixels):
        left = [(0, c, p), (0, c + 1, p), (0, c + 1, p + 1), (0, c, p + 1)]
        add(left, cells[0, c, p])
    for n, c in np.ndindex(N, C):
        top = [(n, c, pixels), (n + 1, c, pixels), (n + 1, c + 1, pixels), (n, c + 1, pixels)]
        add(top, cells[n, c, -1])
    ax.add_collection(
        PolyCollection(faces, facecolors=colors, edgecolors="#606060", linewidths=0.7)
    )
    _name_axes(ax, N, C, pixels)


def _on_page(n: float, c: float, p: float) -> tuple[float, float]:
    return _ACROSS * (n - c), _UP * (n + c) + p


def _name_axes(ax: Axes, N: int, C: int, pixels: int) -> None:
    """Write N, C and H·W along the edges they run on."""
    for name, (n, c, p) in {"N": (N / 2, 0, 0), "C": (0, C / 2, 0)}.items():
        x, y = _on_page(n, c, p)
        ax.text(x, y - 0.45, name, ha="center", va="top", fontsize=10)
    x, y = _on_page(N, 0, pixels / 2)
    ax.text(x + 0.2, y, "H·W", ha="left", va="center", fontsize=10)
    ax.set_xlim(-_ACROSS * C - 0.3, _ACROSS * N + 1.7)
    ax.set_ylim(-0.8, _UP * (N + C) + pixels + 0.3)
    ax.set_aspect("equal")
    ax.axis("off")
