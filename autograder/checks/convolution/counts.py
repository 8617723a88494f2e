# mypy: disable-error-code="no-untyped-def,name-defined,operator"
"""param_counts, conv_params, conv_macs: what a layer costs."""

from collections.abc import Iterator

from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

param_counts = Exercise("param_counts", points=0.5, stars=1, minutes=4, forbidden=CONVOLUTIONS)
conv_params = Exercise("conv_params", points=0.5, stars=1, minutes=3, forbidden=CONVOLUTIONS)
conv_macs = Exercise("conv_macs", points=0.5, stars=1, minutes=6, forbidden=CONVOLUTIONS)


def fully_connected(student, N, n):
    return student.param_counts(N=N, n=n)["fc"]


def local(student, N, n):
    return student.param_counts(N=N, n=n)["local"]


def shared(student, N, n):
    return student.param_counts(N=N, n=n)["conv"]


def pixels_and_neighbours(draw: Draw) -> Iterator[Inputs]:
    yield {"N": draw.integer(20, 200), "n": draw.choice([4, 9, 25])}
    yield {"N": draw.integer(1000, 5000), "n": draw.choice([3, 5, 49])}


for part, ask in (("fully connected", fully_connected), ("local", local), ("convolution", shared)):
    param_counts.cases(part, probe=ask)(pixels_and_neighbours)


@param_counts.cases("all three")
def one_dict(draw: Draw) -> Iterator[Inputs]:
    yield {"N": draw.integer(20, 200), "n": draw.choice([4, 9, 25])}


param_counts.golden(
    "all three",
    "lecture 003, 64 x 64 pixels",
    {"N": 4096, "n": 9},
    {"fc": 16_777_216, "local": 36_864, "conv": 9},
)


@param_counts.misconception(
    "n is already the number of pixels in the neighbourhood; you square it once more.",
    "A 3 x 3 neighbourhood has n = 9, and one output reads 9 pixels.",
)
def takes_n_for_a_side(N, n):
    return {"fc": N * N, "local": N * n * n, "conv": n * n}


@param_counts.misconception(
    "Your convolution has its own weights at each position. What does weight sharing change?",
    "All N outputs read their neighbourhood with the same few numbers: count those.",
)
def does_not_share(N, n):
    return {"fc": N * N, "local": N * n, "conv": N * n}


@param_counts.misconception(
    "In the local layer every output still has its own weights; only what it reads is limited.",
    "Multiply the weights of one output by the number of outputs.",
)
def local_for_one_output(N, n):
    return {"fc": N * N, "local": n, "conv": n}


@param_counts.misconception(
    "Your fully connected layer has one output only. The lecture's maps N pixels to N values.",
    "Each of the N outputs reads each of the N pixels.",
)
def one_output_connected(N, n):
    return {"fc": N, "local": N * n, "conv": n}


@param_counts.alternative
def pixel_by_pixel(N, n):
    return {"fc": sum(N for _ in range(N)), "local": sum(n for _ in range(N)), "conv": n}


@param_counts.alternative
def as_powers(N, n):
    counts = dict(conv=n)
    counts["local"] = counts["conv"] * N
    counts["fc"] = N**2
    return counts


@param_counts.alternative
def as_shapes(N, n):
    shapes = {"fc": (N, N), "local": (N, n), "conv": (n,)}
    return {kind: math.prod(shape) for kind, shape in shapes.items()}


@conv_params.cases("with bias")
def with_bias(draw: Draw) -> Iterator[Inputs]:
    yield {"Cin": draw.integer(2, 4), "Cout": draw.integer(5, 9), "K": draw.integer(2, 7)}
    yield {"Cin": draw.integer(5, 9), "Cout": draw.integer(2, 4), "K": 3, "bias": True}


@conv_params.cases("without bias")
def without_bias(draw: Draw) -> Iterator[Inputs]:
    yield {"Cin": draw.integer(2, 4), "Cout": draw.integer(5, 9), "K": 3, "bias": False}


conv_params.golden("with bias", "lecture 000, its first layer", {"Cin": 3, "Cout": 2, "K": 2}, 26)
conv_params.golden("with bias", "lecture 001", {"Cin": 3, "Cout": 6, "K": 5}, 456)
conv_params.golden("without bias", "lecture 001", {"Cin": 3, "Cout": 6, "K": 5, "bias": False}, 450)


@conv_params.misconception(
    "The bias is counted even where the layer has none.",
    "Look at what the argument `bias` says before you add.",
)
def always_has_bias(Cin, Cout, K, bias=True):
    return Cout * Cin * K * K + Cout


@conv_params.misconception(
    "The biases are missing from your count.",
    "Each output map has one number added to it, the same at every position.",
)
def never_has_bias(Cin, Cout, K, bias=True):
    return Cout * Cin * K * K


@conv_params.misconception(
    "You add one bias for the whole layer. How many output maps have their own?",
    "In lecture 001 six filters come with a six-dimensional bias.",
)
def one_bias_in_all(Cin, Cout, K, bias=True):
    return Cout * Cin * K * K + int(bias)


@conv_params.misconception(
    "A bias belongs to an output channel, not to an input channel.",
    "In lecture 001 six filters over three channels come with a six-dimensional bias.",
)
def bias_for_each_input(Cin, Cout, K, bias=True):
    return Cout * Cin * K * K + (Cin if bias else 0)


@conv_params.misconception(
    "Your filters see one input channel only; each one reaches through all of them.",
    "A 5 x 5 filter on an RGB image is a block of 5 x 5 x 3 weights.",
)
def flat_filters(Cin, Cout, K, bias=True):
    return Cout * K * K + (Cout if bias else 0)


