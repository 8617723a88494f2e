# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""elu_fb: straight on the right of 0, an exponential on its left."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.activations import (
    activation_exercise,
    gradient,
    output,
    with_option,
)
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw
from autograder.exercise import Inputs

elu_fb = activation_exercise(
    "elu_fb",
    stars=1,
    minutes=6,
    lecture=[-0.864665, -0.632121, 0.0, 1.0, 2.0],
)


@elu_fb.cases("at zero", probe=gradient)
def elu_at_zero(draw: Draw) -> Iterator[Inputs]:
    x = torch.tensor([0.0, 1.0, 0.0, -1.0])
    yield {"layer": "elu_fb", "x": x, "g": whole(draw, 4), "alpha": 0.5}


@elu_fb.cases("alpha: output", probe=output)
def elu_outputs(draw: Draw) -> Iterator[Inputs]:
    yield from with_option(draw, "elu_fb", "alpha", [0.5, 2.0])


@elu_fb.cases("alpha: gradient", probe=gradient)
def elu_gradients(draw: Draw) -> Iterator[Inputs]:
    yield from with_option(draw, "elu_fb", "alpha", [0.5, 2.0])


@elu_fb.misconception(
    "For large x there is a nan: a mask of 0 times the infinity of e^x is not 0.",
    "Choose between the two sides with `where`, or take e only of what is not positive.",
)
def elu_by_masks(x, g, alpha=1.0):
    left = (x < 0).to(x.dtype)
    e = torch.exp(x)
    return (1 - left) * x + left * alpha * (e - 1), g * ((1 - left) + left * alpha * e)


@elu_fb.misconception(
    "Left of 0 the derivative of alpha(e^x - 1) is alpha e^x; yours still has the -1.",
    "A constant that is added has slope 0.",
)
def elu_slope_is_output(x, g, alpha=1.0):
    y = torch.where(x >= 0, x, alpha * (torch.exp(x) - 1))
    return y, torch.where(x >= 0, g, g * y)


@elu_fb.misconception(
    "The output uses alpha, but the gradient left of 0 does not.",
    "A factor stays a factor when you differentiate.",
)
def elu_gradient_without_alpha(x, g, alpha=1.0):
    y = torch.where(x >= 0, x, alpha * (torch.exp(x) - 1))
    return y, torch.where(x >= 0, g, g * torch.exp(x))


@elu_fb.misconception(
    "alpha is ignored; it says how far below 0 the left side ends.",
    "Multiply the left side by alpha, in the output and in the gradient.",
)
def elu_ignores_alpha(x, g, alpha=1.0):
    y = torch.where(x >= 0, x, torch.exp(x) - 1)
    return y, torch.where(x >= 0, g, g * torch.exp(x))


@elu_fb.misconception(
    "Your output jumps at 0: from the left it should come to 0, not to alpha.",
    "The -1 of the formula is missing.",
)
def elu_without_minus_one(x, g, alpha=1.0):
    e = torch.exp(x)
    return torch.where(x >= 0, x, alpha * e), torch.where(x >= 0, g, g * alpha * e)


@elu_fb.misconception(
    "dx is the slope alone: the upstream gradient g is left out.",
    "Downstream gradient = upstream gradient times local gradient.",
)
def elu_without_upstream(x, g, alpha=1.0):
    e = torch.exp(x)
    y = torch.where(x >= 0, x, alpha * (e - 1))
    return y, torch.where(x >= 0, torch.ones_like(x), alpha * e)


@elu_fb.misconception(
    "At exactly 0 you take the slope of the left side; the text asks for the right one.",
    "0 belongs to the side on which ELU is x.",
)
def elu_left_at_zero(x, g, alpha=1.0):
    e = torch.exp(x)
    return torch.where(x > 0, x, alpha * (e - 1)), torch.where(x > 0, g, g * alpha * e)


@elu_fb.alternative
def elu_from_output(x, g, alpha=1.0):
    y = torch.where(x >= 0, x, alpha * (torch.exp(x) - 1))
    return y, g * torch.where(x >= 0, torch.ones_like(y), y + alpha)


@elu_fb.alternative
def elu_by_expm1(x, g, alpha=1.0):
    below = x.clamp(max=0)
    slope = torch.where(x < 0, alpha * below.exp(), 1.0)
    return x.clamp(min=0) + alpha * torch.expm1(below), (slope * g).to(g.dtype)


@elu_fb.alternative
def elu_by_index(x, g, alpha=1.0):
    y, dx, left = x.clone(), g.clone(), x < 0
    y[left] = alpha * (x[left].exp() - 1)
    dx[left] *= alpha * x[left].exp()
    return y, dx
