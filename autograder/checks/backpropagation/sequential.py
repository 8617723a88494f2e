# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,operator"
"""Sequential: layers in a row, forward, backward and one step of gradient descent."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import whole
from autograder.checks.forbidden import AUTOGRAD_TOOLS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

Sequential = Exercise("Sequential", points=2, stars=2, minutes=25, forbidden=AUTOGRAD_TOOLS)


def network(student, asked, kinds, x, g, lr=0.5, steps=1):
    """Build layers of these kinds, train for some steps, and report what is asked.

    asked: "output", "input gradient", "parameter gradients", "step" or "training"; the last two
    report the parameters.
    """

    class Square:
        def __init__(self):
            self.params, self.grads = {}, {}

        def forward(self, x):
            self.x = x
            return x * x

        def backward(self, g):
            return 2 * self.x * g

    class Affine(Square):
        """scale * x + shift, one of each for every column."""

        def __init__(self, width, first):
            self.params = {
                "scale": torch.arange(first, first + width).to(x.dtype),
                "shift": torch.arange(width).to(x.dtype) - first,
            }
            self.grads = {}

        def forward(self, x):
            self.x = x
            return x * self.params["scale"] + self.params["shift"]

        def backward(self, g):
            self.grads = {"scale": (g * self.x).sum(0), "shift": g.sum(0)}
            return g * self.params["scale"]

    class Matrix(Square):
        """x @ W with a square matrix that is not symmetric."""

        def __init__(self, width):
            entries = torch.arange(width * width).reshape(width, width) % 3 - 1
            self.params, self.grads = {"W": entries.to(x.dtype)}, {}

        def forward(self, x):
            self.x = x
            return x @ self.params["W"]

        def backward(self, g):
            self.grads = {"W": self.x.T @ g}
            return g @ self.params["W"].T

    width = x.shape[1]
    makers = {
        "square": lambda place: Square(),
        "affine": lambda place: Affine(width, place + 2),
        "matrix": lambda place: Matrix(width),
    }
    layers = [makers[kind](place) for place, kind in enumerate(kinds)]
    net = student.Sequential(layers)
    if asked == "output":
        return net.forward(x)
    if asked == "step":  # after gradients that do not depend on the student's backward
        for layer in layers:
            layer.backward(layer.forward(x))
        net.step(lr)
        return [layer.params for layer in layers]
    for _ in range(steps):
        net.forward(x)
        dx = net.backward(g)
        if asked == "training":
            net.step(lr)
    if asked == "input gradient":
        return dx
    return [layer.params if asked == "training" else layer.grads for layer in layers]


def _net(draw: Draw, asked: str, kinds: str, **options: float) -> Inputs:
    N, D = draw.integer(2, 3), 2
    tensors = {"x": whole(draw, N, D), "g": whole(draw, N, D)}
    return {"asked": asked, "kinds": kinds.split(), **tensors, **options}


@Sequential.cases("forward", weight=1.5, probe=network)
def outputs(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "output", "affine")
    yield _net(draw, "output", "affine square")
    yield _net(draw, "output", "square affine matrix")


@Sequential.cases("gradient of the input", weight=1.5, probe=network)
def input_gradients(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "input gradient", "affine square")
    yield _net(draw, "input gradient", "matrix square affine")


@Sequential.cases("gradients of the parameters", weight=1.5, probe=network)
def parameter_gradients(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "parameter gradients", "affine square")
    yield _net(draw, "parameter gradients", "affine square matrix affine")


@Sequential.cases("one step", weight=1.5, probe=network)
def one_step(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "step", "affine", lr=1.0)
    yield _net(draw, "step", "affine matrix affine", lr=1.0)


@Sequential.cases("learning rate", probe=network)
def learning_rates(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "step", "affine", lr=0.25)
    yield _net(draw, "step", "matrix", lr=2.0)


@Sequential.cases("layers without parameters", weight=0.5, probe=network)
def nothing_to_learn(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "step", "square", lr=1.0)
    yield _net(draw, "step", "square affine square", lr=1.0)


@Sequential.cases("no layer at all", weight=0.5, probe=network)
def empty(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "output", "")
    yield _net(draw, "input gradient", "")
    yield _net(draw, "step", "", lr=1.0)


@Sequential.cases("training", probe=network)
def training(draw: Draw) -> Iterator[Inputs]:
    yield _net(draw, "training", "affine matrix affine", lr=0.0625, steps=3)
    inputs = _net(draw, "training", "affine square affine", lr=0.03125, steps=2)
    yield {**inputs, "x": strided(inputs["x"].double()), "g": inputs["g"].double()}


@Sequential.alternative
class PlainLoops:
    def __init__(self, layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return g

    def step(self, lr):
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] = layer.params[name] - lr * layer.grads[name]


@Sequential.alternative
class ChangedInPlace:
    def __init__(self, layers):
        self.layers = list(layers)

    def forward(self, x):
        for i in range(len(self.layers)):
            x = self.layers[i].forward(x)
        return x

    def backward(self, g):
        for i in range(len(self.layers) - 1, -1, -1):
            g = self.layers[i].backward(g)
        return g

    def step(self, lr):
        for layer in self.layers:
            for name, parameter in layer.params.items():
                parameter -= lr * layer.grads[name]


@Sequential.alternative
class FirstAndRest:
    def __init__(self, layers):
        self.layers = list(layers)

    def forward(self, x):
        if not self.layers:
            return x
        first, *rest = self.layers
        return Sequential(rest).forward(first.forward(x))

    def backward(self, g):
        if not self.layers:
            return g
        first, *rest = self.layers
        return first.backward(Sequential(rest).backward(g))

    def step(self, lr):
        for layer in self.layers:
            layer.params.update({n: p - lr * layer.grads[n] for n, p in layer.params.items()})
