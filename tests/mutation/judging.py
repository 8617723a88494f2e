"""Which mutants of the reference solutions the judge gives full points."""

import faulthandler
import os
import resource
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TextIO

import torch

from autograder.build.source import is_solution, read_source, solved_exercise
from autograder.course import Repository
from autograder.reference import Namespace, hidden_records, reference_namespace, with_answer
from tests.mutation.mutate import Mutant, mutants
from visionlab.checking.judge import judge
from visionlab.checking.probing import Answer, ask
from visionlab.checking.records import ExerciseRecord

SECRET = "mutation"
# Both of CPU time, so that a busy machine changes nothing. A mutant stuck in one call of C code
# does not hear the first alarm; the second limit ends its process.
MUTANT_SECONDS = 2.0
STUCK_SECONDS = 20
MEMORY = 1 << 30


@dataclass(frozen=True)
class Outcome:
    """What became of the mutants of one exercise."""

    exercise: str
    mutants: list[Mutant]
    survivors: list[Mutant]


@dataclass(frozen=True)
class Bench:
    """An assignment's solutions with all its cases. solutions: exercise name -> cell."""

    namespace: Namespace
    records: dict[str, ExerciseRecord]
    solutions: dict[str, str]

    @classmethod
    def load(cls, repository: Repository, name: str) -> "Bench":
        """Run the solutions of an assignment and draw hidden cases for a fixed secret."""
        torch.set_num_threads(1)  # a forked child cannot use its parent's threads
        source = repository.source(name)
        cells = [c for c in read_source(source).cells if is_solution(c)]
        return cls(
            reference_namespace(source),
            {r.name: r.without_scored() for r in hidden_records(repository, name, SECRET)},
            {solved_exercise(c): c.source for c in cells},
        )

    def outcomes(self) -> list[Outcome]:
        """Judge every mutant of every solution."""
        found = {name: mutants(cell) for name, cell in self.solutions.items()}
        return [Outcome(name, ms, self.survivors(name, ms)) for name, ms in found.items()]

    def survivors(self, exercise: str, candidates: Sequence[Mutant]) -> list[Mutant]:
        """The candidates that get full points on all public and hidden cases.

        One that ends its process, runs on or fills the memory does not.
        """
        passed: list[Mutant] = []
        start = 0
        while start < len(candidates):
            verdicts = self._in_child(self.records[exercise], candidates[start:])
            passed += [c for c, v in zip(candidates[start:], verdicts, strict=False) if v]
            start += len(verdicts) + 1  # the one at which the child ended has failed
        return passed

    def _in_child(self, record: ExerciseRecord, candidates: Sequence[Mutant]) -> list[bool]:
        """The verdicts a forked child gives before it ends."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                self._judge_all(record, candidates, writing)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as verdicts:
            letters = verdicts.read()
        os.waitpid(child, 0)
        return [letter == ord("+") for letter in letters]

    def _judge_all(
        self, record: ExerciseRecord, candidates: Sequence[Mutant], writing: int
    ) -> None:
        """Write one letter per candidate: + for full points, - for less."""
        _limit_memory()
        faulthandler.disable()  # pytest's would print the stack of a mutant that crashes
        warnings.simplefilter("ignore")
        with open(os.devnull, "w") as nothing:
            sys.stdout = sys.stderr = nothing
            for candidate in candidates:
                passed = self._full_points(record, candidate)
                os.write(writing, b"+" if passed else b"-")

    def _full_points(self, record: ExerciseRecord, candidate: Mutant) -> bool:
        try:
            with _time_limit(MUTANT_SECONDS):
                changed = with_answer(self.namespace, candidate.code)
                return judge(record, _answers(record, changed)).score == record.points
        except (_TimeUpError, Exception):
            return False


def _answers(record: ExerciseRecord, namespace: Namespace) -> list[Answer]:
    """The answers up to the first wrong one: the judge fails what is missing."""
    answers: list[Answer] = []
    for case, question in zip(record.cases, record.questions(), strict=True):
        answers.append(ask(question, namespace))
        if not judge(replace(record, cases=[case]), answers[-1:]).passed:
            break
    return answers


def _limit_memory() -> None:
    with open("/proc/self/status") as lines:
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmData"))
    limit = kilobytes * 1024 + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


class _TimeUpError(BaseException):
    """No `except Exception` of a mutant or of a probe stops this."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise _TimeUpError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    used, (_, most) = int(sum(os.times()[:2])), resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + STUCK_SECONDS, most))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def write_table(outcomes: Sequence[Outcome], out: TextIO) -> None:
    """Mutants, survivors and their share, exercise by exercise and in all."""
    rows = [(o.exercise, len(o.mutants), len(o.survivors)) for o in outcomes]
    rows.append(("all", sum(r[1] for r in rows), sum(r[2] for r in rows)))
    print(f"{'exercise':<20}{'mutants':>8}{'survive':>9}{'share':>8}", file=out)
    for name, count, left in rows:
        print(f"{name:<20}{count:>8}{left:>9}{left / max(count, 1):>8.1%}", file=out)
