"""How well and how fast a street detector learns: python -m benchmarks.detector bench | page.

`bench` (make lab-bench) trains it from several random seeds with the budget of the notebook and
writes benchmarks/detector.md; `page` (make lab-page) writes docs/detector.md with its picture from
the weights that ship.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

import torch
from torch import nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.rpn import RegionProposalNetwork

from benchmarks.machine import describe_machine
from benchmarks.tables import Table
from visionlab import best_device, describe
from visionlab.detection import (
    ReferenceDetector,
    average_precision,
    decode,
    detect,
    predictions,
    recall,
    street_anchors,
    trained_detector,
)
from visionlab.detection.training import HELD_OUT_SEED, TRAINING_SEED, train_reference
from visionlab.detections_plots import gallery_figure
from visionlab.plots import render
from visionlab.scenes import Scenes, street

ROOT = Path(__file__).parents[1]
BENCH, PAGE = ROOT / "benchmarks" / "detector.md", ROOT / "docs" / "detector.md"
PICTURE = ROOT / "docs" / "detections.png"
HELD_OUT = 500
SHOWN = range(16)
STEPS, SCENES = 1500, 2000  # as the notebook trains
PROPOSALS = 50
SCORE = 0.7  # from which a detection is drawn


@dataclass(frozen=True)
class Judged:
    """How good a detector is on scenes it has not seen.

    recall50: share of objects met (IoU 0.5) by the best 50 proposals of their scene;
    ap50, ap75: average precision of each class.
    """

    recall50: float
    ap50: dict[str, float]
    ap75: dict[str, float]


@dataclass(frozen=True)
class Trained:
    """One training: seconds by the clock, CPU seconds of this process, and what came of it."""

    seed: int
    seconds: float
    cpu_seconds: float
    judged: Judged


def judge(net: nn.Module, scenes: Scenes, device: torch.device) -> Judged:
    """Recall of the proposals and average precision of the detections, on these scenes."""
    images = scenes.pixels().to(device)
    found = detect(net, images)
    ap50, ap75 = (average_precision(found, scenes, threshold) for threshold in (0.5, 0.75))
    return Judged(recall(_proposals(net, images), scenes), ap50, ap75)


def _proposals(net: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    """The best 50 boxes of each image, whatever their class, by torchvision's own filter."""
    keep = {"training": 400, "testing": 400}, {"training": PROPOSALS, "testing": PROPOSALS}
    network = RegionProposalNetwork(
        AnchorGenerator(), nn.Identity(), 0.5, 0.3, 256, 0.5, *keep, nms_thresh=0.7
    ).eval()
    N, _, H, W = images.shape
    objectness, deltas, _ = predictions(net, images)
    anchors = street_anchors(H, W, images.device)
    boxes, _ = network.filter_proposals(
        decode(anchors, deltas), objectness, [(H, W)] * N, [len(anchors)]
    )
    kept: list[torch.Tensor] = [one.cpu() for one in boxes]
    return kept


def train(seed: int, device: torch.device, held_out: Scenes) -> Trained:
    """Train with the notebook's budget from one seed, which also decides the scenes."""
    scenes = street(SCENES, seed=TRAINING_SEED + seed)
    wall, own = time.perf_counter(), time.process_time()
    net = train_reference(scenes, STEPS, seed=seed, device=device, title=f"seed {seed}")
    wall, own = time.perf_counter() - wall, time.process_time() - own
    judged = judge(net, held_out, device)
    ap50 = fmean(judged.ap50.values())
    print(f"seed {seed}: {wall:.0f} s, {own:.0f} CPU s, AP50 {ap50:.3f}", flush=True)
    return Trained(seed, wall, own, judged)


