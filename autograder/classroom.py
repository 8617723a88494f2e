"""Grades a class: every submission by itself, then all results into nbgrader's gradebook."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.bookkeeping import Sheet
from autograder.build.make import nbgrader_api
from autograder.cluster import grade_on_cluster
from autograder.course import Course, Repository
from autograder.finding import Found, find_submission
from autograder.grading import Marking, Prepared, grade_prepared, prepare
from autograder.nbgrader_plugin import RESULT_KEY, cached_marking, configure
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.sandbox.wall import require_wall
from autograder.store import ResultStore
from autograder.submission import Submission
from autograder.workers import Workers
from autograder.writing import hand_on, write_graded


@dataclass(frozen=True)
class Graded:
    """One student's result, or the reason why there is none.

    result: its summary, where a class is graded; key: where it is stored; sheet: the marks of the
    graded notebook, None when that was not written now; fresh: whether anything was run for it.
    """

    student: str
    result: Result | None
    problem: str = ""
    key: str = ""
    sheet: Sheet | None = None
    fresh: bool = False


@dataclass(frozen=True)
class Grading:
    """A class being graded: iterate to get each student when the result is stored.

    To be closed, also when something else went wrong: it gives up what is not done yet.
    """

    known: list[Graded]
    rest: Iterator[Graded] = field(default_factory=lambda: iter(()))
    close: Callable[[], None] = lambda: None

    def __iter__(self) -> Iterator[Graded]:
        yield from self.known
        yield from self.rest


@dataclass(frozen=True)
class Classroom:
    """A running course and the assignment that is graded in it."""

    repository: Repository
    course: Course
    marking: Marking
    db_url: str = ""

    def students(self) -> list[str]:
        """All who handed in something for the assignment."""
        found = self.course.root.glob(f"submitted/*/{self.marking.assignment}")
        return sorted(p.parent.name for p in found if p.is_dir())

    def grade(self, students: list[str], jobs: int, scheduler: str = "") -> Grading:
        """Grade in parallel; starts at once.

        What is known already is not run again. scheduler: the address of a Dask cluster that
        does the rest; without one it is done here, in `jobs` processes, or in this one when that
        is 1. Raises NoSandboxError before anybody is graded when there is no sandbox here.
        """
        found = [(student, self._known(student)) for student in students]
        missing = [student for student, one in found if one is None]
        known = [one for _, one in found if one is not None]
        if scheduler and missing:
            return Grading(known, self._grade_elsewhere(missing, scheduler))
        if missing:
            return self._grade_here(known, missing, min(jobs, len(missing)))
        return Grading(known)

    def _known(self, student: str) -> Graded | None:
        """The stored result of a submission, found by the bytes of its file."""
        submission = self.read(student)
        if submission.problem:
            return None
        key = self._store.key_of(self.marking.file_key(submission))
        result = self._store.summary(key) if key else None
        if result is None or self.marking.missing(result):
            return None
        return Graded(student, result, key=key)

    def _grade_here(self, known: list[Graded], students: list[str], jobs: int) -> Grading:
        if self.marking.walled:
            require_wall()
        if jobs == 1:
            return Grading(known, map(self._safely, students))
        workers = Workers(self.grade_one, jobs)
        return Grading(known, map(_as_graded, workers.run(students)), workers.close)

    def _safely(self, student: str) -> Graded:
        try:
            return self.grade_one(student)
        except Exception as error:  # one submission must never cost the class
            return _as_graded((student, error))

    def _grade_elsewhere(self, students: list[str], scheduler: str) -> Iterator[Graded]:
        submissions = {student: self.read(student) for student in students}
        readable = {s: one for s, one in submissions.items() if not one.problem}
        for student in set(students) - set(readable):
            yield self._safely(student)  # nothing to run: it only needs its remark
        for back in grade_on_cluster(scheduler, self.marking, readable):
            if back.result is None:
                yield Graded(back.student, None, back.problem)
                continue
            submission = readable[back.student]
            ready = prepare(submission, self.marking)
            yield self._keep(back.student, submission, ready, back.result, fresh=True)

    def grade_one(self, student: str) -> Graded:
        """Grade one student here, unless the result of the same cells is known; stores it."""
        found = self._found(student)
        if found.problem:
            return Graded(student, None, found.problem)
        submission = found.read(self.marking.wanted)
        ready = prepare(submission, self.marking)
        known = self._store.get(ready.key)
        if known is not None and not self.marking.missing(known):
            return self._keep(student, submission, ready, known, fresh=False)
        result = grade_prepared(ready, self.marking, known)
        return self._keep(student, submission, ready, result, fresh=True)

    def _keep(
        self, student: str, submission: Submission, ready: Prepared, result: Result, *, fresh: bool
    ) -> Graded:
        """Store a result and write the graded notebook."""
        if fresh:
            self._store.put(ready.key, result)
        if not submission.problem:
            self._store.remember(self.marking.file_key(submission), ready.key)
        sheet = self.write(student, ready, result)
        return Graded(student, result.summary(), key=ready.key, sheet=sheet, fresh=fresh)

    def write(self, student: str, ready: Prepared, result: Result) -> Sheet:
        """Write the graded notebook where nbgrader looks for it; returns its marks."""
        handed_in, folder = self.submission(student), self.autograded(student)
        return write_graded(ready, result, self._output_limits, handed_in, folder)

    def rewrite(self, one: Graded) -> Sheet:
        """Write the graded notebook of a stored result, of one that was not graded now."""
        result = self._store.get(one.key)
        assert result is not None  # it was there a moment ago
        return self.write(one.student, prepare(self.read(one.student), self.marking), result)

    def read(self, student: str) -> Submission:
        """What a student handed in, wherever in the folder the notebook lies."""
        return self._found(student).read(self.marking.wanted)

    def _found(self, student: str) -> Found:
        folder = self.submission(student).parent
        return find_submission(folder, self.marking.assignment, self.marking.grade_ids)

    @property
    def _store(self) -> ResultStore:
        return ResultStore(self.course.results)

    @cached_property
    def _output_limits(self) -> Config:
        return self.config()

    def submission(self, student: str) -> Path:
        """Where the notebook a student handed in should be."""
        return self.course.submission(student, self.marking.assignment)

    def stored(self, students: list[str]) -> Iterator[Graded]:
        """The results that are in the gradebook, whoever graded with whatever limits."""
        store, name = self._store, self.marking.assignment
        for student in students:
            path = self.autograded(student) / f"{name}.ipynb"
            key = json.loads(path.read_text())["metadata"].get(RESULT_KEY) if path.exists() else ""
            result = store.get(key) if key else None
            problem = "" if result else f"not graded yet: run 'autograder grade {name}'"
            yield Graded(student, result, problem)

    def autograded(self, student: str) -> Path:
        """Where nbgrader looks for a student's graded notebook."""
        return self.course.root / "autograded" / student / self.marking.assignment

    def feedback(self, students: list[str], seen: Callable[[str], None]) -> list[Graded]:
        """Write the feedback page of every student; returns what failed."""
        api = self._api()
        failed = []
        for student in students:
            outcome = api.generate_feedback(self.marking.assignment, student)
            if outcome["success"]:
                page = self.course.feedback_page(student, self.marking.assignment)
                hand_on(self.autograded(student), page.parent)
            else:
                failed.append(Graded(student, None, last_line(outcome)))
            seen(student)
        return failed

    def _api(self) -> NbGraderAPI:
        return nbgrader_api(self.config())

    def config(self) -> Config:
        """nbgrader's configuration for this course."""
        config = Config()
        configure(config, self.repository, self.course)
        if self.db_url:
            config.CourseDirectory.db_url = self.db_url
        # Nothing but the notebook is graded, and nbgrader would follow links in a submission: a
        # link to the course's secret would come back to the student with the feedback.
        config.CourseDirectory.ignore = ["*"]
        config.Walk.walled = self.marking.walled
        config.Walk.limits = self.marking.limits.to_plain()
        return config


def open_classroom(
    repository: Repository,
    course: Course,
    name: str,
    *,
    limits: Limits,
    walled: bool = True,
    db_url: str = "",
) -> Classroom:
    """Prepare everything to grade one assignment of a course."""
    marking = cached_marking(repository, course, name, limits, walled)
    return Classroom(repository, course, marking, db_url)


def _as_graded(done: tuple[str, object]) -> Graded:
    student, outcome = done
    if isinstance(outcome, Graded):
        return outcome
    return Graded(student, None, f"{type(outcome).__name__}: {outcome}")


def last_line(outcome: dict[str, object]) -> str:
    """What nbgrader said last that tells something."""
    text = f"{outcome.get('log') or ''}\n{outcome.get('error') or ''}"
    # nbgrader's own last words only point to the traceback that stands in its log.
    lines = [x.strip() for x in text.splitlines() if x.strip() and "above traceback" not in x]
    named = [x for x in lines if re.match(r"[\w.]+(Error|Exception|Entry): ", x)]
    return (named or lines or ["no reason given"])[-1]
