# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv2d: the layer itself; its misconceptions stand in conv2d_mistakes."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.checks.convolution.naive import (
    CROSS_IMAGE,
    CROSS_KERNEL,
    CROSS_RESULT,
    ONE_TO_FOUR,
    ONE_TO_NINE,
)
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

conv2d = Exercise("conv2d", points=4, stars=3, minutes=30, forbidden=CONVOLUTIONS)


@conv2d.cases("values", weight=3)
def one_channel(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 5, 5), "w": kernel(draw, 1, 1, 3, 3)}
    yield {"x": whole(draw, 1, 1, 6, 6), "w": kernel(draw, 1, 1, 3, 3)}


@conv2d.cases("lecture example")
def like_the_lecture(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 3, 3), "w": kernel(draw, 1, 1, 2, 2)}


@conv2d.cases("batch and channels", weight=2)
def channels(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 3, 5, 5), "w": turned_alike(draw, 2, 3, 3, 3)}
    yield {"x": whole(draw, 3, 1, 5, 5), "w": turned_alike(draw, 1, 1, 3, 3)}
    yield {"x": whole(draw, 2, 2, 4, 4), "w": turned_alike(draw, 4, 2, 3, 3)}
    yield {"x": whole(draw, 2, 3, 4, 4), "w": turned_alike(draw, 3, 3, 3, 3)}


@conv2d.cases("bias")
def bias(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 2, 5, 5), "w": turned_alike(draw, 3, 2, 3, 3), "b": whole(draw, 3)}
    # As many filters as columns: a bias added along the wrong axis then raises no error.
    b = draw.distinct(2).float() + 2
    yield {"x": whole(draw, 1, 2, 4, 4), "w": turned_alike(draw, 2, 2, 3, 3), "b": b}


@conv2d.cases("stride")
def stride(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 7, 7), "w": turned_alike(draw, 1, 1, 3, 3), "stride": 2}
    yield {"x": whole(draw, 1, 1, 8, 8), "w": turned_alike(draw, 1, 1, 3, 3), "stride": 3}
    yield {"x": whole(draw, 1, 1, 9, 9), "w": turned_alike(draw, 1, 1, 3, 3), "stride": 4}


@conv2d.cases("padding")
def padding(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 5, 5), "w": turned_alike(draw, 1, 1, 3, 3), "pad": 1}
    yield {"x": whole(draw, 1, 1, 4, 4), "w": turned_alike(draw, 1, 1, 3, 3), "pad": 2}
    yield {"x": whole(draw, 1, 1, 2, 2), "w": turned_alike(draw, 1, 1, 3, 3), "pad": 3}


@conv2d.cases("dilation")
def dilation(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 7, 7), "w": turned_alike(draw, 1, 1, 3, 3), "dilation": 2}
    yield {"x": whole(draw, 1, 1, 9, 9), "w": turned_alike(draw, 1, 1, 3, 3), "dilation": 3}


@conv2d.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 4, 8), "w": turned_alike(draw, 1, 1, 3, 3)}
    yield {"x": whole(draw, 1, 1, 7, 5), "w": turned_alike(draw, 1, 1, 2, 2)}
    yield {"x": whole(draw, 1, 1, 4, 4), "w": turned_alike(draw, 1, 1, 4, 4)}
    yield {"x": whole(draw, 1, 1, 3, 4), "w": turned_alike(draw, 1, 1, 1, 1)}


@conv2d.cases("dtype and memory")
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 1, 5, 5), "w": turned_alike(draw, 1, 1, 3, 3).double()}
    x, w = whole(draw, 2, 2, 5, 5), turned_alike(draw, 2, 2, 3, 3)
    yield {"x": strided(x), "w": w}
    yield {"x": channels_last(x), "w": channels_last(w)}


@conv2d.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    x, w, b = whole(draw, 2, 2, 6, 8), kernel(draw, 3, 2, 2, 2), whole(draw, 3)
    yield {"x": x, "w": w, "b": b, "stride": 2, "pad": 1, "dilation": 3}
    x, w, b = whole(draw, 1, 3, 8, 7), kernel(draw, 2, 3, 3, 3), whole(draw, 2)
    yield {"x": x, "w": w, "b": b, "stride": 3, "pad": 2, "dilation": 2}


