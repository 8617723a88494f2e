# mypy: disable-error-code="no-untyped-def"
"""The declaration of 90_tiny, an assignment of two exercises built and graded in no time."""

from collections.abc import Iterator

from autograder.draw import Draw
from autograder.exercise import Assignment, Exercise, Inputs

scale = Exercise("scale", points=2, stars=1, minutes=4)
row_means = Exercise("row_means", points=1, stars=2, minutes=6)


@scale.cases("values")
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.integers(3, 4), "factor": draw.integer(2, 5)}


@scale.cases("sign")
def sign(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.integers(2, 5), "factor": -draw.integer(2, 5)}


@scale.misconception("The sign of the factor is lost: do you take its size only?")
def drops_the_sign(x, factor):
    size_of_factor = factor if factor > 0 else -factor
    return x * size_of_factor


@row_means.cases("values")
def means(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.integers(3, 4)}


@row_means.misconception("You average the columns: which axis runs along a row?")
def averages_columns(x):
    return x.sum(dim=0) / x.shape[0] + 0 * x.new_zeros(x.shape[1])


@row_means.alternative
def averages_in_a_loop(x):
    import torch

    return torch.stack([each_row.sum() / len(each_row) for each_row in x])


ASSIGNMENT = Assignment("90_tiny", (scale, row_means))
