# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv_nhwc: lecture 004's formula, channels last."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.checks.convolution.naive import CROSS_IMAGE, CROSS_KERNEL, CROSS_RESULT
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

conv_nhwc = Exercise("conv_nhwc", points=1, stars=2, minutes=12, forbidden=CONVOLUTIONS)


def lopsided(draw: Draw, kh: int, kw: int, C: int, F: int) -> Inputs:
    """A bank of kernels (kh, kw, C, F), none of them symmetric."""
    return {"K": kernel(draw, C, F, kh, kw).permute(2, 3, 0, 1).contiguous()}


def kernels(draw: Draw, kh: int, kw: int, C: int, F: int) -> Inputs:
    """A bank of kernels (kh, kw, C, F) that look the same turned around."""
    return {"K": turned_alike(draw, C, F, kh, kw).permute(2, 3, 0, 1).contiguous()}


@conv_nhwc.cases("values")
def one_channel(draw: Draw) -> Iterator[Inputs]:
    yield {"I": whole(draw, 1, 5, 6, 1), **lopsided(draw, 3, 3, 1, 1)}
    yield {"I": whole(draw, 1, 6, 4, 1), **lopsided(draw, 2, 2, 1, 1)}


@conv_nhwc.cases("batch and channels", weight=2)
def channels(draw: Draw) -> Iterator[Inputs]:
    yield {"I": whole(draw, 1, 5, 5, 3), **kernels(draw, 3, 3, 3, 2)}
    yield {"I": whole(draw, 3, 4, 5, 2), **kernels(draw, 2, 2, 2, 4)}
    yield {"I": whole(draw, 2, 4, 4, 2), **kernels(draw, 2, 2, 2, 2)}


@conv_nhwc.cases("kernel shape")
def oblong(draw: Draw) -> Iterator[Inputs]:
    yield {"I": whole(draw, 1, 5, 6, 1), **kernels(draw, 2, 3, 1, 1)}
    yield {"I": whole(draw, 1, 6, 5, 2), **kernels(draw, 4, 1, 2, 3)}


@conv_nhwc.cases("stride")
def stride(draw: Draw) -> Iterator[Inputs]:
    yield {"I": whole(draw, 1, 7, 7, 1), **kernels(draw, 3, 3, 1, 1), "S": 2}
    yield {"I": whole(draw, 1, 8, 6, 1), **kernels(draw, 2, 2, 1, 1), "S": 3}


@conv_nhwc.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    in_float64 = {"K": kernels(draw, 3, 3, 2, 2)["K"].double()}
    yield {"I": draw.reals(1, 5, 5, 2), **in_float64}
    yield {"I": strided(whole(draw, 2, 4, 4, 2)), **kernels(draw, 2, 2, 2, 3)}


conv_nhwc.golden(
    "values",
    "lecture 003, written with channels last",
    {"I": CROSS_IMAGE.reshape(1, 5, 5, 1), "K": CROSS_KERNEL.reshape(3, 3, 1, 1)},
    expected=CROSS_RESULT.reshape(1, 3, 3, 1),
)


@conv_nhwc.misconception(
    "The result has its channels second; in this layout they come last.",
    "Bring the axes into the order N, H', W', F at the end.",
)
def returns_channels_second(I, K, S=1):
    kh, kw = K.shape[:2]
    windows = I.unfold(1, kh, S).unfold(2, kw, S)
    return torch.einsum("nijomp,mpok->nkij", windows, K)


@conv_nhwc.misconception(
    "Axes were moved by reshaping, which keeps the numbers in their order and mixes pixels with "
    "channels.",
    "To give axes another order, permute them; reshape only cuts the same row of numbers anew.",
)
def reshapes_to_permute(I, K, S=1):
    N, H, W, C = I.shape
    kh, kw = K.shape[:2]
    windows = I.reshape(N, C, H, W).unfold(2, kh, S).unfold(3, kw, S)
    return torch.einsum("noijmp,mpok->nijk", windows, K)


@conv_nhwc.misconception(
    "The stride is missing: the formula reads row iS + m, not i + m.",
    "Count the output positions with the stride, and let the window start at multiples of it.",
)
def nhwc_without_stride(I, K, S=1):
    windows = I.unfold(1, K.shape[0], 1).unfold(2, K.shape[1], 1)
    return torch.einsum("nijomp,mpok->nijk", windows, K)


@conv_nhwc.misconception(
    "The kernel is taken for a square; here its height and width may differ.",
    "Read both kernel sizes and use the first for rows, the second for columns.",
)
def nhwc_square_kernels(I, K, S=1):
    N, H, W, C = I.shape
    k = K.shape[0]
    rows, columns = (H - k) // S + 1, (W - k) // S + 1
    y = torch.zeros(N, rows, columns, K.shape[3], dtype=I.dtype)
    for i in range(rows):
        for j in range(columns):
            window = I[:, i * S : i * S + k, j * S : j * S + k, :]
            for f in range(K.shape[3]):
                y[:, i, j, f] = (window * K[:k, :k, :, f]).sum((1, 2, 3))
    return y


@conv_nhwc.misconception(
    "The kernel is flipped: in the lecture's formula m and n run the same way in I and in K.",
    "Compare the signs of m and n in the two index lists: both are plus.",
)
def nhwc_flipped(I, K, S=1):
    windows = I.unfold(1, K.shape[0], S).unfold(2, K.shape[1], S)
    return torch.einsum("nijomp,mpok->nijk", windows, torch.flip(K, (0, 1)))


@conv_nhwc.alternative
def windows_and_einsum(I, K, S=1):
    windows = I.unfold(1, K.shape[0], S).unfold(2, K.shape[1], S)  # (N, H', W', C, kh, kw)
    return torch.einsum("nijomp,mpok->nijk", windows, K)


@conv_nhwc.alternative
def loop_over_the_kernel(I, K, S=1):
    kh, kw = K.shape[:2]
    rows = (I.shape[1] - kh) // S + 1
    columns = (I.shape[2] - kw) // S + 1
    y = 0
    for m in range(kh):
        for n in range(kw):
            part = I[:, m : m + (rows - 1) * S + 1 : S, n : n + (columns - 1) * S + 1 : S]
            y = y + part @ K[m, n]
    return y


@conv_nhwc.alternative
def positions_and_tensordot(I, K, S=1):
    N, H, W, C = I.shape
    kh, kw, _, filters = K.shape
    y = I.new_empty(N, (H - kh) // S + 1, (W - kw) // S + 1, filters)
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            window = I[:, i * S : i * S + kh, j * S : j * S + kw]
            y[:, i, j] = torch.tensordot(window, K, dims=3)
    return y


@conv_nhwc.alternative
def columns_of_channels_first(I, K, S=1):
    N, H, W, C = I.shape
    kh, kw, _, filters = K.shape
    columns = F.unfold(I.permute(0, 3, 1, 2), (kh, kw), stride=S)
    y = K.permute(3, 2, 0, 1).reshape(filters, -1) @ columns
    return y.reshape(N, filters, (H - kh) // S + 1, -1).permute(0, 2, 3, 1)
