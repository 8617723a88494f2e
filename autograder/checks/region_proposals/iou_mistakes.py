# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Wrong answers to box_iou."""

from autograder.checks.region_proposals.iou import box_iou


@box_iou.misconception(
    "Boxes that lie apart get an overlap: when both its width and its height are negative, their "
    "product is positive.",
    "Cut width and height off at 0 before you multiply them.",
)
def multiplies_negatives(a, b):
    near, far = (
        torch.maximum(a[:, None, :2], b[None, :, :2]),
        torch.minimum(a[:, None, 2:], b[None, :, 2:]),
    )
    inter = (far - near).prod(2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / (area_a[:, None] + area_b - inter)


@box_iou.misconception(
    "The area of the overlap is cut off at 0 only after multiplying; two negative sides make a "
    "positive area.",
    "Cut each side off by itself.",
)
def clamps_the_area(a, b):
    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    far = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (far - near).prod(2).clamp(min=0)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / (area_a[:, None] + area_b - inter)


@box_iou.misconception(
    "The overlap is counted twice in your union: it is part of both areas.",
    "Two identical boxes must get 1.",
)
def counts_overlap_twice(a, b):
    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    far = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (far - near).clamp(min=0).prod(2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / (area_a[:, None] + area_b)


@box_iou.misconception(
    "You divide by the area of one of the boxes, so that a small box inside a large one gets 1.",
    "Divide by the area that the two cover together.",
)
def divides_by_the_smaller(a, b):
    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    far = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (far - near).clamp(min=0).prod(2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / torch.minimum(area_a[:, None], area_b[None])


@box_iou.misconception(
    "You divide by the area of the first box only; the answer must not change when a and b are "
    "exchanged.",
    "Divide by the area that the two cover together.",
)
def divides_by_the_first(a, b):
    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    far = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (far - near).clamp(min=0).prod(2)
    return inter / (a[:, 2:] - a[:, :2]).prod(1)[:, None]


@box_iou.misconception(
    "Your sides are one too long: coordinates are edges here, not numbers of pixels.",
    "A box from 0 to 2 is 2 wide, and boxes that only touch do not overlap.",
)
def counts_pixels_of_sides(a, b):
    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    far = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (far - near + 1).clamp(min=0).prod(2)
    area_a, area_b = ((c[:, 2:] - c[:, :2] + 1).prod(1) for c in (a, b))
    return inter / (area_a[:, None] + area_b - inter)


@box_iou.misconception(
    "The last two numbers of a box are taken for its width and height; they are its far corner.",
    "A box is x1, y1, x2, y2: its width is x2 - x1.",
)
def reads_width_and_height(a, b):
    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    far = torch.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    inter = (far - near).clamp(min=0).prod(2)
    return inter / (a[:, 2:].prod(1)[:, None] + b[:, 2:].prod(1) - inter)


@box_iou.misconception(
    "You compare the first box of a with the first of b, and so on; all pairs are asked for.",
    "The result has one row for each box of a and one column for each box of b: give a and b an "
    "axis of length 1 each, in different places.",
)
def row_by_row(a, b):
    near, far = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    inter = (far - near).clamp(min=0).prod(1)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / (area_a + area_b - inter)


@box_iou.misconception(
    "Rows and columns are exchanged: the rows of the result belong to a.",
    "The shape is (N, M) for N boxes a and M boxes b.",
)
def rows_for_b(a, b):
    near = torch.maximum(b[:, None, :2], a[None, :, :2])
    far = torch.minimum(b[:, None, 2:], a[None, :, 2:])
    inter = (far - near).clamp(min=0).prod(2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / (area_b[:, None] + area_a - inter)


@box_iou.misconception(
    "The overlap begins at the nearer of the two left edges in your answer, and ends at the "
    "farther right one: that is the box around both.",
    "It begins where the second of the two boxes begins, and ends where the first of them ends.",
)
def box_around_both(a, b):
    near = torch.minimum(a[:, None, :2], b[None, :, :2])
    far = torch.maximum(a[:, None, 2:], b[None, :, 2:])
    inter = (far - near).clamp(min=0).prod(2)
    area_a, area_b = ((c[:, 2:] - c[:, :2]).prod(1) for c in (a, b))
    return inter / (area_a[:, None] + area_b - inter)


@box_iou.misconception(
    "With no boxes there is nothing to put together: your answer stops with an error.",
    "An image without objects has boxes of shape (0, 4); start from a result of zeros.",
)
def fails_without_boxes(a, b):
    rows = []
    for one in a:
        near, far = torch.maximum(one[:2], b[:, :2]), torch.minimum(one[2:], b[:, 2:])
        inter = (far - near).clamp(min=0).prod(1)
        areas = (b[:, 2:] - b[:, :2]).prod(1) + (one[2:] - one[:2]).prod()
        rows.append(inter / (areas - inter))
    return torch.stack(rows)
