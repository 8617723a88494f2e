# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""max_unpool: the maxima back where they came from, lecture 002."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import distinct
from autograder.checks.convolution.unpooling import QUARTET
from autograder.checks.forbidden import POOLING
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

max_unpool = Exercise("max_unpool", points=0.25, stars=2, minutes=5, forbidden=POOLING)


def remembered(draw: Draw, N: int, C: int, h: int, w: int, k: int = 2) -> Inputs:
    """Values, and for each a random place in its own k x k block."""
    down = draw.integers(N, C, h, w, low=0, high=k - 1, dtype=torch.int64)
    right = draw.integers(N, C, h, w, low=0, high=k - 1, dtype=torch.int64)
    down[..., -1, -1] = k - 1  # one value at least lies away from its block's first corner
    rows = k * torch.arange(h)[:, None] + down
    columns = k * torch.arange(w) + right
    idx = rows * (k * w) + columns
    return {"x": distinct(draw, N, C, h, w), "idx": idx, "out_size": [k * h, k * w]}


@max_unpool.cases("values", weight=2)
def unpool_plane(draw: Draw) -> Iterator[Inputs]:
    yield remembered(draw, 1, 1, 2, 2)
    yield remembered(draw, 1, 1, 3, 3)


@max_unpool.cases("sizes")
def unpool_sizes(draw: Draw) -> Iterator[Inputs]:
    yield remembered(draw, 1, 1, 2, 4)
    yield remembered(draw, 1, 1, 2, 2, k=3)
    # An odd image: its last row and column are in no window.
    yield {
        "x": distinct(draw, 1, 1, 2, 2),
        "idx": torch.tensor([[[[draw.choice([1, 6]), 7], [draw.choice([10, 16]), 18]]]]),
        "out_size": [5, 5],
    }


@max_unpool.cases("batch and channels")
def unpool_batch(draw: Draw) -> Iterator[Inputs]:
    yield remembered(draw, 2, 2, 2, 2)
    yield remembered(draw, 1, 3, 2, 2)


@max_unpool.cases("overlapping windows", weight=0.5)
def unpool_overlap(draw: Draw) -> Iterator[Inputs]:
    # 3 x 3 windows with stride 2 on 5 x 5: the middle pixel is the maximum of all four.
    x = torch.full((1, 1, 2, 2), float(draw.integer(2, 9)))
    yield {"x": x, "idx": torch.full((1, 1, 2, 2), 12), "out_size": [5, 5]}


@max_unpool.cases("dtype and memory", weight=0.5)
def unpool_types(draw: Draw) -> Iterator[Inputs]:
    inputs = remembered(draw, 1, 1, 2, 2)
    yield {**inputs, "x": inputs["x"].double()}
    inputs = remembered(draw, 1, 2, 2, 2)
    yield {**inputs, "x": strided(inputs["x"])}


max_unpool.golden(
    "values",
    "lecture 002",
    {"x": QUARTET, "idx": torch.tensor([[[[5, 6], [8, 15]]]]), "out_size": [4, 4]},
    expected=torch.tensor(
        [[[[0, 0, 0, 0], [0, 6, 8, 0], [3, 0, 0, 0], [0, 0, 0, 4]]]], dtype=torch.float32
    ),
)


@max_unpool.misconception(
    "All planes write into the first one: an index counts within its own plane.",
    "Give every image and channel a row of H * W zeros of its own.",
)
def one_plane_for_all(x, idx, out_size):
    H, W = out_size
    y = x.new_zeros(x.shape[0] * x.shape[1] * H * W)
    y[idx.flatten()] = x.flatten()
    return y.reshape(*x.shape[:2], H, W)


@max_unpool.misconception(
    "The index is taken apart with the height; in reading order a row is W entries long.",
    "Whole rows before it: idx // W. What is left is the column.",
)
def divides_by_height(x, idx, out_size):
    H, W = out_size
    y = x.new_zeros(*x.shape[:2], H, W)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for value, i in zip(x[n, c].flatten(), idx[n, c].flatten(), strict=True):
                y[n, c, i // H, i % H] = value
    return y


@max_unpool.misconception(
    "The remembered positions are not used: each value stands at its block's top left.",
    "idx says where in the plane a value came from; that is the place to put it back.",
)
def nails_instead(x, idx, out_size):
    H, W = out_size
    y = x.new_zeros(*x.shape[:2], H, W)
    k = H // x.shape[2]
    y[:, :, : k * x.shape[2] : k, : k * x.shape[3] : k] = x
    return y


@max_unpool.misconception(
    "Where two windows remember the same pixel you add its value twice; it is put back once.",
    "Write the value to its place instead of adding it to what is there.",
)
def adds_repeated(x, idx, out_size):
    H, W = out_size
    y = x.new_zeros(*x.shape[:2], H * W)
    y.scatter_add_(2, idx.flatten(2), x.flatten(2))
    return y.reshape(*x.shape[:2], H, W)


@max_unpool.misconception(
    "The output is always twice as large as x; out_size says how large it should be.",
    "Strides other than 2 and odd images lead to other sizes: read H and W from out_size.",
)
def always_twice_as_large(x, idx, out_size):
    H, W = 2 * x.shape[2], 2 * x.shape[3]
    y = x.new_zeros(*x.shape[:2], H * W)
    y.scatter_(2, idx.flatten(2) % (H * W), x.flatten(2))
    return y.reshape(*x.shape[:2], H, W)


@max_unpool.alternative
def scattered(x, idx, out_size):
    H, W = out_size
    y = torch.zeros(*x.shape[:2], H * W, dtype=x.dtype)
    return y.scatter(2, idx.flatten(2), x.flatten(2)).reshape(*x.shape[:2], H, W)


@max_unpool.alternative
def rows_and_columns(x, idx, out_size):
    N, C = x.shape[:2]
    y = x.new_zeros(N, C, *out_size)
    images = torch.arange(N)[:, None, None, None]
    channels = torch.arange(C)[None, :, None, None]
    y[images, channels, idx // out_size[1], idx % out_size[1]] = x
    return y


@max_unpool.alternative
def value_after_value(x, idx, out_size):
    H, W = out_size
    y = x.new_zeros(*x.shape[:2], H, W)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            plane = y[n, c].view(-1)
            for value, place in zip(x[n, c].flatten(), idx[n, c].flatten(), strict=True):
                plane[place] = value
    return y
