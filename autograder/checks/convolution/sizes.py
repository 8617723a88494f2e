# mypy: disable-error-code="no-untyped-def,name-defined"
"""conv_out: how many positions a kernel has along one axis."""

from collections.abc import Iterator

from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

conv_out = Exercise("conv_out", points=2, stars=1, minutes=8, forbidden=CONVOLUTIONS)


@conv_out.cases("values")
def plain(draw: Draw) -> Iterator[Inputs]:
    yield {"N": draw.integer(8, 40), "K": draw.choice([2, 3, 5, 7])}
    yield {"N": draw.integer(8, 40), "K": 1}
    yield {"N": (size := draw.integer(4, 9)), "K": size}


@conv_out.cases("padding")
def padding(draw: Draw) -> Iterator[Inputs]:
    yield {"N": draw.integer(8, 40), "K": 3, "pad": 1}
    yield {"N": draw.integer(8, 40), "K": draw.choice([4, 5, 6]), "pad": draw.integer(2, 5)}


@conv_out.cases("stride")
def stride(draw: Draw) -> Iterator[Inputs]:
    for s in (2, draw.integer(3, 5)):
        K = draw.integer(2, 7)
        yield {"N": K + s * draw.integer(2, 9), "K": K, "stride": s}
    yield {"N": 1 + 4 * draw.integer(2, 9), "K": 1, "stride": 4}


@conv_out.cases("rounding down")
def floor(draw: Draw) -> Iterator[Inputs]:
    for s in (2, draw.integer(3, 5)):
        K = draw.integer(2, 7)
        yield {"N": K + s * draw.integer(2, 9) + s - 1, "K": K, "stride": s}
    yield {"N": 3 + 5 * draw.integer(2, 9) + 1, "K": 3, "stride": 5}


@conv_out.cases("dilation")
def dilation(draw: Draw) -> Iterator[Inputs]:
    yield {"N": draw.integer(12, 40), "K": 3, "dilation": 2}
    yield {"N": draw.integer(20, 40), "K": draw.choice([2, 4, 5]), "dilation": 3}
    yield {"N": draw.integer(8, 20), "K": 1, "dilation": draw.integer(2, 4)}


@conv_out.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    for K, s, p, d in ((3, 3, 1, 2), (4, 3, 2, 3), (5, 4, 4, 3)):
        span = d * (K - 1) + 1
        # One entry is left over, so that it matters which way the division is rounded.
        N = span - 2 * p + s * draw.integer(3, 8) + 1
        yield {"N": N, "K": K, "stride": s, "pad": p, "dilation": d}


@conv_out.cases("kernel too large")
def does_not_fit(draw: Draw) -> Iterator[Inputs]:
    size = draw.integer(2, 6)
    yield {"N": size, "K": size + draw.integer(2, 4)}
    yield {"N": size, "K": size + 2, "stride": 3}
    yield {"N": 4, "K": 3, "dilation": draw.integer(3, 5)}


for facet, source, inputs, size in (
    ("values", "lecture 001", {"N": 32, "K": 5}, 28),
    ("values", "lecture 001", {"N": 7, "K": 3}, 5),
    ("values", "lecture 000", {"N": 5, "K": 2}, 4),
    ("padding", "lecture 000, its code with padding=1", {"N": 5, "K": 2, "pad": 1}, 6),
    ("padding", "lecture 001", {"N": 7, "K": 3, "pad": 1}, 7),
    ("stride", "lecture 000", {"N": 5, "K": 2, "stride": 3}, 2),
    ("stride", "lecture 003, AlexNet", {"N": 227, "K": 11, "stride": 4}, 55),
    ("rounding down", "lecture 001, AlexNet on 224", {"N": 224, "K": 11, "stride": 4}, 54),
    ("dilation", "lecture 000, rate 2", {"N": 7, "K": 3, "dilation": 2}, 3),
):
    conv_out.golden(facet, source, inputs, size)


@conv_out.misconception(
    "A number of positions is a whole number: the stride rarely divides evenly.",
    "Where steps are left over, the kernel no longer fits, so round down; an int is asked for.",
)
def forgets_floor(N, K, stride=1, pad=0, dilation=1):
    return max(0, (N + 2 * pad - dilation * (K - 1) - 1) / stride + 1)


@conv_out.misconception(
    "You round up where the stride does not divide evenly: would that last window still fit?",
    "Draw N = 6, K = 3, stride 2: the third window would start at 4 and end outside the input.",
)
def rounds_up(N, K, stride=1, pad=0, dilation=1):
    return max(0, math.ceil((N + 2 * pad - dilation * (K - 1) - 1) / stride) + 1)


@conv_out.misconception(
    "You count the steps between positions, not the positions: one is missing.",
    "A kernel as large as the input has one position and makes no step.",
)
def forgets_first_position(N, K, stride=1, pad=0, dilation=1):
    return max(0, (N + 2 * pad - dilation * (K - 1) - 1) // stride)


@conv_out.misconception(
    "The 1 of the first position went into the division by the stride.",
    "Divide only the room left for moving; then add 1 for where the kernel stands at the start.",
)
def divides_the_one_too(N, K, stride=1, pad=0, dilation=1):
    return max(0, (N + 2 * pad - dilation * (K - 1)) // stride)


@conv_out.misconception(
    "The padding is counted once. On how many ends of the axis does it lie?",
    "Zeros are added before the first and after the last entry, so N grows by both.",
)
def pads_one_end(N, K, stride=1, pad=0, dilation=1):
    return max(0, (N + pad - dilation * (K - 1) - 1) // stride + 1)


@conv_out.misconception(
    "The dilation changes nothing in your answer, yet it spreads the kernel out.",
    "Find how many input entries lie between the first and the last tap, both included.",
)
def ignores_dilation_in_size(N, K, stride=1, pad=0, dilation=1):
    return max(0, (N + 2 * pad - K) // stride + 1)


@conv_out.misconception(
    "Your dilated kernel is a little too long: K taps have only K - 1 gaps between them.",
    "With K = 3 and dilation 2 the taps lie at 0, 2 and 4: a length of 5, not of 6.",
)
def stretches_every_tap(N, K, stride=1, pad=0, dilation=1):
    return max(0, (N + 2 * pad - dilation * K) // stride + 1)


@conv_out.misconception(
    "A size came out negative. What does the text say when the kernel does not fit?",
    "No position is left then, and the number of positions cannot be below zero.",
)
def goes_negative(N, K, stride=1, pad=0, dilation=1):
    return (N + 2 * pad - dilation * (K - 1) - 1) // stride + 1


@conv_out.misconception(
    "Where the kernel is too large, int() rounds a negative number towards zero, that is up.",
    "Flooring goes down for negative numbers too: -2/3 becomes -1, and no position is left.",
)
def truncates(N, K, stride=1, pad=0, dilation=1):
    return max(0, int((N + 2 * pad - dilation * (K - 1) - 1) / stride) + 1)


@conv_out.alternative
def counts_positions(N, K, stride=1, pad=0, dilation=1):
    span = dilation * (K - 1) + 1
    return len(range(0, N + 2 * pad - span + 1, stride))


@conv_out.alternative
def floors_with_math(N, K, stride=1, pad=0, dilation=1):
    room = N + 2 * pad - (dilation * (K - 1) + 1)
    if room < 0:
        return 0
    return math.floor(room / stride) + 1


@conv_out.alternative
def walks(N, K, stride=1, pad=0, dilation=1):
    positions, start = 0, -pad
    while start + dilation * (K - 1) < N + pad:
        positions += 1
        start += stride
    return positions
