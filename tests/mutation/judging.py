"""Which mutants of the reference solutions the judge lets pass."""

import json
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
MUTANT_SECONDS = 2.0
EXERCISE_SECONDS = 60.0
MEMORY = 1 << 30


@dataclass(frozen=True)
class Outcome:
    """What became of the mutants of one exercise."""

    exercise: str
    mutants: list[Mutant]
    survivors: list[Mutant]


def judge_assignment(repository: Repository, name: str) -> Iterator[Outcome]:
    """Judge every mutant of every reference solution on all public and hidden cases."""
    torch.set_num_threads(1)  # a forked child cannot use its parent's threads
    source = repository.source(name)
    namespace = reference_namespace(source)
    records = {r.name: r for r in hidden_records(repository, name, SECRET)}
    for cell in read_source(source).cells:
        if is_solution(cell):
            exercise, found = solved_exercise(cell), mutants(cell.source)
            yield Outcome(exercise, found, survivors(records[exercise], namespace, found))


def survivors(
    record: ExerciseRecord, namespace: Namespace, candidates: Sequence[Mutant]
) -> list[Mutant]:
    """The candidates that get full points. One that ends its process, runs on or fills the
    memory does not; each process judges on until it ends."""
    passed: list[Mutant] = []
    start = 0
    while start < len(candidates):
        verdicts = _in_child(record, namespace, candidates[start:])
        passed += [c for c, v in zip(candidates[start:], verdicts, strict=False) if v]
        start += len(verdicts) + 1  # the one it ended at has failed
    return passed


def _in_child(
    record: ExerciseRecord, namespace: Namespace, candidates: Sequence[Mutant]
) -> list[bool]:
    """The verdicts a child gives before it ends."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _judge_all(record, namespace, candidates, writing)
    os.close(writing)
    with os.fdopen(reading) as verdicts:
        lines = list(verdicts)
    os.waitpid(child, 0)
    return [json.loads(line) for line in lines]


def _judge_all(
    record: ExerciseRecord, namespace: Namespace, candidates: Sequence[Mutant], writing: int
) -> None:
    """Write one line per candidate, and end the process whatever happens."""
    status = 1
    try:
        _limit_memory()
        warnings.simplefilter("ignore")
        with os.fdopen(writing, "w", buffering=1) as out, open(os.devnull, "w") as nothing:
            sys.stdout = sys.stderr = nothing
            for candidate in candidates:
                print(json.dumps(_survives(record, namespace, candidate)), file=out)
        status = 0
    finally:
        os._exit(status)


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

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _survives(record: ExerciseRecord, namespace: Namespace, mutant: Mutant) -> bool:
    try:
        with _time_limit(MUTANT_SECONDS):
            changed = with_answer(namespace, mutant.code)
            answers = _answers(record, changed)
            return judge(record, answers).score == record.points
    except (_TimeUpError, MemoryError, Exception):
        return False


def _answers(record: ExerciseRecord, namespace: Namespace) -> list[Answer]:
    """The answers up to the first wrong one: the judge fails what is missing."""
    answers: list[Answer] = []
    for case, question in zip(record.cases, record.questions(), strict=True):
        answers.append(ask(question, namespace))
        if not judge(replace(record, cases=[case]), answers[-1:]).passed:
            break
    return answers


def write_table(outcomes: Sequence[Outcome], out: TextIO) -> None:
    """Mutants, survivors and their share, exercise by exercise and in all."""
    rows = [(o.exercise, len(o.mutants), len(o.survivors)) for o in outcomes]
    rows.append(("all", sum(r[1] for r in rows), sum(r[2] for r in rows)))
    print(f"{'exercise':<18}{'mutants':>8}{'survive':>9}{'share':>8}", file=out)
    for name, count, left in rows:
        print(f"{name:<18}{count:>8}{left:>9}{left / max(count, 1):>8.1%}", file=out)
