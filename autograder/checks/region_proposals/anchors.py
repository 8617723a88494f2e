# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""make_anchors: boxes of several sizes and shapes all over the image (facts A134, B40)."""

import math
from collections.abc import Iterator

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

make_anchors = Exercise("make_anchors", points=2, stars=3, minutes=25, forbidden=BOX_TOOLS)

# Ratios whose square roots are exact, and their sides with them.
RATIOS = (0.25, 1.0, 4.0)


# The dtype is asked by itself, so the others do not mind it.
def shape_and_dtype(student, **grid):
    anchors = student.make_anchors(**grid)
    return {"shape": list(anchors.shape), "dtype": str(anchors.dtype)}


def centres(student, **grid):
    anchors = student.make_anchors(**grid).float()
    return (anchors[:, :2] + anchors[:, 2:]) / 2


def areas(student, **grid):
    anchors = student.make_anchors(**grid).float()
    return (anchors[:, 2] - anchors[:, 0]) * (anchors[:, 3] - anchors[:, 1])


def ratios_of_sides(student, **grid):
    anchors = student.make_anchors(**grid).float()
    return (anchors[:, 3] - anchors[:, 1]) / (anchors[:, 2] - anchors[:, 0])


def sides(student, **grid):
    anchors = student.make_anchors(**grid).float()
    return anchors[:, 2:] - anchors[:, :2]


def _grid(
    draw: Draw, Hf: int, Wf: int, scales: int = 1, ratios: tuple[float, ...] = (1.0,)
) -> Inputs:
    """Scales and ratios that are not sorted, and a stride so large that no anchor reaches outside.

    A multiple of 4 and at most 44, a scale gives sides of at most 88.
    """
    drawn = [4 * scale for scale in draw.sample([3, 5, 6, 7, 9, 11], scales)]
    order = draw.sample(ratios, len(ratios))
    stride = draw.choice([96, 104, 120])
    return {"Hf": Hf, "Wf": Wf, "stride": stride, "scales": drawn, "ratios": order}


def _dense(
    draw: Draw, Hf: int, Wf: int, scales: int = 1, ratios: tuple[float, ...] = (1.0,)
) -> Inputs:
    """With a stride as networks have it: anchors overlap and reach outside the image."""
    return {**_grid(draw, Hf, Wf, scales, ratios), "stride": draw.choice([5, 8, 12])}


@make_anchors.cases("number and dtype", probe=shape_and_dtype)
def counts(draw: Draw) -> Iterator[Inputs]:
    yield _grid(draw, 2, 3, 2, RATIOS)
    yield _grid(draw, 1, 4)


@make_anchors.cases("centres", weight=2, probe=centres)
def of_centres(draw: Draw) -> Iterator[Inputs]:
    yield _grid(draw, 1, 1)
    side = draw.integer(2, 3)
    yield _grid(draw, side, side)
    yield _grid(draw, draw.integer(4, 5), draw.integer(2, 3))


@make_anchors.cases("squares", weight=2, probe=sides)
def of_squares(draw: Draw) -> Iterator[Inputs]:
    yield _grid(draw, 1, 1)
    yield _grid(draw, 1, 1)


def _one_shape(draw: Draw) -> Iterator[Inputs]:
    for ratio in (4.0, 0.25, draw.choice([0.5, 2.0]), 3.0):
        yield _grid(draw, 1, 1, 1, (ratio,))


make_anchors.cases("areas", weight=2, probe=areas)(_one_shape)
make_anchors.cases("ratios", weight=2, probe=ratios_of_sides)(_one_shape)


@make_anchors.cases("order at a position", weight=2, probe=sides)
def of_shapes(draw: Draw) -> Iterator[Inputs]:
    yield _grid(draw, 1, 1, 2, RATIOS)
    yield _grid(draw, 1, 1, 3, (0.25, 4.0))


@make_anchors.cases("order of positions", weight=2, probe=centres)
def of_positions(draw: Draw) -> Iterator[Inputs]:
    side = draw.integer(2, 3)
    yield _grid(draw, side, side, 2)
    yield _grid(draw, 2, 3, 1, (4.0, 0.25))


@make_anchors.cases("reaching outside the image", probe=sides)
def outside(draw: Draw) -> Iterator[Inputs]:
    yield _dense(draw, 2, 2)
    yield _dense(draw, 1, 1, ratios=(4.0,))


@make_anchors.cases("all together", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    yield _dense(draw, 3, 2, 2, ratios=(0.5, 1.0, 2.0))
    yield _dense(draw, 2, 4, 3, ratios=(0.25, 2.0))
    yield {**_dense(draw, 1, 2), "scales": (7.5,), "ratios": (3, 1)}


for scale in (128, 256, 512):
    make_anchors.golden(
        "reaching outside the image",
        f"lecture 004: {scale} as a square and twice as high as wide",
        {"Hf": 1, "Wf": 1, "stride": 16, "scales": [scale], "ratios": [1.0, 2.0]},
        expected=torch.tensor([[scale, scale], [scale / math.sqrt(2), scale * math.sqrt(2)]]),
    )


@make_anchors.alternative
def by_five_loops(Hf, Wf, stride, scales, ratios):
    anchors = torch.zeros(Hf * Wf * len(scales) * len(ratios), 4)
    number = 0
    for i in range(Hf):
        for j in range(Wf):
            for s in scales:
                for r in ratios:
                    w, h = s / math.sqrt(r), s * math.sqrt(r)
                    x, y = (j + 0.5) * stride, (i + 0.5) * stride
                    anchors[number] = torch.tensor([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
                    number += 1
    return anchors


@make_anchors.alternative
def by_products(Hf, Wf, stride, scales, ratios):
    from itertools import product

    rows = [
        ((j + 0.5) * stride, (i + 0.5) * stride, s / r**0.5, s * r**0.5)
        for i, j, s, r in product(range(Hf), range(Wf), scales, ratios)
    ]
    x, y, w, h = torch.tensor(rows, dtype=torch.float64).T
    return torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], dim=1).float()


@make_anchors.alternative
def at_the_origin_then_moved(Hf, Wf, stride, scales, ratios):
    areas = torch.tensor(list(scales), dtype=torch.float32).repeat_interleave(len(ratios)) ** 2
    r = torch.tensor(list(ratios), dtype=torch.float32).repeat(len(scales))
    w = (areas / r).sqrt()
    base = torch.stack([-w, -w * r, w, w * r], dim=1) / 2  # (A, 4)
    i, j = torch.arange(Hf * Wf) // Wf, torch.arange(Hf * Wf) % Wf
    moves = (torch.stack([j, i, j, i], dim=1) + 0.5) * stride
    return (moves[:, None] + base[None]).reshape(-1, 4)


@make_anchors.alternative
def in_numpy(Hf, Wf, stride, scales, ratios):
    import numpy as np

    i, j, s, r = np.meshgrid(np.arange(Hf), np.arange(Wf), scales, ratios, indexing="ij")
    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, s / np.sqrt(r), s * np.sqrt(r)
    corners = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1)
    return torch.from_numpy(corners.reshape(-1, 4)).float()
