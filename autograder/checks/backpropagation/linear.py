# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""linear_fb: the fully connected layer."""

from collections.abc import Iterator

from autograder.checks.backpropagation.forbidden import READY_MADE
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

linear_fb = Exercise("linear_fb", points=1, stars=2, minutes=12, forbidden=READY_MADE)


def output(student, x, W, b, g):
    return student.linear_fb(x=x, W=W, b=b, g=g)[0]


def input_gradient(student, x, W, b, g):
    return student.linear_fb(x=x, W=W, b=b, g=g)[1]


def weight_gradient(student, x, W, b, g):
    return student.linear_fb(x=x, W=W, b=b, g=g)[2]


def bias_gradient(student, x, W, b, g):
    return student.linear_fb(x=x, W=W, b=b, g=g)[3]


def output_and_types(student, x, W, b, g):
    y, *gradients = student.linear_fb(x=x, W=W, b=b, g=g)
    return {"y": y, "dtypes of the gradients": [str(d.dtype) for d in gradients]}


def _layer(draw: Draw, N: int, D: int, H: int) -> Inputs:
    x, W, b, g = (whole(draw, *shape) for shape in ((N, D), (H, D), (H,), (N, H)))
    return {"x": x, "W": W, "b": b, "g": g}


def _layers(draw: Draw) -> Iterator[Inputs]:
    """As many outputs as inputs: a matrix that is not transposed raises no error here."""
    yield _layer(draw, 4, 3, 3)
    yield _layer(draw, 3, 2, 2)


linear_fb.cases("output", probe=output)(_layers)
linear_fb.cases("gradient of x", probe=input_gradient)(_layers)
linear_fb.cases("gradient of W", probe=weight_gradient)(_layers)
linear_fb.cases("gradient of b", probe=bias_gradient)(_layers)


@linear_fb.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield _layer(draw, 4, 2, 3)
    yield _layer(draw, 3, 5, 2)
    yield _layer(draw, 1, 3, 2)
    yield _layer(draw, 3, 3, 3)


@linear_fb.cases("dtype and memory", weight=0.5, probe=output_and_types)
def types(draw: Draw) -> Iterator[Inputs]:
    x, W, b, g = (draw.reals(*shape) for shape in ((2, 3), (3, 3), (3,), (2, 3)))
    yield {"x": x, "W": W, "b": b, "g": g}
    layer = {name: strided(value) for name, value in _layer(draw, 2, 3, 3).items()}
    yield {**layer, "x": whole(draw, 3, 2).T, "g": whole(draw, 3, 2).T}


@linear_fb.misconception(
    "The bias is forgotten: unit h gets b[h] added, for every example.",
    "b has one entry for each column of the output.",
)
def no_bias(x, W, b, g):
    return x @ W.T, g @ W, g.T @ x, g.sum(0)


@linear_fb.misconception(
    "dW has its two axes exchanged: it must have the shape of W, one row for each unit.",
    "Rows of W belong to outputs; which factor has outputs in its columns?",
)
def weight_gradient_transposed(x, W, b, g):
    return x @ W.T + b, g @ W, x.T @ g, g.sum(0)


@linear_fb.misconception(
    "In dx the weights are the wrong way round.",
    "y went through W transposed; the way back goes through W itself. Check the shapes.",
)
def input_gradient_transposed(x, W, b, g):
    return x @ W.T + b, g @ W.T, g.T @ x, g.sum(0)


@linear_fb.misconception(
    "The output multiplies by W; its rows belong to units, so W must be transposed.",
    "Entry (n, h) of y is the product of example n with row h of W.",
)
def output_with_untransposed_weights(x, W, b, g):
    return x @ W + b, g @ W, g.T @ x, g.sum(0)


@linear_fb.misconception(
    "dW and db are means over the batch; every example adds its share, so they are sums.",
    "Whether L is a mean is already in g.",
)
def means_over_the_batch(x, W, b, g):
    return x @ W.T + b, g @ W, g.T @ x / len(x), g.mean(0)


@linear_fb.misconception(
    "db has one number for each example; all of them used the same b.",
    "Sum over the batch, and keep the units.",
)
def bias_gradient_per_example(x, W, b, g):
    return x @ W.T + b, g @ W, g.T @ x, g.sum(1)


@linear_fb.misconception(
    "db is g itself: one row for each example. b was used by all of them.",
    "Sum over the batch: db has the shape of b.",
)
def bias_gradient_not_summed(x, W, b, g):
    return x @ W.T + b, g @ W, g.T @ x, g


@linear_fb.misconception(
    "The upstream gradient g is left out of dx: each example gets the sum of the rows of W.",
    "Weigh each row of W with what arrives at its unit.",
)
def input_gradient_without_upstream(x, W, b, g):
    return x @ W.T + b, W.sum(0).expand(x.shape), g.T @ x, g.sum(0)


@linear_fb.misconception(
    "float64 inputs come out as float32.",
    "New tensors have torch's default type; make them like x or like W.",
)
def in_float32(x, W, b, g):
    x, W, b, g = x.float(), W.float(), b.float(), g.float()
    return x @ W.T + b, g @ W, g.T @ x, g.sum(0)


@linear_fb.alternative
def by_einsum(x, W, b, g):
    y = torch.einsum("nd,hd->nh", x, W) + b
    dx = torch.einsum("nh,hd->nd", g, W)
    return y, dx, torch.einsum("nh,nd->hd", g, x), torch.einsum("nh->h", g)


@linear_fb.alternative
def example_after_example(x, W, b, g):
    y, dx = torch.zeros_like(g), torch.zeros_like(x)
    dW, db = torch.zeros_like(W), torch.zeros_like(b)
    for n in range(len(x)):
        y[n] = W @ x[n] + b
        dx[n] = W.T @ g[n]
        dW += torch.outer(g[n], x[n])
        db += g[n]
    return y, dx, dW, db


@linear_fb.alternative
def with_a_bias_unit(x, W, b, g):
    x1 = torch.cat([x, x.new_ones(len(x), 1)], dim=1)  # (N, D + 1)
    W1 = torch.cat([W, b[:, None]], dim=1)  # (H, D + 1)
    dW1 = g.T @ x1
    return x1 @ W1.T, (g @ W1)[:, :-1], dW1[:, :-1], dW1[:, -1]


@linear_fb.alternative
def by_torch_linear(x, W, b, g):
    return F.linear(x, W, b), F.linear(g, W.T), F.linear(g.T, x.T), g.sum(dim=0)
