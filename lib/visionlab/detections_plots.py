"""Detections to look at: on their scenes, while training, after suppression, and as curves.

A detection has a full line in the colour of its class and its score, an object that none meets is
dashed. Detections may be any (boxes (n, 4), scores (n,), labels (n,)).
"""

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Stroke, withStroke
from torch import Tensor, nn
from torchvision.ops import box_iou

from visionlab import boxes_plots, plots
from visionlab.curves import curves
from visionlab.detection import Detections
from visionlab.scenes import Scenes, show
from visionlab.waiting import Bar, in_notebook

MEETS = 0.5  # IoU from which a detection meets an object of its class
Found = Detections | tuple[Tensor, Tensor, Tensor]
Find = Callable[[nn.Module, Tensor], Sequence[Found]]
Keep = Callable[[Tensor, Tensor, float], Tensor]
_MISSED = (0, (2.2, 1.4))
_THRESHOLDS = tuple(round(0.05 * k, 2) for k in range(1, 20))


def scene(
    ax: Axes,
    scenes: Scenes,
    i: int,
    found: Found,
    *,
    score: float = 0.5,
    words: Sequence[str] = (),
    title: str = "",
    truth: bool = True,
) -> None:
    """Draw scene i with the detections of at least `score`.

    words: one for each detection in its order, instead of its score; "" leaves the score;
        ValueError if there are not as many.
    truth: also draw what should have been found, objects met by a detection of their class (IoU
    0.5) with a thin white line, the others dashed and named.
    """
    boxes, scores, labels = found
    if words and len(words) != len(scores):
        raise ValueError(f"{len(words)} words for {len(scores)} detections: give one for each.")
    shown = (scores >= score).nonzero()[:, 0].tolist()
    show.picture(ax, scenes, i, title)
    limits = ax.axis()
    if truth:
        _truth(ax, scenes, i, boxes[shown], labels[shown])
    for k in shown:
        ink = show.colour(int(labels[k]))
        _frame(ax, boxes[k], ink)
        said = words[k] if words and words[k] else f"{float(scores[k]):.2f}"
        _tag(ax, boxes[k], said, ink)
    ax.axis(limits)


def gallery(
    scenes: Scenes,
    indices: Sequence[int],
    found: Sequence[Found],
    alt: str,
    *,
    score: float = 0.5,
    words: Sequence[Sequence[str]] = (),
    titles: Sequence[str] = (),
    columns: int = 4,
) -> None:
    """Show the scenes at `indices`, each with its detections as in `scene`.

    found: one for each scene shown, as are words and titles where given; ValueError if not.
    """
    plots.show(gallery_figure(scenes, indices, found, score, words, titles, columns), alt)


