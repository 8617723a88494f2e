# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""smooth_l1_fb: a parabola that goes on as two straight lines (facts A129, B32)."""

from collections.abc import Iterator

import torch

from autograder.checks.region_proposals.forbidden import SMOOTH_L1
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

smooth_l1_fb = Exercise("smooth_l1_fb", points=0.5, stars=1, minutes=8, forbidden=SMOOTH_L1)


def value(student, x, **beta):
    return student.smooth_l1_fb(x, **beta)[0]


def slope(student, x, **beta):
    return student.smooth_l1_fb(x, **beta)[1]


def _entries(draw: Draw, beta: float) -> torch.Tensor:
    """(2, 5): both signs inside the parabola, both outside, and 0, in random order."""
    inside = [v * beta / 8 for v in (draw.integer(1, 7), -draw.integer(1, 7))]
    outside = [beta + draw.integer(1, 9) / 4, -beta - draw.integer(1, 9) / 4]
    more = [3 * beta, -beta / 2, 0.0, beta / 4, -5 * beta, 2 * beta]
    return torch.tensor(draw.sample([*inside, *outside, *more], 10)).float().view(2, 5)


@smooth_l1_fb.cases("values", weight=2, probe=value)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": _entries(draw, 1.0)}


@smooth_l1_fb.cases("slopes", weight=2, probe=slope)
def slopes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": _entries(draw, 1.0)}
    yield {"x": torch.tensor([1.0, -1.0, 0.0])}


@smooth_l1_fb.cases("beta: values", probe=value)
def values_with_beta(draw: Draw) -> Iterator[Inputs]:
    for beta in (draw.choice([0.25, 0.5]), draw.choice([2.0, 4.0])):
        yield {"x": _entries(draw, beta), "beta": beta}
        yield {"x": torch.tensor([beta, -beta]), "beta": beta}


@smooth_l1_fb.cases("beta: slopes", probe=slope)
def slopes_with_beta(draw: Draw) -> Iterator[Inputs]:
    for beta in (draw.choice([0.25, 0.5]), draw.choice([2.0, 4.0])):
        yield {"x": _entries(draw, beta), "beta": beta}


# None below 0: what happens there is asked above.
@smooth_l1_fb.cases("any shape, dtype, memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(2, 3, 2).abs(), "beta": 1 / 9}
    yield {"x": strided(_entries(draw, 1.0).abs())}
    yield {"x": torch.tensor(draw.integer(2, 4) / 8)}
    yield {"x": torch.zeros(0, 4)}


smooth_l1_fb.golden(
    "values",
    "lectures 002 and 004",
    {"x": torch.tensor([-2.0, -1, -0.5, 0, 0.5, 1, 2])},
    expected=torch.tensor([1.5, 0.5, 0.125, 0, 0.125, 0.5, 1.5]),
)


@smooth_l1_fb.misconception(
    "The two pieces do not meet: the straight lines are too high.",
    "At |x| = beta the parabola is at beta / 2, the line at |x| minus something.",
)
def lines_too_high(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / (2 * beta), x.abs())
    return y, torch.where(near, x / beta, x.sign())


@smooth_l1_fb.misconception(
    "The half is missing in the parabola, so the pieces do not meet.",
    "Its slope is x / beta: what has this derivative?",
)
def parabola_without_half(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / beta, x.abs() - beta / 2)
    return y, torch.where(near, x / beta, x.sign())


@smooth_l1_fb.misconception(
    "beta changes nothing in your answer: it says where the parabola ends.",
    "Put beta where the lecture's formula has its 1, and see what the pieces need to meet.",
)
def without_beta(x, beta=1.0):
    near = x.abs() < 1
    return torch.where(near, x * x / 2, x.abs() - 0.5), torch.where(near, x, x.sign())


@smooth_l1_fb.misconception(
    "This is the Huber loss, beta times too large: here the lines always have slope 1.",
    "Divide the parabola by beta.",
)
def huber(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / 2, beta * (x.abs() - beta / 2))
    return y, torch.where(near, x, beta * x.sign())


@smooth_l1_fb.misconception(
    "The lines are 0.5 too low whatever beta is; how much it is depends on beta.",
    "Both pieces must agree at |x| = beta.",
)
def always_minus_a_half(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / (2 * beta), x.abs() - 0.5)
    return y, torch.where(near, x / beta, x.sign())


@smooth_l1_fb.misconception(
    "Left of the parabola the slope is -1, not 1: there y falls.",
    "The derivative of |x| is the sign of x.",
)
def always_rising(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / (2 * beta), x.abs() - beta / 2)
    return y, torch.where(near, x / beta, torch.ones_like(x))


@smooth_l1_fb.misconception(
    "Your slope is x / beta everywhere; on the straight lines it stays at 1 or -1.",
    "That it cannot grow is why an outlier does not spoil the training.",
)
def slope_of_the_square(x, beta=1.0):
    y = torch.where(x.abs() < beta, x * x / (2 * beta), x.abs() - beta / 2)
    return y, x / beta


@smooth_l1_fb.misconception(
    "The parabola's slope forgets beta.",
    "The derivative of x squared over 2 beta is x over beta.",
)
def slope_without_beta(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / (2 * beta), x.abs() - beta / 2)
    return y, torch.where(near, x, x.sign())


@smooth_l1_fb.misconception(
    "Your answer is a single number; y and dx have one entry for each entry of x.",
    "Leave sums and means to the loss that uses this function.",
)
def summed(x, beta=1.0):
    near = x.abs() < beta
    y = torch.where(near, x * x / (2 * beta), x.abs() - beta / 2)
    return y.sum(), torch.where(near, x / beta, x.sign())


@smooth_l1_fb.misconception(
    "|x| is compared without its absolute value, so all negative numbers are on the parabola.",
    "-5 is below beta, but far from 0.",
)
def compares_x_itself(x, beta=1.0):
    near = x < beta
    y = torch.where(near, x * x / (2 * beta), x.abs() - beta / 2)
    return y, torch.where(near, x / beta, x.sign())


@smooth_l1_fb.alternative
def by_clamping(x, beta=1.0):
    dx = (x / beta).clamp(-1, 1)
    near = x.abs().clamp(max=beta)
    return near**2 / (2 * beta) + (x.abs() - near), dx


@smooth_l1_fb.alternative
def entry_by_entry(x, beta=1.0):
    y, dx = torch.zeros(x.numel(), dtype=x.dtype), torch.zeros(x.numel(), dtype=x.dtype)
    for i, v in enumerate(x.flatten().tolist()):
        if abs(v) < beta:
            y[i], dx[i] = 0.5 * v**2 / beta, v / beta
        else:
            y[i], dx[i] = abs(v) - 0.5 * beta, 1.0 if v > 0 else -1.0
    return y.reshape(x.shape), dx.reshape(x.shape)


@smooth_l1_fb.alternative
def area_under_the_slope(x, beta=1.0):
    dx = torch.maximum(torch.minimum(x / beta, torch.ones_like(x)), -torch.ones_like(x))
    return dx * x - beta * dx * dx / 2, dx


@smooth_l1_fb.alternative
def with_masks(x, beta=1.0):
    y, dx = x.abs() - beta / 2, torch.sign(x)
    inside = x.abs() <= beta
    y[inside], dx[inside] = x[inside] ** 2 / (2 * beta), x[inside] / beta
    return y, dx
