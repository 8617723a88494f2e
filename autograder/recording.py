"""Brings a class's results into the gradebook and writes the graded notebooks."""

import copy
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import parse_utc

from autograder.bookkeeping import BATCH, Bookkeeper, Entry
from autograder.build.make import IGNORED, generate_assignment_with
from autograder.classroom import Classroom, Graded, last_line
from autograder.course import CourseError
from autograder.grading import UnreadableError, read_submission
from autograder.ledger import Ledger
from autograder.nbgrader_plugin import COURSE_ID, NOTES, RESULT_KEY, UNREADABLE, show_result
from autograder.restore import restore

TIMESTAMP = "timestamp.txt"  # nbgrader's own, beside a collected notebook


@dataclass(frozen=True)
class Recorder:
    """Writes what one class got into its gradebook."""

    room: Classroom

    def record(self, graded: Sequence[Graded], seen: Callable[[int], None]) -> list[Graded]:
        """Bring results into the gradebook, what is there already left alone; returns what failed.

        seen: told how many are done, batch by batch.
        """
        keeper, ledger = self._bookkeeper(), self._ledger()
        if not ledger.holds_source(self.room.marking.source_digest()) or not (
            keeper.knows_the_assignment()
        ):
            self.register()
            ledger.take_source(self.room.marking.source_digest())
        booked, failed, waiting = keeper.booked(), [], []
        for one in graded:
            if not self.room.submission(one.student).exists():
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
        folder = self.room.autograded(one.student)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.room.marking.assignment}.ipynb"
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
            submitted = read_submission(self.room.submission(one.student))
            restored = restore(submitted, self.room.marking.source)
            notebook = restored.notebook
            notebook.metadata[NOTES] = restored.notes
        except UnreadableError as error:
            notebook = copy.deepcopy(self.room.marking.source)
            notebook.metadata[UNREADABLE] = str(error)
        notebook.metadata[RESULT_KEY] = one.key
        show_result(notebook, one.result)
        limited: NotebookNode = LimitOutput(config=self.room.config()).preprocess(notebook, {})[0]
        return limited

    def _print(self, one: Graded) -> str:
        """What the gradebook's rows of a student come from, as a hash."""
        assert one.result is not None
        parts = [one.key, one.result.versions, str(self._timestamp(one.student))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _timestamp_file(self, student: str) -> Path:
        return self.room.submission(student).with_name(TIMESTAMP)

    def _timestamp(self, student: str) -> datetime | None:
        """When a submission was collected. CourseError when its file cannot be read."""
        path = self._timestamp_file(student)
        text = path.read_text().strip() if path.is_file() and not path.is_symlink() else ""
        try:
            return parse_utc(text) if text else None
        except ValueError:
            raise CourseError(f"{path} holds no date: '{text[:40]}'") from None

    def _bookkeeper(self) -> Bookkeeper:
        config = self.room.config()
        url = self.room.db_url or self.room.course.db_url
        return Bookkeeper(url, COURSE_ID, self.room.marking.assignment, config)

    def _ledger(self) -> Ledger:
        url = self.room.db_url or self.room.course.db_url
        return Ledger.open(self.room.course.root / "records", self.room.marking.assignment, url)

    def _misnamed(self, student: str) -> str:
        wanted = self.room.submission(student)
        found = ", ".join(sorted(p.name for p in wanted.parent.iterdir())) or "nothing"
        return f"there is no {wanted.name} in {wanted.parent}, but {found}: rename the notebook"

    def register(self) -> None:
        """Make the gradebook know the assignment and its exercises. Raises CourseError."""
        config = self.room.config()
        config.CourseDirectory.ignore = IGNORED
        config.CourseDirectory.release_directory = str(self.room.course.root / "release")
        outcome = generate_assignment_with(config, self.room.marking.assignment)
        if not outcome["success"]:
            raise CourseError(
                f"nbgrader could not take in {self.room.marking.assignment}: {last_line(outcome)}"
            )
