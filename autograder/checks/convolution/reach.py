# mypy: disable-error-code="no-untyped-def,name-defined,operator"
"""receptive_field: how much of the image one value deep in a network has seen."""

from collections.abc import Iterator

from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

receptive_field = Exercise("receptive_field", points=1, stars=2, minutes=10, forbidden=CONVOLUTIONS)


@receptive_field.cases("values", weight=2)
def plain(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": [(draw.integer(3, 7), 1, 1)]}
    yield {"layers": [(K, 1, 1) for K in draw.sample([2, 3, 5, 7], 3)]}


@receptive_field.cases("stride", weight=2)
def stride(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": [(draw.integer(2, 5), 2, 1), (draw.integer(2, 5), 1, 1)]}
    # Kernels and strides grow, so that reading the list from its end gives another number.
    last = (draw.integer(5, 7), 5, 1)
    yield {"layers": [(2, 2, 1), (3, draw.integer(3, 4), 1), (4, draw.integer(3, 4), 1), last]}


@receptive_field.cases("dilation")
def dilation(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": [(3, 1, draw.integer(2, 4))]}
    yield {"layers": [(draw.integer(2, 5), 1, d) for d in draw.sample([1, 2, 3, 4], 3)]}


@receptive_field.cases("all together")
def together(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": [(3, 2, 2), (draw.integer(4, 6), 2, 3), (2, draw.integer(2, 3), 2)]}


@receptive_field.cases("no layers", weight=0.5)
def empty(draw: Draw) -> Iterator[Inputs]:
    yield {"layers": []}


for count, pixels in ((2, 5), (3, 7)):
    receptive_field.golden("values", "lecture 001", {"layers": [(3, 1, 1)] * count}, pixels)


@receptive_field.misconception(
    "A layer's own stride does not widen what its kernel sees; it spaces out the next layers.",
    "Use the product of the strides of the layers before this one, and only then multiply in "
    "its own.",
)
def counts_own_stride(layers):
    field, jump = 1, 1
    for K, s, d in layers:
        jump *= s
        field += (K - 1) * d * jump
    return field


@receptive_field.misconception(
    "The strides change nothing in your answer. How far apart, in input pixels, are two "
    "neighbours after a layer with stride 2?",
    "Keep a running distance between neighbours, in input pixels, and let each kernel step by it.",
)
def ignores_strides(layers):
    return 1 + sum((K - 1) * d for K, s, d in layers)


@receptive_field.misconception(
    "Only the last layer's stride counts in your answer: strides multiply up over all layers "
    "before.",
    "After two layers with stride 2 neighbours lie 4 input pixels apart, not 2.",
)
def uses_previous_stride_only(layers):
    field, before = 1, 1
    for K, s, d in layers:
        field += (K - 1) * d * before
        before = s
    return field


@receptive_field.misconception(
    "The dilation is missing: a dilated kernel reaches further with the same number of taps.",
    "The taps of one kernel lie `dilation` apart, so its K - 1 steps grow by that factor.",
)
def ignores_dilations(layers):
    field, jump = 1, 1
    for K, s, _ in layers:
        field += (K - 1) * jump
        jump *= s
    return field


@receptive_field.misconception(
    "Dilation spreads one kernel only; it does not space out the outputs as a stride does.",
    "Leave the dilation out of what you carry on to the next layer.",
)
def carries_dilation_on(layers):
    field, jump = 1, 1
    for K, s, d in layers:
        field += (K - 1) * d * jump
        jump *= s * d
    return field


@receptive_field.misconception(
    "Each layer adds K - 1 pixels, not K: the pixel in the middle has been counted already.",
    "Check with one layer of K = 3: it sees 3 pixels.",
)
def adds_whole_kernels(layers):
    field, jump = 1, 1
    for K, s, d in layers:
        field += K * d * jump
        jump *= s
    return field


@receptive_field.misconception(
    "Your sum starts at nothing, but without any layer a value still sees one pixel: itself.",
    "Check with one layer of K = 3: it sees 3 pixels, not 2.",
)
def starts_at_zero(layers):
    field, jump = 0, 1
    for K, s, d in layers:
        field += (K - 1) * d * jump
        jump *= s
    return field


@receptive_field.misconception(
    "The list is read from the wrong end: the first layer is the one next to the image.",
    "A layer's reach is stretched by the strides of the layers between it and the image.",
)
def starts_at_the_last_layer(layers):
    field, jump = 1, 1
    for K, s, d in reversed(layers):
        field += (K - 1) * d * jump
        jump *= s
    return field


@receptive_field.misconception(
    "The list is empty after your function ran: read the layers without taking them out.",
    "Whoever called your function still needs the list; loop over it or copy it first.",
)
def empties_the_list(layers):
    field, jump = 1, 1
    while layers:
        K, s, d = layers.pop(0)
        field += (K - 1) * d * jump
        jump *= s
    return field


@receptive_field.alternative
def from_the_end(layers):
    field = 1
    for K, s, d in reversed(layers):
        field = (field - 1) * s + d * (K - 1) + 1
    return field


@receptive_field.alternative
def with_math_prod(layers):
    reach = [
        (K - 1) * d * math.prod(layer[1] for layer in layers[:i])
        for i, (K, _, d) in enumerate(layers)
    ]
    return 1 + sum(reach)


@receptive_field.alternative
def by_recursion(layers):
    if not layers:
        return 1
    K, s, d = layers[0]
    return (receptive_field(layers[1:]) - 1) * s + d * (K - 1) + 1


@receptive_field.alternative
def by_marking_pixels(layers):
    seen = {0}
    for K, s, d in reversed(layers):
        seen = {s * i + d * k for i in (min(seen), max(seen)) for k in range(K)}
    return max(seen) - min(seen) + 1
