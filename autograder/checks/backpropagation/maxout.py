# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""maxout_fb: the largest of several linear functions, lectures 000 and 001."""

from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import READY_MADE
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

maxout_fb = Exercise("maxout_fb", points=0.5, stars=2, minutes=12, forbidden=READY_MADE)


def output(student, x, W, b, g):
    return student.maxout_fb(x=x, W=W, b=b, g=g)[0]


def input_gradient(student, x, W, b, g):
    return student.maxout_fb(x=x, W=W, b=b, g=g)[1]


def parameter_gradients(student, x, W, b, g):
    _, _, dW, db = student.maxout_fb(x=x, W=W, b=b, g=g)
    return {"dW": dW, "db": db}


def output_and_types(student, x, W, b, g):
    y, dx, dW, db = student.maxout_fb(x=x, W=W, b=b, g=g)
    return {"y": y, "dtypes of the gradients": [str(d.dtype) for d in (dx, dW, db)]}


def _layer(draw: Draw, N: int, D: int, P: int, H: int) -> Inputs:
    """Whole numbers and, in b, another fraction for each piece: no two pieces are ever equal."""
    fractions = torch.arange(float(P))[:, None] / 4
    b = whole(draw, P, H) + fractions
    return {"x": whole(draw, N, D), "W": whole(draw, P, H, D), "b": b, "g": whole(draw, N, H)}


def _fair_layer(draw: Draw, N: int, D: int, H: int) -> Inputs:
    """Two pieces with the same biases: whether these take part decides nothing."""
    layer = _layer(draw, N, D, 2, H)
    return {
        **layer,
        "W": draw.reals(2, H, D, dtype=torch.float32),
        "b": whole(draw, 1, H).repeat(2, 1),
    }


def _like_relu(draw: Draw) -> Inputs:
    """A second piece of zeros: the layer is a ReLU after a linear layer (lecture row A15)."""
    layer = _layer(draw, 3, 2, 2, 4)
    layer["W"][1], layer["b"][1] = 0, 0
    layer["b"][0] += 0.25
    return layer


@maxout_fb.cases("output", weight=2, probe=output)
def outputs(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, 3, 2, 2, 4)
    yield _layer(draw, 1, 4, 2, 3)
    yield _like_relu(draw)


@maxout_fb.cases("gradient of x", weight=2, probe=input_gradient)
def input_gradients(draw: Draw) -> Iterator[Inputs]:
    yield _fair_layer(draw, 3, 2, 4)
    yield _fair_layer(draw, 1, 4, 3)


@maxout_fb.cases("gradients of W and b", weight=2, probe=parameter_gradients)
def gradients_of_parameters(draw: Draw) -> Iterator[Inputs]:
    yield _fair_layer(draw, 3, 2, 4)
    yield _fair_layer(draw, 4, 3, 5)


@maxout_fb.cases("biases and more pieces")
def pieces(draw: Draw) -> Iterator[Inputs]:
    yield _like_relu(draw)
    yield _layer(draw, 4, 2, 3, 5)
    yield _layer(draw, 2, 3, 1, 4)


@maxout_fb.cases("dtype and memory", weight=0.5, probe=output_and_types)
def types(draw: Draw) -> Iterator[Inputs]:
    x, W, b, g = (draw.reals(*shape) for shape in ((3, 4), (2, 2, 4), (2, 2), (3, 2)))
    yield {"x": x, "W": W, "b": b, "g": g}
    layer = _layer(draw, 2, 3, 2, 4)
    yield {**{name: strided(value) for name, value in layer.items()}, "x": whole(draw, 3, 2).T}


@maxout_fb.misconception(
    "Every piece gets the whole gradient; only the one that was the largest made y.",
    "Keep, for each example and unit, which piece won, and send g there alone.",
)
def maxout_to_every_piece(x, W, b, g):
    z = torch.einsum("nd,phd->pnh", x, W) + b[:, None]
    dz = g.expand(z.shape)
    dx = torch.einsum("pnh,phd->nd", dz, W)
    return z.amax(0), dx, torch.einsum("pnh,nd->phd", dz, x), dz.sum(1)


