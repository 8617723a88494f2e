"""Brings a class's results into the gradebook."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from nbgrader.utils import parse_utc

from autograder.bookkeeping import BATCH, Bookkeeper, Entry
from autograder.build.make import IGNORED, generate_assignment_with, reach_programs
from autograder.classroom import Classroom, Graded, last_line
from autograder.course import CourseError
from autograder.ledger import Ledger
from autograder.nbgrader_plugin import COURSE_ID
from autograder.submission import UnreadableError, read_regular
from autograder.writing import MAX_NOTE_BYTES, TIMESTAMP


@dataclass(frozen=True)
class Recorder:
    """Writes what one class got into its gradebook."""

    room: Classroom

    def record(self, graded: Iterable[Graded], seen: Callable[[int], None]) -> None:
        """Bring results into the gradebook as they come, what is there already left alone.

        Those without a result are passed over. seen: told how many are done, batch by batch.
        When `graded` ends with an exception, what came before is in the gradebook all the same.
        """
        keeper, ledger = self._bookkeeper(), self._ledger()
        digest = self.room.marking.source_digest
        if not ledger.holds_source(digest) or not keeper.knows_the_assignment():
            self.register()
            ledger.take_source(digest)
        booked = keeper.booked()
        waiting: list[Graded] = []
        try:
            for one in graded:
                if (
                    one.result is None
                    or one.student in booked
                    and not ledger.differs(one.student, self._print(one))
                ):
                    seen(1)
                else:
                    waiting.append(one)
                if len(waiting) == BATCH:
                    self._book(keeper, ledger, waiting, seen)
        finally:
            self._book(keeper, ledger, waiting, seen)

    def _book(
        self,
        keeper: Bookkeeper,
        ledger: Ledger,
        waiting: list[Graded],
        seen: Callable[[int], None],
    ) -> None:
        """Write all who wait, and let them wait no longer."""
        batch = list(waiting)
        waiting.clear()
        keeper.book([self._entry(one) for one in batch])
        ledger.note({one.student: self._print(one) for one in batch})
        seen(len(batch))

    def _entry(self, one: Graded) -> Entry:
        sheet = one.sheet or self.room.rewrite(one)
        return Entry(one.student, sheet, self._timestamp(one.student))

    def _print(self, one: Graded) -> str:
        """What the gradebook's rows of a student come from, as a hash."""
        assert one.result is not None
        parts = [one.key, one.result.versions, str(self._timestamp(one.student))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _timestamp(self, student: str) -> datetime | None:
        """When a submission was collected; None where nothing readable says so."""
        path = self.room.submission(student).with_name(TIMESTAMP)
        try:
            text = read_regular(path, MAX_NOTE_BYTES).decode().strip()
            return parse_utc(text) if text else None
        except (FileNotFoundError, UnreadableError, ValueError, OverflowError):
            return None

    def _bookkeeper(self) -> Bookkeeper:
        reach_programs()
        config = self.room.config()
        url = self.room.db_url or self.room.course.db_url
        return Bookkeeper(url, COURSE_ID, self.room.marking.assignment, config)

    def _ledger(self) -> Ledger:
        url = self.room.db_url or self.room.course.db_url
        return Ledger.open(self.room.course.root / "records", self.room.marking.assignment, url)

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
