# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""dropout_fb: entries, or whole channels, are dropped in training."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import whole
from autograder.checks.forbidden import AUTOGRAD_TOOLS, together
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs
from visionlab.checking.forbidden import Forbidden

_READY_MADE = Forbidden(
    operators=frozenset(
        {"native_dropout", "native_dropout_backward", "dropout", "feature_dropout"}
    ),
    names=frozenset(
        {f"{kind}{n}" for kind in ("dropout", "Dropout") for n in ("", "1d", "2d", "3d")}
        | {"alpha_dropout", "feature_alpha_dropout", "AlphaDropout", "FeatureAlphaDropout"}
        | {"native_dropout", "dropout_", "feature_dropout", "feature_dropout_"}
    ),
)

dropout_fb = Exercise(
    "dropout_fb",
    points=0.75,
    stars=2,
    minutes=10,
    forbidden=together(
        _READY_MADE,
        AUTOGRAD_TOOLS,
        reason=(
            "This exercise is to write dropout and its gradient yourself: use neither torch's "
            "dropout nor autograd. Comparing, where and products are fine."
        ),
    ),
)


def the_output(student, x, g, u, p, training):
    return student.dropout_fb(x.clone(), g.clone(), u, p, training)[0]


def the_gradient(student, x, g, u, p, training):
    return student.dropout_fb(x.clone(), g.clone(), u, p, training)[1]


def on_copies(student, x, g, u, p, training):
    return student.dropout_fb(x.clone(), g.clone(), u, p, training)


def what_is_kept(student, x, g, u, p, training):
    """Where y is not 0: by how much it is scaled does not show."""
    return student.dropout_fb(x.clone(), g.clone(), u, p, training)[0] != 0


def noise(draw: Draw, *shape: int) -> torch.Tensor:
    """Odd sixteenths between 0 and 1: none equals a usual p; both halves occur."""
    u = (2 * draw.integers(*shape, low=0, high=7, dtype=torch.float32) + 1) / 16
    u.view(-1)[:2] = torch.tensor([1.0, 15.0]) / 16
    return u


def drawn(draw: Draw, *shape: int) -> Inputs:
    """An input, an upstream gradient and noise of its shape."""
    return {"x": whole(draw, *shape), "g": whole(draw, *shape), "u": noise(draw, *shape)}


@dropout_fb.cases("training", weight=1.5, probe=the_output)
def training(draw: Draw) -> Iterator[Inputs]:
    yield {**drawn(draw, 5, 4), "p": draw.choice([0.25, 0.75]), "training": True}
    yield {**drawn(draw, 6), "p": draw.choice([0.25, 0.75]), "training": True}


@dropout_fb.cases("gradient", weight=1.5, probe=the_gradient)
def gradient(draw: Draw) -> Iterator[Inputs]:
    yield {**drawn(draw, 5, 4), "p": draw.choice([0.25, 0.75]), "training": True}
    yield {**drawn(draw, 2, 3, 4), "p": draw.choice([0.25, 0.75]), "training": True}


@dropout_fb.cases("what is kept", probe=what_is_kept)
def kept(draw: Draw) -> Iterator[Inputs]:
    yield {**drawn(draw, 4, 3), "p": draw.choice([0.25, 0.75]), "training": True}


@dropout_fb.cases("inference", probe=on_copies)
def inference(draw: Draw) -> Iterator[Inputs]:
    yield {**drawn(draw, 3, 4), "p": draw.choice([0.25, 0.75]), "training": False}


@dropout_fb.cases("whole channels", probe=what_is_kept)
def channels(draw: Draw) -> Iterator[Inputs]:
    inputs = drawn(draw, 2, 3, 2, 4)
    yield {**inputs, "u": noise(draw, 2, 3, 1, 1), "p": 0.5, "training": True}
    # As many images as columns, as many channels as rows.
    inputs = drawn(draw, 2, 3, 3, 2)
    yield {**inputs, "u": noise(draw, 2, 3, 1, 1), "p": 0.5, "training": True}


@dropout_fb.cases("noise equal to p", weight=0.5, probe=what_is_kept)
def ties(draw: Draw) -> Iterator[Inputs]:
    u = torch.tensor([0.5, 0.25, 0.5, 0.75])
    yield {"x": whole(draw, 4), "g": whole(draw, 4), "u": u, "p": 0.5, "training": True}
    inputs = drawn(draw, 2, 3)
    inputs["u"][0, 0] = 0.0
    yield {**inputs, "p": 0.0, "training": True}


@dropout_fb.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    inputs = {"x": draw.reals(3, 4), "g": draw.reals(3, 4), "u": noise(draw, 3, 4).double()}
    yield {**inputs, "p": draw.choice([0.1, 0.3]), "training": True}
    u = noise(draw, 1, 2, 3, 2)
    yield {
        "x": strided(whole(draw, 1, 2, 3, 2)),
        "g": channels_last(whole(draw, 1, 2, 3, 2)),
        "u": strided(u),
        "p": 0.5,
        "training": True,
    }


