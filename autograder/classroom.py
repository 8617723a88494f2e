"""Grades a class: every submission by itself, then all results into nbgrader's gradebook."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.build.make import nbgrader_api
from autograder.cluster import grade_on_cluster
from autograder.course import Course, Repository
from autograder.grading import (
    Marking,
    UnreadableError,
    grade_notebook,
    read_submission,
    unreadable_result,
)
from autograder.nbgrader_plugin import (
    RESULT_KEY,
    cached_marking,
    configure,
)
from autograder.restore import restore
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.sandbox.wall import require_wall
from autograder.store import ResultStore

TIMESTAMP = "timestamp.txt"  # nbgrader's own, beside a collected notebook


@dataclass(frozen=True)
class Graded:
    """One student's result, or the reason why there is none. key: where the result is stored."""

    student: str
    result: Result | None
    problem: str = ""
    key: str = ""


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

    def grade(self, students: list[str], jobs: int, scheduler: str = "") -> Iterator[Graded]:
        """Grade in parallel; yields each student as soon as the result is stored.

        What is known already is not run again. scheduler: the address of a Dask cluster that
        does the rest; without one it is done here, `jobs` at a time. Raises NoSandboxError before
        anybody is graded when there is no sandbox here.
        """
        missing = []
        for student in students:
            known = self._known(student)
            if known is None:
                missing.append(student)
            else:
                yield known
        if scheduler and missing:
            yield from self._grade_elsewhere(missing, scheduler)
        elif missing:
            yield from self._grade_here(missing, jobs)

    def _known(self, student: str) -> Graded | None:
        """The stored result of a submission, found by the bytes of its file."""
        path, store = self.submission(student), ResultStore(self.course.results)
        if not path.is_file():
            return None
        key = store.key_of(self.marking.file_key(path.read_bytes()))
        result = store.get(key) if key else None
        if result is None or self.marking.missing(result):
            return None
        return Graded(student, result, key=key)

    def _grade_here(self, students: list[str], jobs: int) -> Iterator[Graded]:
        if self.marking.walled:
            require_wall()
        with ThreadPoolExecutor(jobs) as pool:
            waiting = {pool.submit(self._grade_one, s): s for s in students}
            try:
                for done in as_completed(waiting):
                    student = waiting[done]
                    problem = done.exception()
                    if problem is None:
                        yield done.result()
                    else:  # one submission must never cost the class
                        yield Graded(student, None, f"{type(problem).__name__}: {problem}")
            finally:
                pool.shutdown(cancel_futures=True)

    def _grade_elsewhere(self, students: list[str], scheduler: str) -> Iterator[Graded]:
        paths = {s: self.submission(s) for s in students if self.submission(s).is_file()}
        for student in set(students) - set(paths):
            yield self._grade_one(student)  # nothing to run: it only needs its remark
        for back in grade_on_cluster(scheduler, self.marking, paths):
            if back.result is None:
                yield Graded(back.student, None, back.problem)
                continue
            key = self._key(paths[back.student])
            self._store(paths[back.student], key, back.result)
            yield Graded(back.student, back.result, key=key)

    def _grade_one(self, student: str) -> Graded:
        path = self.submission(student)
        try:
            submitted = read_submission(path)
        except UnreadableError as error:
            result = unreadable_result(self.marking, str(error))
        else:
            known = ResultStore(self.course.results).get(self._key(path))
            if known is None or self.marking.missing(known):
                result, _ = grade_notebook(submitted, self.marking, known)
            else:
                result = known  # of another file with the same cells
        key = self._key(path)
        self._store(path, key, result)
        return Graded(student, result, key=key)

    def _key(self, path: Path) -> str:
        """The hash under which a submission's result is stored."""
        try:
            restored = restore(read_submission(path), self.marking.source)
        except UnreadableError as error:
            return self.marking.key(self.marking.source, [str(error)])
        return self.marking.key(restored.notebook, restored.notes)

    def _store(self, path: Path, key: str, result: Result) -> None:
        store = ResultStore(self.course.results)
        store.put(key, result)
        if path.is_file():
            store.remember(self.marking.file_key(path.read_bytes()), key)

    def submission(self, student: str) -> Path:
        """The notebook a student handed in."""
        return self.course.submission(student, self.marking.assignment)

    def stored(self, students: list[str]) -> Iterator[Graded]:
        """The results that are in the gradebook, whoever graded with whatever limits."""
        store, name = ResultStore(self.course.results), self.marking.assignment
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
            if not outcome["success"]:
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


def last_line(outcome: dict[str, object]) -> str:
    """What nbgrader said last that tells something."""
    text = f"{outcome.get('log') or ''}\n{outcome.get('error') or ''}"
    # nbgrader's own last words only point to the traceback that stands in its log.
    lines = [x.strip() for x in text.splitlines() if x.strip() and "above traceback" not in x]
    named = [x for x in lines if re.match(r"[\w.]+(Error|Exception|Entry): ", x)]
    return (named or lines or ["no reason given"])[-1]