conv2d.golden(
    "values",
    "lecture 003",
    {"x": CROSS_IMAGE[None, None], "w": CROSS_KERNEL[None, None]},
    expected=CROSS_RESULT[None, None],
)
conv2d.golden(
    "lecture example",
    "lecture 000, its 3 x 3 image and 2 x 2 kernel filled with 1, 2, 3, ...",
    {"x": ONE_TO_NINE[None, None], "w": ONE_TO_FOUR[None, None]},
    expected=CROSS_RESULT.new_tensor([[[[37, 47], [67, 77]]]]),
)


@conv2d.alternative
def position_by_position(x, w, b=None, stride=1, pad=0, dilation=1):
    N, C, H, W = x.shape
    filters, _, K, _ = w.shape
    x = F.pad(x, (pad, pad, pad, pad))
    rows = conv_out(H, K, stride, pad, dilation)
    columns = conv_out(W, K, stride, pad, dilation)
    span = dilation * (K - 1) + 1
    y = torch.zeros(N, filters, rows, columns, dtype=x.dtype, device=x.device)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + span : dilation, left : left + span : dilation]
            for f in range(filters):
                y[:, f, i, j] = (window * w[f]).sum((1, 2, 3))
    if b is not None:
        y += b.reshape(1, -1, 1, 1)
    return y


@conv2d.alternative
def kernel_entry_by_entry(x, w, b=None, stride=1, pad=0, dilation=1):
    K = w.shape[-1]
    rows, columns = (conv_out(size, K, stride, pad, dilation) for size in x.shape[2:])
    x = F.pad(x, (pad,) * 4)
    y = x.new_zeros(x.shape[0], w.shape[0], rows, columns)
    for a in range(K):
        for c in range(K):
            part = x[:, :, a * dilation :: stride, c * dilation :: stride][:, :, :rows, :columns]
            y = y + torch.einsum("nchw,fc->nfhw", part, w[:, :, a, c])
    return y if b is None else y + b[:, None, None]


@conv2d.alternative
def columns_of_patches(x, w, b=None, stride=1, pad=0, dilation=1):
    filters, _, K, _ = w.shape
    columns = F.unfold(x, K, dilation=dilation, padding=pad, stride=stride)  # (N, C*K*K, H'*W')
    y = w.reshape(filters, -1) @ columns
    rows = conv_out(x.shape[2], K, stride, pad, dilation)
    y = y.reshape(x.shape[0], filters, rows, -1)
    return y if b is None else y + b[None, :, None, None]


@conv2d.alternative
def windows_and_einsum(x, w, b=None, stride=1, pad=0, dilation=1):
    span = dilation * (w.shape[-1] - 1) + 1
    windows = F.pad(x, (pad, pad, pad, pad)).unfold(2, span, stride).unfold(3, span, stride)
    windows = windows[..., ::dilation, ::dilation]  # (N, C, H', W', K, K)
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    if b is None:
        return y
    return y + b.view(-1, 1, 1)


@conv2d.alternative
def by_fourier(x, w, b=None, stride=1, pad=0, dilation=1):
    K = w.shape[-1]
    span = dilation * (K - 1) + 1
    spread = torch.zeros(*w.shape[:2], span, span, dtype=torch.float64)
    spread[..., ::dilation, ::dilation] = w.double().flip((2, 3))
    x64 = F.pad(x.double(), (pad, pad, pad, pad))
    size = tuple(x64.shape[2:])
    spectrum = torch.einsum(
        "nchw,fchw->nfhw", torch.fft.rfft2(x64), torch.fft.rfft2(spread, s=size)
    )
    y = torch.fft.irfft2(spectrum, s=size)[..., span - 1 :: stride, span - 1 :: stride]
    if b is not None:
        y = y + b.double().reshape(-1, 1, 1)
    return y.to(x.dtype)


@conv2d.alternative
def numpy_inside(x, w, b=None, stride=1, pad=0, dilation=1):
    images, kernels = x.numpy(), w.numpy()
    images = np.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    span = dilation * (kernels.shape[-1] - 1) + 1
    windows = np.lib.stride_tricks.sliding_window_view(images, (span, span), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride, ::dilation, ::dilation]
    y = np.tensordot(windows, kernels, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    if b is not None:
        y = y + b.numpy()[:, None, None]
    return torch.from_numpy(np.ascontiguousarray(y))
