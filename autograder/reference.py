"""Expected answers: the probes run on the solution notebook, and on every misconception."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch

import visionlab.checking
from autograder.build.source import is_check, is_demo, read_source
from autograder.course import Course, CourseError, Repository, declared_assignment
from autograder.draw import Draw
from autograder.exercise import Exercise, Facet, Inputs, Scored
from visionlab.checking.compare import difference
from visionlab.checking.probing import Answer, Question, ask_through
from visionlab.checking.records import (
    SUFFIX,
    CaseRecord,
    ExerciseRecord,
    Hint,
    load_records,
    save_records,
)
from visionlab.checking.sieve import Sieve
from visionlab.devices import exact_arithmetic

PUBLIC_SEED = "public"
_ENGINE = ("asking", "grading", "restore", "running", "outputs", "submission")
Namespace = dict[str, Any]
Asks = Callable[[Question, Namespace], Answer]


def reference_namespace(source: Path) -> Namespace:
    """Run the solution's cells, without demonstrations and checks, and return what they define."""
    namespace: Namespace = {"__name__": source.stem}
    for cell in read_source(source).cells:
        if cell.cell_type == "code" and not is_demo(cell) and not is_check(cell):
            exec(compile(cell.source, source.name, "exec"), namespace)
    return namespace


def with_answer(namespace: Namespace, code: str) -> Namespace:
    """The reference's namespace with one function replaced by a student's code."""
    changed = dict(namespace)
    exec(code, changed)
    return changed


def public_records(repository: Repository, name: str) -> list[ExerciseRecord]:
    """The records of an assignment with public cases only: what ships to students."""
    return _records(repository, name, None)


def grading_records(repository: Repository, name: str, course: Course) -> list[ExerciseRecord]:
    """The records with public and hidden cases, computed once per course and check version."""
    secret = course.secret()
    key = check_version(repository, name, secret)
    path = course.root / "records" / f"{name}-{key[:16]}{SUFFIX}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        save_records(partial, hidden_records(repository, name, secret))
        partial.chmod(0o600)
        partial.replace(path)
    return load_records(path)


def hidden_records(repository: Repository, name: str, secret: str) -> list[ExerciseRecord]:
    """The records with public and hidden cases for a secret, not stored anywhere.

    The public ones are those the build made; `autograder build --check` keeps them true.
    """
    public = {r.name: r for r in load_records(repository.public_checks(name))}
    hidden = _records(repository, name, secret)
    if {r.name for r in hidden} != set(public):
        raise CourseError(f"{name} is not built from its sources: run 'autograder build {name}'")
    return [
        replace(
            r,
            cases=[*public[r.name].cases, *r.cases],
            hints={**public[r.name].hints, **r.hints},
        )
        for r in hidden
    ]


def _records(repository: Repository, name: str, secret: str | None) -> list[ExerciseRecord]:
    namespace = reference_namespace(repository.source(name))
    exercises = declared_assignment(name).exercises
    sieve = Sieve({o for exercise in exercises for o in exercise.forbidden.operators})
    try:
        asks = partial(ask_through, sieve)
        with exact_arithmetic():
            return [_record(exercise, namespace, secret, asks) for exercise in exercises]
    finally:
        sieve.lift()


def check_version(repository: Repository, name: str, secret: str) -> str:
    """A hash of everything that decides the verdicts of an assignment."""
    digest = hashlib.sha256(secret.encode())
    checking = Path(visionlab.checking.__file__).parent
    for folder in (Path(__file__).parent, checking):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update(repository.source(name).read_bytes())
    digest.update(repository.public_checks(name).read_bytes())
    digest.update(torch.__version__.encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def engine_version() -> str:
    """A hash of everything that runs, restores and judges, whatever is asked."""
    digest = hashlib.sha256(torch.__version__.encode())
    here = Path(__file__).parent
    library = Path(visionlab.checking.__file__).parents[1]
    files = [here / f"{name}.py" for name in _ENGINE]
    for folder in (here / "inside", here / "sandbox", library):
        files += sorted(folder.rglob("*.py"))
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _record(
    exercise: Exercise, namespace: Namespace, secret: str | None, asks: Asks
) -> ExerciseRecord:
    if exercise.name not in namespace:
        raise CourseError(f"the solution does not define {exercise.name}")
    mistaken = {m.name: with_answer(namespace, m.source) for m in exercise.misconceptions}
    drawn = _cases(exercise, secret)
    cases = [_finish(exercise, case, namespace, mistaken, asks) for case in drawn]
    # A hint that no case here can lead to stays at home: it may tell what is not told yet.
    told = {name for case in cases for name in case.mistakes}
    return ExerciseRecord(
        name=exercise.name,
        points=exercise.points,
        forbidden=exercise.forbidden,
        weights={f.name: f.weight for f in exercise.facets if secret or not f.hidden_only},
        hints={m.name: Hint(m.hint, m.more) for m in exercise.misconceptions if m.name in told},
        cases=cases,
    )


def drawn_inputs(exercise: Exercise, secret: str | None) -> Iterator[Inputs]:
    """The inputs of an exercise's hidden cases under a secret, or of its public ones (None)."""
    return (case.inputs for case in _cases(exercise, secret))


def _cases(exercise: Exercise, secret: str | None) -> Iterator[CaseRecord]:
    """Cases still without expected answers: goldens and public ones, or hidden ones."""
    for facet in exercise.facets:
        if secret is None and facet.hidden_only:
            continue
        if secret is not None:
            yield from _drawn(exercise, facet, Draw(secret, exercise.name, facet.name), False)
            continue
        probe = exercise.probe_source(facet)
        for golden in exercise.goldens:
            if golden.facet == facet.name:
                yield CaseRecord(facet.name, True, golden.source, golden.inputs, probe, None)
        yield from _drawn(exercise, facet, Draw(PUBLIC_SEED, exercise.name, facet.name), True)


def _drawn(exercise: Exercise, facet: Facet, draw: Draw, public: bool) -> Iterator[CaseRecord]:
    probe = exercise.probe_source(facet)
    for case in facet.build(draw):
        if isinstance(case, Scored):
            truth = {"boxes": case.boxes, "labels": case.labels}
            inputs, least = case.inputs, case.at_least
            yield CaseRecord(facet.name, public, "", inputs, probe, truth, at_least=least)
        else:
            yield CaseRecord(facet.name, public, "", case, probe, None)


def _finish(
    exercise: Exercise,
    case: CaseRecord,
    namespace: Namespace,
    mistaken: dict[str, Namespace],
    asks: Asks,
) -> CaseRecord:
    if case.at_least:
        return case  # the truth is known already
    question = Question(exercise.name, case.inputs, case.probe, exercise.forbidden)
    right = asks(question, namespace)
    if right.error or right.changed:
        raise CourseError(
            f"the reference {exercise.name} fails its own case of {case.facet}: "
            f"{right.error} {right.message} {' '.join(right.changed)}".rstrip()
        )
    mistakes = {}
    for name, changed in mistaken.items():
        answer = asks(question, changed)
        if _differs(right, answer):
            mistakes[name] = answer
    return CaseRecord(
        case.facet, case.public, case.source, case.inputs, case.probe, right.value, mistakes
    )


def _differs(right: Answer, answer: Answer) -> bool:
    if answer.error or answer.changed:
        return True
    return difference(right.value, answer.value) is not None
