"""Curves, bars and points with labels beside them instead of a legend to decipher."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from visionlab.plots import BLUE, GREEN, GREY, PURPLE, SKY, VERMILION, Picture, canvas, render, show

LINES = (BLUE, VERMILION, GREEN, PURPLE, "#000000", GREY, SKY)
_STYLES = ("-", "--", "-.", ":")
Points = tuple[Sequence[float], Sequence[float]]


def curves(
    series: Mapping[str, Points],
    alt: str,
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    logx: bool = False,
    logy: bool = False,
    size: tuple[float, float] = (6.4, 3.0),
) -> None:
    """Draw label -> (xs, ys) as lines, each named at its right end in its own colour.

    Lines differ in dash as well as in colour. Points that are not finite are left out.
    """
    figure, (ax,) = canvas(1, 1, size)
    ends = []
    for i, (label, (xs, ys)) in enumerate(series.items()):
        color = LINES[i % len(LINES)]
        ax.plot(xs, ys, color=color, ls=_STYLES[i % len(_STYLES)], lw=2)
        finite = [(x, y) for x, y in zip(xs, ys, strict=True) if np.isfinite(y)]
        if finite:
            ends.append((*finite[-1], label, color))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
    _name_ends(ax, ends)
    show(figure, alt)


def _name_ends(ax: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write the labels right of the axes at the height of their lines, pushed apart."""
    ax.autoscale_view()  # the limits are only known from here on
    to_axes = ax.transData + ax.transAxes.inverted()
    order = sorted(ends, key=lambda end: float(to_axes.transform(end[:2])[1]))
    heights = [float(to_axes.transform(end[:2])[1]) for end in order]
    figure = ax.get_figure(root=True)
    inches = figure.get_size_inches()[1] if figure else 3.0
    for height, (*_, label, color) in zip(_apart(heights, 0.2 / inches), order, strict=True):
        ax.annotate(
            label,
            (1.01, height),
            xycoords="axes fraction",
            color=color,
            va="center",
            fontsize=9,
            annotation_clip=False,
        )


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Rising heights moved so that none is nearer than `gap`, inside the axes where they fit."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    ceiling = max(1.0, (len(heights) - 1) * gap)
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    alt: str,
    *,
    xlabel: str = "",
    title: str = "",
    marked: Sequence[str] = (),
    text: str = "{:g}",
) -> None:
    """Draw horizontal bars, the first on top, each with its value; `marked` ones stand out."""
    figure, (ax,) = canvas(1, 1, (6.4, 0.32 * len(labels) + 0.9))
    colors = [VERMILION if label in marked else SKY for label in labels]
    drawn = ax.barh(labels, values, color=colors)
    ax.bar_label(drawn, [text.format(v) for v in values], padding=3, fontsize=9)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set(xlabel=xlabel, title=title)
    show(figure, alt)


def scatter(
    points: Mapping[str, tuple[float, float]],
    alt: str,
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    front: Sequence[str] = (),
    logx: bool = False,
    size: tuple[float, float] = (6.6, 3.8),
) -> None:
    """Draw name -> (x, y) as named points; those of `front` are joined by a line."""
    figure, (ax,) = canvas(1, 1, size)
    if logx:
        ax.set_xscale("log")
    for name, (x, y) in points.items():
        on = name in front
        ax.plot(x, y, "o" if on else "s", color=BLUE if on else GREY, ms=7 if on else 5)
        ax.annotate(name, (x, y), xytext=(6, -9 if on else 4), textcoords="offset points", size=8)
    line = sorted(points[name] for name in front)
    ax.plot([x for x, _ in line], [y for _, y in line], color=BLUE, lw=1.5, zorder=0)
    ax.margins(x=0.16, y=0.1)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    show(figure, alt)


def training_curves(
    losses: Sequence[float], steps: Sequence[int], accuracies: Sequence[float], title: str = ""
) -> Picture:
    """Loss of every step and, where there is one, the accuracy at each evaluation."""
    figure, axes = canvas(1, 2 if accuracies else 1, (7.2 if accuracies else 4.2, 2.5))
    axes[0].plot(range(1, len(losses) + 1), losses, color=SKY, lw=1)
    axes[0].plot(*_smoothed(losses), color=BLUE, lw=2)
    axes[0].set(xlabel="step", title="training loss")
    words = f"The training loss goes from {_first(losses)} to {_last(losses)}"
    if accuracies:
        axes[1].plot(steps, accuracies, "o-", color=VERMILION, lw=2, ms=4)
        axes[1].set(xlabel="step", title="test accuracy", ylim=(0, 1.02))
        words += f"; the accuracy ends at {accuracies[-1]:.0%}"
    if losses and not np.isfinite(losses[-1]):
        words += "; training stopped where the loss was no longer a number"
        axes[0].set_title("training loss: no longer a number")
    figure.suptitle(title)
    return render(figure, f"{words}, {len(losses)} steps.")


def _smoothed(losses: Sequence[float]) -> tuple[Any, Any]:
    """The running mean over a twentieth of the steps, at their ends."""
    width = max(1, len(losses) // 20)
    mean = np.convolve(np.asarray(losses, dtype=float), np.ones(width) / width, mode="valid")
    return np.arange(width, width + len(mean)), mean


def _first(losses: Sequence[float]) -> str:
    return f"{losses[0]:.2g}" if losses else "nothing"


def _last(losses: Sequence[float]) -> str:
    return f"{losses[-1]:.1g}" if losses else "nothing"
