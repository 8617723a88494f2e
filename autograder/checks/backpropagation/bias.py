# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv2d_backward_b: the gradient of a number that is added everywhere."""

from collections.abc import Iterator

from autograder.checks.backpropagation.forbidden import CONVOLUTION_GRADIENTS
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

conv2d_backward_b = Exercise(
    "conv2d_backward_b", points=0.25, stars=1, minutes=4, forbidden=CONVOLUTION_GRADIENTS
)


@conv2d_backward_b.cases("one number for each map")
def one_number(draw: Draw) -> Iterator[Inputs]:
    yield {"g": whole(draw, 1, 3, 1, 1)}


@conv2d_backward_b.cases("rows and columns", weight=2)
def one_image(draw: Draw) -> Iterator[Inputs]:
    yield {"g": whole(draw, 1, 1, 3, 4).abs()}
    yield {"g": draw.distinct(1, 2, 2, 3).float() + 20}


@conv2d_backward_b.cases("batch", weight=2)
def batch(draw: Draw) -> Iterator[Inputs]:
    yield {"g": draw.distinct(3, 2, 1, 1).float() + 9}
    yield {"g": draw.distinct(2, 3, 4, 2).float() + 30}


@conv2d_backward_b.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"g": draw.reals(1, 1, 3, 2).abs()}
    yield {"g": channels_last(whole(draw, 1, 2, 3, 2).abs())}
    yield {"g": strided(whole(draw, 1, 2, 2, 3).abs())}


@conv2d_backward_b.misconception(
    "That is a mean; the bias moves every number of its map, and all of that adds up.",
    "Sum instead of averaging.",
)
def bias_mean(g):
    return g.mean((0, 2, 3))


@conv2d_backward_b.misconception(
    "You sum over the batch only; the same bias is also added at every position.",
    "One number for each map is left when rows and columns are summed too.",
)
def bias_over_batch(g):
    return g.sum(0)


@conv2d_backward_b.misconception(
    "You sum over rows and columns only; the same bias was used in every image.",
    "One number for each map is left when the batch is summed too.",
)
def bias_for_each_image(g):
    return g.sum((2, 3))


@conv2d_backward_b.misconception(
    "The maps are summed as well; each has a bias of its own.",
    "Keep the second axis.",
)
def bias_of_all_maps(g):
    return g.sum().reshape(1)


@conv2d_backward_b.misconception(
    "The sum keeps its axes of length 1; the bias has the one axis (F,).",
    "A sum drops the axes it runs over unless it is told to keep them.",
)
def bias_with_four_axes(g):
    return g.sum((0, 2, 3), keepdim=True)


@conv2d_backward_b.alternative
def sum_after_sum(g):
    return g.sum(3).sum(2).sum(0)


@conv2d_backward_b.alternative
def bias_by_einsum(g):
    return torch.einsum("nfij->f", g)


@conv2d_backward_b.alternative
def map_by_map(g):
    return torch.stack([g[:, f].sum() for f in range(g.shape[1])])
