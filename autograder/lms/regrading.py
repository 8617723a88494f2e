"""Grades one exercise of one student afresh, and keeps why."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.classroom import Classroom, Graded
from autograder.course import CourseError
from autograder.csv_safe import write_csv
from autograder.ledger import Ledger
from autograder.lms.tables import read_table
from autograder.recording import Recorder
from autograder.results import Result
from autograder.store import ResultStore

LOG = "regrades.csv"
_HEADER = ("when", "assignment", "student", "exercise", "before", "after", "note")


@dataclass(frozen=True)
class Regraded:
    """The points of the exercise before and after."""

    before: float
    after: float
    max_points: float


def require_graded(room: Classroom, student: str, exercise: str) -> None:
    """Raises CourseError when there is no result to look at again, or no such exercise."""
    name = room.marking.assignment
    known = [record.name for record in room.marking.records]
    if exercise not in known:
        raise CourseError(f"{name} has no exercise {exercise}; it has {', '.join(known)}")
    if student not in room.students():
        raise CourseError(f"no submission of {name} by {student}")
    if _key(room, student) is None:
        raise CourseError(
            f"{student}'s submission of {name} is not graded, or was with other limits: run "
            f"'autograder grade {name} --student {student}' first"
        )


def regrade(room: Classroom, student: str, exercise: str, note: str) -> Regraded:
    """Ask one exercise again, book the points and keep the note. Raises CourseError.

    The stored verdicts of the exercise are dropped first: when this is stopped half-way, the
    next grading asks it again, and books it.
    """
    require_graded(room, student, exercise)
    store, key = ResultStore(room.course.results), _key(room, student)
    assert key is not None
    old = store.get(key)
    assert old is not None
    before = old.exercise(exercise)
    _drop(room, student, exercise, key, old)
    (one,) = room.grade([student], 1)
    if one.result is None:
        raise CourseError(f"{student}: {one.problem}")
    new = store.get(one.key)
    after = new.exercise(exercise) if new else None
    assert new is not None and after is not None and before is not None
    said = f"{exercise}: graded again on {datetime.now(UTC):%Y-%m-%d}: {note}"
    # What was asked again has lost its remarks, earlier notes among them.
    earlier = [n for n in old.notes if n.startswith(f"{exercise}: graded again on ")]
    new.notes = [*new.notes, *earlier, said]
    store.put(one.key, new)
    _book(room, Graded(student, new, key=one.key))
    done = Regraded(before.score, after.score, after.max_score)
    _log(room.course.root / LOG, [room.marking.assignment, student, exercise], done, note)
    return done


def _key(room: Classroom, student: str) -> str | None:
    """Where the result of what the student handed in is stored, if it is."""
    store = ResultStore(room.course.results)
    key = store.key_of(room.marking.file_key(room.read(student)))
    return key if key and store.get(key) else None


def _drop(room: Classroom, student: str, exercise: str, key: str, old: Result) -> None:
    """Forget the verdicts of an exercise, and before that what the gradebook was told of them:
    whoever books next, this command or the next grading, books the student anew."""
    url = room.db_url or room.course.db_url
    Ledger.open(room.course.root / "records", room.marking.assignment, url).note({student: ""})
    versions = {name: v for name, v in old.versions.items() if name != exercise}
    ResultStore(room.course.results).put(key, replace(old, versions=versions))


def _book(room: Classroom, one: Graded) -> None:
    Recorder(room).record([one], lambda count: None)


def _log(path: Path, what: list[str], done: Regraded, note: str) -> None:
    """Add a line to the list of all regrades."""
    rows: list[list[str | float]] = []
    if path.exists():
        rows = [[row[head] for head in _HEADER] for row in read_table(path).rows]
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    rows.append([when, *what, done.before, done.after, note])
    write_csv(path, _HEADER, rows)
