# mypy: disable-error-code="no-untyped-def,name-defined,operator,attr-defined,arg-type"
"""Right values by what each exercise forbids: every one of these answers earns nothing."""

from autograder.checks.backpropagation.bias import conv2d_backward_b
from autograder.checks.backpropagation.cross_entropy import softmax_xent
from autograder.checks.backpropagation.exponential import elu_fb
from autograder.checks.backpropagation.graph import Node
from autograder.checks.backpropagation.linear import linear_fb
from autograder.checks.backpropagation.log_loss import log_loss
from autograder.checks.backpropagation.logistic import logistic_lsq
from autograder.checks.backpropagation.maxout import maxout_fb
from autograder.checks.backpropagation.maxpool import maxpool_backward
from autograder.checks.backpropagation.numeric import num_grad
from autograder.checks.backpropagation.pixels import conv2d_backward_x
from autograder.checks.backpropagation.rectifiers import leaky_relu_fb, relu_fb
from autograder.checks.backpropagation.softmax import softmax
from autograder.checks.backpropagation.squashing import sigmoid_fb, tanh_fb
from autograder.checks.backpropagation.weights import conv2d_backward_w


@num_grad.borrows
def slopes_by_autograd(f, x, eps=1e-5):
    leaf = x.detach().clone().requires_grad_()
    torch.as_tensor(f(leaf)).backward()
    return leaf.grad


@num_grad.borrows
def slopes_by_torch_func(f, x, eps=1e-5):
    from torch.func import grad

    return grad(f)(x)


@logistic_lsq.borrows
def neuron_by_autograd(w, b, x, t):
    w, b = (torch.tensor(float(v), requires_grad=True) for v in (w, b))
    L = 0.5 * (torch.sigmoid(w * float(x) + b) - float(t)) ** 2
    L.backward()
    return L.item(), w.grad.item(), b.grad.item()


@Node.borrows
class TensorInside:
    """A number in a graph: torch's autograd does the work."""

    def __init__(self, value, parents=(), op="", local=()):
        inner = isinstance(value, torch.Tensor)
        self.tensor = value if inner else torch.tensor(float(value), requires_grad=True)
        self.tensor.retain_grad()
        self.parents, self.op = tuple(parents), op

    @staticmethod
    def of(other):
        return other if isinstance(other, Node) else Node(other)

    @property
    def value(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    def __add__(self, other):
        return Node(self.tensor + Node.of(other).tensor, (self, Node.of(other)), "+")

    def __mul__(self, other):
        return Node(self.tensor * Node.of(other).tensor, (self, Node.of(other)), "*")

    def sigmoid(self):
        return Node(torch.sigmoid(self.tensor), (self,), "sigmoid")

    def relu(self):
        return Node(torch.relu(self.tensor), (self,), "relu")

    def maximum(self, other):
        other = Node.of(other)
        return Node(torch.maximum(self.tensor, other.tensor), (self, other), "max")

    def backward(self):
        self.tensor.backward()

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Node.of(other)

    def __rsub__(self, other):
        return Node.of(other) + -self


@sigmoid_fb.borrows
def sigmoid_of_torch(x, g):
    y = torch.sigmoid(x)
    return y, g * y * (1 - y)


@tanh_fb.borrows
def tanh_of_torch(x, g):
    y = x.tanh()
    return y, g * (1 - y * y)


@relu_fb.borrows
def relu_by_autograd(x, g):
    x = x.detach().requires_grad_()
    y = torch.relu(x)
    y.backward(g)
    return y.detach(), x.grad


@leaky_relu_fb.borrows
def leaky_of_torch(x, g, slope=0.1):
    return F.leaky_relu(x, slope), torch.where(x > 0, g, slope * g)


@elu_fb.borrows
def elu_of_torch(x, g, alpha=1.0):
    return F.elu(x, alpha), torch.where(x >= 0, g, g * alpha * x.clamp(max=0).exp())


@maxout_fb.borrows
def maxout_by_autograd(x, W, b, g):
    leaves = [v.detach().clone().requires_grad_() for v in (x, W, b)]
    y = (torch.einsum("nd,phd->pnh", leaves[0], leaves[1]) + leaves[2][:, None]).amax(0)
    return y.detach(), *torch.autograd.grad(y, leaves, g)


@linear_fb.borrows
def linear_by_autograd(x, W, b, g):
    leaves = [v.detach().clone().requires_grad_() for v in (x, W, b)]
    y = F.linear(*leaves)
    y.backward(g)
    return y.detach(), *(leaf.grad for leaf in leaves)


@softmax.borrows
def softmax_of_torch(x, dim=-1):
    return torch.softmax(x, dim)


@log_loss.borrows
def cross_entropy_of_logarithms(y, p):
    return F.cross_entropy(p.log(), y)


@softmax_xent.borrows
def cross_entropy_of_torch(logits, t):
    p = F.softmax(logits, 1)
    return F.cross_entropy(logits, t), (p - F.one_hot(t, logits.shape[1])) / len(t)


@conv2d_backward_b.borrows
def bias_by_autograd(g):
    b = torch.zeros(g.shape[1], dtype=g.dtype, requires_grad=True)
    (b[:, None, None] * torch.ones_like(g)).backward(g)
    return b.grad


@conv2d_backward_w.borrows
def weights_of_torch(x, g, K, stride=1, pad=0):
    shape = (g.shape[1], x.shape[1], K, K)
    return torch.nn.grad.conv2d_weight(x, shape, g, stride=stride, padding=pad)


@conv2d_backward_w.borrows
def weights_by_autograd(x, g, K, stride=1, pad=0):
    w = torch.zeros(g.shape[1], x.shape[1], K, K, dtype=x.dtype, requires_grad=True)
    F.conv2d(x, w, stride=stride, padding=pad).backward(g)
    return w.grad


@conv2d_backward_x.borrows
def pixels_by_transposed_convolution(g, w, x_shape, stride=1, pad=0):
    import torch.nn.functional as F

    extra = [
        size - ((out - 1) * stride - 2 * pad + w.shape[-1])
        for size, out in zip(x_shape[2:], g.shape[2:], strict=True)
    ]
    return F.conv_transpose2d(g, w, stride=stride, padding=pad, output_padding=extra)


@conv2d_backward_x.borrows
def pixels_of_torch(g, w, x_shape, stride=1, pad=0):
    return torch.nn.grad.conv2d_input(x_shape, w, g, stride=stride, padding=pad)


@maxpool_backward.borrows
def unpooled_by_torch(g, idx, x_shape):
    return F.max_unpool2d(g, idx, 2, output_size=x_shape)


@maxpool_backward.borrows
def gathered_by_autograd(g, idx, x_shape):
    x = torch.zeros(*x_shape, dtype=g.dtype, requires_grad=True)
    x.flatten(2).gather(2, idx.flatten(2)).backward(g.flatten(2))
    return x.grad
