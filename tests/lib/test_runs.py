"""A run goes on where it was stopped, as if it had not been, and is never half written."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from visionlab import runs, waiting
from visionlab.runs import Run, Stateful

TOTAL = 12


class Work:
    """A small training with dropout, so that random numbers count."""

    def __init__(self, width: int = 4) -> None:
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(3, width), nn.Dropout(0.5), nn.Linear(width, 1))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1, momentum=0.9)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, total_steps=TOTAL)

    def kept(self) -> dict[str, Stateful]:
        return {"net": self.net, "optimizer": self.optimizer, "schedule": self.schedule}

    def step(self) -> float:
        loss = (self.net(torch.randn(8, 3)) - 1).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        return loss.item()

    def go(self, path: Path | None, stop: int = TOTAL, **more: Any) -> Run:
        """Train under a Run; a KeyboardInterrupt comes in the middle of step `stop`."""
        with Run(path, TOTAL, self.kept(), **more) as run:
            for step in run.steps():
                loss = self.step()
                if step == stop:
                    raise KeyboardInterrupt
                run.note(loss)
        return run

    def weights(self) -> torch.Tensor:
        return torch.cat([p.detach().flatten() for p in self.net.parameters()])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "street.run"


@pytest.mark.parametrize("stop", [5, 8, 11])
def test_a_run_taken_up_ends_as_one_that_was_never_stopped(path: Path, stop: int) -> None:
    whole = Work()
    losses = whole.go(None).losses
    Work().go(path, stop, every=4)
    again = Work()
    torch.randn(100)  # other random numbers in between
    run = again.go(path, every=4)
    assert run.losses == losses and run.done == TOTAL and run.left == 0
    assert torch.equal(again.weights(), whole.weights())


def test_a_finished_run_has_no_steps_left_and_its_weights(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Work()
    first.go(path)
    again = Work()
    run = again.go(path, stop=0)
    assert run.done == TOTAL and torch.equal(again.weights(), first.weights())
    assert capsys.readouterr().out == "street.run: going on after step 12 of 12\n"


def test_an_interrupt_brings_the_best_state_back(capsys: pytest.CaptureFixture[str]) -> None:
    work, values, seen = Work(), iter([0.25, 0.75, 0.5]), []

    def evaluate() -> float:
        seen.append(work.weights())
        return next(values)

    run = work.go(None, stop=10, every=3, evaluate=evaluate)
    assert run.best == (6, 0.75) and torch.equal(work.weights(), seen[1])
    said = "Stopped after step 10 of 12; back to the best state, after step 6: 0.750.\n"
    assert capsys.readouterr().out == said


def test_the_best_state_survives_with_the_run(path: Path) -> None:
    work, seen = Work(), []

    def falling() -> float:
        seen.append(work.weights())
        return -float(len(seen))

    work.go(path, stop=7, every=3, evaluate=falling)
    again = Work()
    run = again.go(path, stop=6, every=3, evaluate=lambda: -9.0)
    assert run.best == (3, -1.0) and torch.equal(again.weights(), seen[0])


def test_without_evaluation_an_interrupt_keeps_the_latest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Work().go(None, stop=2)
    assert capsys.readouterr().out == "Stopped after step 2 of 12; the state is the latest.\n"


def test_other_errors_go_through() -> None:
    with pytest.raises(ZeroDivisionError), Run(None, 3, Work().kept()):
        raise ZeroDivisionError


def test_evaluation_leaves_no_trace() -> None:
    quiet = Work()
    losses = quiet.go(None).losses
    work = Work()

    def evaluate() -> float:
        work.net.eval()
        return torch.rand(()).item()

    assert work.go(None, every=2, evaluate=evaluate).losses == losses
    assert work.net.training


def test_a_run_of_another_network_is_refused_and_changes_nothing(path: Path) -> None:
    Work().go(path)
    other = Work(width=5)
    before, rate = other.weights(), other.schedule.get_last_lr()
    with pytest.raises(ValueError, match=r"does not fit: .*Delete it to start anew"):
        other.go(path)
    assert torch.equal(other.weights(), before) and other.schedule.get_last_lr() == rate


def test_a_run_of_other_length_or_things_is_refused(path: Path) -> None:
    work = Work()
    work.go(path)
    with pytest.raises(ValueError, match="it has 12 steps, not 20"), Run(path, 20, work.kept()):
        pass
    with (
        pytest.raises(ValueError, match="it keeps net, optimizer, schedule, not net"),
        Run(path, TOTAL, {"net": work.net}),
    ):
        pass


@pytest.mark.parametrize("content", [b"", b"no run at all", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_run_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="notes.txt does not fit: it is no training run"):
        Work().go(path)
    assert path.read_bytes() == content


def test_code_in_a_file_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"format": runs.FORMAT, "kept": Trap()}, tmp_path / "trap.run")
    with pytest.raises(ValueError, match="no training run"):
        Work().go(tmp_path / "trap.run")
    assert not (tmp_path / "sprung").exists()


def test_a_failing_write_leaves_the_run_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Work().go(path, stop=5, every=4)
    before, save = path.read_bytes(), torch.save

    def half(state: Any, part: Path) -> None:
        save(state, part)
        part.write_bytes(part.read_bytes()[:100])
        raise OSError("no space left on device")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="no space"):
        Work().go(path, every=4)
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_a_step_that_is_not_noted_is_an_error() -> None:
    with (
        pytest.raises(RuntimeError, match="end every step with one run.note"),
        Run(None, 3, Work().kept()) as run,
    ):
        for _ in run.steps():
            pass


def test_the_curve_takes_the_place_of_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(waiting, "in_notebook", lambda: True)
    monkeypatch.setattr(waiting.Bar, "replace", lambda _bar, thing: shown.append(thing))
    Work().go(None, title="dropout")
    Work().go(None, show=False)
    (picture,) = shown
    assert "12 steps" in picture.alt


def test_a_loss_that_is_no_number_is_kept_as_such(path: Path) -> None:
    with Run(path, 2, {}) as run:
        for _ in run.steps():
            run.note(math.nan)
    with Run(path, 2, {}) as again:
        pass
    assert all(math.isnan(loss) for loss in again.losses) and again.done == 2
