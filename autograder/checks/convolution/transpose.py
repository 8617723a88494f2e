# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv_transpose2d: every input value stamps the kernel."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

conv_transpose2d = Exercise(
    "conv_transpose2d", points=2, stars=3, minutes=25, forbidden=CONVOLUTIONS
)


def both_sides(student, image, y, w, stride, pad, output_padding):
    # <conv(image), y> and <image, conv_transpose(y)>: the same number, for every image and y.
    import torch

    size = w.shape[-1]
    padded = torch.nn.functional.pad(image, (pad, pad, pad, pad))
    windows = padded.unfold(2, size, stride).unfold(3, size, stride)
    there = torch.einsum("nchwij,fcij->nfhw", windows, w)
    back = student.conv_transpose2d(x=y, w=w, stride=stride, pad=pad, output_padding=output_padding)
    return {"there": (there * y).sum(), "back": (image * back).sum(), "shape": list(back.shape)}


@conv_transpose2d.cases("values", weight=2)
def plain(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 3, 3), "w": kernel(draw, 1, 1, 3, 3)}
    yield {"x": whole(draw, 1, 1, 4, 4), "w": kernel(draw, 1, 1, 2, 2)}


@conv_transpose2d.cases("stride", weight=2)
def stride(draw: Draw) -> Iterator[Inputs]:
    # Steps as large as the kernel or larger: nothing overlaps here.
    yield {"x": whole(draw, 1, 1, 3, 3), "w": turned_alike(draw, 1, 1, 2, 2), "stride": 2}
    yield {"x": whole(draw, 1, 1, 2, 2), "w": turned_alike(draw, 1, 1, 3, 3), "stride": 3}
    yield {"x": whole(draw, 1, 1, 2, 2), "w": turned_alike(draw, 1, 1, 2, 2), "stride": 3}


@conv_transpose2d.cases("stride and overlap")
def stride_and_overlap(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 3, 3), "w": turned_alike(draw, 1, 1, 3, 3), "stride": 2}


@conv_transpose2d.cases("padding")
def padding(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 3, 3), "w": turned_alike(draw, 1, 1, 3, 3), "pad": 1}
    yield {"x": whole(draw, 1, 1, 4, 4), "w": turned_alike(draw, 1, 1, 4, 4), "pad": 2}


@conv_transpose2d.cases("output padding")
def output_padding(draw: Draw) -> Iterator[Inputs]:
    x, w = whole(draw, 1, 1, 2, 2), turned_alike(draw, 1, 1, 2, 2)
    yield {"x": x, "w": w, "stride": 2, "output_padding": 1}
    x, w = whole(draw, 1, 1, 3, 3), turned_alike(draw, 1, 1, 3, 3)
    yield {"x": x, "w": w, "stride": 3, "output_padding": 2}


@conv_transpose2d.cases("padding and output padding")
def cut_or_fill(draw: Draw) -> Iterator[Inputs]:
    x, w = whole(draw, 1, 1, 2, 2), turned_alike(draw, 1, 1, 3, 3)
    yield {"x": x, "w": w, "stride": 2, "pad": 1, "output_padding": 1}
    x, w = whole(draw, 1, 1, 2, 2), turned_alike(draw, 1, 1, 4, 4)
    yield {"x": x, "w": w, "stride": 3, "pad": 1, "output_padding": 2}


@conv_transpose2d.cases("batch and channels")
def channels(draw: Draw) -> Iterator[Inputs]:
    # Images of one pixel: nothing overlaps here either.
    yield {"x": whole(draw, 1, 3, 1, 1), "w": turned_alike(draw, 3, 2, 2, 2)}
    yield {"x": whole(draw, 3, 2, 1, 1), "w": turned_alike(draw, 2, 4, 3, 3)}
    yield {"x": whole(draw, 2, 2, 1, 1), "w": turned_alike(draw, 2, 2, 2, 2)}


@conv_transpose2d.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 2, 5), "w": turned_alike(draw, 1, 1, 3, 3)}
    yield {"x": whole(draw, 1, 1, 4, 1), "w": turned_alike(draw, 1, 1, 2, 2)}
    yield {"x": whole(draw, 1, 1, 3, 3), "w": whole(draw, 1, 1, 1, 1)}


@conv_transpose2d.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 1, 3, 3), "w": turned_alike(draw, 1, 1, 2, 2).double()}
    x, w = whole(draw, 2, 2, 3, 3), turned_alike(draw, 2, 3, 2, 2)
    yield {"x": strided(x), "w": w}
    yield {"x": channels_last(x), "w": channels_last(w)}


@conv_transpose2d.cases("transpose of conv2d", probe=both_sides)
def adjoint(draw: Draw) -> Iterator[Inputs]:
    # (6 + 2 - 3) // 2 + 1 = 3 positions, and one row and column of the image left over.
    inputs = {"image": whole(draw, 2, 2, 6, 6), "y": whole(draw, 2, 3, 3, 3)}
    yield {**inputs, "w": kernel(draw, 3, 2, 3, 3), "stride": 2, "pad": 1, "output_padding": 1}


