# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Wrong answers to make_anchors."""

from autograder.checks.region_proposals.anchors import make_anchors


@make_anchors.misconception(
    "Ratio is height over width here; you have it the other way round.",
    "With r = 2 an anchor is twice as high as it is wide.",
)
def width_over_height(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s * r**0.5, s / r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The area changes with the ratio: all anchors of a scale should cover s squared.",
    "What the height gains the width must lose.",
)
def area_grows_with_ratio(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s, s * r
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The square roots are missing: the ratio of your anchors is r squared.",
    "Height over width is to be r, so each of the two takes a part of it.",
)
def without_roots(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r, s * r
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The anchors lie around corners of the cells; a position stands for the middle of its cell.",
    "The first centre is half a stride from the edges of the image.",
)
def without_half_a_stride(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = j * stride, i * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The centres are not stretched by the stride: they are positions in the feature map still.",
    "Neighbours in the feature map lie `stride` pixels apart in the image.",
)
def without_stride(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = j + 0.5, i + 0.5
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "x and y are exchanged: the column says how far right a centre lies.",
    "x comes from j, the column, and y from i, the row.",
)
def x_from_the_row(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (i + 0.5) * stride, (j + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The positions go down the columns first; they should go along the rows.",
    "The column j changes faster than the row i.",
)
def columns_first(Hf, Wf, stride, scales, ratios):
    found = []
    for j in range(Wf):
        for i in range(Hf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "At each position the scale changes fastest; the ratio should.",
    "All ratios of the first scale come first.",
)
def scales_inside(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for r in ratios:
                for s in scales:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "All positions of one shape come first in your list; all shapes of one position should.",
    "A network says its numbers position by position, and the anchors must stand in that order.",
)
def shapes_outside(Hf, Wf, stride, scales, ratios):
    found = []
    for s in scales:
        for r in ratios:
            w, h = s / r**0.5, s * r**0.5
            for i in range(Hf):
                for j in range(Wf):
                    x, y = (j + 0.5) * stride, (i + 0.5) * stride
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "Scales and ratios are paired off; each scale goes with every ratio.",
    "Three scales and three ratios make nine anchors at each position.",
)
def pairs_scales_with_ratios(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s, r in zip(scales, ratios, strict=False):
                w, h = s / r**0.5, s * r**0.5
                found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "Your anchors are centres and sizes; boxes are x1, y1, x2, y2.",
    "An anchor reaches half its width to the left and to the right of its centre.",
)
def centres_and_sizes(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            for s in scales:
                for r in ratios:
                    x, y = (j + 0.5) * stride, (i + 0.5) * stride
                    found.append([x, y, s / r**0.5, s * r**0.5])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The anchors are twice too large: they reach half their width to either side, not all of it.",
    "An anchor of scale 16 and ratio 1 is 16 pixels wide.",
)
def whole_sides_to_both(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w, y - h, x + w, y + h])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The anchors begin at their position; it should be their middle.",
    "Half of the width lies to the left of the centre.",
)
def begins_at_the_centre(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    found.append([x, y, x + s / r**0.5, y + s * r**0.5])
    return torch.tensor(found, dtype=torch.float32)


@make_anchors.misconception(
    "The anchors are cut off at the image; they keep their shape, also where they reach outside.",
    "Take the limits out: proposals are clipped later, anchors never.",
)
def cut_off_at_the_image(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    found = torch.tensor(found, dtype=torch.float32)
    return torch.stack(
        [c.clamp(0, n * stride) for c, n in zip(found.T, (Wf, Hf, Wf, Hf), strict=True)], 1
    )


@make_anchors.misconception(
    "The corners are rounded to whole pixels; anchors are floats and keep their exact area.",
    "Return the numbers as they are.",
)
def rounded(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float32).round()


@make_anchors.misconception(
    "Your anchors have another dtype than float32.",
    "Numpy computes in float64 unless it is told otherwise; convert at the end.",
)
def in_float64(Hf, Wf, stride, scales, ratios):
    found = []
    for i in range(Hf):
        for j in range(Wf):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for s in scales:
                for r in ratios:
                    w, h = s / r**0.5, s * r**0.5
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(found, dtype=torch.float64)
