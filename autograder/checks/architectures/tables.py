"""The two networks of lecture 003 as rows, and what its tables say of them."""

from visionlab.layers import Row, conv, fc, norm, pool

ALEXNET: list[Row] = [
    conv("CONV1", 96, 11, stride=4),
    pool("MAX POOL1", 3, stride=2),
    norm("NORM1"),
    conv("CONV2", 256, 5, pad=2),
    pool("MAX POOL2", 3, stride=2),
    norm("NORM2"),
    conv("CONV3", 384, 3, pad=1),
    conv("CONV4", 384, 3, pad=1),
    conv("CONV5", 256, 3, pad=1),
    pool("MAX POOL3", 3, stride=2),
    fc("FC6", 4096),
    fc("FC7", 4096),
    fc("FC8", 1000),
]

# [C, H, W] of every row, as the slide writes them (facts B15). The input's own is left out of
# these tables: what it holds is another facet's case.
ALEXNET_SHAPES = [
    *([96, 55, 55], [96, 27, 27], [96, 27, 27]),
    *([256, 27, 27], [256, 13, 13], [256, 13, 13]),
    *([384, 13, 13], [384, 13, 13], [256, 13, 13], [256, 6, 6]),
    *([4096, 1, 1], [4096, 1, 1], [1000, 1, 1]),
]

# Without biases (facts B16).
ALEXNET_WEIGHTS = [
    *(34_848, 0, 0, 614_400, 0, 0, 884_736, 1_327_104, 884_736, 0),
    *(37_748_736, 16_777_216, 4_096_000),
]


def _stage(number: int, filters: int, depth: int) -> list[Row]:
    convolutions = [conv(f"CONV{number}-{n}", filters, 3, pad=1) for n in range(1, depth + 1)]
    return [*convolutions, pool(f"POOL{number}", 2, stride=2)]


VGG16: list[Row] = [
    *_stage(1, 64, 2),
    *_stage(2, 128, 2),
    *_stage(3, 256, 3),
    *_stage(4, 512, 3),
    *_stage(5, 512, 3),
    fc("FC6", 4096),
    fc("FC7", 4096),
    fc("FC8", 1000),
]

# The slide's memory column before it is rounded (facts B18), and its column of weights (B19).
VGG16_ACTIVATIONS = [
    *(3_211_264, 3_211_264, 802_816, 1_605_632, 1_605_632, 401_408),
    *(802_816, 802_816, 802_816, 200_704, 401_408, 401_408, 401_408, 100_352),
    *(100_352, 100_352, 100_352, 25_088, 4096, 4096, 1000),
]
VGG16_WEIGHTS = [
    *(1_728, 36_864, 0, 73_728, 147_456, 0, 294_912, 589_824, 589_824, 0),
    *(1_179_648, 2_359_296, 2_359_296, 0, 2_359_296, 2_359_296, 2_359_296, 0),
    *(102_760_448, 16_777_216, 4_096_000),
]
