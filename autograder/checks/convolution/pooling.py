# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""maxpool2d: the largest value of every window, and where it was."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import distinct
from autograder.checks.forbidden import POOLING
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

maxpool2d = Exercise("maxpool2d", points=0.25, stars=2, minutes=10, forbidden=POOLING)


def maxima(student, x, k, s):
    return student.maxpool2d(x=x, k=k, s=s)[0]


def positions(student, x, k, s):
    return student.maxpool2d(x=x, k=k, s=s)[1]


@maxpool2d.cases("values", weight=2, probe=maxima)
def blocks(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 4, 4), "k": 2, "s": 2}
    yield {"x": distinct(draw, 2, 3, 6, 3), "k": 3, "s": 3}
    yield {"x": distinct(draw, 1, 1, 5, 7), "k": 2, "s": 2}


@maxpool2d.cases("negative values", probe=maxima)
def negative(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 4, 4) - 1000, "k": 2, "s": 2}


@maxpool2d.cases("stride", probe=maxima)
def stride(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 5, 5), "k": 3, "s": 2}
    yield {"x": distinct(draw, 1, 1, 4, 4), "k": 2, "s": 1}
    yield {"x": distinct(draw, 1, 1, 7, 7), "k": 2, "s": 3}


@maxpool2d.cases("indices", weight=2, probe=positions)
def indices(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 6, 6), "k": 2, "s": 2}
    yield {"x": distinct(draw, 1, 1, 6, 6), "k": 3, "s": 3}


@maxpool2d.cases("indices in every plane", probe=positions)
def planes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 2, 2, 4, 4), "k": 2, "s": 2}
    yield {"x": distinct(draw, 1, 1, 4, 6), "k": 2, "s": 2}


@maxpool2d.cases("indices and stride", weight=0.5, probe=positions)
def indices_and_stride(draw: Draw) -> Iterator[Inputs]:
    # Only where windows overlap or leave gaps do s and k play their own parts in the index.
    yield {"x": distinct(draw, 1, 1, 7, 7), "k": 3, "s": 2}
    yield {"x": distinct(draw, 1, 1, 8, 8), "k": 2, "s": 3}


@maxpool2d.cases("ties", weight=0.5, probe=positions)
def ties(draw: Draw) -> Iterator[Inputs]:
    yield {"x": torch.full((1, 1, 4, 4), float(draw.integer(1, 9))), "k": 2, "s": 2}


@maxpool2d.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 4, 4, dtype=torch.float64), "k": 2, "s": 2}
    yield {"x": strided(distinct(draw, 1, 2, 4, 4)), "k": 2, "s": 2}
    yield {"x": channels_last(distinct(draw, 1, 2, 4, 4)), "k": 2, "s": 2}


POOLED = torch.tensor(
    [[[[1, 1, 2, 4], [5, 6, 8, 7], [3, 2, 1, 0], [1, 2, 3, 4]]]], dtype=torch.float32
)
maxpool2d.golden(
    "values",
    "lecture 002",
    {"x": POOLED, "k": 2, "s": 2},
    expected=POOLED.new_tensor([[[[6, 8], [3, 4]]]]),
)
maxpool2d.golden(
    "indices",
    "lecture 002: the positions to remember",
    {"x": POOLED, "k": 2, "s": 2},
    expected=torch.tensor([[[[5, 6], [8, 15]]]]),
)


@maxpool2d.misconception(
    "Your indices count inside the window; they should count in the whole H x W plane.",
    "Add the row and the column where the window starts, then row * W + column.",
)
def index_in_window(x, k, s):
    windows = x.unfold(2, k, s).unfold(3, k, s)
    y, idx = windows.reshape(*windows.shape[:4], k * k).max(-1)
    return y, idx


@maxpool2d.misconception(
    "Your indices count through all images and channels; each plane should start at 0 again.",
    "The flat index is row * W + column, whatever image or channel the plane belongs to.",
)
def index_in_whole_tensor(x, k, s):
    windows = x.unfold(2, k, s).unfold(3, k, s)
    numbers = torch.arange(x.numel()).reshape(x.shape).unfold(2, k, s).unfold(3, k, s)
    y, best = windows.reshape(*windows.shape[:4], k * k).max(-1)
    idx = numbers.reshape(*windows.shape[:4], k * k).gather(-1, best[..., None])[..., 0]
    return y, idx


@maxpool2d.misconception(
    "The flat index multiplies the row by the height: right for square planes only.",
    "In reading order each row is W entries long.",
)
def index_by_height(x, k, s):
    H, W = x.shape[2:]
    numbers = torch.arange(H)[:, None] * H + torch.arange(W)
    numbers = numbers.expand(x.shape).unfold(2, k, s).unfold(3, k, s)
    windows = x.unfold(2, k, s).unfold(3, k, s)
    y, best = windows.reshape(*windows.shape[:4], k * k).max(-1)
    return y, numbers.reshape(*windows.shape[:4], k * k).gather(-1, best[..., None])[..., 0]


