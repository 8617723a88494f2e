"""The training loop of all notebooks: any step, a progress bar, curves, the same every time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from visionlab.datasets import Dataset
from visionlab.seeding import derive_seed
from visionlab.waiting import Bar, track

__all__ = ["History", "accuracy", "fit", "minibatches", "torch_step", "track"]

# One update of the parameters on a batch x, t; returns the loss before it.
Step = Callable[[torch.Tensor, torch.Tensor], float]
Scores = Callable[[torch.Tensor], torch.Tensor]


@dataclass
class History:
    """What happened while training: a loss for every step, an accuracy at every evaluation.

    losses: mean loss of each step's batch; steps: the steps after which was evaluated;
    accuracies: what came out, 0..1.
    """

    losses: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)

    def __repr__(self) -> str:
        accuracy = f", accuracy {self.accuracies[-1]:.1%}" if self.accuracies else ""
        loss = f", loss {self.losses[-1]:.3g}" if self.losses else ""
        return f"{len(self.losses)} steps{loss}{accuracy}"


def minibatches(n: int, batch_size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """The indices 0..n-1 in random order, `batch_size` at a time; the last batch may be smaller."""
    yield from torch.randperm(n, generator=generator).split(batch_size)


def fit(
    step: Step,
    data: Dataset,
    *,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
    evaluate: Callable[[], float] | None = None,
    every: int | None = None,
    title: str = "",
    show: bool = True,
) -> History:
    """Go `epochs` times through the training images in random order, a batch at a time.

    step: does one update and returns the loss; evaluate: returns an accuracy 0..1, asked before
    the first step and after every `every` steps (default: every epoch); seed: of the order alone.
    show: a bar with the latest numbers while it runs, the curves when it is done. Ends early when
    a loss is not finite, which the curves then say.
    """
    generator = torch.Generator().manual_seed(derive_seed("order of training", seed))
    n, history = len(data.x_train), History()
    per_epoch = -(-n // batch_size)
    every = every or per_epoch
    bar = Bar(epochs * per_epoch, title)
    _evaluate(history, 0, evaluate)
    for index in _all_batches(n, batch_size, epochs, generator):
        batch = index.to(data.x_train.device)
        history.losses.append(float(step(data.x_train[batch], data.t_train[batch])))
        done = len(history.losses)
        diverged = not torch.isfinite(torch.tensor(history.losses[-1]))
        if done % every == 0 or diverged:
            _evaluate(history, done, evaluate)
        if show:
            bar.update(done, repr(history).partition(", ")[2])
        if diverged:
            break
    if show:
        _leave_curves(bar, history, title)
    return history


def _all_batches(
    n: int, batch_size: int, epochs: int, generator: torch.Generator
) -> Iterator[torch.Tensor]:
    for _ in range(epochs):
        yield from minibatches(n, batch_size, generator)


def _evaluate(history: History, step: int, evaluate: Callable[[], float] | None) -> None:
    if evaluate is not None:
        history.steps.append(step)
        history.accuracies.append(float(evaluate()))


def _leave_curves(bar: Bar, history: History, title: str) -> None:
    """Put the picture of loss and accuracy in the bar's place."""
    from visionlab.curves import training_curves

    bar.replace(training_curves(history.losses, history.steps, history.accuracies, title))


def torch_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = F.cross_entropy,
) -> Step:
    """The step of a torch module: forward, backward, update, in training mode."""

    def step(x: torch.Tensor, t: torch.Tensor) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(x), t)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def accuracy(scores: Scores, x: torch.Tensor, t: torch.Tensor) -> float:
    """The share of images whose highest score is that of their class.

    scores: (N, C, H, W) to (N, K), a function or a torch module, which is put into evaluation
    mode and keeps no graph. x: (N, C, H, W), t: (N,) int64.
    """
    if isinstance(scores, nn.Module):
        scores.eval()
    with torch.no_grad():
        return (scores(x).argmax(1) == t).double().mean().item()
