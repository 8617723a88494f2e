"""Grades a class: every submission by itself, then all results into nbgrader's gradebook."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.build.make import IGNORED, generate_assignment_with, nbgrader_api
from autograder.course import Course, CourseError, Repository
from autograder.grading import (
    Marking,
    UnreadableError,
    grade_notebook,
    read_submission,
    unreadable_result,
)
from autograder.nbgrader_plugin import RESULT_KEY, cached_marking, configure
from autograder.restore import restore
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.sandbox.wall import require_wall
from autograder.store import ResultStore


@dataclass(frozen=True)
class Graded:
    """One student's result, or the reason why there is none."""

    student: str
    result: Result | None
    problem: str = ""


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

    def grade(self, students: list[str], jobs: int) -> Iterator[Graded]:
        """Grade in parallel; yields each student as soon as the result is stored.

        Raises NoSandboxError before anybody is graded when there is no sandbox here.
        """
        if self.marking.walled:
            require_wall()
        with ThreadPoolExecutor(jobs) as pool:
            waiting = {pool.submit(self._grade_one, s): s for s in students}
            try:
                for done in as_completed(waiting):
                    student = waiting[done]
                    problem = done.exception()
                    if problem is None:
                        yield Graded(student, done.result())
                    else:  # one submission must never cost the class
                        yield Graded(student, None, f"{type(problem).__name__}: {problem}")
            finally:
                pool.shutdown(cancel_futures=True)

    def _grade_one(self, student: str) -> Result:
        path = self.course.submission(student, self.marking.assignment)
        try:
            submitted = read_submission(path)
        except UnreadableError as error:
            return unreadable_result(self.marking, str(error))
        restored = restore(submitted, self.marking.source)
        store = ResultStore(self.course.results)
        key = self.marking.key(restored.notebook, restored.notes)
        result = store.get(key)
        if result is None:
            result, _ = grade_notebook(submitted, self.marking)
            store.put(key, result)
        return result

    def stored(self, students: list[str]) -> Iterator[Graded]:
        """The results that are in the gradebook, whoever graded with whatever limits."""
        store, name = ResultStore(self.course.results), self.marking.assignment
        for student in students:
            path = self.course.root / "autograded" / student / name / f"{name}.ipynb"
            key = json.loads(path.read_text())["metadata"].get(RESULT_KEY) if path.exists() else ""
            result = store.get(key) if key else None
            problem = "" if result else f"not graded yet: run 'autograder grade {name}'"
            yield Graded(student, result, problem)

    def record(self, students: list[str], seen: Callable[[str], None]) -> list[Graded]:
        """Bring stored results into the gradebook, through nbgrader; returns what failed."""
        api = self._api()
        failed = []
        for student in students:
            if not self.course.submission(student, self.marking.assignment).exists():
                failed.append(Graded(student, None, self._misnamed(student)))
                seen(student)
                continue
            outcome = api.autograde(self.marking.assignment, student)
            if not outcome["success"]:
                failed.append(Graded(student, None, _last_line(outcome)))
            seen(student)
        return failed

    def _misnamed(self, student: str) -> str:
        wanted = self.course.submission(student, self.marking.assignment)
        found = ", ".join(sorted(p.name for p in wanted.parent.iterdir())) or "nothing"
        return f"there is no {wanted.name} in {wanted.parent}, but {found}: rename the notebook"

    def register(self) -> None:
        """Make the gradebook know the assignment and its exercises. Raises CourseError."""
        config = self._config()
        config.CourseDirectory.ignore = IGNORED
        config.CourseDirectory.release_directory = str(self.course.root / "release")
        outcome = generate_assignment_with(config, self.marking.assignment)
        if not outcome["success"]:
            raise CourseError(
                f"nbgrader could not take in {self.marking.assignment}: {_last_line(outcome)}"
            )

    def feedback(self, students: list[str], seen: Callable[[str], None]) -> list[Graded]:
        """Write the feedback page of every student; returns what failed."""
        api = self._api()
        failed = []
        for student in students:
            outcome = api.generate_feedback(self.marking.assignment, student)
            if not outcome["success"]:
                failed.append(Graded(student, None, _last_line(outcome)))
            seen(student)
        return failed

    def _api(self) -> NbGraderAPI:
        return nbgrader_api(self._config())

    def _config(self) -> Config:
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


def _last_line(outcome: dict[str, object]) -> str:
    text = f"{outcome.get('log') or ''}\n{outcome.get('error') or ''}"
    # nbgrader's own last words only point to the traceback that stands in its log.
    lines = [x.strip() for x in text.splitlines() if x.strip() and "above traceback" not in x]
    named = [x for x in lines if re.match(r"[\w.]+(Error|Exception|Entry): ", x)]
    return (named or lines or ["no reason given"])[-1]