@maxout_fb.misconception(
    "Only the first two pieces compete; W may have more of them, or a single one.",
    "Take the maximum over the whole first axis of W x + b.",
)
def maxout_of_two(x, W, b, g):
    z = torch.einsum("nd,phd->pnh", x, W) + b[:, None]
    first = z[0] > z[1]
    dz = torch.stack([g * first, g * ~first])
    dx = torch.einsum("pnh,phd->nd", dz, W[:2])
    y = torch.maximum(z[0], z[1])
    return y, dx, torch.einsum("pnh,nd->phd", dz, x), dz.sum(1)


@maxout_fb.misconception(
    "The biases take no part in the competition: add each piece's before the maximum.",
    "A piece is W x + b as a whole; the largest of these wins.",
)
def maxout_bias_afterwards(x, W, b, g):
    z = torch.einsum("nd,phd->pnh", x, W)
    y, best = z.max(0)
    dz = torch.zeros_like(z).scatter_(0, best[None], g[None])
    dx = torch.einsum("pnh,phd->nd", dz, W)
    y = y + b.expand(len(x), *b.shape).transpose(0, 1).gather(0, best[None])[0]
    return y, dx, torch.einsum("pnh,nd->phd", dz, x), dz.sum(1)


@maxout_fb.misconception(
    "The upstream gradient g is left out: the winners get 1.",
    "Downstream gradient = upstream gradient times local gradient.",
)
def maxout_without_upstream(x, W, b, g):
    z = torch.einsum("nd,phd->pnh", x, W) + b[:, None]
    y, best = z.max(0)
    dz = torch.zeros_like(z).scatter_(0, best[None], torch.ones_like(z[:1]))
    dx = torch.einsum("pnh,phd->nd", dz, W)
    return y, dx, torch.einsum("pnh,nd->phd", dz, x), dz.sum(1)


@maxout_fb.misconception(
    "dW and db are means over the batch; every example adds its share, so they are sums.",
    "Whether L is a mean is already in g.",
)
def maxout_means(x, W, b, g):
    z = torch.einsum("nd,phd->pnh", x, W) + b[:, None]
    y, best = z.max(0)
    dz = torch.zeros_like(z).scatter_(0, best[None], g[None])
    dx = torch.einsum("pnh,phd->nd", dz, W)
    return y, dx, torch.einsum("pnh,nd->phd", dz, x) / len(x), dz.mean(1)


@maxout_fb.misconception(
    "In a new tensor for dz float64 gradients become float32.",
    "Make it like z or like g: `torch.zeros` alone makes float32.",
)
def maxout_in_float32(x, W, b, g):
    z = torch.einsum("nd,phd->pnh", x, W) + b[:, None]
    y, best = z.max(0)
    dz = torch.zeros(z.shape).scatter_(0, best[None], g[None].float())
    dx = torch.einsum("pnh,phd->nd", dz, W.float())
    return y, dx, torch.einsum("pnh,nd->phd", dz, x.float()), dz.sum(1)


@maxout_fb.alternative
def winners_by_mask(x, W, b, g):
    z = torch.stack([x @ W[p].T + b[p] for p in range(len(W))])  # (P, N, H)
    y = z.max(0).values
    dz = torch.where(z == y, g, torch.zeros_like(g))
    dx = sum(dz[p] @ W[p] for p in range(len(W)))
    dW = torch.stack([dz[p].T @ x for p in range(len(W))])
    return y, dx, dW, dz.sum(1)


@maxout_fb.alternative
def example_by_example(x, W, b, g):
    P, H, D = W.shape
    y, dx = torch.zeros_like(g), torch.zeros_like(x)
    dW, db = torch.zeros_like(W), torch.zeros_like(b)
    for n in range(len(x)):
        for h in range(H):
            values = [float((W[p, h] * x[n]).sum() + b[p, h]) for p in range(P)]
            best = values.index(max(values))
            y[n, h] = values[best]
            dx[n] += g[n, h] * W[best, h]
            dW[best, h] += g[n, h] * x[n]
            db[best, h] += g[n, h]
    return y, dx, dW, db


@maxout_fb.alternative
def by_one_hot(x, W, b, g):
    z = torch.einsum("phd,nd->nhp", W, x) + b.T
    won = F.one_hot(z.argmax(-1), z.shape[-1]).to(g.dtype)  # (N, H, P)
    flow = won * g[:, :, None]
    dW = torch.einsum("nhp,nd->phd", flow, x)
    return (z * won).sum(-1), torch.einsum("nhp,phd->nd", flow, W), dW, flow.sum(0).T
