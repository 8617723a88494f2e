"""Right answers of 02_backpropagation from other hands: torch's autograd, scipy, numpy."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import scipy.special
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight
from torch.utils.data import BatchSampler

Number = float | Tensor


def which_learning() -> str:
    """The kind whose labels come from the data, by who gives the answers in each example."""
    answers_from = {"A": "people", "B": "nobody", "C": "the data", "D": "rewards"}
    (letter,) = (letter for letter, source in answers_from.items() if source == "the data")
    return letter


def num_grad(f: Callable[[Tensor], Number], x: Tensor, eps: float = 1e-5) -> Tensor:
    """Central differences over numpy's indices."""
    slopes = np.zeros(tuple(x.shape))
    for index in np.ndindex(*x.shape):
        ends = [np.array(x.numpy(), copy=True) for _ in "ab"]
        ends[0][index] -= eps
        ends[1][index] += eps
        low, high = (float(f(torch.from_numpy(end))) for end in ends)
        slopes[index] = (high - low) / (2 * eps)
    return torch.from_numpy(slopes).to(x.dtype)


def logistic_lsq(w: Number, b: Number, x: Number, t: Number) -> tuple[Number, ...]:
    """torch's loss with its gradients, in float64."""
    leaves = [torch.tensor(float(v), dtype=torch.float64, requires_grad=True) for v in (w, b)]
    y = torch.sigmoid(leaves[0] * float(x) + leaves[1])
    L = F.mse_loss(y, torch.full_like(y, float(t))) / 2
    dw, db = torch.autograd.grad(L, leaves)
    return L.item(), dw.item(), db.item()


class Node:
    """A node that holds a tensor, whose gradients torch finds."""

    def __init__(
        self, value: float | Tensor, parents: Iterable["Node"] = (), op: str = "", local: Any = ()
    ) -> None:
        inner = isinstance(value, Tensor)
        self.tensor: Tensor = value if inner else torch.tensor(float(value)).double()  # type: ignore[assignment]
        if not inner:
            self.tensor.requires_grad_()
        self.parents, self.op, self.grad = tuple(parents), op, 0.0

    @property
    def value(self) -> float:
        return self.tensor.item()

    @staticmethod
    def of(other: "Node | float") -> "Node":
        return other if isinstance(other, Node) else Node(other)

    def _make(self, op: str, how: Callable[..., Tensor], *others: "Node | float") -> "Node":
        nodes = [self, *map(Node.of, others)]
        return Node(how(*(node.tensor for node in nodes)), nodes, op)

    def __add__(self, other: "Node | float") -> "Node":
        return self._make("+", torch.add, other)

    def __mul__(self, other: "Node | float") -> "Node":
        return self._make("*", torch.mul, other)

    def sigmoid(self) -> "Node":
        return self._make("sigmoid", torch.sigmoid)

    def relu(self) -> "Node":
        return self._make("relu", torch.relu)

    def maximum(self, other: "Node | float") -> "Node":
        return self._make("max", torch.maximum, other)

    def backward(self) -> None:
        waiting, nodes = [self], dict[int, Node]()
        while waiting:
            node = waiting.pop()
            if id(node) not in nodes:
                nodes[id(node)] = node
                waiting += node.parents
        tensors = [node.tensor for node in nodes.values()]
        slopes = torch.autograd.grad(self.tensor, tensors, retain_graph=True)
        for node, slope in zip(nodes.values(), slopes, strict=True):
            node.grad = slope.item()

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> "Node":
        return self * -1

    def __sub__(self, other: "Node | float") -> "Node":
        return self + -Node.of(other)

    def __rsub__(self, other: "Node | float") -> "Node":
        return Node.of(other) + -self


def _with_gradients(
    function: Callable[..., Tensor], inputs: Sequence[Tensor], g: Tensor
) -> tuple[Tensor, ...]:
    """The function's output and, by autograd, the gradient of each input."""
    leaves = [x.detach().clone().requires_grad_() for x in inputs]
    y = function(*leaves)
    return (y.detach(), *torch.autograd.grad(y, leaves, g))


def sigmoid_fb(x: Tensor, g: Tensor) -> tuple[Tensor, ...]:
    """torch's own."""
    return _with_gradients(torch.sigmoid, [x], g)


def tanh_fb(x: Tensor, g: Tensor) -> tuple[Tensor, ...]:
    """torch's own."""
    return _with_gradients(torch.tanh, [x], g)


def relu_fb(x: Tensor, g: Tensor) -> tuple[Tensor, ...]:
    """torch's own."""
    return _with_gradients(F.relu, [x], g)


