# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""encode: a box relative to its anchor (facts A128, B36)."""

import math
from collections.abc import Iterator

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.inputs import no_boxes, random_boxes
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

encode = Exercise("encode", points=1, stars=2, minutes=10, forbidden=BOX_TOOLS)


def places(student, anchors, boxes):
    return student.encode(anchors, boxes)[:, :2]


def sizes(student, anchors, boxes):
    return student.encode(anchors, boxes)[:, 2:]


def _pairs(draw: Draw, n: int) -> Inputs:
    """Anchors and boxes elsewhere, each wider and higher than its anchor."""
    anchors = random_boxes(draw, n)
    way = draw.integers(n, 2, low=1, high=5) * (2 * draw.integers(n, 2, low=0, high=1) - 1)
    half = draw.integers(n, 2, low=1, high=5) / 2
    boxes = anchors + torch.cat([way - half, way + half], dim=1)
    return {"anchors": anchors, "boxes": boxes.float()}


@encode.cases("place", weight=2, probe=places)
def of_centres(draw: Draw) -> Iterator[Inputs]:
    yield _pairs(draw, 1)
    yield _pairs(draw, 4)


@encode.cases("size", weight=2, probe=sizes)
def of_sizes(draw: Draw) -> Iterator[Inputs]:
    yield _pairs(draw, 1)
    inputs = _pairs(draw, 3)
    yield {"anchors": inputs["boxes"], "boxes": inputs["anchors"]}


@encode.cases("all four numbers", weight=2)
def whole_codes(draw: Draw) -> Iterator[Inputs]:
    yield _pairs(draw, 2)
    yield _pairs(draw, 4)
    yield _pairs(draw, 5)


@encode.cases("same box", weight=0.5)
def same(draw: Draw) -> Iterator[Inputs]:
    anchors = random_boxes(draw, 3)
    yield {"anchors": anchors, "boxes": anchors.clone()}


@encode.cases("no boxes", weight=0.5)
def empty(_draw: Draw) -> Iterator[Inputs]:
    yield {"anchors": no_boxes(), "boxes": no_boxes()}


@encode.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    inputs = _pairs(draw, 2)
    yield {name: value.double() / 3 for name, value in inputs.items()}
    yield {name: strided(value) for name, value in inputs.items()}


encode.golden(
    "all four numbers",
    "lecture 004: anchor with centre (50, 50) of 40 x 20, box with centre (60, 45) of 80 x 20",
    {
        "anchors": torch.tensor([[30.0, 40, 70, 60]]),
        "boxes": torch.tensor([[20.0, 35, 100, 55]]),
    },
    expected=torch.tensor([[0.25, -0.25, math.log(2), 0]]),
)


@encode.misconception(
    "dx and dy compare the top left corners; they are the way from centre to centre.",
    "The centre lies half a width right of x1.",
)
def compares_corners(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    return torch.cat([(boxes[:, :2] - anchors[:, :2]) / a, (g / a).log()], 1)


@encode.misconception(
    "dx and dy are divided by the size of the box; the anchor is the measure.",
    "The decoder knows the anchor only: it could not undo a division by what it is to find.",
)
def measures_by_the_box(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way / g, (g / a).log()], 1)


@encode.misconception(
    "dx and dy are still in pixels: measure them by the anchor's width and height.",
    "A step of 5 pixels is large for a small anchor and small for a large one.",
)
def way_in_pixels(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way, (g / a).log()], 1)


@encode.misconception(
    "dx is measured by the anchor's height and dy by its width.",
    "Left and right go with the width.",
)
def sides_exchanged(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way / a.flip(1), (g / a).log()], 1)


@encode.misconception(
    "The logarithm is missing: dw and dh are plain ratios in your answer.",
    "A box as large as its anchor has dw = dh = 0.",
)
def ratios_without_logarithm(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way / a, g / a], 1)


@encode.misconception(
    "dw and dh are treated like dx and dy, as differences; sizes are compared by their ratio.",
    "Take the logarithm of box over anchor.",
)
def differences_of_sizes(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way / a, (g - a) / a], 1)


@encode.misconception(
    "dw and dh have the wrong sign: a box larger than its anchor should get a positive number.",
    "In the ratio the box stands above the anchor.",
)
def ratio_upside_down(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way / a, (a / g).log()], 1)


@encode.misconception(
    "dx and dy have the wrong sign: they lead from the anchor to the box.",
    "A box to the right of its anchor has a positive dx.",
)
def way_to_the_anchor(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (anchors[:, :2] + anchors[:, 2:]) / 2 - (boxes[:, :2] + boxes[:, 2:]) / 2
    return torch.cat([way / a, (g / a).log()], 1)


@encode.misconception(
    "Anchors and boxes are exchanged: you say the anchor relative to the box.",
    "The first argument is what the box is measured by.",
)
def roles_exchanged(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (anchors[:, :2] + anchors[:, 2:]) / 2 - (boxes[:, :2] + boxes[:, 2:]) / 2
    return torch.cat([way / g, (a / g).log()], 1)


@encode.misconception(
    "The last two numbers of a box are taken for its width and height; they are its far corner.",
    "A box is x1, y1, x2, y2: its width is x2 - x1, its centre (x1 + x2) / 2.",
)
def reads_centre_and_size(anchors, boxes):
    way = (boxes[:, :2] - anchors[:, :2]) / anchors[:, 2:]
    return torch.cat([way, (boxes[:, 2:] / anchors[:, 2:]).log()], 1)


@encode.misconception(
    "The four numbers stand in another order: dx, dy, then dw, dh.",
    "The places come first, then the sizes, x before y.",
)
def axis_by_axis(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    code = torch.cat([way / a, (g / a).log()], 1)
    return code[:, [0, 2, 1, 3]]


@encode.misconception(
    "The logarithm has another base than e.",
    "torch.log is the natural one, which exp undoes.",
)
def octaves(anchors, boxes):
    a, g = anchors[:, 2:] - anchors[:, :2], boxes[:, 2:] - boxes[:, :2]
    way = (boxes[:, :2] + boxes[:, 2:]) / 2 - (anchors[:, :2] + anchors[:, 2:]) / 2
    return torch.cat([way / a, (g / a).log2()], 1)


@encode.alternative
def column_by_column(anchors, boxes):
    aw, ah = anchors[:, 2] - anchors[:, 0], anchors[:, 3] - anchors[:, 1]
    gw, gh = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    dx = (boxes[:, 0] + gw / 2 - anchors[:, 0] - aw / 2) / aw
    dy = (boxes[:, 1] + gh / 2 - anchors[:, 1] - ah / 2) / ah
    return torch.stack([dx, dy, gw.log() - aw.log(), gh.log() - ah.log()], dim=1)


@encode.alternative
def row_by_row(anchors, boxes):
    codes = torch.zeros_like(anchors)
    for i in range(len(anchors)):
        a, g = anchors[i].tolist(), boxes[i].tolist()
        for k in (0, 1):
            side = a[k + 2] - a[k]
            codes[i, k] = ((g[k] + g[k + 2]) - (a[k] + a[k + 2])) / (2 * side)
            codes[i, k + 2] = math.log((g[k + 2] - g[k]) / side)
    return codes


@encode.alternative
def by_a_matrix(anchors, boxes):
    centre_and_size = torch.tensor(
        [[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]]
    )
    a, g = anchors @ centre_and_size.to(anchors), boxes @ centre_and_size.to(boxes)
    return torch.cat([(g - a)[:, :2] / a[:, 2:], torch.log(g[:, 2:]) - torch.log(a[:, 2:])], 1)
