# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv2d_backward_x: the padded upstream gradient with the mirrored weights, lecture 000."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import CONVOLUTION_GRADIENTS
from autograder.checks.backpropagation.weights import MIXED, ONES, SOURCE
from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

conv2d_backward_x = Exercise(
    "conv2d_backward_x", points=2.25, stars=3, minutes=30, forbidden=CONVOLUTION_GRADIENTS
)

ONE_TO_FOUR = torch.arange(1.0, 5).reshape(1, 1, 2, 2)


@conv2d_backward_x.cases("values", weight=2)
def one_channel(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, kernel(draw, 1, 1, 3, 3), (5, 5))
    yield _layer(draw, kernel(draw, 1, 1, 3, 3), (4, 4))


@conv2d_backward_x.cases("lecture example", weight=0.5)
def like_the_lecture(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, kernel(draw, 1, 1, 2, 2), (3, 3))


# From here to "shapes" all weights of a kernel are equal, and after it a turn by 180 degrees
# leaves them as they are: which way round the kernel lies is asked above and at the end.
@conv2d_backward_x.cases("batch and channels", weight=2)
def channels(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, _flat(draw, 2, 3, 3, 3), (4, 4))
    yield _layer(draw, _flat(draw, 1, 1, 3, 3), (4, 4), N=3)
    yield _layer(draw, _flat(draw, 2, 2, 3, 3), (4, 4), N=2)


@conv2d_backward_x.cases("stride", weight=2)
def stride(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, _flat(draw, 1, 1, 3, 3), (7, 7), stride=2)
    yield _layer(draw, _flat(draw, 1, 1, 3, 3), (6, 6), stride=3)
    yield _layer(draw, _flat(draw, 1, 1, 2, 2), (6, 6), stride=4)


@conv2d_backward_x.cases("padding", weight=2)
def padding(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, _flat(draw, 1, 1, 3, 3), (4, 4), pad=1)
    yield _layer(draw, _flat(draw, 1, 1, 3, 3), (3, 3), pad=2)


@conv2d_backward_x.cases("one position", weight=0.5)
def one_position(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, _flat(draw, 1, 1, 3, 3), (3, 3))
    yield _layer(draw, _flat(draw, 1, 1, 2, 2), (2, 2))


@conv2d_backward_x.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, turned_alike(draw, 1, 1, 3, 3), (4, 6))
    yield _layer(draw, turned_alike(draw, 1, 1, 2, 2), (5, 4))
    yield _layer(draw, turned_alike(draw, 1, 1, 4, 4), (4, 5))
    yield _layer(draw, whole(draw, 1, 1, 1, 1), (2, 3))
    yield _layer(draw, turned_alike(draw, 1, 1, 2, 2), (3, 2), pad=2)


@conv2d_backward_x.cases("pixels no window reached")
def unreached(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, turned_alike(draw, 1, 1, 3, 3), (6, 6), stride=2)
    yield _layer(draw, turned_alike(draw, 1, 1, 2, 2), (7, 7), stride=3)


@conv2d_backward_x.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    w, g = draw.reals(1, 1, 3, 3), draw.reals(1, 1, 2, 2)
    yield {"g": g, "w": w + w.flip((2, 3)), "x_shape": (1, 1, 4, 4)}
    layer = _layer(draw, turned_alike(draw, 3, 2, 3, 3), (4, 4), N=2)
    yield {**layer, "g": strided(layer["g"]), "w": strided(layer["w"])}
    yield {**layer, "g": channels_last(layer["g"]), "w": channels_last(layer["w"])}


@conv2d_backward_x.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, kernel(draw, 2, 3, 3, 3), (7, 6), N=2, stride=2, pad=1)
    yield _layer(draw, kernel(draw, 4, 2, 2, 2), (6, 8), N=3, stride=3, pad=1)


def _flat(draw: Draw, F: int, C: int, *size: int) -> torch.Tensor:
    """A kernel bank, each kernel with a single value."""
    return whole(draw, F, C, 1, 1).expand(F, C, *size).contiguous()


def _layer(
    draw: Draw, w: torch.Tensor, size: tuple[int, int], N: int = 1, stride: int = 1, pad: int = 0
) -> Inputs:
    """The weights with an upstream gradient that goes with images of a size."""
    F, C, K, _ = w.shape
    outputs = [(length + 2 * pad - K) // stride + 1 for length in size]
    inputs: Inputs = {"g": whole(draw, N, F, *outputs), "w": w, "x_shape": (N, C, *size)}
    options = {"stride": (stride, 1), "pad": (pad, 0)}
    return inputs | {name: value for name, (value, usual) in options.items() if value != usual}


for upstream, answer in (
    (ONES, [[1, 3, 2], [4, 10, 6], [3, 7, 4]]),
    (MIXED, [[1, 1, -2], [5, 5.5, -3], [6, 9.5, 2]]),
):
    conv2d_backward_x.golden(
        "lecture example",
        SOURCE,
        {"g": upstream, "w": ONE_TO_FOUR, "x_shape": (1, 1, 3, 3)},
        expected=torch.tensor([[answer]]).float(),
    )


@conv2d_backward_x.alternative
def stamp_by_stamp(g, w, x_shape, stride=1, pad=0):
    N, C, H, W = x_shape
    K = w.shape[2]
    dx = torch.zeros(N, C, H + 2 * pad, W + 2 * pad, dtype=g.dtype)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            stamps = torch.einsum("nf,fcab->ncab", g[:, :, i, j], w)
            dx[:, :, i * stride : i * stride + K, j * stride : j * stride + K] += stamps
    return dx[:, :, pad : pad + H, pad : pad + W]


@conv2d_backward_x.alternative
def weight_by_weight(g, w, x_shape, stride=1, pad=0):
    N, C, H, W = x_shape
    rows, columns = g.shape[2:]
    dx = g.new_zeros(N, C, H + 2 * pad, W + 2 * pad)
    for a in range(w.shape[2]):
        for b in range(w.shape[3]):
            sent = torch.einsum("nfij,fc->ncij", g, w[:, :, a, b])
            down, right = a + stride * (rows - 1) + 1, b + stride * (columns - 1) + 1
            dx[:, :, a:down:stride, b:right:stride] += sent
    return dx[:, :, pad : pad + H, pad : pad + W]


@conv2d_backward_x.alternative
def columns_folded_back(g, w, x_shape, stride=1, pad=0):
    filters, _, K, _ = w.shape
    columns = w.reshape(filters, -1).T @ g.reshape(*g.shape[:2], -1)  # (N, C*K*K, H'*W')
    return F.fold(columns, tuple(x_shape[2:]), K, padding=pad, stride=stride)


@conv2d_backward_x.alternative
def padded_and_mirrored(g, w, x_shape, stride=1, pad=0):
    N, C, H, W = x_shape
    K = w.shape[-1]
    rows, columns = ((size - 1) * stride + 1 for size in g.shape[2:])
    spread = torch.zeros(N, w.shape[0], rows, columns, dtype=g.dtype)
    spread[:, :, ::stride, ::stride] = g
    full = F.conv2d(F.pad(spread, (K - 1,) * 4), w.flip(2).flip(3).permute(1, 0, 2, 3))
    dx = torch.zeros(N, C, H + 2 * pad, W + 2 * pad, dtype=g.dtype)
    dx[:, :, : full.shape[2], : full.shape[3]] = full
    return dx[:, :, pad:, pad:][:, :, :H, :W]