def leaky_relu_fb(x: Tensor, g: Tensor, slope: float = 0.1) -> tuple[Tensor, ...]:
    """torch's own."""
    return _with_gradients(lambda z: F.leaky_relu(z, slope), [x], g)


def elu_fb(x: Tensor, g: Tensor, alpha: float = 1.0) -> tuple[Tensor, ...]:
    """torch's own; at 0, where torch takes the left slope, just right of it."""
    y, dx = _with_gradients(lambda z: F.elu(z, alpha), [x], g)
    return y, torch.where(x == 0, g, dx)


def maxout_fb(x: Tensor, W: Tensor, b: Tensor, g: Tensor) -> tuple[Tensor, ...]:
    """One of torch's linear layers for each piece."""

    def layer(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
        return torch.stack([F.linear(x, *piece) for piece in zip(W, b, strict=True)]).amax(0)

    return _with_gradients(layer, [x, W, b], g)


def linear_fb(x: Tensor, W: Tensor, b: Tensor, g: Tensor) -> tuple[Tensor, ...]:
    """torch's own."""
    return _with_gradients(F.linear, [x, W, b], g)


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    """torch's own."""
    return torch.softmax(x, dim)


def log_loss(y: Tensor, p: Tensor) -> Tensor:
    """scipy's relative entropy plus entropy, which is the cross-entropy."""
    parts = scipy.special.rel_entr(y.numpy(), p.numpy()) + scipy.special.entr(y.numpy())
    return torch.tensor(parts.sum(1).mean()).to(y.dtype)


def softmax_xent(logits: Tensor, t: Tensor) -> tuple[Tensor, ...]:
    """torch's own."""
    one = torch.ones((), dtype=logits.dtype)
    return _with_gradients(lambda z: F.cross_entropy(z, t), [logits], one)


def conv2d_backward_b(g: Tensor) -> Tensor:
    """The gradient of the bias of torch's layer over an image of zeros."""
    x = torch.zeros(len(g), 1, *g.shape[2:], dtype=g.dtype)
    w = torch.zeros(g.shape[1], 1, 1, 1, dtype=g.dtype)
    return _with_gradients(lambda b: F.conv2d(x, w, b), [g.new_zeros(g.shape[1])], g)[1]


def conv2d_backward_w(x: Tensor, g: Tensor, K: int, stride: int = 1, pad: int = 0) -> Tensor:
    """torch's own."""
    shape = (g.shape[1], x.shape[1], K, K)
    return conv2d_weight(x, shape, g, stride=stride, padding=pad)


def conv2d_backward_x(
    g: Tensor, w: Tensor, x_shape: Sequence[int], stride: int = 1, pad: int = 0
) -> Tensor:
    """torch's own."""
    return conv2d_input(list(x_shape), w, g, stride=stride, padding=pad)


def maxpool_backward(g: Tensor, idx: Tensor, x_shape: Sequence[int]) -> Tensor:
    """One plane after the other, in numpy."""
    N, C, H, W = x_shape
    dx = np.zeros((N, C, H * W), dtype=g.numpy().dtype)
    for n, c in np.ndindex(N, C):
        np.add.at(dx[n, c], idx[n, c].numpy().ravel(), g[n, c].numpy().ravel())
    return torch.from_numpy(dx.reshape(N, C, H, W))


def batches(n: int, batch_size: int, order: Tensor) -> list[Tensor]:
    """torch's own sampler."""
    return [torch.tensor(batch) for batch in BatchSampler(order.tolist(), batch_size, False)]


class Sequential:
    """The layers folded from either end, with torch's optimiser."""

    def __init__(self, layers: Iterable[Any]) -> None:
        self.layers = list(layers)

    def forward(self, x: Tensor) -> Tensor:
        return reduce(lambda value, layer: layer.forward(value), self.layers, x)

    def backward(self, g: Tensor) -> Tensor:
        return reduce(lambda value, layer: layer.backward(value), self.layers[::-1], g)

    def step(self, lr: float) -> None:
        for layer in self.layers:
            for name, gradient in layer.grads.items():
                parameter = torch.nn.Parameter(layer.params[name])
                parameter.grad = gradient
                torch.optim.SGD([parameter], lr=lr).step()
                layer.params[name] = parameter.detach()


ORACLES: dict[str, Callable[..., Any]] = {
    oracle.__name__: oracle
    for oracle in (
        *(which_learning, num_grad, logistic_lsq, Node, sigmoid_fb, tanh_fb, relu_fb),
        *(leaky_relu_fb, elu_fb, maxout_fb, linear_fb, softmax, log_loss, softmax_xent),
        *(conv2d_backward_b, conv2d_backward_w, conv2d_backward_x, maxpool_backward),
        *(batches, Sequential),
    )
}
