# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""num_grad: the slope in every direction, by two calls of the function for each."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import whole
from autograder.checks.forbidden import AUTOGRAD_TOOLS
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

num_grad = Exercise("num_grad", points=1, stars=2, minutes=12, forbidden=AUTOGRAD_TOOLS)

# Half steps are exact in binary: with them a central difference of whole numbers has no rounding.
HALF = 0.5

LINEAR = "(c * x).sum()"
CUBIC = "(c * x**3 + x**2).sum()"
SQUARES = "(x**2).sum()"
WEIGHTED_SQUARES = "(c * x**2).sum()"
NEIGHBOURS = "(x * x.roll(1)).sum()"


# f is told as text, so that students can try it. Values are compared after rounding, as float64:
# how small steps round, and the dtype, are asked in facets of their own.
def slopes(student, f, x, eps, c=None):
    found = student.num_grad(f=lambda z: eval(f, {"x": z, "c": c}), x=x.clone(), eps=eps)
    return torch.round(found.double(), decimals=6)


def with_default_eps(student, f, x, c):
    found = student.num_grad(f=lambda z: eval(f, {"x": z, "c": c}), x=x.clone())
    return torch.round(found.double(), decimals=3)


def of_x_itself(student, f, x, c, eps):
    found = student.num_grad(f=lambda z: eval(f, {"x": z, "c": c}), x=x, eps=eps)
    return torch.round(found.double(), decimals=6)


def form(student, f, x, eps):
    found = student.num_grad(f=lambda z: eval(f, {"x": z}), x=x.clone(), eps=eps)
    return {"shape": list(found.shape), "dtype": str(found.dtype)}


def watching_x(student, x):
    before, kept = x.clone(), []

    def f(z):
        kept.append(torch.equal(x, before))
        return (z**2).sum()

    student.num_grad(f=f, x=x)
    return {"as it was while f ran": all(kept), "as it was at the end": torch.equal(x, before)}


@num_grad.cases("values", weight=2, probe=slopes)
def sums(draw: Draw) -> Iterator[Inputs]:
    yield {"f": LINEAR, "x": _whole(draw, 4), "c": _different(draw, 4), "eps": HALF}
    yield {"f": LINEAR, "x": _whole(draw, 1), "c": _whole(draw, 1), "eps": HALF}


@num_grad.cases("central differences", weight=2, probe=slopes)
def cubes(draw: Draw) -> Iterator[Inputs]:
    yield {"f": CUBIC, "x": _whole(draw, 3), "c": _whole(draw, 3), "eps": HALF}
    yield {"f": CUBIC, "x": _whole(draw, 2), "c": _whole(draw, 2), "eps": 0.25}


@num_grad.cases("one entry at a time", probe=slopes)
def neighbours(draw: Draw) -> Iterator[Inputs]:
    yield {"f": NEIGHBOURS, "x": _whole(draw, 4), "eps": HALF}
    yield {"f": NEIGHBOURS, "x": _whole(draw, 5), "eps": 2.0}


@num_grad.cases("any shape", probe=slopes)
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield {"f": LINEAR, "x": _whole(draw, 2, 3), "c": _different(draw, 2, 3), "eps": HALF}
    yield {"f": LINEAR, "x": _whole(draw), "c": _whole(draw), "eps": HALF}
    yield {
        "f": LINEAR,
        "x": _whole(draw, 2, 1, 3, 2),
        "c": _different(draw, 2, 1, 3, 2),
        "eps": HALF,
    }


@num_grad.cases("shape and dtype of the result", probe=form)
def forms(draw: Draw) -> Iterator[Inputs]:
    yield {"f": SQUARES, "x": _whole(draw, 3), "eps": HALF}
    yield {"f": SQUARES, "x": whole(draw, 4), "eps": HALF}
    yield {"f": SQUARES, "x": whole(draw, 1), "eps": HALF}


@num_grad.cases("f returns a float", weight=0.5, probe=slopes)
def floats(draw: Draw) -> Iterator[Inputs]:
    yield {"f": LINEAR + ".item()", "x": _whole(draw, 3), "c": _whole(draw, 3), "eps": HALF}


@num_grad.cases("default eps", weight=0.5, probe=with_default_eps)
def small_steps(draw: Draw) -> Iterator[Inputs]:
    yield {"f": WEIGHTED_SQUARES, "x": _whole(draw, 3), "c": _whole(draw, 3)}


@num_grad.cases("x stays as it is", probe=watching_x)
def kept(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(12)}


@num_grad.cases("memory", weight=0.5, probe=of_x_itself)
def memory(draw: Draw) -> Iterator[Inputs]:
    images, c = channels_last(_whole(draw, 1, 2, 2, 2)), _different(draw, 1, 2, 2, 2)
    yield {"f": LINEAR, "x": images, "c": c, "eps": HALF}
    c = _different(draw, 3, 2)
    yield {"f": LINEAR, "x": strided(_whole(draw, 3, 2)), "c": c, "eps": HALF}


def _whole(draw: Draw, *shape: int) -> torch.Tensor:
    return whole(draw, *shape, dtype=torch.float64)


def _different(draw: Draw, *shape: int) -> torch.Tensor:
    """Whole numbers no two of which are equal: no slope can stand in for another."""
    return draw.distinct(*shape) + 10


@num_grad.alternative
def fresh_copies(f, x, eps=1e-5):
    slopes = torch.zeros_like(x)
    for index in torch.ones_like(x).nonzero().tolist():
        above, below = x.clone(), x.clone()
        above[tuple(index)] += eps
        below[tuple(index)] -= eps
        slopes[tuple(index)] = (f(above) - f(below)) / (2 * eps)
    return slopes


@num_grad.alternative
def rows_of_the_identity(f, x, eps=1e-5):
    steps = eps * torch.eye(x.numel(), dtype=x.dtype)
    slopes = [(f(x + s.reshape(x.shape)) - f(x - s.reshape(x.shape))) / eps / 2 for s in steps]
    return torch.tensor([float(s) for s in slopes], dtype=x.dtype).reshape(x.shape)


@num_grad.alternative
def one_copy_put_back(f, x, eps=1e-5):
    moved = x.reshape(-1).clone()
    slopes = torch.zeros(x.numel(), dtype=x.dtype)
    for i in range(len(moved)):
        value = moved[i].item()
        moved[i] = value + eps
        above = f(moved.reshape(x.shape).clone())
        moved[i] = value - eps
        below = f(moved.reshape(x.shape).clone())
        moved[i] = value
        slopes[i] = 0.5 * (above - below) / eps
    return slopes.reshape(x.shape)