def bench_page(runs: Sequence[Trained], machine: str) -> str:
    """All runs, their middle and their spread, as Markdown."""
    rows = [[str(run.seed), *(f"{v:.{d}f}" for v, d in _columns(run))] for run in runs]
    columns = list(zip(*(_columns(run) for run in runs), strict=True))
    for name, pick in (("middle", median), ("lowest", min), ("highest", max)):
        values = [(pick([v for v, _ in column]), column[0][1]) for column in columns]
        rows.append([name, *(f"{v:.{d}f}" for v, d in values)])
    names = list(runs[0].judged.ap50)
    heads = ["seed", "seconds", "CPU s", "ms a step", f"recall@{PROPOSALS}", "AP50"]
    title = f"{STEPS} steps of 16 of {SCENES} street scenes, judged on {HELD_OUT} others"
    table = Table(title, [*heads, *(f"AP50 {name}" for name in names), "AP75"], rows)
    notes = (
        "Each seed has its own weights, training scenes and order; all are judged on the same "
        "scenes. Seconds are those of training by the clock, which other work on the machine "
        "lengthens; CPU seconds are those of the process. AP is the mean over the classes of the "
        "average precision that grading uses (scikit-learn's, not interpolated)."
    )
    head = f"# The detector from {len(runs)} seeds\n\nMade by `make lab-bench`. {machine}"
    return "\n\n".join([head, notes, table.markdown()])


def _columns(run: Trained) -> list[tuple[float, int]]:
    """Numbers of a row, each with its decimals."""
    judged, each = run.judged, 1000 * run.seconds / STEPS
    numbers = [(run.seconds, 0), (run.cpu_seconds, 0), (each, 0), (judged.recall50, 3)]
    numbers += [(fmean(judged.ap50.values()), 3), *((v, 3) for v in judged.ap50.values())]
    return [*numbers, (fmean(judged.ap75.values()), 3)]


def write_page(net: ReferenceDetector, held_out: Scenes, device: torch.device) -> None:
    """The detector that ships: what it finds in 16 scenes never seen, and its numbers."""
    judged = judge(net, held_out, device)
    found = detect(net, held_out.pixels(list(SHOWN)).to(device))
    alt = f"{len(SHOWN)} street scenes with the detections of persons, cars and trees."
    PICTURE.write_bytes(render(gallery_figure(held_out, list(SHOWN), found, SCORE), alt).png)
    names = [*judged.ap50, "mean"]
    rows = [
        [head, *(f"{v:.3f}" for v in (*values.values(), fmean(values.values())))]
        for head, values in (("IoU 0.5", judged.ap50), ("IoU 0.75", judged.ap75))
    ]
    table = Table("Average precision", ["", *names], rows).markdown()
    parameters = sum(p.numel() for p in net.parameters())
    words = {"alt": alt, "table": table, "parameters": parameters, "score": SCORE}
    PAGE.write_text(_PAGE.format(judged=judged, **words))


_PAGE = """\
# The detector of lab 05b

What the trained detector that comes with the course (`visionlab.detection.trained_detector`,
{parameters:,} parameters, trained by `make lab-weights`) finds in the first 16 of 500 street scenes
it was not trained on. Full lines are detections with a score of {score} or more, thin white lines
the objects they meet; a dashed line is an object that was missed.

![{alt}](detections.png)

{table}
The best 50 proposals of each scene, without their classes, meet {judged.recall50:.1%} of the
objects with an IoU of 0.5 or more. How much this varies from seed to seed, and how long training
takes: [benchmarks/detector.md](../benchmarks/detector.md). Made by `make lab-page`.
"""


def main() -> None:
    """Run what was asked for and write its page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("bench", "page"))
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds to train from")
    options = parser.parse_args()
    device = best_device()
    held_out = street(HELD_OUT, seed=HELD_OUT_SEED)
    if options.what == "page":
        write_page(trained_detector(device), held_out, device)
        return
    before = os.getloadavg()[0]
    runs = [train(seed, device, held_out) for seed in range(options.seeds)]
    load = f"Load before {before:.1f}, after {os.getloadavg()[0]:.1f}."
    if any(run.cpu_seconds < 0.8 * run.seconds for run in runs):
        load += (
            " Other programs took part of the machine: seconds are too long, CPU seconds are not."
        )
    words = f"{describe_machine()} Trained on: {describe(device)}. {load}"
    BENCH.write_text(bench_page(runs, words))
    print(BENCH.read_text())


if __name__ == "__main__":
    main()
