"""Random configurations of every exercise of 02_backpropagation."""

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from tests.checks.drawing import Choose, Inputs, alike, size, whole

# Facets that ask for all of an answer, or for the most of it.
FACETS = {
    "num_grad": "central differences",
    "logistic_lsq": "0-d tensors",
    "Node": "paths of different length",
    "sigmoid_fb": "large values",
    "tanh_fb": "large values",
    "relu_fb": "large values",
    "leaky_relu_fb": "large values",
    "elu_fb": "large values",
    "maxout_fb": "biases and more pieces",
    "linear_fb": "shapes",
    "softmax_xent": "gradient of a batch",
    "batches": "last batch is smaller",
    "Sequential": "training",
}


def _num_grad(choose: Choose) -> Inputs:
    shape = [size(choose, 1, 3) for _ in range(size(choose, 0, 3))]
    x, c = whole(choose, *shape).double(), whole(choose, *shape).double()
    f = choose(st.sampled_from(["(c * x**3 + x**2).sum()", "(x * c).sum() ** 2"]))
    return {"f": f, "x": x, "c": c, "eps": choose(st.sampled_from([0.25, 0.5, 1.0, 2.0]))}


def _logistic_lsq(choose: Choose) -> Inputs:
    return {name: choose(st.integers(-16, 16)) / 8 for name in "wbxt"}


def _expression(choose: Choose) -> Inputs:
    """A list of named steps, each made from earlier ones; its value is the last of them."""
    leaves = {name: choose(st.integers(-12, 12)) / 8 for name in "xyz"}
    known, steps = list(leaves), []
    for name in "abcdefg"[: size(choose, 1, 7)]:
        one, other = (choose(st.sampled_from(known)) for _ in "12")
        made = choose(st.sampled_from(["{0} + {1}", "{0} * {1}", "{0} - {1}", "2 * {0} + 1"]))
        after = choose(st.sampled_from(["", ".sigmoid()", ".relu()", ".maximum(0.3)"]))
        steps.append(f"({name} := ({made.format(one, other)}){after})")
        known.append(name)
    return {"expression": f"[{', '.join(steps)}][-1]", **leaves}


def _activation(layer: str, option: str = "") -> Callable[[Choose], Inputs]:
    def draw(choose: Choose) -> Inputs:
        shape = [size(choose, 1, 3) for _ in range(size(choose, 0, 4))]
        x, g = alike(whole(choose, *shape), whole(choose, *shape))
        inputs: Inputs = {"layer": layer, "x": x, "g": g}
        value = choose(st.sampled_from([None, 0.0, 0.125, 0.5])) if option else None
        return inputs if value is None else {**inputs, option: value}

    return draw


def _maxout_fb(choose: Choose) -> Inputs:
    N, D, P, H = (size(choose) for _ in range(4))
    x, W, b, g = alike(
        whole(choose, N, D), whole(choose, P, H, D), whole(choose, P, H), whole(choose, N, H)
    )
    fractions = torch.arange(P, dtype=b.dtype)[:, None] / 4  # no two pieces are equal
    return {"x": x, "W": W, "b": b + fractions, "g": g}


def _linear_fb(choose: Choose) -> Inputs:
    N, D, H = (size(choose) for _ in range(3))
    shapes = {"x": (N, D), "W": (H, D), "b": (H,), "g": (N, H)}
    tensors = alike(*(whole(choose, *shape) for shape in shapes.values()))
    return dict(zip(shapes, tensors, strict=True))


def _softmax(choose: Choose) -> Inputs:
    shape = [size(choose, 1, 3) for _ in range(size(choose, 1, 4))]
    scale = choose(st.sampled_from([0.25, 1.0, 200.0]))
    return {"x": scale * whole(choose, *shape), "dim": size(choose, -len(shape), len(shape) - 1)}