@maxpool2d.misconception(
    "Your indices take the windows to lie k apart; they lie s apart.",
    "Window i starts at row i * s, however large the window is.",
)
def index_steps_by_window(x, k, s):
    H, W = x.shape[2:]
    windows = x.unfold(2, k, s).unfold(3, k, s)
    y, best = windows.reshape(*windows.shape[:4], k * k).max(-1)
    rows = k * torch.arange(y.shape[2])[:, None] + best // k
    columns = k * torch.arange(y.shape[3]) + best % k
    return y, rows * W + columns


@maxpool2d.misconception(
    "On a tie you keep the last maximum; the text asks for the first in reading order.",
    "A later value should replace the best one so far only if it is larger.",
)
def last_on_ties(x, k, s):
    N, C, H, W = x.shape
    rows, columns = (H - k) // s + 1, (W - k) // s + 1
    y = x.new_full((N, C, rows, columns), -math.inf)
    idx = torch.zeros(N, C, rows, columns, dtype=torch.int64)
    for i in range(rows):
        for j in range(columns):
            for r in range(i * s, i * s + k):
                for c in range(j * s, j * s + k):
                    better = x[:, :, r, c] >= y[:, :, i, j]
                    y[:, :, i, j] = torch.where(better, x[:, :, r, c], y[:, :, i, j])
                    idx[:, :, i, j] = torch.where(better, r * W + c, idx[:, :, i, j])
    return y, idx


@maxpool2d.misconception(
    "Windows of negative values give 0: the search for the maximum starts too high.",
    "Begin with something that every number beats, or with the window's first value.",
)
def starts_at_zero(x, k, s):
    N, C, H, W = x.shape
    rows, columns = (H - k) // s + 1, (W - k) // s + 1
    y = x.new_zeros(N, C, rows, columns)
    idx = torch.zeros(N, C, rows, columns, dtype=torch.int64)
    for i in range(rows):
        for j in range(columns):
            for r in range(i * s, i * s + k):
                for c in range(j * s, j * s + k):
                    better = x[:, :, r, c] > y[:, :, i, j]
                    y[:, :, i, j] = torch.where(better, x[:, :, r, c], y[:, :, i, j])
                    idx[:, :, i, j] = torch.where(better, r * W + c, idx[:, :, i, j])
    return y, idx


@maxpool2d.misconception(
    "The stride is ignored: windows may overlap or leave gaps.",
    "Window size and step are two numbers: k says how large a window is, s where the next starts.",
)
def stride_is_window(x, k, s):
    H, W = x.shape[2:]
    numbers = torch.arange(H * W).reshape(H, W).expand(x.shape).unfold(2, k, k).unfold(3, k, k)
    windows = x.unfold(2, k, k).unfold(3, k, k)
    y, best = windows.reshape(*windows.shape[:4], k * k).max(-1)
    return y, numbers.reshape(*windows.shape[:4], k * k).gather(-1, best[..., None])[..., 0]


@maxpool2d.alternative
def windows_of_numbers(x, k, s):
    H, W = x.shape[2:]
    windows = x.unfold(2, k, s).unfold(3, k, s)
    numbers = torch.arange(H * W).reshape(H, W).unfold(0, k, s).unfold(1, k, s)
    flat = windows.reshape(*windows.shape[:4], k * k)
    best = flat.argmax(-1, keepdim=True)
    numbers = numbers.reshape(1, 1, *windows.shape[2:4], k * k).expand(*flat.shape)
    return flat.gather(-1, best)[..., 0], numbers.gather(-1, best)[..., 0]


@maxpool2d.alternative
def window_by_window(x, k, s):
    N, C, H, W = x.shape
    rows, columns = (H - k) // s + 1, (W - k) // s + 1
    y = torch.zeros(N, C, rows, columns, dtype=x.dtype)
    idx = torch.zeros(N, C, rows, columns, dtype=torch.int64)
    for i in range(rows):
        for j in range(columns):
            window = x[:, :, i * s : i * s + k, j * s : j * s + k].reshape(N, C, -1)
            y[:, :, i, j], best = window.max(-1)
            idx[:, :, i, j] = (i * s + best // k) * W + j * s + best % k
    return y, idx


@maxpool2d.alternative
def numpy_argmax(x, k, s):
    images = x.numpy()
    windows = np.lib.stride_tricks.sliding_window_view(images, (k, k), axis=(2, 3))
    windows = windows[:, :, ::s, ::s]
    best = windows.reshape(*windows.shape[:4], -1).argmax(-1)
    top = s * np.arange(windows.shape[2])[:, None]
    left = s * np.arange(windows.shape[3])
    idx = (top + best // k) * images.shape[3] + left + best % k
    y = windows.max((-2, -1))
    return torch.from_numpy(y), torch.from_numpy(idx.astype(np.int64))
