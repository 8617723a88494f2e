# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""log_loss: what predicted probabilities cost, lecture 003."""

import math
from collections.abc import Iterator

import torch

from autograder.checks.backpropagation.forbidden import READY_MADE
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

log_loss = Exercise("log_loss", points=0.5, stars=1, minutes=6, forbidden=READY_MADE)


def size(student, y, p):
    return student.log_loss(y=y, p=p).abs()


@log_loss.cases("one example", weight=2)
def single(draw: Draw) -> Iterator[Inputs]:
    yield {"y": _one_hot(draw, 1, 4), "p": _probabilities(draw, 1, 4)}
    yield {"y": _one_hot(draw, 1, 3), "p": _probabilities(draw, 1, 3)}


# The sign is asked above.
@log_loss.cases("mean over the batch", weight=2, probe=size)
def batches(draw: Draw) -> Iterator[Inputs]:
    yield {"y": _one_hot(draw, 3, 4), "p": _probabilities(draw, 3, 4)}
    yield {"y": _one_hot(draw, 5, 2), "p": _probabilities(draw, 5, 2)}


@log_loss.cases("probabilities as targets", probe=size)
def soft_targets(draw: Draw) -> Iterator[Inputs]:
    y = _probabilities(draw, 1, 4)
    yield {"y": y, "p": y.roll(1, 1)}
    yield {"y": _probabilities(draw, 1, 3), "p": _probabilities(draw, 1, 3)}


@log_loss.cases("tiny and zero probabilities", probe=size)
def zeros(draw: Draw) -> Iterator[Inputs]:
    y = _one_hot(draw, 1, 4)
    rest = (1 - y) * torch.tensor([0.0, 0.5, 0.0, 0.25])
    yield {"y": y, "p": rest + y * (1 - rest.sum())}
    yield {"y": y.double(), "p": y.double()}
    tiny = 2.0 ** -draw.integer(40, 60)
    yield {"y": y, "p": y * tiny + (1 - y) / 4}


@log_loss.cases("dtype and memory", weight=0.5, probe=size)
def loss_types(draw: Draw) -> Iterator[Inputs]:
    y, p = (_probabilities(draw, 1, 5).double() for _ in "yp")
    yield {"y": y, "p": p}
    yield {"y": strided(_one_hot(draw, 1, 3)), "p": strided(_probabilities(draw, 1, 3))}


def _one_hot(draw: Draw, N: int, K: int) -> torch.Tensor:
    y = torch.zeros(N, K)
    for row in y:
        row[draw.integer(0, K - 1)] = 1
    return y


def _probabilities(draw: Draw, N: int, K: int) -> torch.Tensor:
    """Rows of different fractions of 16 that add up to 1, none of them 0, exact in binary."""
    parts = {2: [5, 11], 3: [2, 5, 9], 4: [1, 3, 5, 7], 5: [1, 2, 3, 4, 6]}[K]
    return torch.tensor([draw.sample(parts, K) for _ in range(N)]).float() / 16


log_loss.golden(
    "one example",
    "lecture 003: four classes, each with probability 1/4",
    {"y": torch.tensor([[0.0, 0, 1, 0]]), "p": torch.full((1, 4), 0.25)},
    expected=torch.tensor(math.log(4)),
)


@log_loss.misconception(
    "Your loss is negative: the minus sign is missing, as on the slide of lecture 003.",
    "Logarithms of probabilities are at most 0, and a loss should be at least 0.",
)
def loss_without_minus(y, p):
    return torch.xlogy(y, p).sum() / len(y)


@log_loss.misconception(
    "The losses of the examples are added up; the text asks for their mean.",
    "Divide by the number of examples.",
)
def loss_summed(y, p):
    return -torch.xlogy(y, p).sum()


@log_loss.misconception(
    "You take the mean over all N K entries; it is over the N examples only.",
    "Sum over the classes first, then average over the batch.",
)
def loss_mean_of_entries(y, p):
    return -torch.xlogy(y, p).mean()


@log_loss.misconception(
    "0 times the logarithm of 0 is nan in floating point; the text counts such a term as 0.",
    "Leave out the entries with y = 0 before you multiply.",
)
def loss_with_nan(y, p):
    return -(y * torch.log(p)).sum() / len(y)


@log_loss.misconception(
    "The loss is off by a little: a small number is added to every p.",
    "Only the entries with y = 0 need care; all others should keep their exact logarithm.",
)
def loss_with_epsilon(y, p):
    return -(y * torch.log(p + 1e-8)).sum() / len(y)


@log_loss.misconception(
    "Very small probabilities are cut off, so a confident mistake costs less than it should.",
    "Only the entries with y = 0 need care; all others should keep their exact logarithm.",
)
def loss_cut_off(y, p):
    return -(y * torch.log(p.clamp(1e-7, 1))).sum(1).mean()


@log_loss.misconception(
    "Only the most likely class of y counts in your loss; the rows of y may be any probabilities.",
    "Weigh the logarithm of each p with its own y.",
)
def loss_of_hard_targets(y, p):
    return -torch.log(p[torch.arange(len(y)), y.argmax(1)]).mean()


@log_loss.misconception(
    "The logarithm has another base than e.",
    "torch.log is the natural logarithm, which the formula means.",
)
def loss_in_bits(y, p):
    return -torch.where(y > 0, y * torch.log2(p), torch.zeros_like(p)).sum() / len(y)


@log_loss.misconception(
    "You also add (1 - y) log(1 - p): that is the loss of a yes-or-no question for each class.",
    "The sum of the lecture has one term for each class, y log p.",
)
def loss_of_binary_questions(y, p):
    return -(torch.xlogy(y, p) + torch.xlogy(1 - y, 1 - p)).sum() / len(y)


@log_loss.alternative
def where_y_is_not_zero(y, p):
    terms = torch.where(y > 0, y * p.log(), torch.zeros_like(y))
    return -terms.sum(1).mean()


@log_loss.alternative
def of_chosen_entries(y, p):
    used = y != 0
    return -(y[used] * torch.log(p[used])).sum() / y.shape[0]


@log_loss.alternative
def by_clamping(y, p):
    return -(y * p.clamp(min=1e-30).log()).sum(1).mean()


@log_loss.alternative
def by_loops(y, p):
    total = 0.0
    for n in range(len(y)):
        for k in range(y.shape[1]):
            if y[n, k] > 0:
                total -= y[n, k].item() * math.log(p[n, k].item())
    return torch.tensor(total / len(y), dtype=y.dtype)
