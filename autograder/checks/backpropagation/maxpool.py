# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""maxpool_backward: each gradient goes to the pixel that was the maximum."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import POOLING_GRADIENTS
from autograder.checks.backpropagation.weights import columns_first
from autograder.checks.convolution.inputs import distinct, whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

maxpool_backward = Exercise(
    "maxpool_backward", points=1, stars=2, minutes=12, forbidden=POOLING_GRADIENTS
)


@maxpool_backward.cases("values", weight=2)
def blocks(draw: Draw) -> Iterator[Inputs]:
    yield _pooled(draw, (1, 1, 4, 4), k=2, s=2)
    yield _pooled(draw, (1, 1, 6, 6), k=3, s=3)


@maxpool_backward.cases("batch and channels")
def planes(draw: Draw) -> Iterator[Inputs]:
    yield _pooled(draw, (2, 3, 4, 4), k=2, s=2)
    yield _pooled(draw, (3, 1, 4, 4), k=2, s=2)


@maxpool_backward.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield _pooled(draw, (1, 1, 4, 6), k=2, s=2)
    yield _pooled(draw, (1, 1, 7, 5), k=2, s=2)
    yield _pooled(draw, (1, 1, 3, 8), k=2, s=3)


@maxpool_backward.cases("overlapping windows", weight=2)
def overlaps(draw: Draw) -> Iterator[Inputs]:
    idx = torch.tensor([[[[4, 4], [4, 4]]]])  # the pixel in the middle won all four windows
    g = draw.distinct(1, 1, 2, 2).float() + 5
    yield {"g": g, "idx": idx, "x_shape": (1, 1, 3, 3)}
    idx = torch.tensor([[[[6, 6, 8], [6, 13, 8], [16, 13, 13]]]])
    g = draw.distinct(1, 1, 3, 3).float() + 9
    yield {"g": g, "idx": idx, "x_shape": (1, 1, 5, 5)}


@maxpool_backward.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    one = _pooled(draw, (1, 1, 4, 4), k=2, s=2)
    yield {**one, "g": draw.reals(1, 1, 2, 2)}
    two = _pooled(draw, (1, 2, 4, 4), k=2, s=2)
    yield {**two, "g": strided(two["g"]), "idx": strided(two["idx"])}
    yield {**two, "g": channels_last(two["g"]), "idx": channels_last(two["idx"])}
    yield {**two, "g": columns_first(two["g"]), "idx": columns_first(two["idx"])}


