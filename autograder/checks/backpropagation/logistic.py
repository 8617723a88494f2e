# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""logistic_lsq: the chain rule on one example, lecture 001."""

from collections.abc import Iterator

import torch

from autograder.checks.forbidden import AUTOGRAD_TOOLS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

logistic_lsq = Exercise("logistic_lsq", points=1, stars=1, minutes=12, forbidden=AUTOGRAD_TOOLS)


# Answers are compared in float32: whether a student computes in it or in float64 is free.
def loss(student, w, b, x, t):
    return torch.tensor(float(student.logistic_lsq(w=w, b=b, x=x, t=t)[0]))


def slope_of_w(student, w, b, x, t):
    return torch.tensor(float(student.logistic_lsq(w=w, b=b, x=x, t=t)[1]))


def slope_of_b(student, w, b, x, t):
    return torch.tensor(float(student.logistic_lsq(w=w, b=b, x=x, t=t)[2]))


def w_against_b(student, w, b, x, t):
    _, dw, db = student.logistic_lsq(w=w, b=b, x=x, t=t)
    return torch.tensor(float(dw) / float(db))


def all_three(student, w, b, x, t):
    return [torch.tensor(float(v)) for v in student.logistic_lsq(w=w, b=b, x=x, t=t)]


def _example(draw: Draw, x: float) -> Inputs:
    """A sum wx + b between 1/4 and 1 in size and a target far from y: the gradients are large."""
    z = draw.choice([-1, 1]) * draw.integer(1, 4) / 4
    w = draw.choice([-1, 1]) * draw.choice([0.75, 1.25, 1.5])
    return {"w": w, "b": z - w * x, "x": x, "t": float(draw.choice([-3, 4]))}


@logistic_lsq.cases("loss", probe=loss)
def losses(draw: Draw) -> Iterator[Inputs]:
    yield _example(draw, 2.0)
    yield _example(draw, -3.0)


@logistic_lsq.cases("gradient of w", weight=2, probe=slope_of_w)
def slopes_of_w(draw: Draw) -> Iterator[Inputs]:
    yield _example(draw, 3.0)
    yield _example(draw, -2.0)


@logistic_lsq.cases("gradient of b", weight=2, probe=slope_of_b)
def slopes_of_b(draw: Draw) -> Iterator[Inputs]:
    yield _example(draw, 2.0)
    yield _example(draw, -3.0)


@logistic_lsq.cases("w against b", probe=w_against_b)
def ratios(draw: Draw) -> Iterator[Inputs]:
    yield _example(draw, 4.0)
    yield _example(draw, -2.0)


@logistic_lsq.cases("0-d tensors", weight=0.5, probe=all_three)
def tensors(draw: Draw) -> Iterator[Inputs]:
    numbers = _example(draw, 2.0)
    yield {name: torch.tensor(value, dtype=torch.float64) for name, value in numbers.items()}


LECTURE: Inputs = {"w": 2.0, "b": -1.0, "x": 1.0, "t": 0.0}
SOURCE = "lecture 001, its formulas at x = 1, w = 2, b = -1, t = 0"
logistic_lsq.golden("loss", SOURCE, LECTURE, expected=torch.tensor(0.2672233227))
logistic_lsq.golden("gradient of w", SOURCE, LECTURE, expected=torch.tensor(0.1437348405))
logistic_lsq.golden("gradient of b", SOURCE, LECTURE, expected=torch.tensor(0.1437348405))


@logistic_lsq.misconception(
    "The chain breaks at the sigmoid: its own slope is missing between dL/dy and dL/dz.",
    "Multiply dL/dy by the derivative of the sigmoid before you go on to w and b.",
)
def skips_the_sigmoid(w, b, x, t):
    y = 1 / (1 + math.exp(-(w * x + b)))
    return (y - t) ** 2 / 2, (y - t) * x, y - t


@logistic_lsq.misconception(
    "The slope of the sigmoid is taken at y, but the sigmoid was computed at z.",
    "The slope at z can be written with y alone: no second sigmoid is needed.",
)
def slope_at_y(w, b, x, t):
    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    y = sigmoid(w * x + b)
    dz = (y - t) * sigmoid(y) * (1 - sigmoid(y))
    return (y - t) ** 2 / 2, dz * x, dz


@logistic_lsq.misconception(
    "dL/dw has no x in it: how much does z change when w does?",
    "z is w times x: the gradient that arrives at z goes to w multiplied by x.",
)
def w_without_x(w, b, x, t):
    y = 1 / (1 + math.exp(-(w * x + b)))
    dz = (y - t) * y * (1 - y)
    return (y - t) ** 2 / 2, dz, dz


@logistic_lsq.misconception(
    "dL/db is multiplied by x, but b is simply added to z.",
    "What arrives at z arrives at b unchanged.",
)
def b_with_x(w, b, x, t):
    y = 1 / (1 + math.exp(-(w * x + b)))
    dz = (y - t) * y * (1 - y)
    return (y - t) ** 2 / 2, dz * x, dz * x


@logistic_lsq.misconception(
    "The gradients have the wrong sign: L grows when y moves away from t.",
    "The derivative of (y - t)^2 / 2 by y is y - t, not t - y.",
)
def the_other_way_round(w, b, x, t):
    y = 1 / (1 + math.exp(-(w * x + b)))
    dz = (t - y) * y * (1 - y)
    return (t - y) ** 2 / 2, dz * x, dz


@logistic_lsq.misconception(
    "The factor 1/2 is missing: your loss and your gradients are twice as large as they should be.",
    "L is half the square; the half and the 2 of the derivative cancel.",
)
def whole_square(w, b, x, t):
    y = 1 / (1 + math.exp(-(w * x + b)))
    dz = 2 * (y - t) * y * (1 - y)
    return (y - t) ** 2, dz * x, dz


@logistic_lsq.misconception(
    "The gradients are right, but the loss lacks its factor 1/2.",
    "The lecture's loss is half the squared difference.",
)
def forgets_the_half(w, b, x, t):
    y = 1 / (1 + math.exp(-(w * x + b)))
    dz = (y - t) * y * (1 - y)
    return (y - t) ** 2, dz * x, dz


@logistic_lsq.alternative
def step_by_step(w, b, x, t):
    z = float(w) * float(x) + float(b)
    sigma = 1.0 / (1.0 + math.exp(-z))
    error = sigma - float(t)
    slope = math.exp(-z) / (1.0 + math.exp(-z)) ** 2
    return 0.5 * error * error, error * slope * float(x), error * slope


@logistic_lsq.alternative
def by_tanh(w, b, x, t):
    y = (1 + math.tanh((w * x + b) / 2)) / 2
    db = (y - t) * (y - y**2)
    return (t - y) ** 2 / 2, x * db, db


@logistic_lsq.alternative
def with_tensors(w, b, x, t):
    w, b, x, t = (torch.as_tensor(v, dtype=torch.float32) for v in (w, b, x, t))
    y = torch.sigmoid(w * x + b)
    db = (y - t) * y * (1 - y)
    return 0.5 * (y - t) ** 2, db * x, db
