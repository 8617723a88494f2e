"""Brings a zip of submissions into the course folder, where nbgrader would collect them to.

No path of the archive is ever used to write to: files go to submitted/STUDENT/NN_name/ under the
roster's ids. A newer submission replaces the one that is there, which is kept in superseded/.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.lms.archives import MAX_INNER_BYTES, Entry, EntryError, inner, shown
from autograder.lms.handed_in import CanvasNames, MoodleNames, Sent, UnnamedError
from autograder.lms.roster import Roster
from autograder.lms.settings import Settings, in_utc
from autograder.submission import MAX_FILE_BYTES, MAX_NOTEBOOK_BYTES

NEW, REPLACED, UNCHANGED, OLDER, REFUSED = "new", "replaced", "unchanged", "older", "refused"
TIMESTAMP = "timestamp.txt"  # nbgrader's own, beside a collected notebook
Names = CanvasNames | MoodleNames


@dataclass(frozen=True)
class Outcome:
    """What became of one student's files. who: the id, or the name in the zip file."""

    who: str
    what: str
    late: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Importer:
    """Takes submissions of one assignment into one course.

    wanted: names of files that may lie beside the notebook; dry_run: only say what would be.
    """

    course: Course
    assignment: str
    roster: Roster
    settings: Settings
    wanted: Sequence[str] = ()
    dry_run: bool = False

    def take(self, entries: Iterable[Entry], names: Names) -> Iterator[Outcome]:
        """Take in all submissions of a zip file; what is wrong with one costs no other."""
        senders: dict[str, list[Sent]] = {}
        for entry in entries:
            try:
                sent = names.sent(entry)
            except UnnamedError:
                remark = f"{names.lms} names no submission so"
                yield Outcome(shown(entry.name), REFUSED, remark=remark)
                continue
            senders.setdefault(sent.sender, []).append(sent)
        taken: dict[str, str] = {}
        for files in senders.values():
            who = shown(f"{files[0].name} ({files[0].user})")
            try:
                student = names.student(files[0], self.roster).id
                if student in taken:
                    raise CourseError(f"{taken[student]} is {student}, too: mend the roster")
                taken[student] = who
                yield self._take(student, files)
            except (CourseError, EntryError) as error:
                yield Outcome(who, REFUSED, remark=str(error))

    def _take(self, student: str, files: Sequence[Sent]) -> Outcome:
        files = list(_with_unpacked(files))
        sent, remarks = chosen(files, self.assignment)
        contents = {f"{self.assignment}.ipynb": sent.entry.read(MAX_NOTEBOOK_BYTES)}
        for name in self.wanted:
            beside = max((s for s in files if s.called(name)), key=lambda s: s.number, default=None)
            if beside is not None:
                contents[name] = beside.entry.read(MAX_FILE_BYTES)
        place = Place(self.course, student, self.assignment)
        what = place.compare(contents, sent.number)
        late, remark = self._late(student, sent)
        if what in (NEW, REPLACED) and not self.dry_run:
            kept = place.put(contents, sent.number)
            remarks += [f"the one before is {kept}"] if kept else []
            self._stamp(place, sent)
        elif what == UNCHANGED and sent.late and not self.dry_run and not place.stamped:
            self._stamp(place, sent)
        words = [*remarks, *([remark] if remark else [])]
        return Outcome(student, what, late, "; ".join(words))

    def _late(self, student: str, sent: Sent) -> tuple[str, str]:
        """How late in words, and what is to be known about that."""
        if sent.late is None:
            return "", ""
        how = "by the LMS's mark" if not sent.exact else _duration(sent.late)
        if self.settings.dates(self.assignment).due is None:
            return how, "no due date in course.toml, so being late costs nothing"
        if self.settings.extra(self.assignment, student):
            return how, "has extra time: counted from the due date"
        if not sent.exact:
            return how, f"how late is not told: mend {TIMESTAMP} where it matters"
        return how, ""

    def _stamp(self, place: "Place", sent: Sent) -> None:
        due = self.settings.dates(self.assignment).due
        if sent.late is None or due is None:
            place.stamp("")
        else:
            place.stamp(f"{in_utc(due) + sent.late:%Y-%m-%d %H:%M:%S} UTC\n")