def _pooled(draw: Draw, x_shape: tuple[int, int, int, int], *, k: int, s: int) -> Inputs:
    """Gradients for a pooling layer, with the positions of its maxima."""
    W = x_shape[3]
    windows = distinct(draw, *x_shape).unfold(2, k, s).unfold(3, k, s)
    best = windows.reshape(*windows.shape[:4], k * k).argmax(-1)
    top = s * torch.arange(best.shape[2])[:, None]
    left = s * torch.arange(best.shape[3])
    idx = (top + best // k) * W + left + best % k
    return {"g": whole(draw, *idx.shape), "idx": idx, "x_shape": x_shape}


# The positions of lecture 002's maxima 6, 8, 3, 4; its own numbers come back as gradients.
maxpool_backward.golden(
    "values",
    "lecture 002: the positions of its maxima",
    {
        "g": torch.tensor([[[[6.0, 8], [3, 4]]]]),
        "idx": torch.tensor([[[[5, 6], [8, 15]]]]),
        "x_shape": (1, 1, 4, 4),
    },
    expected=torch.tensor([[[[0.0, 0, 0, 0], [0, 6, 8, 0], [3, 0, 0, 0], [0, 0, 0, 4]]]]),
)


@maxpool_backward.misconception(
    "A pixel that was the maximum of several windows keeps the gradient of one; they add up.",
    "Assigning replaces, and dx[...] += g with an index that occurs twice adds only once. Use a "
    "loop, or a scatter that adds.",
)
def overwrites_repeated(g, idx, x_shape):
    N, C, H, W = x_shape
    dx = g.new_zeros(N, C, H * W)
    return dx.scatter_(2, idx.flatten(2), g.flatten(2)).view(N, C, H, W)


@maxpool_backward.misconception(
    "idx is read as counting through the whole tensor; it starts at 0 in each plane.",
    "Scatter plane by plane: image n, channel c of g belongs to image n, channel c of x.",
)
def through_the_whole_tensor(g, idx, x_shape):
    dx = g.new_zeros(x_shape[0] * x_shape[1] * x_shape[2] * x_shape[3])
    dx.index_add_(0, idx.reshape(-1), g.reshape(-1))
    return dx.view(*x_shape)


@maxpool_backward.misconception(
    "Row and column are taken apart by the height; each row is W entries long.",
    "row = idx // W, column = idx % W.",
)
def apart_by_height(g, idx, x_shape):
    N, C, H, W = x_shape
    dx = g.new_zeros(N, C, H, W)
    for n in range(N):
        for c in range(C):
            for place, value in zip(idx[n, c].flatten().tolist(), g[n, c].flatten(), strict=True):
                dx[n, c, place // H, place % H] += value
    return dx


@maxpool_backward.misconception(
    "Every pixel of a window gets its gradient; only the maximum made the output.",
    "All pixels but those in idx stay 0.",
)
def to_the_whole_window(g, idx, x_shape):
    k = x_shape[2] // g.shape[2]
    spread = g.repeat_interleave(k, 2).repeat_interleave(k, 3)
    dx = g.new_zeros(*x_shape)
    dx[:, :, : spread.shape[2], : spread.shape[3]] = spread[:, :, : x_shape[2], : x_shape[3]]
    return dx


@maxpool_backward.misconception(
    "float64 gradients come out as float32: torch.zeros makes float32 unless told otherwise.",
    "Give the zeros the dtype of g.",
)
def pool_in_float32(g, idx, x_shape):
    N, C, H, W = x_shape
    dx = torch.zeros(N, C, H * W)
    return dx.scatter_add_(2, idx.flatten(2), g.flatten(2).float()).view(N, C, H, W)


@maxpool_backward.misconception(
    "Your view fails on a tensor whose values do not lie side by side in memory.",
    "Which call gives another shape and may copy?",
)
def pool_views_any_memory(g, idx, x_shape):
    N, C, H, W = x_shape
    dx = g.new_zeros(N, C, H * W)
    return dx.scatter_add_(2, idx.view(N, C, -1), g.view(N, C, -1)).view(N, C, H, W)


@maxpool_backward.alternative
def one_after_the_other(g, idx, x_shape):
    N, C, H, W = x_shape
    dx = torch.zeros(N, C, H, W, dtype=g.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(g.shape[2]):
                for j in range(g.shape[3]):
                    row, column = divmod(int(idx[n, c, i, j]), W)
                    dx[n, c, row, column] += g[n, c, i, j]
    return dx


@maxpool_backward.alternative
def by_flat_index(g, idx, x_shape):
    N, C, H, W = x_shape
    starts = torch.arange(N * C).reshape(N, C, 1, 1) * (H * W)
    dx = g.new_zeros(N * C * H * W)
    dx.index_add_(0, (starts + idx).reshape(-1), g.reshape(-1))
    return dx.reshape(N, C, H, W)


@maxpool_backward.alternative
def by_comparing_positions(g, idx, x_shape):
    N, C, H, W = x_shape
    hit = idx.reshape(N, C, -1, 1) == torch.arange(H * W)  # (N, C, H'*W', H*W)
    return (hit * g.reshape(N, C, -1, 1)).sum(2).reshape(N, C, H, W)


@maxpool_backward.alternative
def by_index_put(g, idx, x_shape):
    N, C, H, W = x_shape
    n = torch.arange(N)[:, None, None, None].expand_as(idx)
    c = torch.arange(C)[:, None, None].expand_as(idx)
    dx = g.new_zeros(*x_shape)
    return dx.index_put_((n, c, idx // W, idx % W), g, accumulate=True)
