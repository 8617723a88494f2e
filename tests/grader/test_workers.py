"""Processes that grade side by side: each name comes back once, whatever happens to a process."""

import contextlib
import os
import signal
from pathlib import Path

import psutil

from autograder.workers import Workers

NAMES = [f"student-{i}" for i in range(8)]


def outcomes(workers: Workers, names: list[str] = NAMES) -> dict[str, object]:
    found = list(workers.run(names))
    assert len(found) == len(dict(found))  # nobody twice
    return dict(found)


def test_every_name_comes_back_with_what_came_of_it() -> None:
    assert outcomes(Workers(str.upper, 2)) == {name: name.upper() for name in NAMES}


def test_the_work_is_done_in_other_processes() -> None:
    seen = set(outcomes(Workers(lambda _: os.getpid(), 2)).values())
    assert os.getpid() not in seen


def test_an_exception_is_the_outcome_of_its_name_alone() -> None:
    def task(name: str) -> str:
        if name == "student-3":
            raise ValueError("three")
        return name

    found = outcomes(Workers(task, 2))
    assert str(found.pop("student-3")) == "three"
    assert found == {name: name for name in NAMES if name != "student-3"}


def test_a_process_that_is_lost_once_costs_nobody(tmp_path: Path) -> None:
    def task(name: str) -> str:
        if name == "student-3" and not (tmp_path / "lost").exists():
            (tmp_path / "lost").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return name

    assert outcomes(Workers(task, 2)) == {name: name for name in NAMES}


def test_a_name_that_ends_every_process_is_the_only_one_without_an_outcome() -> None:
    def task(name: str) -> str:
        if name == "student-3":
            os.kill(os.getpid(), signal.SIGKILL)
        return name

    found = outcomes(Workers(task, 2))
    assert isinstance(found.pop("student-3"), Exception)
    assert found == {name: name for name in NAMES if name != "student-3"}


def test_who_stops_listening_ends_the_processes() -> None:
    results = Workers(lambda _: os.getpid(), 2).run(NAMES)
    _, number = next(results)
    results.close()  # type: ignore[attr-defined]
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(str(number))).wait(timeout=10)
