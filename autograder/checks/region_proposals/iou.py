# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""box_iou: how much two boxes overlap, for all pairs (facts A118, B31)."""

from collections.abc import Iterator

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.inputs import no_boxes, one_box, random_boxes
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

box_iou = Exercise("box_iou", points=1, stars=2, minutes=15, forbidden=BOX_TOOLS)


def one_value(student, a, b):
    return student.box_iou(a, b).reshape(-1)  # its shape is asked of all pairs


def signs(student, a, b):
    return student.box_iou(a, b).reshape(-1).sign()


def shape_and_dtype(student, a, b):
    iou = student.box_iou(a, b)
    return {"shape": list(iou.shape), "dtype": str(iou.dtype)}


def _pair(draw: Draw, across: int, down: int, inwards: bool = False) -> Inputs:
    """A box and another one moved by `across` and `down`; inwards: shrunk by them instead."""
    x1, y1, x2, y2 = one_box(draw, low=5)
    moved = (x1 + across, y1 + down, x2, y2)
    if not inwards:
        moved = (x1 + across, y1 + down, x2 + across + 1, y2 + down + 2)
    return {"a": torch.tensor([[x1, y1, x2, y2]]).float(), "b": torch.tensor([moved]).float()}


@box_iou.cases("one pair", weight=2, probe=one_value)
def overlapping(draw: Draw) -> Iterator[Inputs]:
    yield _pair(draw, 2, 3)
    yield _pair(draw, draw.integer(1, 3), -draw.integer(1, 3))
    yield _pair(draw, -3, 2)


@box_iou.cases("inside, identical", probe=one_value)
def nested(draw: Draw) -> Iterator[Inputs]:
    yield _pair(draw, 1, 2, inwards=True)
    inputs = _pair(draw, 2, 1, inwards=True)
    yield {"a": inputs["b"], "b": inputs["a"]}
    yield {"a": inputs["a"], "b": inputs["a"].clone()}


# With one pair that overlaps: a zero for all pairs is no answer.
@box_iou.cases("apart", probe=signs)
def apart(draw: Draw) -> Iterator[Inputs]:
    x1, y1, x2, y2 = one_box(draw)
    w, h = x2 - x1, y2 - y1
    gap = draw.integer(1, 2)
    a = torch.tensor([[x1, y1, x2, y2]]).float()
    diagonal = [x2 + gap, y2 + gap + 1, x2 + gap + w, y2 + gap + h]
    yield {"a": a, "b": torch.tensor([diagonal]).float()}
    yield {"a": torch.tensor([diagonal]).float(), "b": a}
    yield {"a": a, "b": torch.tensor([[x2 + gap, y1, x2 + gap + w, y2]]).float()}
    yield {"a": a, "b": torch.tensor([[x2 - 2, y2 - 3, x2 + w, y2 + h]]).float()}


@box_iou.cases("touching", weight=0.5, probe=signs)
def touching(draw: Draw) -> Iterator[Inputs]:
    x1, y1, x2, y2 = one_box(draw)
    a = torch.tensor([[x1, y1, x2, y2]]).float()
    yield {"a": a, "b": torch.tensor([[x1, y2, x2, y2 + 5]]).float()}
    yield {"a": a, "b": torch.tensor([[x2, y2, x2 + 4, y2 + 6]]).float()}
    yield {"a": a, "b": torch.tensor([[x2 - 1, y2 - 2, x2 + 4, y2 + 6]]).float()}


@box_iou.cases("all pairs", weight=2)
def pairs(draw: Draw) -> Iterator[Inputs]:
    yield {"a": _all_different(draw, 2), "b": _all_different(draw, 3)}
    yield {"a": _all_different(draw, 4), "b": _all_different(draw, 1)}
    yield {"a": _all_different(draw, 3), "b": _all_different(draw, 3)}