@dataclass(frozen=True)
class Place:
    """Where one student's submission lies, and what it takes the place of."""

    course: Course
    student: str
    assignment: str

    @property
    def path(self) -> Path:
        """The notebook as it is graded."""
        return self.course.submission(self.student, self.assignment)

    @property
    def stamped(self) -> bool:
        """Whether it is said there when it was handed in."""
        return self.path.with_name(TIMESTAMP).exists()

    @property
    def _note(self) -> Path:
        """Canvas's number of the file that was taken in last."""
        folder = self.course.root / "records" / "handed-in" / self.assignment
        return folder / f"{self.student}.json"

    def compare(self, contents: Mapping[str, bytes], number: int) -> str:
        """What the files are beside those that lie there. Raises EntryError for a link there."""
        folder = self.path.parent
        places = [folder.parent, folder, *(folder / name for name in contents)]
        for path in places:
            if path.is_symlink():
                raise EntryError(f"{path} is a link: remove it")
        if not self.path.exists():
            return NEW
        there = {name: folder / name for name in contents}
        if all(p.is_file() and p.read_bytes() == contents[name] for name, p in there.items()):
            return UNCHANGED
        return OLDER if 0 < number < self._number() else REPLACED

    def put(self, contents: Mapping[str, bytes], number: int) -> Path | None:
        """Put the files there; returns the folder that keeps those before, if there were any."""
        kept = self._keep(contents) if self.path.exists() else None
        for name, content in contents.items():
            _write(self.path.with_name(name), content)
        if number:
            _write(self._note, json.dumps({"file": number}).encode())
        return kept.relative_to(self.course.root) if kept else None

    def stamp(self, text: str) -> None:
        """Say when it was handed in, as nbgrader does; "" when that is not known."""
        path = self.path.with_name(TIMESTAMP)
        if text:
            _write(path, text.encode())
        else:
            path.unlink(missing_ok=True)

    def _keep(self, names: Iterable[str]) -> Path:
        folder = self.course.root / "superseded" / self.student / self.assignment
        folder.mkdir(parents=True, exist_ok=True)
        nth = 1 + max((int(p.name) for p in folder.iterdir() if p.name.isdigit()), default=0)
        kept = folder / f"{nth:03}"
        kept.mkdir()
        for name in (*names, TIMESTAMP):
            path = self.path.with_name(name)
            if path.is_file() and not path.is_symlink():
                shutil.copy2(path, kept / name)
        return kept

    def _number(self) -> int:
        try:
            return int(json.loads(self._note.read_text())["file"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0


def chosen(files: Sequence[Sent], assignment: str) -> tuple[Sent, list[str]]:
    """The notebook among a student's files, and remarks on the choice.

    The one with the assignment's name, the last where Canvas has it several times; else the only
    notebook there is. Raises EntryError when there is none, or no telling which.
    """
    notebooks = [s for s in files if _ending(s) == "ipynb"]
    if not notebooks:
        raise EntryError(f"no notebook, but {_listed(files)}")
    right = [s for s in notebooks if s.stem == assignment]
    candidates = right or notebooks
    last = max(candidates, key=lambda s: s.number)
    if sum(s.number == last.number for s in candidates) > 1 or (len(candidates) > 1 and not right):
        raise EntryError(f"several notebooks, and no telling which: {_listed(candidates)}")
    remarks = [] if right else [f"it was called {shown(last.filename)}"]
    others = len(notebooks) - len(right)
    remarks += [f"the last of {len(right)} with that name"] if len(right) > 1 else []
    remarks += [f"{others} other notebooks left out"] if right and others else []
    return last, remarks


def _with_unpacked(files: Sequence[Sent]) -> Iterator[Sent]:
    """The files, and in place of a zip file what is in it; of zip files in there, nothing."""
    for sent in files:
        if _ending(sent) != "zip":
            yield sent
            continue
        for entry in inner(sent.entry.read(MAX_INNER_BYTES)):
            yield replace(sent, entry=entry, filename=entry.filename)


def _ending(sent: Sent) -> str:
    return sent.filename.rpartition(".")[2].lower()


def _listed(files: Sequence[Sent]) -> str:
    names = [shown(s.filename) for s in files[:3]]
    return ", ".join(names) + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _duration(late: timedelta) -> str:
    minutes = int(late.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours)
    return " ".join([*parts, f"{minutes} min"] if not days else parts)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)
