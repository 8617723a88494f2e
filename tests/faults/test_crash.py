"""A grading run that is killed and started again ends as one that nobody disturbed."""

import json
import multiprocessing
import random
import shutil
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.sandbox.warm import POOL
from tests.build.tiny import (
    NAME,
    RIGHT,
    WRONG_SIGN,
    Said,
    TinyCourse,
    answered,
    autograder,
    submit,
)
from tests.faults.rows import Rows, read_rows

SEED = 20261
LATE = "2030-01-01 13:00:00 UTC"
SLOWER = "import time\ntime.sleep(0.2)\n"  # a run of some length, to be killed in
END_SECONDS = 10  # for those below a killed run to notice
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Left:
    """What a run leaves behind: all rows, all results, all graded notebooks."""

    rows: Rows
    results: dict[str, dict[str, Any]]
    files: dict[str, str]
    notebooks: dict[str, str]

    @classmethod
    def by(cls, course: Path) -> "Left":
        """In a course folder; seconds differ from run to run, unfinished files do not count."""
        results = {p.name: json.loads(p.read_text()) for p in (course / "results").glob("*.json")}
        files = (course / "results" / "files").glob("*")
        notebooks = (course / "autograded").rglob("*.ipynb")
        return cls(
            read_rows(course / "gradebook.db"),
            {name: {**result, "seconds": 0} for name, result in results.items()},
            {p.name: p.read_text() for p in files if not p.suffix},
            {str(p.relative_to(course)): p.read_text() for p in notebooks},
        )


class Run:
    """`autograder grade` of a course, two submissions at a time, as a process of its own.

    It is forked from this one, which has imported everything: that alone takes most of a start.
    """

    def __init__(self, repository: Path, course: Path) -> None:
        self._told, end = _FORK.Pipe()
        self._process = _FORK.Process(target=_grade, args=(repository, course, end))
        self._process.start()

    def ended(self, seconds: float | None = None) -> bool:
        """Whether it ends within some seconds; whenever it ends, it must have gone well."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            return False
        said: Said = self._told.recv()
        assert (said.status, said.err) == (0, "")
        return True

    def kill(self) -> None:
        """As the kernel would: the process alone, without a word to those below it."""
        assert self._process.pid
        below = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._process.join()
        assert psutil.wait_procs(below, timeout=END_SECONDS)[1] == []


def _grade(repository: Path, course: Path, told: Connection) -> None:
    POOL.forget()
    words = ("grade", NAME, "--course", course, "--jobs", "2")
    told.send(autograder(*words, cwd=repository / "solutions"))


@dataclass(frozen=True)
class Drill:
    """A class that is graded, killed and graded again. fresh: its folder before any grading."""

    repository: Path
    fresh: Path
    course: Path

    def undisturbed(self) -> tuple[Left, float]:
        """What is left by a run that nobody kills, and the seconds it takes."""
        began = time.monotonic()
        run = self._anew()
        assert run.ended()
        return Left.by(self.course), time.monotonic() - began

    def _anew(self) -> Run:
        """In the same place each time: the gradebook's address is part of what is noted."""
        shutil.rmtree(self.course, ignore_errors=True)
        shutil.copytree(self.fresh, self.course)
        return Run(self.repository, self.course)

    def kill_and_resume(self, kills: int, latest: float, seed: int) -> list[Left]:
        """Kill runs at random moments, so many in all; what is left by each one that ended.

        latest: seconds after the start by which it is killed; a run that ended before was not,
        and the class is graded from the beginning.
        """
        moments = random.Random(seed)
        print(f"seed {seed}: {kills} kills within {latest:.1f} s")
        ended = []
        run = self._anew()
        while kills:
            if run.ended(moments.uniform(0, latest)):
                ended.append(Left.by(self.course))
                run = self._anew()
            else:
                run.kill()
                kills -= 1
                run = Run(self.repository, self.course)
        assert run.ended()
        return [*ended, Left.by(self.course)]


def drill(tiny: TinyCourse, folder: Path, students: int) -> Drill:
    """Every third is right, every third wrong, every third late; one is no notebook at all."""
    fresh = folder / "fresh"
    for number in range(1, students + 1):
        answers = {**RIGHT, "scale": WRONG_SIGN} if number % 3 == 1 else RIGHT
        notebook = answered(tiny.repository, answers)
        notebook.cells[1].source += f"\n# {number}\n{SLOWER}"
        path = submit(fresh, f"s{number:03}", notebook)
        if number % 3 == 2:
            path.with_name("timestamp.txt").write_text(LATE)
    submit(fresh, "s002", "{ uploaded by mistake")
    (fresh / "secret").write_text("the same hidden cases in every run")
    return Drill(tiny.repository.root, fresh, folder / "course")


def require_the_same(left: Left, undisturbed: Left) -> None:
    assert left.rows == undisturbed.rows
    assert left.results == undisturbed.results
    assert left.files == undisturbed.files
    assert left.notebooks == undisturbed.notebooks


@pytest.mark.slow
def test_a_run_that_is_killed_three_times_ends_as_if_undisturbed(
    tiny: TinyCourse, tmp_path: Path
) -> None:
    run = drill(tiny, tmp_path, students=6)
    undisturbed, seconds = run.undisturbed()
    assert len(undisturbed.rows.grades) == 6 * 2
    for left in run.kill_and_resume(3, seconds, SEED):
        require_the_same(left, undisturbed)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_a_run_of_thirty_that_is_killed_fifty_times_ends_as_if_undisturbed(
    tiny: TinyCourse, tmp_path: Path
) -> None:
    run = drill(tiny, tmp_path, students=30)
    undisturbed, seconds = run.undisturbed()
    assert len(undisturbed.rows.grades) == 30 * 2
    for left in run.kill_and_resume(50, seconds, SEED):
        require_the_same(left, undisturbed)
