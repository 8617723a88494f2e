# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""relu_fb and leaky_relu_fb: straight on either side of 0."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.activations import (
    activation_exercise,
    gradient,
    output,
    quarters,
    with_option,
)
from autograder.checks.convolution.inputs import distinct, whole
from autograder.draw import Draw
from autograder.exercise import Inputs

LECTURE_LEAKY = [-0.2, -0.1, 0.0, 1.0, 2.0]

relu_fb = activation_exercise(
    "relu_fb",
    stars=1,
    minutes=3,
    lecture=[0.0, 0.0, 0.0, 1.0, 2.0],
)
leaky_relu_fb = activation_exercise(
    "leaky_relu_fb",
    stars=1,
    minutes=4,
    lecture=LECTURE_LEAKY,
    slope=0.1,
)


@relu_fb.cases("at zero", probe=gradient)
def relu_at_zero(draw: Draw) -> Iterator[Inputs]:
    yield {"layer": "relu_fb", "x": torch.tensor([0.0, 2.0, 0.0, -2.0]), "g": distinct(draw, 4)}


@leaky_relu_fb.cases("at zero", probe=gradient)
def leaky_at_zero(draw: Draw) -> Iterator[Inputs]:
    x = torch.tensor([0.0, 2.0, 0.0, -2.0])
    yield {"layer": "leaky_relu_fb", "x": x, "g": whole(draw, 4), "slope": 0.1}


@leaky_relu_fb.cases("default slope", weight=0.5, probe=output)
def leaky_by_default(draw: Draw) -> Iterator[Inputs]:
    yield {"layer": "leaky_relu_fb", "x": quarters(draw, 4), "g": whole(draw, 4)}


leaky_relu_fb.golden(
    "default slope",
    "lectures 000 and 001, whose slope is 0.1",
    {"layer": "leaky_relu_fb", "x": torch.tensor([-2.0, -1, 0, 1, 2]), "g": torch.ones(5)},
    expected=torch.tensor(LECTURE_LEAKY),
)


@leaky_relu_fb.cases("slope: output", probe=output)
def leaky_outputs(draw: Draw) -> Iterator[Inputs]:
    yield from with_option(draw, "leaky_relu_fb", "slope", [0.25, 0.5, 0.0])


@leaky_relu_fb.cases("slope: gradient", probe=gradient)
def leaky_gradients(draw: Draw) -> Iterator[Inputs]:
    yield from with_option(draw, "leaky_relu_fb", "slope", [0.25, 0.5, 0.0])


@relu_fb.misconception(
    "At exactly 0 the gradient passes; the text asks for 0 there.",
    "Is 0 larger than 0?",
)
def relu_open_at_zero(x, g):
    return x.clamp(min=0), g * (x >= 0)


@relu_fb.misconception(
    "dx is the slope of ReLU alone, 0 or 1: the upstream gradient g is left out.",
    "Downstream gradient = upstream gradient times local gradient.",
)
def relu_without_upstream(x, g):
    return x.clamp(min=0), (x > 0).to(x.dtype)


@relu_fb.misconception(
    "You cut off negative gradients; what matters is where x was negative.",
    "The gradient may have either sign: pass it on where ReLU was open, whatever it is.",
)
def relu_cuts_gradients(x, g):
    return x.clamp(min=0), g.clamp(min=0)


@relu_fb.misconception(
    "The gradient passes everywhere: the output of ReLU is never below 0, so that is no test.",
    "Ask x, or ask whether the output is above 0.",
)
def relu_always_open(x, g):
    y = x.clamp(min=0)
    return y, torch.where(y >= 0, g, torch.zeros_like(g))


@relu_fb.misconception(
    "The values are right, but x is overwritten on the way.",
    "In torch a method that ends in an underscore changes the tensor itself; so does x[...] = 0.",
)
def relu_in_place(x, g):
    dx = g * (x > 0)
    x[x < 0] = 0
    return x, dx


@relu_fb.alternative
def relu_by_where(x, g):
    zero = torch.zeros_like(x)
    return torch.where(x > 0, x, zero), torch.where(x > 0, g, zero)


@relu_fb.alternative
def relu_by_mask(x, g):
    mask = (x > 0).to(x.dtype)
    return x * mask, g * mask


@relu_fb.alternative
def relu_by_torch(x, g):
    y = torch.relu(x)
    dx = g.clone()
    dx[y <= 0] = 0
    return y, dx


@relu_fb.alternative
def relu_from_absolute_value(x, g):
    return (x + abs(x)) / 2, g * x.sign().clamp(min=0)


@leaky_relu_fb.misconception(
    "Without a slope given yours is 0.01, torch's default; lectures 000 and 001 have 0.1.",
    "Leave the default of the stub as it is.",
)
def leaky_by_torchs_default(x, g, slope=0.01):
    return torch.where(x > 0, x, slope * x), torch.where(x > 0, g, slope * g)


@leaky_relu_fb.misconception(
    "The slope is fixed to 0.1 in your code; `slope` says how steep the left side is.",
    "Use slope in the output as well as in the gradient.",
)
def leaky_ignores_slope(x, g, slope=0.1):
    return torch.where(x > 0, x, 0.1 * x), torch.where(x > 0, g, 0.1 * g)


@leaky_relu_fb.misconception(
    "The output leaks, but the gradient is that of ReLU: 0 for negative x.",
    "On the left the function is a line of slope `slope`: that is its derivative there.",
)
def leaky_gradient_of_relu(x, g, slope=0.1):
    return torch.where(x > 0, x, slope * x), g * (x > 0)


@leaky_relu_fb.misconception(
    "At exactly 0 the gradient passes whole; the text asks for `slope` times g there.",
    "Is 0 larger than 0?",
)
def leaky_open_at_zero(x, g, slope=0.1):
    return torch.where(x > 0, x, slope * x), torch.where(x >= 0, g, slope * g)


@leaky_relu_fb.misconception(
    "dx is the slope alone: the upstream gradient g is left out.",
    "Downstream gradient = upstream gradient times local gradient.",
)
def leaky_without_upstream(x, g, slope=0.1):
    one = torch.ones_like(x)
    return torch.where(x > 0, x, slope * x), torch.where(x > 0, one, slope * one)


@leaky_relu_fb.misconception(
    "On the left the gradient is slope times x: the derivative of slope * x has no x in it.",
    "A line has the same slope everywhere.",
)
def leaky_slope_times_x(x, g, slope=0.1):
    y = torch.where(x > 0, x, slope * x)
    return y, torch.where(x > 0, g, g * slope * x)


@leaky_relu_fb.alternative
def leaky_by_factor(x, g, slope=0.1):
    factor = torch.full_like(x, slope)
    factor[x > 0] = 1
    return factor * x, factor * g


@leaky_relu_fb.alternative
def leaky_by_maximum(x, g, slope=0.1):
    return torch.maximum(x, slope * x), g * ((x > 0) + slope * (x <= 0))


@leaky_relu_fb.alternative
def leaky_by_clamping(x, g, slope=0.1):
    y = x.clamp(min=0) + slope * x.clamp(max=0)
    return y, slope * g + (1 - slope) * g * (x > 0)
