"""Processes that grade side by side, each with a sandbox of its own."""

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import Finalize

import torch

from autograder.inside.enclosure import die_with_parent
from autograder.sandbox.warm import POOL

MAX_LOSSES = 3  # processes lost before whoever is left gets one of his own

Task = Callable[[str], object]
_task: list[Task] = []  # in a worker: what it does; a forked process inherits it unpickled


class Workers:
    """Forked copies of this process: what was imported and computed is there already.

    task: what to do for a name; it must return what can be pickled. count: of processes. Threads
    do not do: reading, restoring and judging are Python, of which one process runs one at a time.
    """

    def __init__(self, task: Task, count: int) -> None:
        self._task = task
        self._executor = self._fork(count)
        self._count = count

    def _fork(self, count: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("fork")
        return ProcessPoolExecutor(count, context, initializer=_begin, initargs=(self._task,))

    def run(self, names: list[str]) -> Iterator[tuple[str, object]]:
        """(name, what came of it or the exception), as each is done; starts at once.

        A process that dies (out of memory, killed) is replaced. A name at which one dies again
        and again comes back with that exception.
        """
        return self._results(names, self._submit(names))

    def _submit(self, names: list[str]) -> dict[Future[object], str]:
        waiting = {}
        with contextlib.suppress(BrokenProcessPool):  # the others are found missing later
            for name in names:
                waiting[self._executor.submit(_work, name)] = name
        return waiting

    def _results(
        self, names: list[str], waiting: dict[Future[object], str]
    ) -> Iterator[tuple[str, object]]:
        left = dict.fromkeys(names)
        losses = 0
        try:
            while left:
                for done in as_completed(waiting):
                    outcome = done.exception() or done.result()
                    if isinstance(outcome, BrokenProcessPool):
                        continue
                    del left[waiting[done]]
                    yield waiting[done], outcome
                if not left:
                    break
                losses += 1
                self._executor.shutdown(cancel_futures=True)
                if losses > MAX_LOSSES:
                    yield from self._one_by_one(list(left))
                    break
                self._executor = self._fork(self._count)
                waiting = self._submit(list(left))
        finally:
            self.close()

    def _one_by_one(self, names: list[str]) -> Iterator[tuple[str, object]]:
        """Each in a process of its own, so that the one that ends it is known."""
        for name in names:
            with self._fork(1) as executor:
                done = executor.submit(_work, name)
                yield name, done.exception() or done.result()

    def close(self) -> None:
        """End the processes; what they are at is given up."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


def _begin(task: Task) -> None:
    """In a new worker: nothing of the parent's that must not be shared, and no life after it."""
    die_with_parent()  # killed, it cannot tell us; we would wait for ever, sandbox and all
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends us
    signal.signal(signal.SIGTERM, lambda *_: exit(0))  # by way of the finalizer
    _task[:] = [task]
    torch.set_num_threads(1)
    POOL.forget()
    Finalize(None, POOL.close, exitpriority=10)


def _work(name: str) -> object:
    return _task[0](name)
