# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""rpn_loss: is there an object, and where exactly (fact A136)."""

import math
from collections.abc import Iterator, Sequence

import torch

from autograder.checks.region_proposals.forbidden import RPN_LOSSES
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

rpn_loss = Exercise("rpn_loss", points=1, stars=3, minutes=20, forbidden=RPN_LOSSES)


def of_boxes(student, lam, **inputs):
    """What the boxes add: the loss with lam less the loss without."""
    return student.rpn_loss(lam=lam, **inputs) - student.rpn_loss(lam=0.0, **inputs)


def _anchors(draw: Draw, labels: Sequence[int], right: bool = False) -> Inputs:
    """What a network says of anchors with these labels; right: all its boxes are.

    Logits are multiples of 1/4. Differences of deltas and targets lie on both sides of 1/9 but
    never near it.
    """
    n = len(labels)
    logits = draw.integers(n, low=1, high=12) * (2 * draw.integers(n, low=0, high=1) - 1) / 4
    targets = draw.integers(n, 4, low=-8, high=8) / 4
    small = draw.integers(n, 4, low=1, high=3) / 32
    large = draw.integers(n, 4, low=1, high=6) / 4
    where = draw.integers(n, 4, low=0, high=1).bool()
    where[:, 0], where[:, 1] = True, False
    errors = torch.where(where, large, small) * (2 * draw.integers(n, 4, low=0, high=1) - 1)
    inputs = {"logits": logits, "deltas": targets + (0 if right else 1) * errors}
    floats = {name: value.float() for name, value in {**inputs, "targets": targets}.items()}
    return {**floats, "labels": torch.tensor(draw.sample(labels, n))}


@rpn_loss.cases("objectness", weight=2)
def objectness(draw: Draw) -> Iterator[Inputs]:
    yield _anchors(draw, [1, 0, 0, 0], right=True)
    yield _anchors(draw, [1, 1, 0], right=True)
    yield _anchors(draw, [0], right=True)


@rpn_loss.cases("boxes", weight=2, probe=of_boxes)
def boxes(draw: Draw) -> Iterator[Inputs]:
    yield {**_anchors(draw, [1, 1, 1]), "lam": 1.0}
    yield {**_anchors(draw, [1, 0, 0, 1, 0]), "lam": 1.0}


@rpn_loss.cases("lam", probe=of_boxes)
def weights(draw: Draw) -> Iterator[Inputs]:
    yield {**_anchors(draw, [1, 1]), "lam": draw.choice([0.25, 0.5, 2.0, 4.0])}
    yield {**_anchors(draw, [1, 1, 1]), "lam": 10.0}


@rpn_loss.cases("ignored anchors", weight=2)
def ignored(draw: Draw) -> Iterator[Inputs]:
    yield _anchors(draw, [1, -1, 0, -1, 0], right=True)
    inputs = _anchors(draw, [-1, 1, 1, -1])
    outside = inputs["labels"] < 0
    yield {**inputs, "lam": 0.0}
    nothing = float("nan")
    logits, targets = inputs["logits"].clone(), inputs["targets"].clone()
    logits[outside], targets[outside] = nothing, nothing
    yield {**inputs, "logits": logits, "targets": targets, "lam": 0.0}


@rpn_loss.cases("very sure")
def sure(draw: Draw) -> Iterator[Inputs]:
    inputs = _anchors(draw, [1, 0, 1, 0], right=True)
    signs = (2 * inputs["labels"] - 1).float()
    yield {**inputs, "logits": 1000 * signs}
    far = torch.tensor(draw.sample([1000.0, 120.0, 60.0, 25.0], 4))
    yield {**inputs, "logits": -far * signs}


@rpn_loss.cases("at the start")
def start(draw: Draw) -> Iterator[Inputs]:
    inputs = _anchors(draw, [0] * draw.integer(3, 6))
    yield {**inputs, "logits": torch.zeros_like(inputs["logits"])}


@rpn_loss.cases("nothing to learn from")
def nothing(draw: Draw) -> Iterator[Inputs]:
    yield _anchors(draw, [-1, -1, -1])
    inputs = _anchors(draw, [-1])
    yield {name: value[:0] for name, value in inputs.items()}


@rpn_loss.cases("all together, dtype, memory", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    yield {**_anchors(draw, [1, 1, 0, 0, 0, -1, -1]), "lam": 2.0}
    inputs = _anchors(draw, [1, 0, -1, 0, 1])
    yield {k: v if k == "labels" else v.double() for k, v in inputs.items()}
    yield {k: strided(v) for k, v in inputs.items()}


rpn_loss.golden(
    "at the start",
    "two equally likely answers: log 2",
    {
        "logits": torch.zeros(4),
        "deltas": torch.zeros(4, 4),
        "labels": torch.tensor([0, 0, -1, 0]),
        "targets": torch.zeros(4, 4),
    },
    expected=torch.tensor(math.log(2)),
)
