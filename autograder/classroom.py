"""Grades a class: every submission by itself, then all results into nbgrader's gradebook."""

import copy
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import parse_utc
from traitlets.config import Config

from autograder.bookkeeping import BATCH, Bookkeeper, Entry
from autograder.build.make import IGNORED, generate_assignment_with, nbgrader_api
from autograder.course import Course, CourseError, Repository
from autograder.grading import (
    Marking,
    UnreadableError,
    grade_notebook,
    read_submission,
    unreadable_result,
)
from autograder.ledger import Ledger
from autograder.nbgrader_plugin import (
    COURSE_ID,
    NOTES,
    RESULT_KEY,
    UNREADABLE,
    cached_marking,
    configure,
    show_result,
)
from autograder.restore import restore
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.sandbox.wall import require_wall
from autograder.store import ResultStore

TIMESTAMP = "timestamp.txt"  # nbgrader's own, beside a collected notebook


@dataclass(frozen=True)
class Graded:
    """One student's result, or the reason why there is none. key: where the result is stored;
    fresh: whether anything was run for it."""

    student: str
    result: Result | None
    problem: str = ""
    key: str = ""
    fresh: bool = field(default=False, compare=False)


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
                        yield done.result()
                    else:  # one submission must never cost the class
                        yield Graded(student, None, f"{type(problem).__name__}: {problem}")
            finally:
                pool.shutdown(cancel_futures=True)

    def _grade_one(self, student: str) -> Graded:
        path = self.course.submission(student, self.marking.assignment)
        store = ResultStore(self.course.results)
        file_key = self.marking.file_key(path.read_bytes()) if path.is_file() else ""
        key = store.key_of(file_key) if file_key else ""
        known = store.get(key) if key else None
        if known is not None and not self.marking.missing(known):
            return Graded(student, known, key=key)
        key, result, fresh = self._graded(path, store)
        if file_key:
            store.remember(file_key, key)
        return Graded(student, result, key=key, fresh=fresh)

    def _graded(self, path: Path, store: ResultStore) -> tuple[str, Result, bool]:
        """The key of a submission's result, the result, and whether anything was run for it."""
        try:
            submitted = read_submission(path)
        except UnreadableError as error:
            key = self.marking.key(self.marking.source, [str(error)])
            result = unreadable_result(self.marking, str(error))
            store.put(key, result)
            return key, result, False
        restored = restore(submitted, self.marking.source)
        key = self.marking.key(restored.notebook, restored.notes)
        known = store.get(key)
        if known is not None and not self.marking.missing(known):
            return key, known, False
        result, _ = grade_notebook(submitted, self.marking, known)
        store.put(key, result)
        return key, result, True

    def stored(self, students: list[str]) -> Iterator[Graded]:
        """The results that are in the gradebook, whoever graded with whatever limits."""
        store, name = ResultStore(self.course.results), self.marking.assignment
        for student in students:
            path = self._autograded(student) / f"{name}.ipynb"
            key = json.loads(path.read_text())["metadata"].get(RESULT_KEY) if path.exists() else ""
            result = store.get(key) if key else None
            problem = "" if result else f"not graded yet: run 'autograder grade {name}'"
            yield Graded(student, result, problem)

    def record(self, graded: Sequence[Graded], seen: Callable[[int], None]) -> list[Graded]:
        """Bring results into the gradebook, what is there already left alone; returns what failed.

        seen: told how many are done, batch by batch.
        """
        keeper, ledger = self._bookkeeper(), self._ledger()
        if not ledger.holds_source(self.marking.source_digest()) or not (
            keeper.knows_the_assignment()
        ):
            self.register()
            ledger.take_source(self.marking.source_digest())
        booked, failed, waiting = keeper.booked(), [], []
        for one in graded:
            if not self.course.submission(one.student, self.marking.assignment).exists():
                failed.append(Graded(one.student, None, self._misnamed(one.student)))
            elif one.student not in booked or ledger.differs(one.student, self._print(one)):
                waiting.append(one)
        seen(len(graded) - len(waiting))
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            keeper.book([self._entry(one) for one in batch])
            ledger.note({one.student: self._print(one) for one in batch})
            seen(len(batch))
        return failed

    def _entry(self, one: Graded) -> Entry:
        """Write the graded notebook where nbgrader looks for it, and say what to book."""
        assert one.result is not None
        notebook = self._graded_notebook(one)
        folder = self._autograded(one.student)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.marking.assignment}.ipynb"
        partial = path.with_suffix(".partial")
        partial.write_text(nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n")
        partial.replace(path)
        stamp = self._timestamp_file(one.student)
        if stamp.is_file():
            shutil.copyfile(stamp, folder / TIMESTAMP)
        return Entry(one.student, notebook, one.result, self._timestamp(one.student))

    def _graded_notebook(self, one: Graded) -> NotebookNode:
        """The restored submission with outputs, verdicts and remarks in it."""
        assert one.result is not None
        try:
            submitted = read_submission(
                self.course.submission(one.student, self.marking.assignment)
            )
            restored = restore(submitted, self.marking.source)
            notebook = restored.notebook
            notebook.metadata[NOTES] = restored.notes
        except UnreadableError as error:
            notebook = copy.deepcopy(self.marking.source)
            notebook.metadata[UNREADABLE] = str(error)
        notebook.metadata[RESULT_KEY] = one.key
        show_result(notebook, one.result)
        limited: NotebookNode = LimitOutput(config=self._config()).preprocess(notebook, {})[0]
        return limited

    def _print(self, one: Graded) -> str:
        """What the gradebook's rows of a student come from, as a hash."""
        assert one.result is not None
        parts = [one.key, one.result.versions, str(self._timestamp(one.student))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _autograded(self, student: str) -> Path:
        return self.course.root / "autograded" / student / self.marking.assignment

    def _timestamp_file(self, student: str) -> Path:
        path = self.course.submission(student, self.marking.assignment)
        return path.with_name(TIMESTAMP)

    def _timestamp(self, student: str) -> datetime | None:
        """When a submission was collected. CourseError when its file cannot be read."""
        path = self._timestamp_file(student)
        text = path.read_text().strip() if path.is_file() and not path.is_symlink() else ""
        try:
            return parse_utc(text) if text else None
        except ValueError:
            raise CourseError(f"{path} holds no date: '{text[:40]}'") from None

    def _bookkeeper(self) -> Bookkeeper:
        config = self._config()
        url = self.db_url or self.course.db_url
        return Bookkeeper(url, COURSE_ID, self.marking.assignment, config)

    def _ledger(self) -> Ledger:
        url = self.db_url or self.course.db_url
        return Ledger.open(self.course.root / "records", self.marking.assignment, url)

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