ONES = torch.ones(1, 1, 3, 3)
QUARTET = torch.tensor([[[[6, 8], [3, 4]]]], dtype=torch.float32)
FULL = [[6, 6, 14, 8, 8], [6, 6, 14, 8, 8], [9, 9, 21, 12, 12], [3, 3, 7, 4, 4], [3, 3, 7, 4, 4]]
conv_transpose2d.golden(
    "stride and overlap",
    "lecture 002",
    {"x": QUARTET, "w": ONES, "stride": 2},
    expected=QUARTET.new_tensor([[FULL]]),
)
conv_transpose2d.golden(
    "padding and output padding",
    "lecture 002, padding 1",
    {"x": QUARTET, "w": ONES, "stride": 2, "pad": 1},
    expected=QUARTET.new_tensor([[[[6, 14, 8], [9, 21, 12], [3, 7, 4]]]]),
)
conv_transpose2d.golden(
    "padding and output padding",
    "lecture 002, its 4 x 4 output",
    {"x": QUARTET, "w": ONES, "stride": 2, "pad": 1, "output_padding": 1},
    expected=QUARTET.new_tensor([[[[6, 14, 8, 8], [9, 21, 12, 12], [3, 7, 4, 4], [3, 7, 4, 4]]]]),
)
# The slide's frames on the way there: a value whose stamp has not come yet is a 0.
conv_transpose2d.golden(
    "stride and overlap",
    "lecture 002, the frame after 6 and 8",
    {"x": QUARTET.new_tensor([[[[6, 8], [0, 0]]]]), "w": ONES, "stride": 2},
    expected=QUARTET.new_tensor([[[[6, 6, 14, 8, 8]] * 3 + [[0, 0, 0, 0, 0]] * 2]]),
)
conv_transpose2d.golden(
    "stride and overlap",
    "lecture 002, the frame after 6, 8 and 3",
    {"x": QUARTET.new_tensor([[[[6, 8], [3, 0]]]]), "w": ONES, "stride": 2},
    expected=QUARTET.new_tensor(
        [[[FULL[0], FULL[1], [9, 9, 17, 8, 8], [3, 3, 3, 0, 0], [3, 3, 3, 0, 0]]]]
    ),
)


@conv_transpose2d.alternative
def stamp_by_stamp(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows, columns = (h - 1) * stride + K, (v - 1) * stride + K
    y = x.new_zeros(N, filters, rows + output_padding, columns + output_padding)
    for i in range(h):
        for j in range(v):
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            top, left = i * stride, j * stride
            y[:, :, top : top + K, left : left + K] += stamp
    return y[:, :, pad : rows - pad + output_padding, pad : columns - pad + output_padding]


@conv_transpose2d.alternative
def kernel_entry_by_entry(x, w, stride=1, pad=0, output_padding=0):
    h, v = x.shape[2:]
    K = w.shape[-1]
    rows = (h - 1) * stride + K + output_padding
    columns = (v - 1) * stride + K + output_padding
    y = torch.zeros(x.shape[0], w.shape[1], rows, columns, dtype=x.dtype)
    for a in range(K):
        for b in range(K):
            last_row, last_column = a + (h - 1) * stride + 1, b + (v - 1) * stride + 1
            part = torch.einsum("nchw,cf->nfhw", x, w[:, :, a, b])
            y[:, :, a:last_row:stride, b:last_column:stride] += part
    return y[:, :, pad : rows - pad, pad : columns - pad]


@conv_transpose2d.alternative
def folded(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    K = w.shape[-1]
    size = ((h - 1) * stride + K, (v - 1) * stride + K)
    stamps = w.reshape(C, -1).T @ x.reshape(N, C, -1)  # (N, F*K*K, h*w)
    y = F.fold(stamps, size, K, stride=stride)
    y = F.pad(y, (0, output_padding, 0, output_padding))
    return y[:, :, pad : y.shape[2] - pad, pad : y.shape[3] - pad]


@conv_transpose2d.alternative
def zeros_between_then_conv2d(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    K = w.shape[-1]
    spread = x.new_zeros(N, C, (h - 1) * stride + 1, (v - 1) * stride + 1)
    spread[:, :, ::stride, ::stride] = x
    p = K - 1
    spread = F.pad(spread, (p, p + output_padding, p, p + output_padding))
    y = conv2d(spread, w.transpose(0, 1).flip((2, 3)))
    return y[:, :, pad : y.shape[2] - pad, pad : y.shape[3] - pad]


@conv_transpose2d.alternative
def by_the_matrix(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    K = w.shape[-1]
    rows = (h - 1) * stride - 2 * pad + K + output_padding
    columns = (v - 1) * stride - 2 * pad + K + output_padding
    y = x.new_zeros(N, w.shape[1], rows * columns)
    for f in range(w.shape[1]):
        for c in range(C):
            Q = conv_matrix(w[c, f], rows, columns, stride, pad)
            y[:, f] += x[:, c].reshape(N, -1) @ Q
    return y.reshape(N, -1, rows, columns)
