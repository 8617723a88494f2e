"""Figures with alt text: grids of numbers, pictures, curves; colours that everyone can tell apart.

Colours are those of Okabe and Ito. Signed values go from orange (negative) over white to blue
(positive), so black numbers stay legible on every cell. Figures have a white ground, which also
reads well on a dark page.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, VERMILION, PURPLE, GREY = "#E69F00", "#D55E00", "#CC79A7", "#8A8A8A"
CYCLE = (SKY, ORANGE, GREEN, YELLOW, PURPLE, VERMILION, BLUE, GREY)
SIGNED = LinearSegmentedColormap.from_list("signed", [ORANGE, "#FFFFFF", SKY])
RISING = LinearSegmentedColormap.from_list("rising", ["#FFFFFF", SKY])
DPI = 80
CELL = 0.34  # inches: three digits at nine points fit


@dataclass(frozen=True)
class Picture:
    """A PNG with a text for those who do not see it.

    JupyterLab and nbconvert drop the alt text of an image/png output, so it travels as HTML.
    """

    png: bytes
    alt: str

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        return f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{data}">'

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"


def render(figure: Figure, alt: str) -> Picture:
    """Draw a figure to the same bytes every time; ValueError when the alt text is missing."""
    if not alt.strip():
        raise ValueError("A figure needs alt text: say in a sentence what it shows.")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    return Picture(_compact(buffer.getvalue()), alt)


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its alt text, once, and forget it."""
    import matplotlib.pyplot as plt
    from IPython.display import display

    picture = render(figure, alt)
    plt.close(figure)  # otherwise the inline backend shows it a second time
    display(picture)


def canvas(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.0, 3.0)
) -> tuple[Figure, list[Axes]]:
    """An empty figure of `size` inches with rows x columns axes, listed in reading order."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


def as_array(values: Any) -> np.ndarray:
    """A float64 array from a tensor, an array or nested lists."""
    if isinstance(values, torch.Tensor):
        values = values.detach().to("cpu", torch.float64)
    return np.asarray(values, dtype=np.float64)


def numbers(ax: Axes, grid: Any, *, title: str = "", limit: float | None = None) -> None:
    """Write a grid (H, W) of numbers into shaded cells; NaN leaves a cell empty.

    limit: the absolute value with the full colour; by default the largest in the grid.
    """
    grid = as_array(grid)
    known = grid[np.isfinite(grid)]
    limit = limit or max(1e-12, np.abs(known).max(initial=0))
    shade, low = (SIGNED, -limit) if known.min(initial=0) < 0 else (RISING, 0.0)
    ax.imshow(np.nan_to_num(grid), cmap=shade, vmin=low, vmax=limit)
    for (i, j), value in np.ndenumerate(grid):
        if np.isfinite(value):
            ax.text(j, i, label(value), ha="center", va="center", fontsize=9)
    lattice(ax, grid.shape)
    ax.set_title(title, fontsize=10)


def label(value: float) -> str:
    """A number short enough for a cell."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def lattice(ax: Axes, shape: tuple[int, ...], color: str = "#808080") -> None:
    """Thin lines around every cell of an (H, W) picture; no ticks, no frame."""
    height, width = shape[:2]
    ax.set_xlim(-0.5, width - 0.5)
    ax.set_ylim(height - 0.5, -0.5)
    style: dict[str, Any] = {"color": color, "lw": 0.7, "clip_on": False}
    ax.hlines(np.arange(height + 1) - 0.5, -0.5, width - 0.5, **style)
    ax.vlines(np.arange(width + 1) - 0.5, -0.5, height - 0.5, **style)
    ax.axis("off")


def box(
    ax: Axes, top: float, left: float, rows: float, columns: float, color: str, width: float = 2.4
) -> None:
    """Outline a block of cells with a line of `width` points."""
    corner = (left - 0.5, top - 0.5)
    style: dict[str, Any] = {"fill": False, "ec": color, "lw": width, "clip_on": False}
    ax.add_patch(Rectangle(corner, columns, rows, **style, zorder=5))


def row_of_axes(
    shapes: Iterable[Sequence[int]], *, gap: float = 0.45, head: float = 0.34, cell: float = CELL
) -> tuple[Figure, list[Axes]]:
    """Axes side by side for grids of the given (H, W), all cells of one size, centred."""
    shapes = [(int(s[0]), int(s[1])) for s in shapes]
    width = sum(w for _, w in shapes) * cell + gap * (len(shapes) + 1)
    height = max(h for h, _ in shapes) * cell + head + 0.12
    figure, axes, left = Figure(figsize=(width, height)), [], gap
    for h, w in shapes:
        bottom = 0.06 + (height - head - 0.12 - h * cell) / 2
        frame = (left / width, bottom / height, w * cell / width, h * cell / height)
        axes.append(figure.add_axes(frame))
        left += w * cell + gap
    return figure, axes


def grids(values: Sequence[Any], titles: Sequence[str], alt: str, between: str = "") -> None:
    """Show grids of numbers in a row, with one sign of `between` in each gap (as "*=")."""
    arrays = [as_array(value) for value in values]
    gap = title_gap(0.45, titles, [CELL * array.shape[1] for array in arrays])
    figure, axes = row_of_axes([a.shape for a in arrays], gap=gap, head=0.34 * any(titles))
    for ax, array, title in zip(axes, arrays, titles, strict=True):
        numbers(ax, array, title=title)
    for left, right, sign in zip(axes, axes[1:], between, strict=False):
        x = (left.get_position().x1 + right.get_position().x0) / 2
        y = (left.get_position().y0 + left.get_position().y1) / 2
        figure.text(x, y, sign, ha="center", va="center", fontsize=15)
    show(figure, alt)


def title_gap(gap: float, titles: Sequence[str], widths: Sequence[float]) -> float:
    """Widen the gap between axes (inches) so that titles wider than their axes do not touch."""
    return gap + max(max(0.0, 0.075 * len(t) - w) for t, w in zip(titles, widths, strict=True))


def pictures(
    values: Sequence[Any], titles: Sequence[str], alt: str, *, columns: int = 4, side: float = 1.75
) -> None:
    """Show images in a grid: (3, H, W) in colour, (H, W) in grey, signed maps orange to blue."""
    rows = -(-len(values) // columns)
    columns = min(columns, len(values))
    figure, axes = canvas(rows, columns, (side * columns, (side + 0.25) * rows))
    for ax, value, title in zip(axes, values, titles, strict=False):
        image(ax, value, title)
    for ax in axes[len(values) :]:
        ax.axis("off")
    show(figure, alt)


def image(ax: Axes, value: Any, title: str = "") -> None:
    """Draw one image: (3, H, W) or (H, W); a map with negative values is centred on white."""
    array = as_array(value)
    ax.set_title(title, fontsize=10)
    ax.axis("off")
    if array.ndim == 3:
        ax.imshow(array.transpose(1, 2, 0).clip(0, 1), interpolation="nearest")
        return
    if array.min() >= 0:
        top = max(1e-12, array.max())
        ax.imshow(array, cmap="gray", vmin=0, vmax=top, interpolation="nearest")
        return
    strong = np.quantile(np.abs(array[array != 0]), 0.99)  # a few extremes would pale the rest
    ax.imshow(array, cmap=SIGNED, vmin=-strong, vmax=strong, interpolation="nearest")


def _compact(png: bytes) -> bytes:
    """Store the PNG with a palette of 256 colours: half the size, no visible change."""
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        rgb = picture.convert("RGB")
    small = rgb.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = BytesIO()
    small.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
