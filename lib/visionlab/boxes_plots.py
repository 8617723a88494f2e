"""Boxes to look at and to move: overlap, box coding, anchors over a scene and their labels.

Boxes are (x1, y1, x2, y2). What the notebooks ask for (IoU, anchors, labels) is not computed here
but comes from the caller; the overlap of two boxes is counted square by square.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from torch import Tensor

from visionlab import interactive, plots
from visionlab.scenes import Scenes, show

SQUARES = (14, 9)  # columns and rows of the squared paper under two boxes
_FIRST = (2, 2, 8, 6)
_MARGIN = 0.08  # around a scene with anchors, as a share of its side
_INKS = (plots.SKY, plots.ORANGE, plots.YELLOW, plots.PURPLE)
_RATIOS = {
    "1": (1.0,),
    "1/2, 1, 2": (0.5, 1.0, 2.0),
    "1/3, 1/2, 1, 2, 3": (1 / 3, 0.5, 1.0, 2.0, 3.0),
}

Make = Callable[[int, int, int, Sequence[float], Sequence[float]], Tensor]
Overlap = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Choice:
    """One slider: its name, the values it steps through and the one it starts at."""

    text: str
    options: Sequence[Any]
    start: Any


def explore(picture: Callable[..., plots.Picture], choices: Mapping[str, Choice]) -> None:
    """Show picture(**values) under a slider for each of its arguments."""
    first = picture(**{name: choice.start for name, choice in choices.items()})
    interactive.show(first, lambda: _sliders(picture, choices))


def _sliders(picture: Callable[..., plots.Picture], choices: Mapping[str, Choice]) -> Any:
    """Sliders that move with the arrow keys, above an image whose alt text follows them."""
    import ipywidgets as ui

    wide = ui.Layout(width="330px")
    controls = {
        name: ui.SelectionSlider(
            options=list(choice.options), value=choice.start, description=choice.text, layout=wide
        )
        for name, choice in choices.items()
    }
    screen = interactive.screen(picture, controls)
    sliders = list(controls.values())
    half = -(-len(sliders) // 2)
    return ui.VBox([ui.HBox([ui.VBox(sliders[:half]), ui.VBox(sliders[half:])]), screen])


def outlines(
    ax: Axes, boxes: Any, color: str, *, width: float = 1.4, style: str = "-", alpha: float = 1.0
) -> None:
    """Draw the edges of boxes (n, 4) in one colour."""
    x1, y1, x2, y2 = plots.as_array(boxes).reshape(-1, 4).T
    corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]
    loops = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)  # (n, 5, 2)
    lines = [loop for loop in loops]
    ax.add_collection(
        LineCollection(lines, colors=color, linewidths=width, linestyles=style, alpha=alpha),
        autolim=True,
    )


def overlap(x: int = 5, y: int = 3, width: int = 6, height: int = 4) -> plots.Picture:
    """A box of 6 x 4 and another one on squared paper, with the squares they share counted.

    x, y: left and top of the second box; width, height: its size in squares.
    """
    second = (x, y, x + width, y + height)
    a, b = _squares(_FIRST), _squares(second)
    shared, covered = int((a & b).sum()), int((a | b).sum())
    figure, (ax,) = plots.canvas(1, 1, (4.6, 3.2))
    shade = np.ones((*a.shape, 3))
    for cells, ink in ((a, plots.SKY), (b, plots.ORANGE), (a & b, plots.GREEN)):
        shade[cells] = [0.35 + 0.65 * int(ink[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    columns, rows = SQUARES
    ax.imshow(shade, extent=(0, columns, rows, 0), interpolation="nearest")
    ax.set_xticks(range(columns + 1))
    ax.set_yticks(range(rows + 1))
    ax.grid(color="#B0B0B0", lw=0.5)
    ax.spines[:].set_visible(False)
    for box, ink in ((_FIRST, plots.BLUE), (second, plots.VERMILION)):
        outlines(ax, box, ink, width=2.4)
    words = f"shared {shared}, covered by either {covered}: IoU = {shared / covered:.2f}"
    ax.set_title(words, fontsize=10)
    alt = f"Boxes {_written(_FIRST)} and {_written(second)} on squared paper; {words}."
    return plots.render(figure, alt)


def explore_overlap() -> None:
    """Move and resize one of two boxes and watch their overlap."""
    columns, rows = SQUARES
    explore(
        overlap,
        {
            "x": Choice("left", range(columns - 5), 5),
            "y": Choice("top", range(rows - 4), 3),
            "width": Choice("width", range(1, 7), 6),
            "height": Choice("height", range(1, 6), 4),
        },
    )


def _squares(box: Sequence[int]) -> np.ndarray:
    """The squares of the paper inside a box with whole edges, bool (rows, columns)."""
    columns, rows = SQUARES
    inside = np.zeros((rows, columns), dtype=bool)
    x1, y1, x2, y2 = box
    inside[y1:y2, x1:x2] = True
    return inside


def _written(box: Sequence[float]) -> str:
    return "(" + ", ".join(f"{value:g}" for value in box) + ")"


def coding(anchors: Tensor, boxes: Tensor, deltas: Tensor) -> None:
    """One panel for each anchor, its box and the four numbers that lead from one to the other.

    All (n, 4); the anchor is dashed, an arrow leads from its centre to that of the box.
    """
    figure, axes = plots.canvas(1, len(anchors), (2.4 * len(anchors), 2.6))
    rows = [plots.as_array(values) for values in (anchors, boxes, deltas)]
    said = []
    for ax, anchor, box, delta in zip(axes, *rows, strict=True):
        outlines(ax, anchor, plots.GREY, width=2, style="--")
        outlines(ax, box, plots.BLUE, width=2)
        (ax_, ay), (bx, by) = [(v[:2] + v[2:]) / 2 for v in (anchor, box)]
        arrow = {"arrowstyle": "->", "color": plots.VERMILION, "lw": 1.8}
        ax.annotate("", (bx, by), (ax_, ay), arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
        ax.plot(ax_, ay, "o", color=plots.GREY, ms=5)
        dx, dy, dw, dh = delta + 0.0  # no minus zero
        words = [f"dx {dx:.2f}, dy {dy:.2f}", f"dw {dw:.2f}, dh {dh:.2f}"]
        ax.set_title("\n".join(words), fontsize=10)
        ax.set(xlim=(0, 110), ylim=(90, 0), aspect="equal", xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        said.append(f"{_written(anchor)} to {_written(box)}: {', '.join(words)}")
    plots.show(figure, "Dashed anchors and their boxes. " + "; ".join(said) + ".")


def grid(scenes: Scenes, i: int, S: int, taken: Any, ax: Axes, title: str = "") -> None:
    """Draw scene i under an S x S grid; cells that hold several objects get a frame.

    taken: (S, S), how many objects have their centre in each cell.
    """
    show.picture(ax, scenes, i, title)
    step = scenes.images.shape[-1] / S
    lines = np.arange(1, S) * step
    ax.hlines(lines, 0, S * step, color="#FFFFFF", lw=1)
    ax.vlines(lines, 0, S * step, color="#FFFFFF", lw=1)
    for row, column in np.argwhere(plots.as_array(taken) > 1):
        corner = (column * step, row * step)
        ax.add_patch(Rectangle(corner, step, step, fill=False, ec=plots.VERMILION, lw=3))
    boxes, labels = scenes.targets(i)
    show.outline(ax, scenes.class_names, boxes, labels, name=False)
    for box, label in zip(plots.as_array(boxes), labels.tolist(), strict=True):
        centre = (box[:2] + box[2:]) / 2
        ax.plot(*centre, "o", color=show.colour(label), mec="#000000", ms=6)


def anchors_over(
    scenes: Scenes,
    make: Make,
    iou: Overlap,
    *,
    i: int = 0,
    smallest: int = 12,
    scales: int = 4,
    ratios: str = "1/2, 1, 2",
    stride: int = 8,
) -> plots.Picture:
    """The anchors of one position over scene i, and which objects some anchor meets.

    make: make_anchors(Hf, Wf, stride, scales, ratios); iou: box_iou(a, b), both the caller's.
    scales: how many, from `smallest` pixels, each half as large again; ratios: a key of the
    slider. Objects with an IoU of 0.5 or more have a full line, the others a dashed one.
    """
    size = scenes.images.shape[-1] // stride
    sides = [smallest * 1.5**k for k in range(scales)]
    anchors = make(size, size, stride, sides, _RATIOS[ratios])
    each = len(anchors) // size**2
    figure, axes = plots.canvas(1, 2, (6.6, 3.5))
    show.picture(axes[0], scenes, i, f"{each} anchors at one position")
    points = np.arange(size) * stride + stride / 2
    axes[0].plot(*[v.ravel() for v in np.meshgrid(points, points)], ".", color="#FFFFFF", ms=2)
    here = anchors[(size // 2 * size + size // 2) * each :][:each]
    by_scale = here.view(scales, -1, 4)  # (scales, ratios, 4)
    for part, ink in zip(by_scale, cycle(_INKS), strict=False):
        outlines(axes[0], part, ink, width=1.6)
    met = _met(axes[1], scenes, i, anchors, iou)
    axes[1].set_title(f"{len(anchors)} anchors meet {met}", fontsize=10)
    _leave_room(axes, scenes.images.shape[-1])
    words = ", ".join(f"{side:g}" for side in sides)
    alt = f"Scene {i} with anchors of {words} pixels, ratios {ratios}, stride {stride}; some of "
    return plots.render(figure, alt + f"the {len(anchors)} anchors meet {met}.")


def _leave_room(axes: Sequence[Axes], side: int) -> None:
    """Room for anchors that stick out of the image, the same whatever the sliders say."""
    low, high = -_MARGIN * side, (1 + _MARGIN) * side
    for ax in axes:
        ax.set(xlim=(low, high), ylim=(high, low))


def _met(ax: Axes, scenes: Scenes, i: int, anchors: Tensor, iou: Overlap) -> str:
    """Draw the objects of scene i, each with its best anchor; say how many are met."""
    boxes, labels = scenes.targets(i)
    show.picture(ax, scenes, i)
    if not len(boxes):
        return "0 of 0 objects"
    best, which = iou(anchors, boxes).max(dim=0)
    outlines(ax, anchors[which], "#FFFFFF", width=1.2, style=":")
    for box, label, value in zip(plots.as_array(boxes), labels, best.tolist(), strict=True):
        ink = show.colour(int(label))
        outlines(ax, box, ink, width=2, style="-" if value >= 0.5 else "--")
        ax.text(box[0], box[1], f"{value:.2f}", fontsize=8, va="bottom", **_label(ink))
    return f"{int((best >= 0.5).sum())} of {len(boxes)} objects"


def _label(ink: str) -> dict[str, Any]:
    return {"color": "black", "bbox": {"facecolor": ink, "pad": 0.7, "lw": 0}, "zorder": 6}


def explore_anchors(scenes: Scenes, make: Make, iou: Overlap) -> None:
    """Sliders for the scales, ratios and stride of anchors over a scene."""

    def picture(**values: Any) -> plots.Picture:
        return anchors_over(scenes, make, iou, **values)

    explore(
        picture,
        {
            "smallest": Choice("smallest", range(6, 41, 2), 12),
            "scales": Choice("scales", range(1, 5), 4),
            "ratios": Choice("ratios", list(_RATIOS), "1/2, 1, 2"),
            "stride": Choice("stride", (4, 8, 16, 32), 8),
            "i": Choice("scene", range(len(scenes)), 0),
        },
    )


def labelled(scenes: Scenes, i: int, anchors: Tensor, labels: Tensor) -> None:
    """Three panels over scene i: anchors labelled 1, -1 and, every twentieth, 0, with counts.

    anchors: (A, 4), labels: (A,).
    """
    figure, axes = plots.canvas(1, 3, (8.4, 3.0))
    kinds = [(1, "positive", plots.VERMILION, 1), (-1, "ignored", plots.ORANGE, 1)]
    kinds.append((0, "background", "#FFFFFF", 20))
    said = []
    for ax, (label, name, ink, step) in zip(axes, kinds, strict=True):
        chosen = anchors[labels == label]
        show.picture(ax, scenes, i, f"{len(chosen)} {name}" + f" (1 in {step})" * (step > 1))
        limits = ax.axis()
        show.outline(ax, scenes.class_names, *scenes.targets(i), name=False)
        outlines(ax, chosen[::step], ink, width=2 if label == 1 else 0.8)
        ax.axis(limits)
        said.append(f"{len(chosen)} {name}")
    plots.show(figure, f"Anchors over scene {i}: {', '.join(said)}.")
