# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""train_rpn: predict, sample, loss, step; and whether what was written so far learns together."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from autograder.checks.detector_lab.forbidden import TRAINERS
from autograder.checks.detector_lab.inputs import easy_scenes
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs, Scored

train_rpn = Exercise("train_rpn", points=0.75, stars=3, minutes=20, forbidden=TRAINERS)


def small_run(student, asked, batches, scheduled=False, lazy=False):
    """Train a network that only multiplies, entry by entry: half precision changes nothing of it.

    asked: which of all that is seen comes back, numbers in float32: in float64 a divisor that
    torch made float32 would be seen.
    """
    from visionlab.detection import Batch

    class Small(torch.nn.Module):
        def __init__(self, A, dtype):
            super().__init__()
            classes = torch.tensor([-1, 0, 2], dtype=dtype).repeat(A, 1)
            self.objectness = torch.nn.Parameter(torch.full((A,), 0.5, dtype=dtype))
            self.deltas = torch.nn.Parameter(torch.full((A, 4), 0.25, dtype=dtype))
            self.classes = torch.nn.Parameter(classes)
            self.modes = []

        def forward(self, images):
            self.modes.append(self.training)
            x = images.flatten(1).sum(1)[:, None]  # (N, 1)
            return x * self.objectness, x[..., None] * self.deltas, x[..., None] * self.classes

    net = Small(batches[0]["labels"].shape[1], batches[0]["images"].dtype)
    net.train(asked != "modes")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5) if scheduled else None
    told = []
    loader = (Batch(**b) for b in batches)
    options: dict[str, Any] = {"schedule": schedule} if scheduled else {}
    if asked == "seen":
        options["seen"] = lambda *both: told.append(both)
    losses = student.train_rpn(net, loader if lazy else list(loader), optimizer, **options)

    def number(loss):  # torch warns of a tensor with a graph
        return float(loss.detach() if isinstance(loss, torch.Tensor) else loss)

    found = {
        "losses": torch.tensor([number(loss) for loss in losses]),
        "kinds": [type(loss).__name__ for loss in losses],
        "weights": [p.detach().float() for p in net.parameters()],
        "modes": net.modes,
        "rate": optimizer.param_groups[0]["lr"],
        "seen": [[step for step, _ in told], torch.tensor([number(loss) for _, loss in told])],
    }
    return found[asked]


def without_batches(student):
    net = torch.nn.Linear(1, 1)
    return list(student.train_rpn(net, [], torch.optim.SGD(net.parameters(), lr=1.0)))


def learned(student, images, boxes, labels, steps):
    """A small detector with the student's head, after `steps` times the same few scenes.

    No anchor is ignored but by sampling, and little overlap is left: boxes nobody learned to refuse
    would stand beside the right ones.
    """
    from torch import nn

    from visionlab import detection as d

    x = images.float() / 255
    anchors = d.street_anchors(*x.shape[2:])
    kinds, targets, classes = [], [], []
    for some, names in zip(boxes, labels, strict=True):
        kind, match = d.label_anchors(anchors, some, 0.5, 0.5)
        one = (kind == 1).long()
        kinds.append(kind)
        targets.append(d.encode(anchors, some[match]) * one[:, None])
        classes.append(names[match] * one)
    batch = d.Batch(x, torch.stack(kinds), torch.stack(targets), torch.stack(classes))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = d.Backbone(0.5, 32)
            self.head = student.RPNHead(32, d.PER_POSITION)
            self.classes = nn.Conv2d(32, 3 * d.PER_POSITION, 1)

        def forward(self, images):
            features = self.backbone(images)
            objectness, deltas = self.head(features)
            parts = [(objectness, 1), (deltas, 4), (self.classes(features), 3)]
            flat = [student.flatten_predictions(*part).float() for part in parts]
            return flat[0][..., 0], flat[1], flat[2]

    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=steps)
    student.train_rpn(net, [batch] * steps, optimizer, schedule)
    with torch.no_grad():
        said = net.eval()(x)
    each = zip(*said, strict=True)
    return [list(d.postprocess(z, t, s, anchors, x.shape[2], overlap=0.3)) for z, t, s in each]


