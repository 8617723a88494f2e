# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""decode: from an anchor and four numbers back to a box (fact A128)."""

import math
from collections.abc import Iterator

import torch

from autograder.checks.region_proposals.forbidden import BOX_TOOLS
from autograder.checks.region_proposals.inputs import no_boxes, random_boxes
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

decode = Exercise("decode", points=1, stars=2, minutes=10, forbidden=BOX_TOOLS)


def centres(student, anchors, deltas):
    boxes = student.decode(anchors, deltas)
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def sizes(student, anchors, deltas):
    boxes = student.decode(anchors, deltas)
    return boxes[:, 2:] - boxes[:, :2]


def _codes(draw: Draw, n: int) -> torch.Tensor:
    """Places of quarters and sizes that double or halve and more, none of them 0."""
    place = draw.integers(n, 2, low=1, high=6) * (2 * draw.integers(n, 2, low=0, high=1) - 1) / 4
    size = draw.integers(n, 2, low=2, high=4) * (2 * draw.integers(n, 2, low=0, high=1) - 1)
    return torch.cat([place, size / 2 * math.log(2)], dim=1).float()


@decode.cases("place", weight=2, probe=centres)
def of_centres(draw: Draw) -> Iterator[Inputs]:
    anchors, deltas = random_boxes(draw, 4), _codes(draw, 4)
    deltas[:, 2:] = 0
    yield {"anchors": anchors, "deltas": deltas}
    yield {"anchors": anchors[:1], "deltas": deltas[1:2] * 2}


@decode.cases("size", weight=2, probe=sizes)
def of_sizes(draw: Draw) -> Iterator[Inputs]:
    anchors, deltas = random_boxes(draw, 3), _codes(draw, 3)
    deltas[:, :2] = 0
    yield {"anchors": anchors, "deltas": deltas}
    yield {"anchors": anchors, "deltas": -deltas}


@decode.cases("corners", weight=2)
def of_corners(draw: Draw) -> Iterator[Inputs]:
    yield {"anchors": random_boxes(draw, 3), "deltas": _codes(draw, 3)}
    yield {"anchors": random_boxes(draw, 4), "deltas": _codes(draw, 4)}
    yield {"anchors": random_boxes(draw, 1), "deltas": _codes(draw, 1)}


@decode.cases("all zeros", weight=0.5)
def unchanged(draw: Draw) -> Iterator[Inputs]:
    yield {"anchors": random_boxes(draw, 3), "deltas": torch.zeros(3, 4)}


@decode.cases("no boxes", weight=0.5)
def empty(_draw: Draw) -> Iterator[Inputs]:
    yield {"anchors": no_boxes(), "deltas": no_boxes()}


@decode.cases("very large sizes are cut off", probe=sizes)
def cut_off(draw: Draw) -> Iterator[Inputs]:
    w, h = draw.sample([4.5, 5.0, 6.0, 8.0], 2)
    deltas = torch.tensor([[0, 0, w, 0.5], [0, 0, -0.5, h], [0, 0, 1000, 500]])
    yield {"anchors": random_boxes(draw, 3), "deltas": deltas}
    # Nearly the limit: log(1000 / 16) = 4.135.
    yield {"anchors": random_boxes(draw, 1), "deltas": torch.tensor([[0, 0, 4.0, 3.875]])}


@decode.cases("nothing else is cut off")
def far_and_small(draw: Draw) -> Iterator[Inputs]:
    far, small = draw.integer(5, 9), -draw.integer(5, 6)
    anchors = random_boxes(draw, 2).double()
    yield {
        "anchors": anchors,
        "deltas": torch.tensor([[far, 0.5, 0, 0], [-0.5, -far, 0, 0.0]]).double(),
    }
    yield {
        "anchors": anchors,
        "deltas": torch.tensor([[0, 0, small, 0.0], [0, 0, 0, small]]).double(),
    }


@decode.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    anchors, deltas = random_boxes(draw, 2), _codes(draw, 2)
    yield {"anchors": anchors.double() / 3, "deltas": deltas.double()}
    yield {"anchors": strided(anchors), "deltas": strided(deltas)}


decode.golden(
    "corners",
    "lecture 004, its example of coding the other way round",
    {
        "anchors": torch.tensor([[30.0, 40, 70, 60]]),
        "deltas": torch.tensor([[0.25, -0.25, math.log(2), 0]]),
    },
    expected=torch.tensor([[20.0, 35, 100, 55]]),
)


