"""Scenes as pictures: boxes in the colour of their class, detections dashed with their score."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Stroke, withStroke

from visionlab import plots
from visionlab.scenes.data import Scenes

COLOURS = (plots.YELLOW, plots.SKY, plots.PURPLE, plots.VERMILION, "#FFFFFF", plots.ORANGE)
"""Of classes 1, 2, 3, ..., then from the start again. All stand out against grass and asphalt."""
SIDE = 2.5  # inches of one scene
HALO = "#000000"
LIMBS = (
    (1, 2),
    (2, 3),
    (4, 5),
    (5, 6),
    (7, 8),
    (8, 9),
    (10, 11),
    (11, 12),
    (1, 7),
    (4, 10),
    (1, 4),
    (7, 10),
)
"""Bones between the keypoints of a drawn person, for `gallery(keypoints=True)`."""

Detections = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def colour(label: int) -> str:
    """The colour of a class, label >= 1."""
    return COLOURS[(label - 1) % len(COLOURS)]


def gallery(
    scenes: Scenes,
    indices: Sequence[int],
    alt: str,
    *,
    boxes: bool = True,
    detections: Sequence[Detections] | None = None,
    masks: bool = False,
    keypoints: bool = False,
    titles: Sequence[str] = (),
    columns: int = 4,
) -> None:
    """Show the scenes at `indices` in a grid.

    boxes: the true ones, with a full line. detections: for each scene shown its (boxes (d, 4),
    labels (d,), scores (d,)), with a dashed line. masks: tint the pixels of each object.
    Raises ValueError when there are not as many detections as scenes shown.
    """
    if detections is not None and len(detections) != len(indices):
        given = f"{len(detections)} detections for {len(indices)} scenes"
        raise ValueError(f"{given}: give one (boxes, labels, scores) for each scene shown.")
    axes, figure = _axes(len(indices), columns, 0.2 if titles else 0.0)
    for k, (ax, i) in enumerate(zip(axes, indices, strict=True)):
        picture(ax, scenes, i, titles[k] if titles else "", masks=masks)
        if boxes:
            outline(ax, scenes.class_names, *scenes.targets(i), name=detections is None)
        if keypoints and scenes.keypoints is not None:
            _bones(ax, scenes.keypoints[i])
        if detections is not None:
            outline(ax, scenes.class_names, *detections[k])
    plots.show(figure, alt)


def _axes(count: int, columns: int, head: float) -> tuple[list[Axes], Figure]:
    """As many axes as there are scenes, in rows; head: inches above each for a title."""
    columns = min(columns, max(1, count))
    rows = max(1, -(-count // columns))
    figure, axes = plots.canvas(rows, columns, (SIDE * columns, (SIDE + head) * rows))
    for ax in axes[count:]:
        ax.axis("off")
    return axes[:count], figure


def picture(ax: Axes, scenes: Scenes, i: int, title: str = "", *, masks: bool = False) -> None:
    """Draw scene i so that coordinates are those of its boxes, pixel edges from 0."""
    image = plots.as_array(scenes.pixels(i)).transpose(1, 2, 0).copy()
    H, W = image.shape[:2]
    if masks:
        shown = scenes.masks(i).cpu().numpy()
        for mask, label in zip(shown, scenes.targets(i)[1].tolist(), strict=True):
            tint = np.array([int(colour(label)[k : k + 2], 16) / 255 for k in (1, 3, 5)])
            image[mask] = 0.35 * image[mask] + 0.65 * tint
    ax.imshow(image, extent=(0, W, H, 0), interpolation="nearest")
    ax.set_title(title, fontsize=10)
    ax.axis("off")


def outline(
    ax: Axes,
    class_names: Sequence[str],
    boxes: Any,
    labels: Any,
    scores: Any = None,
    *,
    name: bool = True,
) -> None:
    """Draw boxes (m, 4) with the name of their class; with scores (m,) they are detections.

    labels: (m,), or one for each box in any sequence. name: write the class beside the box.
    """
    values = [None] * len(boxes) if scores is None else plots.as_array(scores).tolist()
    for box, label, score in zip(plots.as_array(boxes), labels, values, strict=True):
        (x1, y1, x2, y2), ink = box, colour(int(label))
        frame = Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=ink, lw=1.3)
        frame.set_path_effects([Stroke(linewidth=2.2, foreground=HALO), withStroke(linewidth=1.3)])
        frame.set_linestyle("-" if score is None else (0, (2.5, 1.5)))
        ax.add_patch(frame)
        if name:
            words = class_names[int(label)] + ("" if score is None else f" {score:.2f}")
            _tag(ax, (x1, y1, y2), words, ink, below=score is not None)


def _tag(ax: Axes, edges: tuple[float, float, float], words: str, ink: str, *, below: bool) -> None:
    """Write the words on the colour above the box, or below it where that is off the picture."""
    left, top, bottom = edges
    W, H = ax.get_xlim()[1], ax.get_ylim()[0]
    below = (below and bottom < 0.92 * H) or top < 0.08 * H
    at = (min(max(left, 0), 0.8 * W), bottom if below else top)
    ground = {"facecolor": ink, "pad": 0.7, "lw": 0}
    side = "top" if below else "bottom"
    ax.text(*at, words, fontsize=7, color="black", va=side, bbox=ground, zorder=6)


def _bones(ax: Axes, points: torch.Tensor) -> None:
    """Draw the keypoints (M, K, 3) of one scene: filled where visible, hollow where hidden."""
    for person in plots.as_array(points):
        for a, b in LIMBS:
            if min(person[a, 2], person[b, 2]) > 0:
                ax.plot(*person[[a, b], :2].T, color=plots.VERMILION, lw=1)
        for x, y, state in person[person[:, 2] > 0]:
            fill = plots.VERMILION if state == 2 else "#FFFFFF"
            ax.scatter(x, y, s=7, color=fill, ec=HALO, lw=0.4, zorder=4)
