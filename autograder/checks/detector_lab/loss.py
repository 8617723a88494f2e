# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""detector_loss: objectness, boxes and classes in one number (fact A136)."""

import math
from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.forbidden import DETECTOR_LOSSES
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

detector_loss = Exercise(
    "detector_loss", points=0.75, stars=2, minutes=15, forbidden=DETECTOR_LOSSES
)


def of_objectness(student, objectness, **inputs):
    """What these scores add to the loss of undecided ones."""
    undecided = torch.zeros_like(objectness)
    loss = student.detector_loss(objectness=objectness, **inputs)
    return loss - student.detector_loss(objectness=undecided, **inputs)


def of_boxes(student, lam, **inputs):
    """What the boxes add: the loss with lam less the loss without."""
    return student.detector_loss(lam=lam, **inputs) - student.detector_loss(lam=0.0, **inputs)


def of_classes(student, class_scores, **inputs):
    """What these scores add to the loss of undecided ones."""
    undecided = torch.zeros_like(class_scores)
    loss = student.detector_loss(class_scores=class_scores, **inputs)
    return loss - student.detector_loss(class_scores=undecided, **inputs)


def slopes(student, objectness, deltas, class_scores, **inputs):
    """The loss with its gradients: what training uses."""
    leaves = [v.clone().requires_grad_() for v in (objectness, deltas, class_scores)]
    loss = student.detector_loss(*leaves, **inputs)
    gradients = torch.autograd.grad(loss, leaves, allow_unused=True)
    zeros = [torch.zeros_like(v) for v in leaves]
    return [g if g is not None else z for g, z in zip(gradients, zeros, strict=True)]


def _batch(draw: Draw, labels: Sequence[Sequence[int]], classes: int = 2) -> Inputs:
    """What a network says of a batch of images whose anchors have these labels.

    classes: the first ones of three that there are: who counts them from 0 has no third score, and
    is to fail in cases of classes only.
    Scores are multiples of 1/4. Differences of deltas and targets lie on both sides of 1/9 but
    never near it; targets and classes are 0 where an anchor is not positive, as in a Batch.
    """
    found = torch.tensor([draw.sample(row, len(row)) for row in labels])  # (N, A)
    N, A = found.shape
    positive = (found == 1).long()
    targets = draw.integers(N, A, 4, low=-8, high=8) / 4 * positive[:, :, None]
    small = draw.integers(N, A, 4, low=1, high=3) / 32
    large = draw.integers(N, A, 4, low=1, high=6) / 4
    where = draw.integers(N, A, 4, low=0, high=1).bool()
    where[..., 0], where[..., 1] = True, False
    errors = torch.where(where, large, small) * (2 * draw.integers(N, A, 4, low=0, high=1) - 1)
    signs = 2 * draw.integers(N, A, low=0, high=1) - 1
    names = draw.integers(N, A, low=1, high=classes, dtype=torch.int64) * positive
    floats = {
        "objectness": draw.integers(N, A, low=1, high=12) * signs / 4,
        "deltas": targets + errors,
        "class_scores": draw.distinct(N, A, 3) / 4,
        "targets": targets,
    }
    return {k: v.float() for k, v in floats.items()} | {"labels": found, "classes": names}


@detector_loss.cases("objectness", weight=2, probe=of_objectness)
def objectness(draw: Draw) -> Iterator[Inputs]:
    yield _batch(draw, [[1, 0, 0, 0]])
    yield _batch(draw, [[0, 1, 0], [1, 1, 0]])
    yield _batch(draw, [[0, 0, 1]])


@detector_loss.cases("boxes", weight=2, probe=of_boxes)
def boxes(draw: Draw) -> Iterator[Inputs]:
    yield {**_batch(draw, [[1, 1, 1]]), "lam": 1.0}
    yield {**_batch(draw, [[1, 0, 0, 1, 0]]), "lam": 1.0}


@detector_loss.cases("classes", weight=2, probe=of_classes)
def classes(draw: Draw) -> Iterator[Inputs]:
    yield _batch(draw, [[1, 1, 1]])
    yield _batch(draw, [[1, 0, 0, 1, 0], [1, 1, 0, 1, 1]], classes=3)


@detector_loss.cases("lam", probe=of_boxes)
def weights(draw: Draw) -> Iterator[Inputs]:
    yield {**_batch(draw, [[1, 1]]), "lam": draw.choice([0.25, 0.5, 2.0, 4.0])}
    yield {**_batch(draw, [[1, 1, 1]]), "lam": 10.0}


@detector_loss.cases("ignored anchors", weight=2, probe=of_objectness)
def ignored(draw: Draw) -> Iterator[Inputs]:
    yield _batch(draw, [[1, -1, 0, -1, 0]])
    yield _batch(draw, [[1, -1]])
    yield _batch(draw, [[-1, 0, 1], [-1, -1, 0]])


@detector_loss.cases("images of unlike numbers", probe=of_boxes)
def unlike(draw: Draw) -> Iterator[Inputs]:
    yield {**_batch(draw, [[1, -1, -1, -1], [1, 0, 0, 1]]), "lam": 1.0}
    yield {**_batch(draw, [[0, 0, -1], [1, -1, -1], [0, 1, 0]]), "lam": 2.0}


@detector_loss.cases("no object, nothing at all")
def nothing(draw: Draw) -> Iterator[Inputs]:
    yield _batch(draw, [[0, 0, -1]])
    yield _batch(draw, [[-1, -1]])


@detector_loss.cases("slopes", probe=slopes)
def gradients(draw: Draw) -> Iterator[Inputs]:
    yield _batch(draw, [[1, 0, -1, 1], [0, 0, 1, -1]])
    yield _batch(draw, [[0, -1, 0]])


@detector_loss.cases("all together, dtype, memory", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    yield _batch(draw, [[1, 1, 0, 0, -1], [0, 1, 0, -1, -1]], classes=3)
    # Four labels, two ones: quotients of torch's integers are float32, and exact here.
    inputs = _batch(draw, [[1, 0, -1, 0, 1]])
    yield {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}
    yield {k: strided(v) for k, v in inputs.items()} | {"lam": 0.5}


def _undecided(*labels: int) -> Inputs:
    found = torch.tensor([labels])
    A = len(labels)
    return {
        "objectness": torch.zeros(1, A),
        "deltas": torch.zeros(1, A, 4),
        "class_scores": torch.zeros(1, A, 3),
        "labels": found,
        "targets": torch.zeros(1, A, 4),
        "classes": 2 * (found == 1).long(),
    }


detector_loss.golden(
    "no object, nothing at all",
    "two equally likely answers: log 2",
    _undecided(0, 0, -1, 0),
    expected=torch.tensor(math.log(2)),
)
detector_loss.golden(
    "all together, dtype, memory",
    "two equally likely answers, and half of three",
    _undecided(0, 1, -1, 0),
    expected=torch.tensor(math.log(2) + math.log(3) / 2),
)