def _all_different(draw: Draw, n: int) -> torch.Tensor:
    """Boxes that all hold the point (10, 10), so that all overlap; no two are equal."""
    near, far = (torch.tensor(draw.sample(range(1, 9), n)).float() for _ in "ab")
    lefts, tops = 10 - near, 10 - far
    rights = torch.tensor(draw.sample(range(11, 19), n)).float()
    bottoms = torch.tensor(draw.sample(range(12, 20), n)).float()
    return torch.stack([lefts, tops, rights, bottoms], dim=1)


@box_iou.cases("no boxes", weight=0.5, probe=shape_and_dtype)
def empty(draw: Draw) -> Iterator[Inputs]:
    yield {"a": no_boxes(), "b": random_boxes(draw, 3)}
    yield {"a": random_boxes(draw, 2), "b": no_boxes()}
    yield {"a": no_boxes(), "b": no_boxes()}


@box_iou.cases("fractions, dtype, memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    a, b = (_all_different(draw, n).double() for n in (2, 3))
    yield {"a": a / 7, "b": b / 9}
    yield {"a": strided(a.float()), "b": strided(b.float()) / 2}
    yield {"a": a.T.contiguous().T, "b": b}


for second, share in (
    ([1.0, 1, 3, 3], 1 / 7),
    ([0.0, 0, 2, 4], 0.5),
    ([0.0, 0, 2, 2], 1.0),
):
    box_iou.golden(
        "one pair" if share < 1 else "inside, identical",
        "lecture 004, intersection over union",
        {"a": torch.tensor([[0.0, 0, 2, 2]]), "b": torch.tensor([second])},
        expected=torch.tensor([share]),
    )
box_iou.golden(
    "one pair",
    "lecture 004: a box of 10 x 10, moved by 2",
    {"a": torch.tensor([[0.0, 0, 10, 10]]), "b": torch.tensor([[2.0, 0, 12, 10]])},
    expected=torch.tensor([2 / 3]),
)


@box_iou.alternative
def by_loops(a, b):
    iou = torch.zeros(len(a), len(b), dtype=a.dtype)
    for i, (ax1, ay1, ax2, ay2) in enumerate(a.tolist()):
        for j, (bx1, by1, bx2, by2) in enumerate(b.tolist()):
            width = max(0.0, min(ax2, bx2) - max(ax1, bx1))
            height = max(0.0, min(ay2, by2) - max(ay1, by1))
            total = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1)
            iou[i, j] = width * height / (total - width * height)
    return iou


@box_iou.alternative
def by_columns(a, b):
    ax1, ay1, ax2, ay2 = a[:, :, None].unbind(1)
    bx1, by1, bx2, by2 = b.unbind(1)
    w = torch.relu(torch.min(ax2, bx2) - torch.max(ax1, bx1))
    h = torch.relu(torch.min(ay2, by2) - torch.max(ay1, by1))
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - w * h
    return w * h / union


@box_iou.alternative
def in_numpy(a, b):
    import numpy as np

    p, q = a.numpy()[:, None], b.numpy()[None]
    sides = np.minimum(p[..., 2:], q[..., 2:]) - np.maximum(p[..., :2], q[..., :2])
    inter = np.where(sides > 0, sides, 0).prod(-1)
    areas = (p[..., 2:] - p[..., :2]).prod(-1) + (q[..., 2:] - q[..., :2]).prod(-1)
    return torch.from_numpy(inter / (areas - inter))


@box_iou.alternative
def pairs_in_a_row(a, b):
    left = a.repeat_interleave(len(b), dim=0)
    right = b.repeat(len(a), 1)
    sides = torch.minimum(left[:, 2:], right[:, 2:]) - torch.maximum(left[:, :2], right[:, :2])
    overlaps = (sides[:, 0] > 0) & (sides[:, 1] > 0)
    inter = torch.where(overlaps, sides[:, 0] * sides[:, 1], torch.zeros_like(sides[:, 0]))
    both = torch.stack([left, right])
    areas = ((both[..., 2] - both[..., 0]) * (both[..., 3] - both[..., 1])).sum(0)
    return (inter / (areas - inter)).view(len(a), len(b))
