"""Whose file each one in a zip of submissions is: the ways Canvas and Moodle name them.

Canvas writes lastfirst_LATE_USER_FILE_name.ipynb, USER and FILE being its numbers, and puts -1, -2
after the name of what is handed in again (`lib/content_zipper.rb` of canvas-lms). Moodle makes
folders "First Last_PARTICIPANT_assignsubmission_file_", or puts the same before the file's name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from autograder.course import CourseError
from autograder.lms.archives import Entry
from autograder.lms.exports import known
from autograder.lms.moodle import IDENTIFIER, STATUS, WORKSHEET
from autograder.lms.roster import Roster, Student, folded
from autograder.lms.tables import Table

_CANVAS = re.compile(
    r"(?:(?P<name>.*?)_)??(?P<late>LATE_)?(?P<user>\d+|anon_\w+?)_(?P<file>\d+)_(?P<rest>.+)",
    re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>.*)_(?P<participant>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<rest>.*)",
    re.DOTALL,
)
_AGAIN = re.compile(r"(-\d{1,3}| ?\(\d{1,3}\))$")
_LATE = re.compile(r"(?:^|- )(?P<time>[^-]*?) late(?: -|$)")
_UNITS = {"day": 86400, "hour": 3600, "min": 60, "sec": 1, "year": 365 * 86400}


@dataclass(frozen=True)
class Sent:
    """One file as the LMS names it.

    sender: all that tells whose it is, the same for all files of one student; number: Canvas's
    number of the file, larger for later ones; late: by how much, or None when it is in time;
    exact: False when only that it is late is known.
    """

    entry: Entry
    sender: str
    name: str
    filename: str
    user: str = ""
    number: int = 0
    late: timedelta | None = None
    exact: bool = True

    @property
    def stem(self) -> str:
        """The name the student gave the file, without ending, Canvas's -1 and a browser's (1)."""
        return _AGAIN.sub("", self.filename.rpartition(".")[0])

    def called(self, name: str) -> bool:
        """Whether the student gave the file this name."""
        return name in (self.filename, f"{self.stem}.{self.filename.rpartition('.')[2]}")


class UnnamedError(Exception):
    """A file that is not named as the LMS would."""


class CanvasNames:
    """The names in a zip file from Canvas."""

    lms = "Canvas"

    def sent(self, entry: Entry) -> Sent:
        """What a file's name says. Raises UnnamedError."""
        match = _CANVAS.fullmatch(entry.filename)
        if match is None:
            raise UnnamedError
        late = timedelta(seconds=1) if match["late"] else None
        name, user, number = match["name"] or "", match["user"], int(match["file"][:18])
        return Sent(entry, user, name, match["rest"], user, number, late, not late)

    def student(self, sent: Sent, roster: Roster) -> Student:
        """Whose it is: by Canvas's number, or else by the name. CourseError says why not."""
        if sent.user.startswith("anon"):
            raise CourseError("the assignment is anonymous in Canvas: nobody can be told")
        found = roster.by("canvas_id", sent.user)
        if found is not None:
            return found
        named = [s for s in roster if not s.canvas_id and folded(s.sortable_name) == sent.name]
        if len(named) == 1:
            return named[0]
        raise CourseError(f"no student has the canvas_id {sent.user}")


class MoodleNames:
    """The names in a zip file from Moodle.

    worksheet: the assignment's grading worksheet, which tells participants apart and who is late.
    """

    lms = "Moodle"

    def __init__(self, roster: Roster, worksheet: Table | None = None) -> None:
        """Raises CourseError when the worksheet is none, or not in English."""
        self._students: dict[str, Student | None] = {}
        self._late: dict[str, timedelta] = {}
        if worksheet is None:
            return
        if not worksheet.has(*WORKSHEET.needed, STATUS):
            needed = ", ".join((*WORKSHEET.needed, STATUS))
            raise CourseError(f"{worksheet.name} needs the columns {needed} (Moodle in English)")
        for row in worksheet.rows:
            participant = row[IDENTIFIER].rpartition(" ")[2]
            self._students[participant] = known(roster, row, WORKSHEET)
            late = delay(row[STATUS])
            if late:
                self._late[participant] = late

    def sent(self, entry: Entry) -> Sent:
        """What the folder, or the file's own name, says. Raises UnnamedError."""
        for nth, part in enumerate(entry.parts, 1):
            match = _MOODLE.fullmatch(part)
            if match is None:
                continue
            filename = match["rest"] if nth == len(entry.parts) else entry.filename
            if match["kind"] == "onlinetext" or not filename:
                raise UnnamedError
            number, name = match["participant"], match["name"]
            late = self._late.get(number)
            return Sent(entry, f"{name}_{number}", name, filename, number, late=late)
        raise UnnamedError

    def student(self, sent: Sent, roster: Roster) -> Student:
        """Whose it is: by the worksheet, or else by the name. CourseError says why not."""
        found = self._students.get(sent.user)
        if found is not None:
            return found
        named = roster.named(sent.name)
        if len(named) == 1:
            return named[0]
        if named:
            who = " or ".join(s.id for s in named)
            raise CourseError(f"this may be {who}: give --worksheet, which tells them apart")
        raise CourseError("nobody in the roster has this name: give --worksheet, or mend the name")


def delay(status: str) -> timedelta | None:
    """How late a worksheet's status says: "Submitted for grading - 1 day 2 hours late"."""
    match = _LATE.search(status)
    if match is None:
        return None
    seconds = 0
    for count, unit in re.findall(r"(\d+) ([a-z]+?)s?\b", match["time"]):
        seconds += int(count) * _UNITS.get(unit, 0)
    return timedelta(seconds=max(seconds, 1))


def is_moodle(entries: Iterable[Entry]) -> bool:
    """Whether a zip file comes from Moodle."""
    return any(_MOODLE.fullmatch(part) for entry in entries for part in entry.parts)
