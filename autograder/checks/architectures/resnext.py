# mypy: disable-error-code="no-untyped-def,name-defined"
"""ResNeXtBlock and split_transform_merge: many narrow paths, drawn in two ways."""

from collections.abc import Iterator

import torch

from autograder.checks.architectures.forbidden import READY_MADE
from autograder.checks.architectures.inputs import whole
from autograder.checks.architectures.residual import Block, convolution_weights, declare_facets
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

ResNeXtBlock = Exercise("ResNeXtBlock", points=1, stars=2, minutes=10, forbidden=READY_MADE)
split_transform_merge = Exercise("split_transform_merge", points=1, stars=2, minutes=12)

declare_facets(
    ResNeXtBlock,
    same=Block(5, {"cout": 5, "cardinality": 3, "width": 2}),
    wider=Block(5, {"cout": 7, "cardinality": 2, "width": 3}),
    smaller=Block(5, {"cout": 5, "stride": 2, "cardinality": 2, "width": 4}),
)


@ResNeXtBlock.cases("cardinality", weight=0.5, probe=convolution_weights)
def grouped(draw: Draw) -> Iterator[Inputs]:
    options = {"cout": 64, "cardinality": draw.choice([4, 8, 16]), "width": draw.integer(2, 6)}
    yield {"block": "ResNeXtBlock", "cin": 64, "options": options}


ResNeXtBlock.golden(
    "cardinality",
    "lecture 004, 32 x 4d on 256 channels",
    {"block": "ResNeXtBlock", "cin": 256, "options": {"cout": 256}},
    70_144,
)


def _paths(draw: Draw, G: int, d: int, dtype: torch.dtype = torch.float64) -> Inputs:
    C, F = draw.sample([2, 3, 5, 6], 2)
    return {
        "x": whole(draw, draw.integer(1, 2), C, 4, 5, dtype=dtype),
        "w1": whole(draw, G * d, C, 1, 1, dtype=dtype),
        "w2": whole(draw, G * d, d, 3, 3, dtype=dtype),
        "w3": whole(draw, F, G * d, 1, 1, dtype=dtype),
        "cardinality": G,
    }


@split_transform_merge.cases("one path")
def single(draw: Draw) -> Iterator[Inputs]:
    yield _paths(draw, 1, draw.integer(1, 3))


@split_transform_merge.cases("paths of one channel")
def narrow(draw: Draw) -> Iterator[Inputs]:
    yield _paths(draw, draw.integer(2, 4), 1)


@split_transform_merge.cases("several paths", weight=2)
def several(draw: Draw) -> Iterator[Inputs]:
    yield _paths(draw, 2, 3)
    yield _paths(draw, 3, 2)


@split_transform_merge.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    inputs = _paths(draw, 2, 2, dtype=torch.float32)
    yield {**inputs, "x": channels_last(inputs["x"])}
    inputs = _paths(draw, 3, 2)
    yield {**inputs, "x": strided(inputs["x"]), "w2": strided(inputs["w2"])}
