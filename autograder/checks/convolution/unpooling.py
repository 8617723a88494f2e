# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""unpool_nearest and bed_of_nails: two ways back to a larger image, lecture 002."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import distinct, whole
from autograder.checks.forbidden import POOLING
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

unpool_nearest = Exercise("unpool_nearest", points=0.125, stars=1, minutes=3, forbidden=POOLING)
bed_of_nails = Exercise("bed_of_nails", points=0.25, stars=1, minutes=3, forbidden=POOLING)

QUARTET = torch.tensor([[[[6, 8], [3, 4]]]], dtype=torch.float32)
BLOCKS = [[6, 6, 8, 8], [6, 6, 8, 8], [3, 3, 4, 4], [3, 3, 4, 4]]
NAILS = [[6, 0, 8, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]


def small_images(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 2, 2), "k": 2}
    yield {"x": distinct(draw, 1, 1, 2, 3), "k": 2}


def other_factors(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 2, 3), "k": 3}
    yield {"x": distinct(draw, 1, 1, 3, 2), "k": 1}


def batches(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 2, 3, 2, 2), "k": 2}


def dtypes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 1, 2, 3), "k": 2}
    yield {"x": strided(whole(draw, 1, 2, 3, 2)), "k": 2}


for exercise, result in ((unpool_nearest, BLOCKS), (bed_of_nails, NAILS)):
    exercise.cases("values", weight=2)(small_images)
    exercise.cases("factor")(other_factors)
    exercise.cases("batch and channels")(batches)
    exercise.cases("dtype and memory", weight=0.5)(dtypes)
    exercise.golden(
        "values", "lecture 002", {"x": QUARTET, "k": 2}, expected=QUARTET.new_tensor([[result]])
    )


@unpool_nearest.misconception(
    "You repeat the image as a whole, like tiles; each single value should become a block.",
    "The first two values of a row are then the same.",
)
def tiles(x, k):
    return x.repeat(1, 1, k, k)


@unpool_nearest.misconception(
    "Values are repeated along one axis only; a block is k wide and k tall.",
    "Do along the rows what you did along the columns.",
)
def repeats_one_axis(x, k):
    return x.repeat_interleave(k, dim=3)


@unpool_nearest.misconception(
    "The factor is fixed to 2 in your code; k says how large a block is.",
    "Use k everywhere a 2 stands.",
)
def always_doubles(x, k):
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


@unpool_nearest.misconception(
    "Only one pixel of each block has the value: that is the bed of nails.",
    "Nearest neighbour fills the whole block.",
)
def one_pixel_of_block(x, k):
    y = x.new_zeros(*x.shape[:2], k * x.shape[2], k * x.shape[3])
    y[:, :, ::k, ::k] = x
    return y


@unpool_nearest.alternative
def repeated(x, k):
    return x.repeat_interleave(k, dim=2).repeat_interleave(k, dim=3)


@unpool_nearest.alternative
def expanded(x, k):
    N, C, H, W = x.shape
    return x[:, :, :, None, :, None].expand(N, C, H, k, W, k).reshape(N, C, H * k, W * k)


@unpool_nearest.alternative
def indexed(x, k):
    rows = torch.arange(k * x.shape[2]) // k
    columns = torch.arange(k * x.shape[3]) // k
    return x[:, :, rows][:, :, :, columns]


@unpool_nearest.alternative
def kronecker(x, k):
    return torch.kron(x.contiguous(), torch.ones(1, 1, k, k, dtype=x.dtype))


@bed_of_nails.misconception(
    "The nail stands at the bottom right of its block; lecture 002 puts it at the top left.",
    "The first value of the input is the first value of the output.",
)
def nails_bottom_right(x, k):
    y = x.new_zeros(*x.shape[:2], k * x.shape[2], k * x.shape[3])
    y[:, :, k - 1 :: k, k - 1 :: k] = x
    return y


@bed_of_nails.misconception(
    "The last row and column of zeros are missing: every value gets a whole block.",
    "The output is k times as tall and as wide as the input.",
)
def ends_with_a_nail(x, k):
    y = x.new_zeros(*x.shape[:2], k * (x.shape[2] - 1) + 1, k * (x.shape[3] - 1) + 1)
    y[:, :, ::k, ::k] = x
    return y


@bed_of_nails.misconception(
    "Every pixel of a block has the value: that is nearest neighbour.",
    "On a bed of nails all but one pixel of a block are zero.",
)
def fills_blocks(x, k):
    return x.repeat_interleave(k, dim=2).repeat_interleave(k, dim=3)


@bed_of_nails.misconception(
    "The factor is fixed to 2 in your code; k says how large a block is.",
    "Use k everywhere a 2 stands.",
)
def nails_two_apart(x, k):
    y = x.new_zeros(*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])
    y[:, :, ::2, ::2] = x
    return y


@bed_of_nails.misconception(
    "float64 inputs come out as float32: torch.zeros makes float32 unless told otherwise.",
    "Give the zeros the dtype of x.",
)
def nails_in_float32(x, k):
    y = torch.zeros(*x.shape[:2], k * x.shape[2], k * x.shape[3])
    y[:, :, ::k, ::k] = x
    return y


@bed_of_nails.alternative
def strided_assignment(x, k):
    y = x.new_zeros(*x.shape[:2], k * x.shape[2], k * x.shape[3])
    y[:, :, ::k, ::k] = x
    return y


@bed_of_nails.alternative
def padded_blocks(x, k):
    N, C, H, W = x.shape
    blocks = F.pad(x[:, :, :, None, :, None], (0, k - 1, 0, 0, 0, k - 1))
    return blocks.reshape(N, C, k * H, k * W)


@bed_of_nails.alternative
def value_by_value(x, k):
    N, C, H, W = x.shape
    y = torch.zeros(N, C, k * H, k * W, dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            y[:, :, i * k, j * k] = x[:, :, i, j]
    return y
