"""Everything that must not be handed out, gathered from the repository and its courses."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.build.make import reach_programs
from autograder.course import Course, Repository, declared_assignment
from autograder.leaks.answers import answer_bodies, answer_lines
from autograder.leaks.content import numbers
from autograder.nbgrader_plugin import COURSE_ID
from autograder.reference import drawn_inputs
from autograder.simulate import KINDS
from visionlab.checking.records import SUFFIX

Run = tuple[str, ...]
RUN = 16  # so many equal numbers in a row are no chance
DISTINCT = 6  # zeros and ones in a row are
_MIN_NAME = 4  # shorter ids are parts of words everywhere
_MIN_BYTES = 64  # what is shorter, such as an empty __init__.py, may well occur twice
_PRIVATE_FOLDERS = ("autograder", "solutions")


@dataclass(frozen=True)
class Secrets:
    """lines, bodies: of answers (see `answers`). runs: `RUN` numbers in a row of hidden cases.
    tokens: the courses' own secrets. students: ids, names and addresses. digests: SHA-256 of the
    instructor's files."""

    lines: frozenset[str]
    bodies: frozenset[str]
    runs: frozenset[Run]
    tokens: frozenset[str]
    students: frozenset[str]
    digests: frozenset[str]

    @classmethod
    def gather(cls, repository: Repository, courses: Sequence[Course]) -> "Secrets":
        """Of all assignments, also of those that are not handed out yet."""
        names = repository.assignment_names()
        tokens = {course.secret_file.read_text().strip() for course in courses}
        return cls(
            frozenset(line for name in names for line in answer_lines(repository, name)),
            frozenset(body for name in names for body in answer_bodies(repository, name)),
            frozenset(run for name in names for run in hidden_runs(name, tokens)),
            frozenset(tokens - {""}),
            frozenset(_students(courses) - _words_of_lessons(repository)),
            frozenset(_digests(repository)),
        )


def courses_in(folder: Path) -> list[Course]:
    """The running course in `folder`, and those in folders of it, such as the demo's; only those
    that have a secret yet."""
    found = [Course(folder), *(Course(p.parent) for p in sorted(folder.glob("*/secret")))]
    return [course for course in found if course.secret_file.is_file()]


def cut(stream: Sequence[str], step: int) -> Iterator[Run]:
    """Telling runs of numbers from a stream, beginning at every `step`-th number."""
    for start in range(0, len(stream) - RUN + 1, step):
        run = tuple(stream[start : start + RUN])
        if len(set(run)) >= DISTINCT:
            yield run


def hidden_runs(name: str, tokens: Iterable[str]) -> set[Run]:
    """Runs of the numbers in hidden cases that no public case has too."""
    exercises = declared_assignment(name).exercises
    hidden = {run for t in tokens for e in exercises for run in _runs(drawn_inputs(e, t), RUN)}
    if not hidden:
        return hidden
    for exercise in exercises:
        hidden -= set(_runs(drawn_inputs(exercise, None), 1))
    return hidden


def _runs(cases: Iterable[dict[str, object]], step: int) -> Iterator[Run]:
    for inputs in cases:
        for value in inputs.values():
            yield from cut(numbers(value), step)


def _students(courses: Sequence[Course]) -> set[str]:
    """Ids, full names and addresses, from the gradebooks and the folders of submissions."""
    found: set[str] = set()
    for course in courses:
        found |= {p.name for p in (course.root / "submitted").glob("*") if p.is_dir()}
        if (course.root / "gradebook.db").is_file():
            reach_programs()
            with Gradebook(course.db_url, COURSE_ID) as gradebook:
                for student in gradebook.students:
                    whole = f"{student.first_name or ''} {student.last_name or ''}"
                    found |= {student.id, student.email or "", whole.strip()}
    return {name for name in found if len(name) >= _MIN_NAME} - set(KINDS)


def _words_of_lessons(repository: Repository) -> set[str]:
    """An id that is a word of the lessons could not be searched for."""
    names = repository.assignment_names()
    return {word for n in names for word in repository.source(n).read_text().split()}


def _digests(repository: Repository) -> Iterator[str]:
    """Check data is left out: that of the solutions is the students' own."""
    for folder in _PRIVATE_FOLDERS:
        for path in (repository.root / folder).rglob("*"):
            if path.is_file() and path.suffix != SUFFIX and path.stat().st_size >= _MIN_BYTES:
                yield digest(path)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
