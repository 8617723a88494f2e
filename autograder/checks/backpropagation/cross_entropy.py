# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""softmax_xent: softmax and log-loss as one function, safe for large logits."""

import math
from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import READY_MADE
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

softmax_xent = Exercise("softmax_xent", points=1.5, stars=2, minutes=20, forbidden=READY_MADE)


# Loss and gradient are asked of a copy: an answer that changes its input loses one facet only.
def loss(student, logits, t):
    return student.softmax_xent(logits=logits.clone(), t=t)[0]


def gradient(student, logits, t):
    return student.softmax_xent(logits=logits.clone(), t=t)[1]


def as_given(student, logits, t):
    L, dlogits = student.softmax_xent(logits=logits, t=t)
    return {"L": L, "dtype of dlogits": str(dlogits.dtype)}


def _logits(draw: Draw, N: int, K: int) -> Inputs:
    """Different multiples of 1/4, and classes of which no two neighbours are the same."""
    t = draw.sample(range(K), K) * N
    return {"logits": draw.distinct(N, K).float() / 4, "t": torch.tensor(t[:N])}


@softmax_xent.cases("loss of one example", probe=loss)
def one_loss(draw: Draw) -> Iterator[Inputs]:
    yield _logits(draw, 1, 3)
    yield _logits(draw, 1, 5)


@softmax_xent.cases("gradient of one example", weight=2, probe=gradient)
def one_gradient(draw: Draw) -> Iterator[Inputs]:
    yield _logits(draw, 1, 3)
    yield _logits(draw, 1, 5)


@softmax_xent.cases("loss of a batch", probe=loss)
def batch_loss(draw: Draw) -> Iterator[Inputs]:
    yield _logits(draw, 3, 4)
    yield _logits(draw, 4, 3)


@softmax_xent.cases("gradient of a batch", weight=2, probe=gradient)
def batch_gradient(draw: Draw) -> Iterator[Inputs]:
    yield _logits(draw, 3, 4)
    yield _logits(draw, 4, 3)
    yield _logits(draw, 3, 3)


@softmax_xent.cases("large logits: loss", probe=loss)
def large_losses(draw: Draw) -> Iterator[Inputs]:
    yield from _large(draw)


@softmax_xent.cases("large logits: gradient", probe=gradient)
def large_gradients(draw: Draw) -> Iterator[Inputs]:
    yield from _large(draw)


@softmax_xent.cases("dtype, memory, inputs kept", weight=0.5, probe=as_given)
def memory(draw: Draw) -> Iterator[Inputs]:
    yield {"logits": draw.reals(1, 3), "t": torch.tensor([draw.integer(0, 2)])}
    inputs = _logits(draw, 1, 4)
    yield {"logits": strided(inputs["logits"]), "t": strided(inputs["t"])}


def _large(draw: Draw) -> Iterator[Inputs]:
    t = torch.tensor([draw.integer(0, 2)])
    yield {"logits": torch.tensor([[1000.0, 1001.0, 1002.0]]), "t": t}
    yield {"logits": torch.tensor([[-1000.0, 1000.0, 0.0]]), "t": torch.tensor([0])}
    yield {"logits": torch.tensor([[-1000.0, -1002.0, -1001.0]]).double(), "t": t}


FOUR_CLASSES: Inputs = {"logits": torch.zeros(1, 4), "t": torch.tensor([2])}
FOUR_EQUAL = "lecture 003's log-loss for four equal scores"
softmax_xent.golden(
    "loss of one example", FOUR_EQUAL, FOUR_CLASSES, expected=torch.tensor(math.log(4))
)
softmax_xent.golden(
    "gradient of one example",
    FOUR_EQUAL,
    FOUR_CLASSES,
    expected=torch.tensor([[0.25, 0.25, -0.75, 0.25]]),
)


