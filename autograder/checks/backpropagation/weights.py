# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv2d_backward_w: the image convolved with the upstream gradient, lecture 000."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import CONVOLUTION_GRADIENTS
from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

conv2d_backward_w = Exercise(
    "conv2d_backward_w", points=2, stars=3, minutes=30, forbidden=CONVOLUTION_GRADIENTS
)

ONE_TO_NINE = torch.arange(1.0, 10).reshape(1, 1, 3, 3)
ONES = torch.ones(1, 1, 2, 2)
MIXED = torch.tensor([[[[1, -1], [2, 0.5]]]])
SOURCE = "lecture 000, its 3 x 3 image and 2 x 2 kernel filled with 1, 2, 3, ..."


@conv2d_backward_w.cases("values", weight=2)
def one_channel(draw: Draw) -> Iterator[Inputs]:
    yield {"x": kernel(draw, 1, 1, 5, 5), "g": kernel(draw, 1, 1, 3, 3), "K": 3}
    yield {"x": kernel(draw, 1, 1, 6, 6), "g": kernel(draw, 1, 1, 4, 4), "K": 3}


@conv2d_backward_w.cases("lecture example", weight=0.5)
def like_the_lecture(draw: Draw) -> Iterator[Inputs]:
    yield {"x": kernel(draw, 1, 1, 3, 3), "g": kernel(draw, 1, 1, 2, 2), "K": 2}


# From here on a turn by 180 degrees leaves x and g as they are, and so the right answer too: an
# answer that comes out turned loses nothing more.
@conv2d_backward_w.cases("batch and channels", weight=2)
def channels(draw: Draw) -> Iterator[Inputs]:
    yield {"x": turned_alike(draw, 1, 3, 4, 4), "g": turned_alike(draw, 1, 2, 2, 2), "K": 3}
    yield {"x": turned_alike(draw, 3, 1, 4, 4), "g": turned_alike(draw, 3, 1, 2, 2), "K": 3}
    yield {"x": turned_alike(draw, 2, 2, 4, 4), "g": turned_alike(draw, 2, 2, 2, 2), "K": 3}


@conv2d_backward_w.cases("stride", weight=2)
def stride(draw: Draw) -> Iterator[Inputs]:
    yield {**_one(draw, (7, 7), (3, 3)), "K": 3, "stride": 2}
    yield {**_one(draw, (6, 6), (2, 2)), "K": 3, "stride": 3}
    yield {**_one(draw, (6, 6), (2, 2)), "K": 2, "stride": 4}


@conv2d_backward_w.cases("padding", weight=2)
def padding(draw: Draw) -> Iterator[Inputs]:
    yield {**_one(draw, (4, 4), (4, 4)), "K": 3, "pad": 1}
    yield {**_one(draw, (3, 3), (5, 5)), "K": 3, "pad": 2}


@conv2d_backward_w.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield {**_one(draw, (4, 6), (2, 4)), "K": 3}
    yield {**_one(draw, (5, 4), (4, 3)), "K": 2}
    yield {**_one(draw, (2, 3), (2, 3)), "K": 1}
    yield {**_one(draw, (3, 2), (6, 5)), "K": 2, "pad": 2}


@conv2d_backward_w.cases("one position", weight=0.5)
def one_position(draw: Draw) -> Iterator[Inputs]:
    yield {**_one(draw, (3, 3), (1, 1)), "K": 3}
    yield {**_one(draw, (2, 2), (1, 1)), "K": 2}


@conv2d_backward_w.cases("pixels no window reached")
def unreached(draw: Draw) -> Iterator[Inputs]:
    x = turned_alike(draw, 1, 1, 5, 5)
    yield {"x": _framed(draw, x, 1), "g": turned_alike(draw, 1, 1, 2, 2), "K": 3, "stride": 2}
    x = turned_alike(draw, 1, 1, 5, 5)
    yield {"x": _framed(draw, x, 2), "g": turned_alike(draw, 1, 1, 2, 2), "K": 2, "stride": 3}


@conv2d_backward_w.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    x, g = draw.reals(1, 1, 4, 4), draw.reals(1, 1, 2, 2)
    yield {"x": x + x.flip((2, 3)), "g": g + g.flip((2, 3)), "K": 3}
    x, g = turned_alike(draw, 2, 2, 4, 4), turned_alike(draw, 2, 3, 2, 2)
    yield {"x": strided(x), "g": strided(g), "K": 3}
    yield {"x": channels_last(x), "g": channels_last(g), "K": 3}
    yield {"x": columns_first(x), "g": columns_first(g), "K": 3}