def gallery_figure(
    scenes: Scenes,
    indices: Sequence[int],
    found: Sequence[Found],
    score: float = 0.5,
    words: Sequence[Sequence[str]] = (),
    titles: Sequence[str] = (),
    columns: int = 4,
) -> Figure:
    """The figure that `gallery` shows."""
    for name, given in (("found", found), ("words", words or indices), ("titles", titles or found)):
        if len(given) != len(indices):
            raise ValueError(f"{len(given)} {name} for {len(indices)} scenes: give one for each.")
    columns = min(columns, max(1, len(indices)))
    rows = max(1, -(-len(indices) // columns))
    side = show.SIDE + 0.2 * bool(titles)
    figure, axes = plots.canvas(rows, columns, (show.SIDE * columns, side * rows))
    for k, (i, one) in enumerate(zip(indices, found, strict=True)):
        said, title = words[k] if words else (), titles[k] if titles else ""
        scene(axes[k], scenes, i, one, score=score, words=said, title=title)
    for ax in axes[len(indices) :]:
        ax.axis("off")
    return figure


def _truth(ax: Axes, scenes: Scenes, i: int, boxes: Tensor, labels: Tensor) -> None:
    truths, known = (part.cpu() for part in scenes.targets(i))
    same = known[:, None] == labels.cpu()  # (m, n)
    met = ((box_iou(truths, boxes.to(truths)) >= MEETS) & same).any(dim=1).tolist()
    for box, label, is_met in zip(truths, known.tolist(), met, strict=True):
        if is_met:
            boxes_plots.outlines(ax, box, "#FFFFFF", width=0.8)
        else:
            _frame(ax, box, show.colour(label), style=_MISSED)
            _tag(ax, box, f"no {scenes.class_names[label]}", show.colour(label))


def _frame(ax: Axes, box: Tensor, ink: str, style: object = "-") -> None:
    left, top, right, bottom = box.tolist()
    xs, ys = [left, right, right, left, left], [top, top, bottom, bottom, top]
    (line,) = ax.plot(xs, ys, color=ink, lw=1.4, ls=style)
    line.set_path_effects([Stroke(linewidth=2.4, foreground=show.HALO), withStroke(linewidth=1.4)])


def _tag(ax: Axes, box: Tensor, words: str, ink: str) -> None:
    """Write the words above the box, or inside it at the top of the picture."""
    x1, y1, _, _ = box.tolist()
    side = "top" if y1 < 8 else "bottom"
    ground = {"facecolor": ink, "pad": 0.6, "lw": 0}
    right = ax.get_xlim()[1]
    ax.text(min(max(x1, 0), 0.8 * right), max(y1, 0), words, fontsize=7, va=side, bbox=ground)


class Live:
    """A picture that follows the training: the losses so far, and some scenes as found now.

    Call it with (step, loss) after every step. In a notebook, each `every` steps the picture takes
    the place of the one before, and the last one stays, always the same for the same training.
    find(net, images) gives the detections; the network is put back into the mode it was in.
    """

    def __init__(
        self,
        net: nn.Module,
        find: Find,
        scenes: Scenes,
        indices: Sequence[int],
        *,
        total: int,
        every: int = 100,
        score: float = 0.5,
        title: str = "",
    ) -> None:
        self.losses: list[float] = []
        self._net, self._find, self._scenes, self._indices = net, find, scenes, list(indices)
        self._total, self._every, self._score, self._title = total, every, score, title
        self._place, self._started = Bar(total, title), time.monotonic()

    def __call__(self, step: int, loss: float) -> None:
        """Take note of the loss of a step; draw when it is time to."""
        self.losses.append(float(loss))
        done = len(self.losses)
        if in_notebook() and (done % self._every == 0 or done == self._total):
            self._place.replace(self.picture())

    def picture(self) -> plots.Picture:
        """What is to be seen now: losses on the left, scenes with detections on the right."""
        panels = 1 + len(self._indices)
        figure, axes = plots.canvas(1, panels, (2.3 * panels, 2.75))
        done = len(self.losses)
        axes[0].plot(range(1, done + 1), self.losses, color=plots.SKY, lw=0.8)
        axes[0].set(ylabel="loss", xlabel="step", xlim=(0, self._total), ylim=(0, None))
        found = self._look()
        for ax, i, one in zip(axes[1:], self._indices, found, strict=True):
            scene(ax, self._scenes, i, one, score=self._score)
        figure.suptitle(f"{self._title} {self._when(done)}".strip(), fontsize=10)
        count = sum(int((one[1] >= self._score).sum()) for one in found)
        last = f"loss {self.losses[-1]:.1g}" if self.losses else "no loss"
        alt = f"After {done} steps: {last}, {count} objects found in {len(found)} scenes."
        return plots.render(figure, alt)

    def _look(self) -> Sequence[Found]:
        was_training = self._net.training
        device = next(self._net.parameters()).device
        try:
            with torch.no_grad():
                return self._find(self._net, self._scenes.pixels(self._indices).to(device))
        finally:
            self._net.train(was_training)

    def _when(self, done: int) -> str:
        """Where the training is; the time left only while there is some."""
        if done >= self._total:
            return f"after {done} steps"
        left = (time.monotonic() - self._started) * (self._total - done) / max(done, 1)
        return f"after {done} of {self._total} steps, about {left:.0f} s left"


def suppressed(
    scenes: Scenes, i: int, boxes: Tensor, scores: Tensor, keep: Keep, threshold: float = 0.5
) -> plots.Picture:
    """Two panels over scene i: all boxes (n, 4), and those that `keep` leaves of them.

    keep(boxes, scores, threshold): the caller's non-maximum suppression, gives indices of boxes.
    """
    kept = keep(boxes, scores, threshold)
    figure, axes = plots.canvas(1, 2, (5.8, 3.2))
    truths = len(scenes.targets(i)[0])
    heads = [f"{len(boxes)} boxes", f"{len(kept)} left at IoU {threshold:g}"]
    for ax, some, head in zip(axes, (boxes, boxes[kept]), heads, strict=True):
        show.picture(ax, scenes, i, head)
        limits = ax.axis()
        boxes_plots.outlines(ax, scenes.targets(i)[0], "#FFFFFF", width=1.6, style="--")
        boxes_plots.outlines(ax, some, plots.VERMILION, width=1.2)
        ax.axis(limits)
    alt = f"Scene {i} with {truths} objects: of {heads[0]}, {heads[1]} after suppression."
    return plots.render(figure, alt)


def explore_suppression(
    scenes: Scenes, i: int, boxes: Tensor, scores: Tensor, keep: Keep, threshold: float = 0.5
) -> None:
    """A slider for the threshold of `suppressed`, from 0.05 to 0.95."""

    def picture(threshold: float) -> plots.Picture:
        return suppressed(scenes, i, boxes, scores, keep, threshold)

    choice = boxes_plots.Choice("IoU allowed", _THRESHOLDS, threshold)
    boxes_plots.explore(picture, {"threshold": choice})


def precision_recall(
    series: Mapping[str, tuple[Tensor, Tensor]], alt: str, title: str = ""
) -> None:
    """Draw label -> (precision (n,), recall (n,)) as curves, each named at its end."""
    lines = {
        name: (recall.tolist(), precision.tolist()) for name, (precision, recall) in series.items()
    }
    curves(lines, alt, xlabel="recall", ylabel="precision", title=title)
