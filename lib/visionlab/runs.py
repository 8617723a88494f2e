"""A training run that survives: saved on the way, taken up again, stopped without loss."""

import copy
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import torch
from torch import nn

from visionlab.waiting import Bar

FORMAT = 1  # of the file; another number is not read


class Stateful(Protocol):
    """A module, an optimizer, a schedule: whatever can give its state and take it back."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any: ...


class Run:
    """So many steps of training, with a bar, saved every so often and stopped by Ctrl-C.

        with Run("street.run", 1500, {"net": net, "optimizer": optimizer}) as run:
            for step in run.steps():
                ...
                run.note(loss)

    `note` ends a step, after all updates of it. At the end the curve of the losses stands where the
    bar was. Ctrl-C (or the notebook's stop button) ends the block: the best state that `evaluate`
    has seen comes back, a line says so, and the program goes on after the block.

    done: steps behind us; left: those to come; losses: one for each step done; best: (step, value)
    of the best evaluation, None before the first.
    """

    def __init__(
        self,
        path: str | Path | None,
        total: int,
        keep: Mapping[str, Stateful],
        *,
        every: int = 250,
        evaluate: Callable[[], float] | None = None,
        title: str = "",
        show: bool = True,
    ) -> None:
        """path: the file of the run, or None for none. If it is there, the run is taken up.

        keep: what the file holds besides the losses and torch's random numbers. every: steps
        between two savings. evaluate: how good the state is, larger is better, asked before each
        saving; modules are back in the mode they had, and random numbers go on as if it had not
        been asked. show: leave the curve of the losses.
        """
        self.path, self.total, self.title = Path(path) if path else None, total, title
        self.losses: list[float] = []
        self.best: tuple[int, float] | None = None
        self._keep, self._every, self._evaluate, self._show = dict(keep), every, evaluate, show
        self._best_state: dict[str, Any] = {}
        self._bar: Bar | _TerminalBar | None = None
        self._first = 0

    @property
    def done(self) -> int:
        """How many steps are behind us, those of earlier runs included."""
        return len(self.losses)

    @property
    def left(self) -> int:
        """How many steps are still to come."""
        return self.total - self.done

    def __enter__(self) -> "Run":
        """Take up the file's state where there is one.

        Raises ValueError when the file is no such run or does not fit what is kept here.
        """
        if self.path is not None and self.path.exists():
            self._take_up(self.path)
            print(f"{self.path.name}: going on after step {self.done} of {self.total}")
        self._first = self.done
        self._bar = _bar(self.left, self.title)
        return self

    def steps(self) -> Iterator[int]:
        """The numbers of the steps to come, from 0 in a fresh run."""
        for step in range(self.done, self.total):
            yield step
            if self.done != step + 1:
                raise RuntimeError("Run: end every step with one run.note(loss).")

    def note(self, loss: float) -> None:
        """End a step: keep its loss, move the bar; every so often evaluate and save."""
        self.losses.append(float(loss))
        if self.done % self._every == 0 or self.done == self.total:
            self._look()
            self.save()
        if self._bar is not None:
            self._bar.update(self.done - self._first, self._words())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Leave the curve; swallow a KeyboardInterrupt, and no other error."""
        stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
        if kind is None or stopped:
            self._leave_curve()
        elif self._bar is not None:
            self._bar.close()
        if stopped:
            print(self._back_to_best())
        return stopped

    def save(self) -> None:
        """Write the file now, whole or not at all; nothing without a path."""
        if self.path is None:
            return
        state = {
            "format": FORMAT,
            "total": self.total,
            "losses": self.losses,
            "best": self.best,
            "best_state": self._best_state,
            "kept": self._states(),
            "random": _random_state(),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            torch.save(state, part)
            os.replace(part, self.path)
        finally:
            part.unlink(missing_ok=True)

    def _states(self) -> dict[str, Any]:
        return {name: thing.state_dict() for name, thing in self._keep.items()}

    def _take_up(self, path: Path) -> None:
        state = _read(path)
        there, here = sorted(state["kept"]), sorted(self._keep)
        if there != here:
            raise ValueError(_unfit(path, f"it keeps {', '.join(there)}, not {', '.join(here)}"))
        if state["total"] != self.total:
            raise ValueError(_unfit(path, f"it has {state['total']} steps, not {self.total}"))
        before = copy.deepcopy(self._states())
        try:
            self._restore(state["kept"])
        except (RuntimeError, ValueError, KeyError) as error:
            self._restore(before)
            raise ValueError(_unfit(path, str(error).splitlines()[0])) from None
        self.losses, self.best = list(state["losses"]), state["best"]
        self._best_state = state["best_state"]
        _set_random_state(state["random"])

    def _restore(self, states: Mapping[str, Any]) -> None:
        for name, thing in self._keep.items():
            thing.load_state_dict(states[name])

    def _look(self) -> None:
        """Ask how good the state is, and keep it where it is the best so far."""
        if self._evaluate is None:
            return
        with _as_it_was(self._keep):
            value = float(self._evaluate())
        if self.best is None or value > self.best[1]:
            self.best, self._best_state = (self.done, value), copy.deepcopy(self._states())

    def _back_to_best(self) -> str:
        stopped = f"Stopped after step {self.done} of {self.total}"
        if self.best is None:
            return f"{stopped}; the state is the latest."
        self._restore(self._best_state)
        step, value = self.best
        return f"{stopped}; back to the best state, after step {step}: {value:.3f}."

    def _words(self) -> str:
        loss = f"loss {self.losses[-1]:.3g}"
        return loss if self.best is None else f"{loss}, best {self.best[1]:.3f}"

    def _leave_curve(self) -> None:
        """Put the picture of the losses, or nothing, in the bar's place."""
        from visionlab.curves import training_curves

        if self._bar is None:
            return
        if not self._show or not self.losses or isinstance(self._bar, _TerminalBar):
            self._bar.close()
            return
        self._bar.replace(training_curves(self.losses, [], [], self.title))


class _TerminalBar:
    """The bar of a program in a terminal."""

    def __init__(self, total: int, title: str) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        words = TextColumn("{task.description}"), TextColumn("{task.fields[words]}")
        self._progress = Progress(
            words[0], BarColumn(), MofNCompleteColumn(), Remaining(), words[1]
        )
        self._task = self._progress.add_task(title, total=total, words="")
        self._progress.start()

    def update(self, done: int, words: str = "") -> None:
        self._progress.update(self._task, completed=done, words=words)

    def close(self) -> None:
        self._progress.stop()


def _bar(total: int, title: str) -> "Bar | _TerminalBar":
    from visionlab.waiting import in_notebook

    if sys.stdout.isatty() and not in_notebook():
        return _TerminalBar(total, title)
    return Bar(total, title)


@contextmanager
def _as_it_was(kept: Mapping[str, Stateful]) -> Iterator[None]:
    """Afterwards, modules are in the mode and random numbers in the state they had before."""
    modes = [(m, m.training) for m in kept.values() if isinstance(m, nn.Module)]
    state = _random_state()
    try:
        yield
    finally:
        for module, training in modes:
            module.train(training)
        _set_random_state(state)


def _random_state() -> dict[str, torch.Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def _set_random_state(state: Mapping[str, torch.Tensor]) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])


def _read(path: Path) -> dict[str, Any]:
    """The content of a run's file; ValueError, with what to do, when it is something else."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError):
        raise ValueError(_unfit(path, "it is no training run")) from None
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ValueError(_unfit(path, "it is no training run of this version"))
    return state


def _unfit(path: Path, why: str) -> str:
    return f"{path} does not fit: {why}. Delete it to start anew, or give another path."
