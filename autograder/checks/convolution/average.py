# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""avgpool: the mean of every window."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import distinct, whole
from autograder.checks.forbidden import POOLING
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

avgpool = Exercise("avgpool", points=0.125, stars=1, minutes=3, forbidden=POOLING)


@avgpool.cases("values", weight=2)
def averages(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 4, 4) + 8, "k": 2, "s": 2}
    yield {"x": whole(draw, 2, 2, 6, 6) + 8, "k": 3, "s": 3}


@avgpool.cases("stride")
def average_strides(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 5, 5), "k": 3, "s": 2}
    yield {"x": distinct(draw, 1, 1, 5, 4), "k": 2, "s": 1}
    yield {"x": distinct(draw, 1, 1, 7, 7), "k": 2, "s": 4}


@avgpool.cases("odd sizes")
def odd_sizes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": distinct(draw, 1, 1, 5, 7), "k": 2, "s": 2}


@avgpool.cases("dtype and memory", weight=0.5)
def average_types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 1, 4, 4), "k": 2, "s": 2}
    yield {"x": strided(whole(draw, 1, 2, 4, 4)), "k": 2, "s": 2}


@avgpool.misconception(
    "You sum each window but do not divide: an average of equal pixels is that pixel.",
    "Divide by the number of pixels in a window.",
)
def sums(x, k, s):
    return x.unfold(2, k, s).unfold(3, k, s).sum((-2, -1))


@avgpool.misconception(
    "You divide by k, but a window holds more pixels than that.",
    "A window has k rows of k pixels.",
)
def divides_by_side(x, k, s):
    return x.unfold(2, k, s).unfold(3, k, s).sum((-2, -1)) / k


@avgpool.misconception(
    "The stride is ignored: windows may overlap or leave gaps.",
    "k says how large a window is, s where the next one starts.",
)
def average_stride_is_window(x, k, s):
    return x.unfold(2, k, k).unfold(3, k, k).mean((-2, -1))


@avgpool.misconception(
    "Where the windows do not fill the image your output has one row or column too many.",
    "A window that reaches over the edge is left out: round the number of windows down.",
)
def keeps_partial_windows(x, k, s):
    rows = range(0, x.shape[2] - k + s, s)
    columns = range(0, x.shape[3] - k + s, s)
    y = x.new_zeros(*x.shape[:2], len(rows), len(columns))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[:, :, i, j] = x[:, :, r : r + k, c : c + k].mean((-2, -1))
    return y


@avgpool.alternative
def mean_of_windows(x, k, s):
    return x.unfold(2, k, s).unfold(3, k, s).mean((-2, -1))


@avgpool.alternative
def shifted_sums(x, k, s):
    rows, columns = (x.shape[2] - k) // s + 1, (x.shape[3] - k) // s + 1
    y = torch.zeros(*x.shape[:2], rows, columns, dtype=x.dtype)
    for a in range(k):
        for b in range(k):
            y += x[:, :, a::s, b::s][:, :, :rows, :columns]
    return y / (k * k)


@avgpool.alternative
def from_running_sums(x, k, s):
    sums = F.pad(x.double(), (1, 0, 1, 0)).cumsum(2).cumsum(3)
    boxes = sums[:, :, k:, k:] - sums[:, :, :-k, k:] - sums[:, :, k:, :-k] + sums[:, :, :-k, :-k]
    return (boxes[:, :, ::s, ::s] / k**2).to(x.dtype)