def _log_loss(choose: Choose) -> Inputs:
    N, K = size(choose), size(choose)
    y, p = alike(whole(choose, N, K).abs(), whole(choose, N, K).abs())
    y[:, 0] += 1
    p = torch.where(y > 0, p + 1, p)  # where y is not 0, p is not either
    return {"y": y / y.sum(1, keepdim=True), "p": p / p.sum(1, keepdim=True)}


def _softmax_xent(choose: Choose) -> Inputs:
    N, K = size(choose), size(choose)
    t = torch.tensor([size(choose, 0, K - 1) for _ in range(N)])
    scale = choose(st.sampled_from([0.25, 1.0, 200.0]))
    return {"logits": scale * whole(choose, N, K), "t": t}


def _layer(choose: Choose) -> tuple[Inputs, list[int], list[int], int]:
    """Stride and padding, the shapes of x and g, and K; the kernel fits at least once."""
    N, C, F, K = (size(choose, 1, 3) for _ in range(4))
    stride, pad = size(choose), size(choose, 0, 2)
    image = [max(1, K - 2 * pad) + size(choose, 0, 5) for _ in "HW"]
    outputs = [(length + 2 * pad - K) // stride + 1 for length in image]
    return {"stride": stride, "pad": pad}, [N, C, *image], [N, F, *outputs], K


def _conv2d_backward_w(choose: Choose) -> Inputs:
    geometry, x_shape, g_shape, K = _layer(choose)
    x, g = alike(whole(choose, *x_shape), whole(choose, *g_shape))
    return {"x": x, "g": g, "K": K, **geometry}


def _conv2d_backward_x(choose: Choose) -> Inputs:
    geometry, x_shape, g_shape, K = _layer(choose)
    g, w = alike(whole(choose, *g_shape), whole(choose, g_shape[1], x_shape[1], K, K))
    return {"g": g, "w": w, "x_shape": tuple(x_shape), **geometry}


def _maxpool_backward(choose: Choose) -> Inputs:
    k, s = size(choose, 1, 3), size(choose, 1, 3)
    shape = [size(choose, 1, 2), size(choose, 1, 3), *(k + size(choose, 0, 5) for _ in "HW")]
    _, idx = torch.nn.functional.max_pool2d(whole(choose, *shape), k, s, return_indices=True)
    return {"g": whole(choose, *idx.shape), "idx": idx, "x_shape": tuple(shape)}


def _batches(choose: Choose) -> Inputs:
    n = size(choose, 1, 20)
    order = torch.tensor(choose(st.permutations(range(n))))
    return {"n": n, "batch_size": size(choose, 1, 9), "order": order}


def _sequential(choose: Choose) -> Inputs:
    kinds = choose(st.lists(st.sampled_from(["affine", "matrix", "square"]), max_size=4))
    N, D = size(choose, 1, 3), size(choose, 1, 3)
    x, g = alike(whole(choose, N, D).double(), whole(choose, N, D))
    return {"asked": "training", "kinds": kinds, "x": x, "g": g, "lr": 0.125}


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "which_learning": lambda _choose: {},
    "num_grad": _num_grad,
    "logistic_lsq": _logistic_lsq,
    "Node": _expression,
    "sigmoid_fb": _activation("sigmoid_fb"),
    "tanh_fb": _activation("tanh_fb"),
    "relu_fb": _activation("relu_fb"),
    "leaky_relu_fb": _activation("leaky_relu_fb", "slope"),
    "elu_fb": _activation("elu_fb", "alpha"),
    "maxout_fb": _maxout_fb,
    "linear_fb": _linear_fb,
    "softmax": _softmax,
    "log_loss": _log_loss,
    "softmax_xent": _softmax_xent,
    "conv2d_backward_b": lambda choose: {"g": whole(choose, *(size(choose) for _ in "NFHW"))},
    "conv2d_backward_w": _conv2d_backward_w,
    "conv2d_backward_x": _conv2d_backward_x,
    "maxpool_backward": _maxpool_backward,
    "batches": _batches,
    "Sequential": _sequential,
}