@dropout_fb.misconception(
    "What is kept is not scaled up: with inverted dropout the mean stays the same.",
    "Multiply by 1 / (1 - p), in the output and in the gradient.",
)
def does_not_scale(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u >= p).to(x.dtype)
    return x * mask, g * mask


@dropout_fb.misconception(
    "You divide by p, the share that is dropped; what is kept is the share 1 - p.",
    "Where a quarter is dropped, the rest grows by 4/3.",
)
def divides_by_p(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u >= p).to(x.dtype) / (p if p else 1)
    return x * mask, g * mask


@dropout_fb.misconception(
    "Kept and dropped have changed places: p is the share that is dropped.",
    "An entry stays where u is at least p.",
)
def drops_the_others(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u < p).to(x.dtype) / (1 - p)
    return x * mask, g * mask


@dropout_fb.misconception(
    "p is taken for the share that is kept; it is the share that is dropped.",
    "An entry stays where u is at least p, and what stays grows by 1 / (1 - p).",
)
def p_is_kept(x, g, u, p, training):
    if not training:
        return x, g
    keep = p if p else 1.0
    mask = (u < keep).to(x.dtype) / keep
    return x * mask, g * mask


@dropout_fb.misconception(
    "In inference your output is scaled by 1 - p: that belongs to dropout without the factor in "
    "training.",
    "With inverted dropout inference leaves x alone.",
)
def scales_in_inference(x, g, u, p, training):
    if not training:
        return x * (1 - p), g * (1 - p)
    mask = (u >= p).to(x.dtype) / (1 - p)
    return x * mask, g * mask


@dropout_fb.misconception(
    "Entries are dropped in inference too; there nothing happens.",
    "Look at `training` first.",
)
def drops_in_inference(x, g, u, p, training):
    mask = (u >= p).to(x.dtype) / (1 - p)
    return x * mask, g * mask


@dropout_fb.misconception(
    "The gradient passes as if nothing had been dropped: where y is 0 whatever x is, dx is 0.",
    "The gradient meets the same mask and the same factor as x did.",
)
def gradient_not_masked(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u >= p).to(x.dtype) / (1 - p)
    return x * mask, g


@dropout_fb.misconception(
    "The gradient is masked but not scaled: y = x / (1 - p) where x is kept.",
    "The gradient meets the same factor as x did.",
)
def gradient_not_scaled(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u >= p).to(x.dtype)
    return x * mask / (1 - p), g * mask


@dropout_fb.misconception(
    "Where u equals p the entry is kept.",
    "At least p means p itself too. With p = 0 nothing is dropped, not even where u is 0.",
)
def drops_the_tie(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u > p).to(x.dtype) / (1 - p)
    return x * mask, g * mask


@dropout_fb.misconception(
    "Your mask is indexed as if u had the shape of x; with (N, C, 1, 1) one number decides about "
    "a whole channel.",
    "Let the mask broadcast, or expand it to the shape of x first.",
)
def index_without_broadcast(x, g, u, p, training):
    if not training:
        return x, g
    y, dx = x / (1 - p), g / (1 - p)
    y[u < p] = 0
    dx[u < p] = 0
    return y, dx


@dropout_fb.misconception(
    "With float64 your result is right to seven digits only: a bool divided by a number is "
    "float32.",
    "Give the mask the dtype of x before you divide.",
)
def mask_in_float32(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u >= p) / (1 - p)
    return x * mask, g * mask


@dropout_fb.misconception(
    "Your x has changed: the zeros were written into the tensor that was given.",
    "Make a new tensor.",
)
def writes_into_x(x, g, u, p, training):
    if not training:
        return x, g
    mask = (u >= p).to(x.dtype) / (1 - p)
    x *= mask
    return x, g * mask


@dropout_fb.alternative
def with_where(x, g, u, p, training):
    if not training:
        return x.clone(), g.clone()
    return torch.where(u < p, 0, x / (1 - p)), torch.where(u < p, 0, g / (1 - p))


@dropout_fb.alternative
def filled_with_zeros(x, g, u, p, training):
    dropped = (u < p).expand(x.shape) & torch.tensor(training)
    factor = 1 / (1 - p) if training else 1
    return (x * factor).masked_fill(dropped, 0), (g * factor).masked_fill(dropped, 0)


@dropout_fb.alternative
def in_numpy(x, g, u, p, training):
    import numpy as np

    keep = np.ones(x.shape, dtype=bool)
    if training:
        keep &= np.broadcast_to(u.numpy() >= p, x.shape)
    factor = 1 / (1 - p) if training else 1
    scaled = (np.where(keep, t.numpy() * factor, 0).astype(t.numpy().dtype) for t in (x, g))
    return tuple(map(torch.from_numpy, scaled))
