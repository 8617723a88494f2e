# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,operator,assignment"
"""xavier_bound and activation_stats: how wide to draw weights, and how one sees it."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs
from visionlab.checking.forbidden import Forbidden

_READY_MADE = Forbidden(
    names=frozenset({"init", "xavier_uniform_", "xavier_uniform", "glorot_uniform"}),
    reason="This exercise is to write the formula yourself: do not use torch.nn.init.",
)

xavier_bound = Exercise("xavier_bound", points=0.25, stars=1, minutes=3, forbidden=_READY_MADE)
activation_stats = Exercise("activation_stats", points=0.5, stars=1, minutes=8)


def bound_of_any_kind(student, fan_in, fan_out):
    """The bound in float32: a Python number and a tensor without axes are equally right."""
    return torch.tensor([float(student.xavier_bound(fan_in, fan_out))], dtype=torch.float32)


def stats(student, x, weights, act):
    """The two lists as tensors. act: relu, tanh or none."""
    functions = {"relu": torch.relu, "tanh": torch.tanh, "none": lambda z: z}
    means, stds = student.activation_stats(x, weights, functions[act])
    return {
        "means": torch.tensor([float(m) for m in means], dtype=x.dtype),
        "stds": torch.tensor([float(s) for s in stds], dtype=x.dtype),
    }


def means_only(student, x, weights):
    means = student.activation_stats(x, weights, lambda z: z)[0]
    return torch.tensor([float(m) for m in means], dtype=x.dtype)


def last_layer(student, x, weights):
    means, stds = student.activation_stats(x, weights, lambda z: z)
    return torch.tensor([float(means[-1]), float(stds[-1])], dtype=x.dtype)


@xavier_bound.cases("values", weight=2, probe=bound_of_any_kind)
def fans(draw: Draw) -> Iterator[Inputs]:
    yield {"fan_in": draw.integer(2, 9), "fan_out": draw.integer(11, 30)}
    yield {"fan_in": draw.integer(100, 800), "fan_out": draw.integer(10, 60)}


@xavier_bound.cases("as many outputs as inputs", probe=bound_of_any_kind)
def square(draw: Draw) -> Iterator[Inputs]:
    fan = draw.integer(3, 300)
    yield {"fan_in": fan, "fan_out": fan}


@activation_stats.cases("last layer", probe=last_layer)
def last(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 4, 3), "weights": [whole(draw, 2, 3), whole(draw, 4, 2)]}


@activation_stats.cases("means", weight=1.5, probe=means_only)
def means(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 5, 3), "weights": [whole(draw, 3, 3) for _ in range(3)]}
    shapes = ((4, 2), (3, 4), (5, 3))
    yield {"x": whole(draw, 3, 2), "weights": [whole(draw, *s) for s in shapes]}


@activation_stats.cases("activation", probe=stats)
def activation(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 4, 3), "weights": [whole(draw, 5, 3)], "act": "relu"}


@activation_stats.cases("no layers", weight=0.5, probe=stats)
def none(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 3, 2), "weights": [], "act": "tanh"}


@activation_stats.cases("all together", probe=stats)
def together(draw: Draw) -> Iterator[Inputs]:
    weights = [draw.reals(4, 3), draw.reals(4, 4), draw.reals(2, 4)]
    yield {"x": draw.reals(5, 3), "weights": weights, "act": "tanh"}
    weights = [strided(whole(draw, 4, 3)), strided(whole(draw, 2, 4))]
    yield {"x": strided(whole(draw, 4, 3)), "weights": weights, "act": "relu"}


@xavier_bound.misconception(
    "That is the standard deviation of the weights. An even draw from -a to a has the variance "
    "a²/3.",
    "Set a²/3 equal to 2 / (fan_in + fan_out) and solve for a.",
)
def the_deviation(fan_in, fan_out):
    return math.sqrt(2 / (fan_in + fan_out))


@xavier_bound.misconception(
    "The outputs have no say in your bound; Xavier's compromise counts them too.",
    "It is right for gradients as well as for values: fan_in and fan_out appear alike.",
)
def inputs_only(fan_in, fan_out):
    return math.sqrt(3 / fan_in)


@xavier_bound.misconception(
    "That is He's bound for ReLU, which looks at the inputs alone.",
    "Xavier's counts fan_in and fan_out alike.",
)
def the_one_for_relu(fan_in, fan_out):
    return math.sqrt(6 / fan_in)


@xavier_bound.misconception(
    "The root is missing: a² is what the variance tells.",
    "Set a²/3 equal to 2 / (fan_in + fan_out) and solve for a.",
)
def without_the_root(fan_in, fan_out):
    return 6 / (fan_in + fan_out)


@xavier_bound.misconception(
    "A draw between -a and a is 2a wide: you have returned the width.",
    "The variance of an even draw is its width squared over 12; half the width is asked for.",
)
def the_width(fan_in, fan_out):
    return 2 * math.sqrt(6 / (fan_in + fan_out))


@xavier_bound.alternative
def from_the_variance(fan_in, fan_out):
    variance = 2 / (fan_in + fan_out)
    return (3 * variance) ** 0.5


@xavier_bound.alternative
def as_a_tensor(fan_in, fan_out):
    return torch.sqrt(torch.tensor(6 / (fan_in + fan_out)))


@xavier_bound.alternative
def by_bisection(fan_in, fan_out):
    low, high = 0.0, 10.0
    for _ in range(80):
        a = (low + high) / 2
        low, high = (low, a) if a**2 / 3 > 2 / (fan_in + fan_out) else (a, high)
    return low


@activation_stats.misconception(
    "The numbers are those before the activation; they are asked for after it.",
    "Apply `act` first, then take mean and standard deviation.",
)
def before_the_activation(x, weights, act):
    means, stds = [], []
    for W in weights:
        z = x @ W.T
        means.append(z.mean().item())
        stds.append(z.std(correction=0).item())
        x = act(z)
    return means, stds


@activation_stats.misconception(
    "The activation is measured, but the next layer gets what was before it.",
    "What a layer hands on is act(x W^T).",
)
def hands_on_without_activation(x, weights, act):
    means, stds = [], []
    for W in weights:
        x = x @ W.T
        means.append(act(x).mean().item())
        stds.append(act(x).std(correction=0).item())
    return means, stds


@activation_stats.misconception(
    "The standard deviation is the unbiased one; the biased one is asked for.",
    "torch's `std` divides by one less unless told otherwise: look at `correction`.",
)
def unbiased_deviation(x, weights, act):
    means, stds = [], []
    for W in weights:
        x = act(x @ W.T)
        means.append(x.mean().item())
        stds.append(x.std().item())
    return means, stds


@activation_stats.misconception(
    "The second list holds variances.",
    "The standard deviation is the root of the variance.",
)
def variances(x, weights, act):
    means, stds = [], []
    for W in weights:
        x = act(x @ W.T)
        means.append(x.mean().item())
        stds.append(x.var(correction=0).item())
    return means, stds


@activation_stats.misconception(
    "The spread is measured feature by feature and then averaged; take it over all values at once.",
    "One mean and one standard deviation for all N * D values.",
)
def averages_the_features(x, weights, act):
    means, stds = [], []
    for W in weights:
        x = act(x @ W.T)
        means.append(x.mean().item())
        stds.append(x.std(0, correction=0).mean().item())
    return means, stds


@activation_stats.misconception(
    "Your lists start with the input; they hold one entry for each layer.",
    "Measure after a layer, not before it.",
)
def counts_the_input(x, weights, act):
    means, stds = [x.mean().item()], [x.std(correction=0).item()]
    for W in weights:
        x = act(x @ W.T)
        means.append(x.mean().item())
        stds.append(x.std(correction=0).item())
    return means, stds


@activation_stats.misconception(
    "The weights are not transposed: W has one row for each output.",
    "A row of x times a row of W gives one output: x W^T.",
)
def not_transposed(x, weights, act):
    means, stds = [], []
    for W in weights:
        x = act(x @ W)
        means.append(x.mean().item())
        stds.append(x.std(correction=0).item())
    return means, stds


@activation_stats.alternative
def with_linear(x, weights, act):
    values = []
    for W in weights:
        x = act(F.linear(x, W))
        values.append(x)
    return [v.mean() for v in values], [v.std(correction=0) for v in values]


@activation_stats.alternative
def by_recursion(x, weights, act):
    if not weights:
        return [], []
    y = act(torch.einsum("ni,oi->no", x, weights[0]))
    means, stds = activation_stats(y, weights[1:], act)
    return [float(y.mean()), *means], [float(((y - y.mean()) ** 2).mean() ** 0.5), *stds]


@activation_stats.alternative
def examples_as_columns(x, weights, act):
    columns, means, stds = x.T, (), ()
    for W in weights:
        columns = act(W @ columns)
        var, mean = torch.var_mean(columns, correction=0)
        means, stds = (*means, mean.item()), (*stds, var.sqrt().item())
    return means, stds
