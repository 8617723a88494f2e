"""The shared training loop: every image once an epoch, the same every time, honest curves."""

import math

import pytest
import torch
from torch import nn

from visionlab.datasets import Dataset, digits
from visionlab.training import History, accuracy, fit, minibatches, torch_step


@pytest.fixture
def tiny() -> Dataset:
    x = torch.arange(10.0).view(10, 1, 1, 1)
    t = (x.flatten() > 4).long()
    return Dataset("tiny", ("low", "high"), x, t, x, t)


def test_minibatches_hold_every_index_once() -> None:
    batches = list(minibatches(10, 4, torch.Generator().manual_seed(0)))
    assert [len(b) for b in batches] == [4, 4, 2]
    assert sorted(torch.cat(batches).tolist()) == list(range(10))


def test_every_epoch_sees_every_image_once_in_another_order(tiny: Dataset) -> None:
    seen: list[float] = []

    def step(x: torch.Tensor, t: torch.Tensor) -> float:
        assert torch.equal(t, (x.flatten() > 4).long())
        seen.extend(x.flatten().tolist())
        return 1.0

    history = fit(step, tiny, epochs=2, batch_size=3, show=False)
    assert len(history.losses) == 8
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10] != seen[10:]


def test_the_seed_decides_the_order(tiny: Dataset) -> None:
    def order(seed: int) -> list[float]:
        seen: list[float] = []

        def step(x: torch.Tensor, _t: torch.Tensor) -> float:
            seen.extend(x.flatten().tolist())
            return 0.0

        fit(step, tiny, epochs=1, seed=seed, batch_size=1)
        return seen

    assert order(1) == order(1) != order(2)


def test_accuracy_is_asked_before_and_after_so_many_steps(tiny: Dataset) -> None:
    values = iter([0.1, 0.2, 0.9, 1.0])
    history = fit(
        lambda _x, _t: 1.0,
        tiny,
        epochs=3,
        batch_size=5,
        evaluate=lambda: next(values),
        every=2,
        show=False,
    )
    assert history.steps == [0, 2, 4, 6] and history.accuracies == [0.1, 0.2, 0.9, 1.0]


def test_training_ends_where_the_loss_is_no_number(tiny: Dataset) -> None:
    losses = iter([1.0, math.nan, 1.0])
    history = fit(lambda _x, _t: next(losses), tiny, epochs=9, batch_size=5, evaluate=lambda: 0.5)
    assert len(history.losses) == 2 and history.steps == [0, 2]


def test_a_torch_model_learns_the_digits() -> None:
    data = digits()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    step = torch_step(model, torch.optim.SGD(model.parameters(), lr=0.5))
    before = accuracy(model, data.x_test, data.t_test)
    history = fit(
        step, data, epochs=5, evaluate=lambda: accuracy(model, data.x_test, data.t_test), show=False
    )
    assert before < 0.3 < 0.8 < history.accuracies[-1]
    assert history.losses[-1] < history.losses[0]


def test_accuracy_evaluates_in_evaluation_mode() -> None:
    model = nn.Sequential(nn.Dropout(1.0), nn.Flatten())
    model.train()
    x = torch.eye(3).view(3, 1, 1, 3)
    assert accuracy(model, x, torch.tensor([0, 1, 0])) == pytest.approx(2 / 3)


def test_a_history_reads_as_one_line() -> None:
    assert repr(History([2.0, 0.123], [2], [0.5])) == "2 steps, loss 0.123, accuracy 50.0%"