def _batches(draw: Draw, *labels: Sequence[Sequence[int]], dtype: torch.dtype) -> list[Inputs]:
    """One batch for each list of the labels of its images; images are small numbers."""
    batches = []
    for rows in labels:
        found = torch.tensor([draw.sample(row, len(row)) for row in rows])
        N, A = found.shape
        ones = (found == 1).long()
        images = draw.integers(N, 3, 2, 2, low=1, high=6, dtype=dtype) / 32
        targets = draw.integers(N, A, 4, low=-8, high=8, dtype=dtype) / 8 * ones[..., None]
        classes = draw.integers(N, A, low=1, high=3, dtype=torch.int64) * ones
        named = {"images": images, "labels": found, "targets": targets, "classes": classes}
        batches.append(named)
    return batches


def _some(draw: Draw, dtype: torch.dtype = torch.float64) -> list[Inputs]:
    rows = [[1, 0, 0, -1, 1], [0, 0, 1, 0, -1]]
    return _batches(draw, rows, [rows[1]], [rows[0], rows[0], rows[1]], dtype=dtype)


@train_rpn.cases("loss of a batch", weight=1.5, probe=small_run)
def first_loss(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "losses", "batches": _some(draw)[:1]}
    yield {"asked": "losses", "batches": _some(draw, torch.float32)[1:2]}


@train_rpn.cases("steps", weight=2, probe=small_run)
def steps(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "weights", "batches": _some(draw)[:1]}
    yield {"asked": "weights", "batches": _some(draw)}


@train_rpn.cases("all losses", probe=small_run)
def losses(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "losses", "batches": _some(draw)}
    yield {"asked": "losses", "batches": _some(draw, torch.float32), "lazy": True}
    yield {"asked": "kinds", "batches": _some(draw)}


@train_rpn.cases("schedule", probe=small_run)
def schedules(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "rate", "batches": _some(draw), "scheduled": True}
    yield {"asked": "weights", "batches": _some(draw), "scheduled": True}


@train_rpn.cases("sampled labels", weight=1.5, probe=small_run)
def sampled(draw: Draw) -> Iterator[Inputs]:
    """Which anchors are drawn changes nothing: those of a label are all alike."""
    dtype = torch.float64
    for images in ([[200, 100], [0, 300]], [[180 + draw.integer(1, 60), 0], [60, 240]]):
        rows = [[1] * ones + [0] * zeros + [-1] * (300 - ones - zeros) for ones, zeros in images]
        (batch,) = _batches(draw, rows, dtype=dtype)
        one = batch["labels"] == 1
        batch["targets"] = one[..., None] * torch.tensor([0.5, -0.25, 1, 0], dtype=dtype)
        batch["classes"] = 2 * one.long()
        yield {"asked": "losses", "batches": [batch]}


@train_rpn.cases("training mode", weight=0.5, probe=small_run)
def modes(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "modes", "batches": _some(draw)[:2]}


@train_rpn.cases("seen", weight=0.5, probe=small_run)
def seen(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "seen", "batches": _some(draw)}
    yield {"asked": "seen", "batches": _some(draw), "scheduled": True}


@train_rpn.cases("no batches", weight=0.25, probe=without_batches)
def nothing(_draw: Draw) -> Iterator[Inputs]:
    yield {}


# In 25 runs of the reference the mean AP was 1, with 200 steps 0.92 at least.
@train_rpn.cases("learns four scenes", weight=2, probe=learned)
def learns(draw: Draw) -> Iterator[Scored]:
    scenes = easy_scenes(draw, 4, 64)
    truth = {"boxes": scenes.boxes, "labels": scenes.labels}
    yield Scored({"images": scenes.images, **truth, "steps": 300}, **truth, at_least=0.9)
