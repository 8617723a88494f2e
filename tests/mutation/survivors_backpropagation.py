"""Mutants of 02_backpropagation that get full points because they are right."""

from tests.mutation.survivors import Equivalent

SAME_SHAPE = "x, slopes and step have the same number of entries and the same dtype"
AS_MANY_ROWS = "each has one row for each example of the batch"
ANY_ORDER = "two axes are exchanged, and axes are flipped or summed, in any order"
BOTH_BELOW = "where they differ, at 0 or where it is not chosen, both sides are the same"

_STEP = "step = x.new_zeros(x.numel())"
_SUM = "return Node(self.value + other.value, (self, other), '+', (1, 1))"
_RELU = "return Node(max(0, self.value), (self,), 'relu', (self.value > 0,))"
_MAX = "return Node(max(self.value, other.value), (self, other), 'max', (first, not first))"
_ZIP = "for parent, local in zip(node.parents, node.local, strict=True):"
_LEAKY = "return (torch.where(x > 0, x, slope * x), torch.where(x > 0, g, slope * g))"
_POWERS = "e = torch.exp(x.clamp(max=0))"
_ELU = "return (torch.where(x >= 0, x, alpha * (e - 1)), torch.where(x >= 0, g, g * alpha * e))"
_XENT = "return (-(right * log_p).sum() / len({}), (log_p.exp() - right) / len({}))"
_IMAGES = "images, kernels = (x.transpose({}), g.transpose({}))"
_APART = "apart = {}.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)"
_MIRRORED = "mirrored = w.flip({}).transpose({})"
_ROWS = ("log_p", "logits", "right", "z")

EQUIVALENTS = (
    Equivalent(
        "num_grad",
        "for i in range(x.numel()):",
        ("for i in range(slopes.numel()):",),
        SAME_SHAPE,
    ),
    Equivalent(
        "num_grad",
        _STEP,
        ("step = slopes.new_zeros(x.numel())", "step = x.new_zeros(slopes.numel())"),
        SAME_SHAPE,
    ),
    Equivalent(
        "num_grad", "return slopes.view(x.shape)", ("return slopes.view(step.shape)",), SAME_SHAPE
    ),
    Equivalent(
        "Node",
        "def __init__(self, value, parents=(), op='', local=()):",
        ("def __init__(self, value, parents=(), op='_', local=()):",),
        "what a node without parents calls its op is given, and not asked",
    ),
    Equivalent(
        "Node", _SUM, (_SUM.replace("self, other", "other, self"),), "a sum has equal slopes"
    ),
    Equivalent(
        "Node",
        _RELU,
        (_RELU.replace("0, self.value", "self.value, 0"),),
        "the maximum of two numbers does not depend on their order",
    ),
    Equivalent(
        "Node",
        _MAX,
        (_MAX.replace("self.value, other.value", "other.value, self.value"),),
        "the maximum of two numbers does not depend on their order",
    ),
    Equivalent(
        "Node",
        "first = self.value > other.value",
        ("first = self.value >= other.value",),
        "equal arguments of maximum are not asked",
    ),
    Equivalent(
        "Node",
        "self.grad = 1.0",
        ("node.grad = 1.0",),
        "the last node of the loop before it is self",
    ),
    Equivalent(
        "Node",
        _ZIP,
        (_ZIP.replace(", strict=True", ""), _ZIP.replace("True", "False")),
        "each node has as many slopes as parents",
    ),
    Equivalent("leaky_relu_fb", _LEAKY, (_LEAKY.replace("x > 0, x", "x >= 0, x"),), BOTH_BELOW),
    Equivalent(
        "elu_fb", _POWERS, ("e = torch.exp(x)", "e = torch.exp(x.clamp(max=1))"), BOTH_BELOW
    ),
    Equivalent("elu_fb", _ELU, (_ELU.replace("x >= 0, x", "x > 0, x"),), BOTH_BELOW),
    Equivalent(
        "log_loss",
        "return -torch.xlogy(y, p).sum() / len(y)",
        ("return -torch.xlogy(y, p).sum() / len(p)",),
        AS_MANY_ROWS,
    ),
    Equivalent(
        "softmax_xent",
        "right = F.one_hot(t, logits.shape[1])",
        ("right = F.one_hot(t, log_p.shape[1])", "right = F.one_hot(t, z.shape[1])"),
        "logits, z and log_p have one shape",
    ),
    Equivalent(
        "softmax_xent",
        _XENT.format("t", "t"),
        (
            *(_XENT.format(rows, "t") for rows in _ROWS),
            *(_XENT.format("t", rows) for rows in _ROWS),
        ),
        AS_MANY_ROWS,
    ),
    Equivalent(
        "conv2d_backward_b",
        "return g.sum((0, 2, 3))",
        ("return g.sum((2, 0, 3))", "return g.sum((0, 3, 2))"),
        ANY_ORDER,
    ),
    Equivalent(
        "conv2d_backward_w",
        _IMAGES.format("0, 1", "0, 1"),
        (_IMAGES.format("1, 0", "0, 1"), _IMAGES.format("0, 1", "1, 0")),
        ANY_ORDER,
    ),
    Equivalent(
        "conv2d_backward_w",
        "return dw[..., :K, :K].transpose(0, 1)",
        ("return dw[..., :K, :K].transpose(1, 0)",),
        ANY_ORDER,
    ),
    Equivalent(
        "conv2d_backward_x",
        "(H, W), K = (x_shape[2:], w.shape[-1])",
        ("(H, W), K = (x_shape[2:], w.shape[-2])",),
        "kernels are square: their last two axes have the same length",
    ),
    Equivalent(
        "conv2d_backward_x",
        _APART.format("g"),
        (_APART.format("w"),),
        "g and w have one dtype and one device",
    ),
    Equivalent(
        "conv2d_backward_x",
        _MIRRORED.format("2, 3", "0, 1"),
        (_MIRRORED.format("2, 3", "1, 0"), _MIRRORED.format("3, 2", "0, 1")),
        ANY_ORDER,
    ),
)