@conv_params.misconception(
    "A kernel of size K has two sides: it is a square.",
    "Count the weights of a 3 x 3 kernel.",
)
def kernel_is_a_line(Cin, Cout, K, bias=True):
    return Cout * Cin * K + (Cout if bias else 0)


@conv_params.alternative
def filter_by_filter(Cin, Cout, K, bias=True):
    one = Cin * K**2 + (1 if bias else 0)
    return one * Cout


@conv_params.alternative
def by_counting_a_tensor(Cin, Cout, K, bias=True):
    total = torch.empty(Cout, Cin, K, K).numel()
    return total + Cout if bias else total


@conv_params.alternative
def flag_as_number(Cin, Cout, K, bias=True):
    return Cout * (Cin * K * K + bool(bias))


@conv_macs.cases("values")
def macs(draw: Draw) -> Iterator[Inputs]:
    size = draw.integer(8, 16)
    yield {"Cin": draw.integer(2, 4), "Cout": draw.integer(5, 9), "K": 3, "H": size, "W": size}
    yield {"Cin": 1, "Cout": 1, "K": draw.integer(2, 5), "H": size, "W": size}


@conv_macs.cases("height and width")
def macs_of_oblong(draw: Draw) -> Iterator[Inputs]:
    yield {"Cin": 3, "Cout": 2, "K": 3, "H": draw.integer(6, 9), "W": draw.integer(10, 16)}
    yield {"Cin": 2, "Cout": 4, "K": 2, "H": draw.integer(10, 16), "W": draw.integer(5, 9)}


@conv_macs.cases("padding")
def macs_padded(draw: Draw) -> Iterator[Inputs]:
    size = draw.integer(8, 16)
    yield {"Cin": 3, "Cout": 4, "K": 5, "H": size, "W": size, "pad": draw.choice([1, 3])}


@conv_macs.cases("stride")
def macs_strided(draw: Draw) -> Iterator[Inputs]:
    size = 2 * draw.integer(5, 9)
    yield {"Cin": 3, "Cout": 4, "K": 2, "H": size, "W": size, "stride": 2}
    yield {"Cin": 2, "Cout": 5, "K": 2, "H": size + 1, "W": size + 1, "stride": 2}


@conv_macs.misconception(
    "These are the layer's weights. Each is used once for every output position.",
    "Multiply the work for one output value by the number of output values.",
)
def counts_weights(Cin, Cout, K, H, W, stride=1, pad=0):
    return Cout * Cin * K * K


@conv_macs.misconception(
    "You count one kernel position for every input pixel; the output has another size.",
    "Find the output's height and width first: you have a function for that.",
)
def one_for_each_input_pixel(Cin, Cout, K, H, W, stride=1, pad=0):
    return Cout * Cin * K * K * H * W


@conv_macs.misconception(
    "The stride is missing: with larger steps there are fewer positions to compute.",
    "Give the stride to the output size, along both axes.",
)
def macs_ignore_stride(Cin, Cout, K, H, W, stride=1, pad=0):
    return Cout * Cin * K * K * (H + 2 * pad - K + 1) * (W + 2 * pad - K + 1)


@conv_macs.misconception(
    "The padding is missing: it makes room for more positions.",
    "Give the padding to the output size, along both axes.",
)
def macs_ignore_padding(Cin, Cout, K, H, W, stride=1, pad=0):
    return Cout * Cin * K * K * ((H - K) // stride + 1) * ((W - K) // stride + 1)


@conv_macs.misconception(
    "The image is taken for a square: height and width differ.",
    "Compute one output size from H and another one from W.",
)
def macs_of_a_square(Cin, Cout, K, H, W, stride=1, pad=0):
    return Cout * Cin * K * K * ((H + 2 * pad - K) // stride + 1) ** 2


@conv_macs.misconception(
    "You count multiplications and additions apart: one multiply-add is one.",
    "The lectures' numbers are multiply-adds; other texts count each of the two and get double.",
)
def counts_both(Cin, Cout, K, H, W, stride=1, pad=0):
    rows = (H + 2 * pad - K) // stride + 1
    columns = (W + 2 * pad - K) // stride + 1
    return 2 * Cout * Cin * K * K * rows * columns


@conv_macs.misconception(
    "The input channels are missing: each output value sums over all of them.",
    "One output value reads a block of K x K x Cin numbers.",
)
def macs_of_one_channel(Cin, Cout, K, H, W, stride=1, pad=0):
    rows = (H + 2 * pad - K) // stride + 1
    columns = (W + 2 * pad - K) // stride + 1
    return Cout * K * K * rows * columns


@conv_macs.alternative
def macs_from_sizes(Cin, Cout, K, H, W, stride=1, pad=0):
    return conv_params(Cin, Cout, K, bias=False) * math.prod(
        conv_out(size, K, stride, pad) for size in (H, W)
    )


@conv_macs.alternative
def macs_by_positions(Cin, Cout, K, H, W, stride=1, pad=0):
    total = 0
    for _ in range(-pad, H + pad - K + 1, stride):
        for _ in range(-pad, W + pad - K + 1, stride):
            total += Cin * K * K
    return total * Cout


@conv_macs.alternative
def macs_from_patches(Cin, Cout, K, H, W, stride=1, pad=0):
    image = torch.zeros(1, Cin, H + 2 * pad, W + 2 * pad)
    return Cout * F.unfold(image, K, stride=stride).numel()
