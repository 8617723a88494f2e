# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""lrn: AlexNet's normalisation over neighbouring channels, lectures 003 and 004."""

from collections.abc import Iterator

from autograder.checks.batch_normalisation.inputs import batch
from autograder.checks.convolution.inputs import whole
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

lrn = Exercise("lrn", points=0.5, stars=2, minutes=8, forbidden=NORMALISATIONS)


@lrn.cases("values", weight=2)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 7, 2, 3), "size": 3, "alpha": 1.0}
    yield {"x": whole(draw, 2, 6, 3, 2), "alpha": 0.5}


@lrn.cases("even size")
def even(draw: Draw) -> Iterator[Inputs]:
    # All entries 1 or -1 and beta = 1: only which channels are seen makes a difference.
    for size in (2, 4):
        x = whole(draw, 1, 6, 1, 2).sign()
        yield {"x": x, "size": size, "alpha": 8.0, "beta": 1.0}


@lrn.cases("a window of one channel", weight=0.5)
def alone(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 3, 2, 1), "size": 1, "alpha": 1.0}


@lrn.cases("few channels", weight=0.5)
def few(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 2, 2, 2, 2), "size": 7, "alpha": 1.0}


@lrn.cases("k", weight=0.5)
def constants(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 4, 2, 2), "size": 3, "alpha": 2.0, "beta": 1.0, "k": 5.0}


@lrn.cases("beta", weight=0.5)
def powers(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 4, 2, 2), "size": 3, "alpha": 1.0, "beta": 0.5}


@lrn.cases("usual settings", weight=0.5)
def usual(draw: Draw) -> Iterator[Inputs]:
    yield {"x": 20 * batch(draw, 1, 7, 2, 2).double()}


@lrn.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 5, 2, 2), "size": 3, "alpha": 1.0}
    yield {"x": strided(whole(draw, 1, 5, 2, 2)), "size": 3, "alpha": 1.0}
    yield {"x": channels_last(whole(draw, 1, 5, 2, 3)), "size": 3, "alpha": 1.0}


@lrn.misconception(
    "alpha is not divided by the size of the window. So it stands in the AlexNet paper; here we "
    "follow torch.",
    "The factor before the sum is alpha / size.",
)
def as_in_the_paper(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x * x, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    return x / (k + alpha * padded.unfold(1, size, 1).sum(-1)) ** beta


@lrn.misconception(
    "At the first and last channels you divide by the number of channels that are there; it is "
    "always all of `size`.",
    "Missing channels count as zeros.",
)
def mean_of_those_there(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    y = torch.empty_like(x)
    for c in range(x.shape[1]):
        seen = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha * (seen**2).mean(1)) ** beta
    return y


@lrn.misconception(
    "Your window reaches further up than down where its size is even: it is the other way round.",
    "Below c there are size // 2 channels, above it (size - 1) // 2.",
)
def window_turned_round(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x * x, (0, 0, 0, 0, (size - 1) // 2, size // 2))
    return x / (k + alpha / size * padded.unfold(1, size, 1).sum(-1)) ** beta


@lrn.misconception(
    "Your window has one channel too many where its size is even.",
    "A window of size 4 has 4 channels: 2 below, the channel itself, 1 above.",
)
def window_always_odd(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    y = torch.empty_like(x)
    for c in range(x.shape[1]):
        seen = x[:, max(0, c - size // 2) : c + size // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha / size * (seen**2).sum(1)) ** beta
    return y


@lrn.misconception(
    "The channels are summed without squaring them.",
    "The sum holds x squared.",
)
def sum_without_squares(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x.abs(), (0, 0, 0, 0, size // 2, (size - 1) // 2))
    return x / (k + alpha / size * padded.unfold(1, size, 1).sum(-1)) ** beta


@lrn.misconception(
    "Your window lies over neighbouring columns of the image; it lies over channels.",
    "The channels are the second axis.",
)
def over_the_columns(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x * x, (size // 2, (size - 1) // 2))
    return x / (k + alpha / size * padded.unfold(3, size, 1).sum(-1)) ** beta


@lrn.misconception(
    "The exponent beta is missing.",
    "All that stands in the brackets is raised to the power beta.",
)
def without_the_power(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x * x, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    return x / (k + alpha / size * padded.unfold(1, size, 1).sum(-1))


@lrn.misconception(
    "beta raises only the sum; k stands inside the brackets too.",
    "Add k first, then take the power.",
)
def k_outside_the_power(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x * x, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    return x / (k + (alpha / size * padded.unfold(1, size, 1).sum(-1)) ** beta)


@lrn.misconception(
    "k is always 2: use the one that is given.",
    "The number in the head of the function is only what holds when nobody says otherwise.",
)
def k_is_fixed(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    padded = F.pad(x * x, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    return x / (2 + alpha / size * padded.unfold(1, size, 1).sum(-1)) ** beta


@lrn.alternative
def channel_by_channel(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    C = x.shape[1]
    y = torch.empty_like(x)
    for c in range(C):
        total = torch.zeros_like(x[:, c])
        for j in range(c - size // 2, c + (size - 1) // 2 + 1):
            if 0 <= j < C:
                total += x[:, j] ** 2
        y[:, c] = x[:, c] / (k + alpha * total / size) ** beta
    return y


@lrn.alternative
def by_a_band_matrix(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    c = torch.arange(x.shape[1])
    offset = c[None, :] - c[:, None]  # channel seen minus channel
    band = ((offset >= -(size // 2)) & (offset <= (size - 1) // 2)).to(x.dtype)
    total = torch.einsum("cj,njhw->nchw", band, x**2)
    return x * (k + alpha / size * total).pow(-beta)


@lrn.alternative
def by_running_sums(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    C = x.shape[1]
    sums = F.pad((x.double() ** 2).cumsum(1), (0, 0, 0, 0, 1, 0))  # (N, C + 1, H, W)
    low = [max(0, c - size // 2) for c in range(C)]
    high = [min(C, c + (size - 1) // 2 + 1) for c in range(C)]
    total = sums[:, high] - sums[:, low]
    return (x / (k + alpha / size * total) ** beta).to(x.dtype)
