"""Drawings of structure: weight matrices, receptive fields, pooling windows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from visionlab import plots


def matrix(values: Sequence[Any], titles: Sequence[str], alt: str, *, write: bool = True) -> None:
    """Draw matrices with one colour for each different entry, so shared weights show as stripes.

    Zeros stay white. write: put the numbers into the cells (small matrices only).
    """
    arrays = [plots.as_array(value) for value in values]
    cell = 0.3 if write else min(0.3, 2.6 / max(max(a.shape) for a in arrays))
    gap = plots.title_gap(0.35, titles, [cell * array.shape[1] for array in arrays])
    figure, axes = plots.row_of_axes([a.shape for a in arrays], gap=gap, cell=cell)
    entries = np.unique(np.concatenate([a.ravel() for a in arrays]))
    for ax, array, title in zip(axes, arrays, titles, strict=True):
        _paint(ax, array, entries[entries != 0])
        ax.set_title(title, fontsize=10)
        if write:
            for (i, j), value in np.ndenumerate(array):
                color = "black" if value else "#9A9A9A"
                text = plots.label(value)
                ax.text(j, i, text, ha="center", va="center", fontsize=9, color=color)
    plots.show(figure, alt)


def _paint(ax: Axes, array: np.ndarray, entries: np.ndarray) -> None:
    """Colour each cell by the rank of its value among the entries; zero is white."""
    code = np.where(array == 0, 0, np.searchsorted(entries, array) % len(plots.CYCLE) + 1)
    ax.imshow(code, cmap=ListedColormap(["#FFFFFF", *plots.CYCLE]), vmin=0, vmax=len(plots.CYCLE))
    plots.lattice(ax, array.shape, color="#C4C4C4")


def connections(pixels: int = 12, reach: int = 3) -> None:
    """Three weight matrices for a row of pixels: fully connected, local, local and shared."""
    rng = np.random.default_rng(0)
    offset = np.arange(pixels)[None] - np.arange(pixels)[:, None] + reach // 2
    near = (offset >= 0) & (offset < reach)
    own = rng.permutation(pixels * pixels).reshape(pixels, pixels) / (pixels * pixels - 1)
    shared = (offset + 0.25) / (reach - 0.5)  # reach colours, far from each other
    weights = [own, np.where(near, own, np.nan), np.where(near, shared, np.nan)]
    titles = ["fully connected: N²", "local: N · n", "local and shared: n"]
    figure, axes = plots.row_of_axes([(pixels, pixels)] * 3, gap=0.3, cell=0.17)
    for ax, weight, title in zip(axes, weights, titles, strict=True):
        ax.imshow(weight, cmap="cividis", vmin=0, vmax=1)
        plots.lattice(ax, weight.shape, color="#C4C4C4")
        ax.set_title(title, fontsize=10)
    plots.show(
        figure,
        f"Three {pixels} by {pixels} matrices of weights, one colour per weight. Fully connected: "
        f"every cell has its own weight. Local: only a band of {reach} cells a row. Local and "
        f"shared: the same {reach} colours repeat along the diagonals.",
    )


def receptive_field(layers: Sequence[tuple[int, int, int]], alt: str, title: str = "") -> None:
    """Draw which units of each layer one output unit sees, in one dimension.

    layers: (K, stride, dilation) of each layer, first layer first. The output is on top, the
    input at the bottom; lines are the taps, coloured units are seen.
    """
    seen = [{0}]
    taps = []
    for K, stride, dilation in reversed(layers):
        lines = [(o, o * stride + k * dilation) for o in sorted(seen[-1]) for k in range(K)]
        taps.append(lines)
        seen.append({i for _, i in lines})
    figure, axes = plots.canvas(1, 1, (6.4, 0.75 * len(seen) + 0.4))
    ax, middles = axes[0], [(max(units) + min(units)) / 2 for units in seen]
    for depth, units in enumerate(seen):
        height = len(layers) - depth
        if depth:
            for o, i in taps[depth - 1]:
                ends = [o - middles[depth - 1], i - middles[depth]]
                ax.plot(ends, [height + 1, height], color=plots.GREY, lw=0.8, zorder=1)
        row = np.arange(min(units), max(units) + 1)
        colors = [plots.SKY if i in units else "#FFFFFF" for i in row]
        where = row - middles[depth]
        ax.scatter(where, [height] * len(row), s=110, c=colors, ec="black", lw=0.8, zorder=2)
        name = f"layer {height}" if height else "input"
        ax.text(max(middles) + 1.2, height, f"{name}: {len(row)}", va="center", fontsize=10)
    ax.set(ylim=(-0.5, len(layers) + 0.5), xlim=(-max(middles) - 1, max(middles) + 4), title=title)
    ax.axis("off")
    plots.show(figure, alt)


def pooling(x: Any, y: Any, k: int, alt: str, *, stride: int, idx: Any = None) -> None:
    """Show windows of x (H, W) and what became of each in y, matched by colour.

    idx: flat indices into x of the values that won, drawn as a filled frame around them.
    """
    x, y = plots.as_array(x), plots.as_array(y)
    figure, axes = plots.row_of_axes([x.shape, y.shape], gap=0.5)
    plots.numbers(axes[0], x, title="input")
    plots.numbers(axes[1], y, title="pooled", limit=np.abs(x).max())
    for n, (i, j) in enumerate(np.ndindex(*y.shape)):
        color = (plots.BLUE, plots.VERMILION, plots.GREEN, plots.PURPLE)[n % 4]
        plots.box(axes[0], i * stride + 0.05, j * stride + 0.05, k - 0.1, k - 0.1, color)
        plots.box(axes[1], i + 0.05, j + 0.05, 0.9, 0.9, color)
    if idx is not None:
        for flat in plots.as_array(idx).astype(int).ravel():
            row, column = divmod(int(flat), x.shape[1])
            axes[0].scatter(column, row, s=330, fc="none", ec="black", lw=1.4, zorder=6)
    plots.show(figure, alt)