@conv2d_backward_w.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, (2, 3, 7, 6), 2, K=3, stride=2, pad=1)
    yield _layer(draw, (3, 2, 6, 8), 4, K=2, stride=3, pad=1)


def columns_first(x: torch.Tensor) -> torch.Tensor:
    """The same values with each column lying together in memory: no view joins its last axes."""
    return x.transpose(-1, -2).contiguous().transpose(-1, -2)


def _one(draw: Draw, image: tuple[int, int], outputs: tuple[int, int]) -> Inputs:
    return {"x": turned_alike(draw, 1, 1, *image), "g": turned_alike(draw, 1, 1, *outputs)}


def _framed(draw: Draw, x: torch.Tensor, rows: int) -> torch.Tensor:
    """The image with more rows and columns at its end."""
    framed = whole(draw, *x.shape[:2], x.shape[2] + rows, x.shape[3] + rows)
    framed[:, :, : x.shape[2], : x.shape[3]] = x
    return framed


def _layer(draw: Draw, x: tuple[int, ...], F: int, *, K: int, stride: int, pad: int) -> Inputs:
    outputs = [(size + 2 * pad - K) // stride + 1 for size in x[2:]]
    tensors = {"x": kernel(draw, *x), "g": kernel(draw, x[0], F, *outputs)}
    return {**tensors, "K": K, "stride": stride, "pad": pad}


for upstream, answer in ((ONES, [[12, 16], [24, 28]]), (MIXED, [[9.5, 12], [17, 19.5]])):
    conv2d_backward_w.golden(
        "lecture example",
        SOURCE,
        {"x": ONE_TO_NINE, "g": upstream, "K": 2},
        expected=torch.tensor([[answer]]).float(),
    )


@conv2d_backward_w.alternative
def position_by_position(x, g, K, stride=1, pad=0):
    x = F.pad(x, (pad, pad, pad, pad))
    dw = torch.zeros(g.shape[1], x.shape[1], K, K, dtype=x.dtype)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            window = x[:, :, i * stride : i * stride + K, j * stride : j * stride + K]
            dw += torch.einsum("nf,ncab->fcab", g[:, :, i, j], window)
    return dw


@conv2d_backward_w.alternative
def weight_by_weight(x, g, K, stride=1, pad=0):
    x = F.pad(x, (pad, pad, pad, pad))
    rows, columns = g.shape[2:]
    dw = x.new_zeros(g.shape[1], x.shape[1], K, K)
    for a in range(K):
        for b in range(K):
            seen = x[:, :, a::stride, b::stride][:, :, :rows, :columns]
            dw[:, :, a, b] = torch.einsum("nfij,ncij->fc", g, seen)
    return dw


@conv2d_backward_w.alternative
def windows_and_einsum(x, g, K, stride=1, pad=0):
    windows = F.pad(x, (pad, pad, pad, pad)).unfold(2, K, stride).unfold(3, K, stride)
    return torch.einsum("nfij,ncijab->fcab", g, windows)


@conv2d_backward_w.alternative
def columns_of_patches(x, g, K, stride=1, pad=0):
    columns = F.unfold(x, K, padding=pad, stride=stride)  # (N, C*K*K, H'*W')
    dw = torch.einsum("nfp,nqp->fq", g.reshape(*g.shape[:2], -1), columns)
    return dw.reshape(g.shape[1], x.shape[1], K, K)


@conv2d_backward_w.alternative
def with_spread_gradient(x, g, K, stride=1, pad=0):
    N, filters, rows, columns = g.shape
    spread = g.new_zeros(N, filters, (rows - 1) * stride + 1, (columns - 1) * stride + 1)
    spread[:, :, ::stride, ::stride] = g
    x = F.pad(x, (pad,) * 4)[:, :, : spread.shape[2] + K - 1, : spread.shape[3] + K - 1]
    images = [F.conv2d(x[n][:, None], spread[n][:, None]) for n in range(N)]  # (C, F, K, K)
    return torch.stack(images).sum(0).transpose(0, 1)
