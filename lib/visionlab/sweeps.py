"""A kernel moving over an image, and a kernel stamped onto an output, frame by frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from visionlab import plots


def slide_frame(
    axes: Sequence[Axes],
    x: Any,
    y: Any,
    step: int,
    w: Any,
    *,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
) -> None:
    """Draw one position of a kernel w (K, K) over x (H, W) and the output y filled up to there.

    axes: one for the padded image, one for the output. step counts the output cells in reading
    order. Taps of the (dilated) kernel are outlined, those of weight zero with a thin line; the
    border of zeros is hatched.
    """
    x, y, w = plots.as_array(x), plots.as_array(y), plots.as_array(w)
    row, column = divmod(step, y.shape[1])
    plots.numbers(axes[0], np.pad(x, pad))
    hatch_border(axes[0], x.shape, pad)
    for (i, j), weight in sorted(np.ndenumerate(w), key=lambda tap: tap[1] != 0):
        top, left = row * stride + i * dilation, column * stride + j * dilation
        plots.box(axes[0], top, left, 1, 1, plots.VERMILION, width=2.4 if weight else 0.9)
    filled = np.where(np.arange(y.size).reshape(y.shape) <= step, y, np.nan)
    plots.numbers(axes[1], filled, limit=np.abs(y).max())
    plots.box(axes[1], row, column, 1, 1, plots.VERMILION)


def hatch_border(ax: Axes, shape: Sequence[int], pad: int) -> None:
    """Hatch the border of `pad` zeros around an (H, W) image."""
    height, width = shape
    bars = [
        (0, 0, pad, width + 2 * pad),
        (height + pad, 0, pad, width + 2 * pad),
        (pad, 0, height, pad),
        (pad, width + pad, height, pad),
    ]
    for top, left, h, w in bars:
        corner = (left - 0.5, top - 0.5)
        style: dict[str, Any] = {"fc": "none", "ec": "#B8B8B8", "hatch": "////", "lw": 0}
        ax.add_patch(Rectangle(corner, w, h, **style, zorder=0.5))


def sweep(
    x: Any,
    w: Any,
    y: Any,
    alt: str,
    *,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
    steps: Sequence[int] | None = None,
    columns: int = 3,
) -> None:
    """Small multiples: w (K, K) at each of its steps over x (H, W), with the output y so far."""
    x, y = plots.as_array(x), plots.as_array(y)
    steps = range(y.size) if steps is None else steps
    padded = (x.shape[0] + 2 * pad, x.shape[1] + 2 * pad)
    figure, pairs = _pairs(len(steps), columns, padded, y.shape)
    for pair, step in zip(pairs, steps, strict=True):
        slide_frame(pair, x, y, step, w, stride=stride, pad=pad, dilation=dilation)
    plots.show(figure, alt)


def _pairs(
    count: int, columns: int, left: Sequence[int], right: Sequence[int], cell: float = 0.27
) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Axes for `count` pairs of (H, W) grids, `columns` pairs a line, cells of one size."""
    columns = min(columns, count)
    rows = -(-count // columns)
    wide = (left[1] + right[1]) * cell + 0.75
    high = max(left[0], right[0]) * cell + 0.3
    width, height = wide * columns, high * rows
    figure = Figure(figsize=(width, height))

    def place(shape: Sequence[int], x: float, middle: float) -> Axes:
        h, w = shape[0] * cell, shape[1] * cell
        frame = (x / width, (middle - h / 2) / height, w / width, h / height)
        return figure.add_axes(frame)

    pairs = []
    for n in range(count):
        x, middle = (n % columns) * wide + 0.15, height - (n // columns + 0.5) * high
        second = x + left[1] * cell + 0.3
        pairs.append((place(left, x, middle), place(right, second, middle)))
        figure.text((second - 0.15) / width, middle / height, "→", ha="center", va="center")
    return figure, pairs


def stamps(x: Tensor, w: Tensor, alt: str, *, stride: int = 1) -> None:
    """Transposed convolution told slowly: after each value of x (h, w) the output so far.

    Every frame outlines the stamp just added. The frames are transposed convolutions of x with
    the later values set to zero, which adds up because the operation is linear.
    """
    K, n, frames = w.shape[-1], x.numel(), []
    for step in range(n):
        so_far = torch.where(torch.arange(n).view(x.shape) <= step, x, torch.zeros_like(x))
        frames.append(F.conv_transpose2d(so_far[None, None], w[None, None], stride=stride)[0, 0])
    shapes = [tuple(x.shape)] + [tuple(frame.shape) for frame in frames]
    figure, axes = plots.row_of_axes(shapes, gap=0.3, cell=0.29)
    plots.numbers(axes[0], x, title="input")
    touched, limit = torch.zeros(frames[0].shape, dtype=torch.bool), float(frames[-1].abs().max())
    for step, (ax, frame) in enumerate(zip(axes[1:], frames, strict=True)):
        row, column = divmod(step, x.shape[1])
        top, left = row * stride, column * stride
        touched[top : top + K, left : left + K] = True
        shown = torch.where(touched, frame, torch.full_like(frame, torch.nan))
        plots.numbers(ax, shown, title=f"+ {x[row, column]:g} · w", limit=limit)
        plots.box(ax, top, left, K, K, plots.VERMILION)
    plots.show(figure, alt)