@decode.misconception(
    "dw and dh are not cut off: exp of a large number is far larger than any image.",
    "Keep dw and dh at or below log(1000 / 16) before exp.",
)
def never_cut_off(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].exp() / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.misconception(
    "Very small boxes are cut off too; only large sizes need a limit, small ones end at 0.",
    "The limit is one from above only.",
)
def cut_off_from_below(anchors, deltas):
    size, limit = anchors[:, 2:] - anchors[:, :2], math.log(1000 / 16)
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].clamp(-limit, limit).exp() / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.misconception(
    "dx and dy are cut off too; the limit is for dw and dh, which go through exp.",
    "A box may lie far away from its anchor.",
)
def places_cut_off(anchors, deltas):
    deltas = deltas.clamp(max=math.log(1000 / 16))
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].exp() / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.misconception(
    "The limit is 1000 / 16 itself: its logarithm is missing.",
    "exp(62.5) has 28 digits.",
)
def limit_without_logarithm(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].clamp(max=1000 / 16).exp() / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.misconception(
    "Your result holds centres and sizes; corners are asked for: x1, y1, x2, y2.",
    "A box reaches half its width to the left and to the right of its centre.",
)
def centres_and_sizes(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    return torch.cat([centre, size * deltas[:, 2:].clamp(max=math.log(1000 / 16)).exp()], 1)


@decode.misconception(
    "The way is added to the anchor's corner; it leads from centre to centre.",
    "The size of the box may differ from the anchor's, and then their corners move differently.",
)
def starts_at_the_corner(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    corner = anchors[:, :2] + deltas[:, :2] * size
    return torch.cat([corner, corner + size * deltas[:, 2:].clamp(max=4.135166556742356).exp()], 1)


@decode.misconception(
    "The centre is taken for the corner: x1, y1 lie half the size left of and above it.",
    "With all deltas at 0 the result must be the anchor.",
)
def ends_at_the_centre(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    far = centre + size * deltas[:, 2:].clamp(max=math.log(1000 / 16)).exp()
    return torch.cat([centre, far], 1)


@decode.misconception(
    "The box reaches its whole width to either side of the centre; half of it does.",
    "With all deltas at 0 the result must be the anchor.",
)
def twice_the_size(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    whole = size * deltas[:, 2:].clamp(max=math.log(1000 / 16)).exp()
    return torch.cat([centre - whole, centre + whole], 1)


@decode.misconception(
    "dx and dy are taken for pixels; they are measured in widths and heights of the anchor.",
    "Undo the division that encode made.",
)
def way_in_pixels(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2]
    half = size * deltas[:, 2:].clamp(max=math.log(1000 / 16)).exp() / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.misconception(
    "dx and dy are measured by the new size; encode divided by the anchor's.",
    "Find the centre before the size changes.",
)
def measured_by_the_new_size(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    new = size * deltas[:, 2:].clamp(max=math.log(1000 / 16)).exp()
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * new
    return torch.cat([centre - new / 2, centre + new / 2], 1)


@decode.misconception(
    "exp is missing: dw and dh are logarithms of ratios.",
    "dw = 0 leaves the width as it is.",
)
def sizes_without_exp(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * (1 + deltas[:, 2:].clamp(max=math.log(1000 / 16))) / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.misconception(
    "Your deltas are cut off in place, so the caller's tensor changes.",
    "Make a new tensor: clamp without the underscore.",
)
def cuts_off_in_place(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].clamp_(max=math.log(1000 / 16)).exp() / 2
    return torch.cat([centre - half, centre + half], 1)


@decode.alternative
def column_by_column(anchors, deltas):
    x1, y1, x2, y2 = anchors.unbind(1)
    dx, dy, dw, dh = deltas.unbind(1)
    largest = math.log(1000 / 16)
    w = (x2 - x1) * torch.exp(torch.clamp(dw, max=largest))
    h = (y2 - y1) * torch.exp(torch.clamp(dh, max=largest))
    cx = x1 + (x2 - x1) * (dx + 0.5)
    cy = y1 + (y2 - y1) * (dy + 0.5)
    return torch.stack([cx - 0.5 * w, cy - 0.5 * h, cx + 0.5 * w, cy + 0.5 * h], dim=1)


@decode.alternative
def row_by_row(anchors, deltas):
    boxes = torch.empty_like(anchors)
    for i, (a, d) in enumerate(zip(anchors.tolist(), deltas.tolist(), strict=True)):
        for k in (0, 1):
            side = a[k + 2] - a[k]
            centre = (a[k] + a[k + 2]) / 2 + d[k] * side
            new = side * math.exp(min(d[k + 2], math.log(62.5)))
            boxes[i, k], boxes[i, k + 2] = centre - new / 2, centre + new / 2
    return boxes


@decode.alternative
def cut_off_after_exp(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    growth = torch.exp(deltas[:, 2:]).clamp(max=62.5)  # the same: exp grows
    centre = anchors[:, :2] + size / 2 + deltas[:, :2] * size
    return torch.cat([centre - growth * size / 2, centre + growth * size / 2], dim=-1)