@softmax_xent.misconception(
    "L is the mean over the batch, but its gradient is not divided by the batch size.",
    "The factor 1/N in front of the sum stays when you differentiate.",
)
def gradient_of_the_sum(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum() / len(t), log_p.exp() - right


@softmax_xent.misconception(
    "Loss and gradient are sums over the batch; the text asks for the mean loss.",
    "Divide both by the number of examples.",
)
def sums_over_the_batch(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum(), log_p.exp() - right


@softmax_xent.misconception(
    "The gradient is p everywhere; at the right class it should be p - 1.",
    "If the right class has probability 1, nothing is left to learn: the gradient is 0.",
)
def forgets_the_target(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum() / len(t), log_p.exp() / len(t)


@softmax_xent.misconception(
    "The gradient has the wrong sign: a larger logit of the right class makes L smaller.",
    "At the right class the entry is negative, at all others positive.",
)
def gradient_upside_down(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum() / len(t), (right - log_p.exp()) / len(t)


@softmax_xent.misconception(
    "The powers overflow for large logits: infinity by infinity is nan.",
    "Subtract the largest logit of each row first; no probability changes.",
)
def powers_overflow(logits, t):
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    rows = torch.arange(len(t))
    d = p.clone()
    d[rows, t] -= 1
    return -p[rows, t].log().mean(), d / len(t)


@softmax_xent.misconception(
    "The gradient is right, but L is infinite where a probability has become 0.",
    "log p is the logit minus the logarithm of a sum: no power of the right class is needed.",
)
def logarithm_of_zero(logits, t):
    e = (logits - logits.amax(1, keepdim=True)).exp()
    p = e / e.sum(1, keepdim=True)
    right = F.one_hot(t, logits.shape[1])
    return -p[torch.arange(len(t)), t].log().mean(), (p - right) / len(t)


@softmax_xent.misconception(
    "A small number inside the logarithm hides how large the loss is: L may be 2000.",
    "log p is the logit minus the logarithm of a sum; that needs no small number.",
)
def loss_with_epsilon(logits, t):
    e = (logits - logits.amax(1, keepdim=True)).exp()
    p = e / e.sum(1, keepdim=True)
    right = F.one_hot(t, logits.shape[1])
    L = -(p[torch.arange(len(t)), t] + 1e-12).log().mean()
    return L, (p - right) / len(t)


@softmax_xent.misconception(
    "The gradient stops at the probabilities: -1/p at the right class is dL/dp.",
    "Go on through the softmax, where every logit moves every probability. p - 1 comes out there.",
)
def gradient_of_probabilities(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum() / len(t), -right / log_p.exp() / len(t)


@softmax_xent.misconception(
    "log_p[:, t] takes every class in t for every example; each example has one class of its own.",
    "Pair row n with class t[n]: index rows and columns together, or use one-hot rows.",
)
def every_class_for_every_example(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    d = log_p.exp()
    d[:, t] -= 1
    return -log_p[:, t].mean(), d / len(t)


@softmax_xent.misconception(
    "The softmax runs down the batch; it belongs along the classes of one example.",
    "Sum over the last axis of the logits.",
)
def softmax_down_the_batch(logits, t):
    z = logits - logits.amax(0, keepdim=True)
    log_p = z - z.exp().sum(0, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum() / len(t), (log_p.exp() - right) / len(t)


@softmax_xent.misconception(
    "L is the mean over all N K entries; it is over the N examples only.",
    "Sum over the classes first, then average over the batch.",
)
def mean_of_entries(logits, t):
    z = logits - logits.amax(1, keepdim=True)
    log_p = z - z.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).mean(), (log_p.exp() - right) / logits.numel()


@softmax_xent.misconception(
    "The values are right, but the logits are overwritten on the way.",
    "`logits -= ...` changes the tensor itself: make a new one.",
)
def shifts_the_logits(logits, t):
    logits -= logits.amax(1, keepdim=True)
    log_p = logits - logits.exp().sum(1, keepdim=True).log()
    right = F.one_hot(t, logits.shape[1])
    return -(right * log_p).sum() / len(t), (log_p.exp() - right) / len(t)


@softmax_xent.alternative
def by_indexing(logits, t):
    N = logits.shape[0]
    z = logits - logits.max(dim=1, keepdim=True).values
    log_p = z - torch.log(torch.exp(z).sum(dim=1, keepdim=True))
    d = torch.exp(log_p)
    d[torch.arange(N), t] -= 1
    return -log_p[torch.arange(N), t].mean(), d / N


@softmax_xent.alternative
def by_logsumexp(logits, t):
    log_z = torch.logsumexp(logits, 1, keepdim=True)
    L = (log_z - logits.gather(1, t[:, None])).mean()
    classes = torch.arange(logits.shape[1])
    d = torch.exp(logits - log_z) - (t[:, None] == classes).to(logits.dtype)
    return L, d / len(logits)


@softmax_xent.alternative
def example_by_example(logits, t):
    L, d = torch.zeros((), dtype=logits.dtype), torch.zeros_like(logits)
    for n, row in enumerate(logits):
        z = row - row.max()
        total = z.exp().sum()
        L += total.log() - z[t[n]]
        d[n] = z.exp() / total
        d[n, t[n]] -= 1
    return L / len(t), d / len(t)
