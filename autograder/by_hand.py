"""Marks a person gave to what is graded automatically, too, and how they are given up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Grade, Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook

from autograder.bookkeeping import Bookkeeper
from autograder.csv_safe import write_csv
from autograder.gradebook import open_for_work
from autograder.lms.tables import read_table

LOG = "overwritten.csv"
_HEADER = ("when", "assignment", "student", "cell", "by_hand", "automatic")


@dataclass(frozen=True)
class Mark:
    """Points by hand where there are automatic ones, which do not count then."""

    student: str
    cell: str
    by_hand: float
    automatic: float


def marks_by_hand(keeper: Bookkeeper, students: Sequence[str], cell: str = "") -> list[Mark]:
    """The marks by hand of some students, in one cell where it is named.

    Not those of cells that only a person can mark: nothing would take their place.
    """
    with open_for_work(keeper.db_url, keeper.course_id) as gradebook:
        found = [mark for _, mark in _marks(gradebook, keeper.assignment)]
    chosen = set(students)
    return sorted(
        (m for m in found if m.student in chosen and cell in ("", m.cell)),
        key=lambda mark: (mark.student, mark.cell),
    )


def give_up(keeper: Bookkeeper, marks: Sequence[Mark], log: Path) -> list[Mark]:
    """Let the automatic points count where these marks were; returns those given up.

    A mark that somebody has changed since it was read stays. Extra points and comments stay. What
    is given up is added to the file `log` before, so that it can be given again.
    """
    agreed = {(m.student, m.cell, m.by_hand) for m in marks}
    with open_for_work(keeper.db_url, keeper.course_id) as gradebook:
        found = [
            (grade, mark)
            for grade, mark in _marks(gradebook, keeper.assignment)
            if (mark.student, mark.cell, mark.by_hand) in agreed
        ]
        for grade, _ in found:
            grade.manual_score = None
            grade.needs_manual_grade = False
        given_up = [mark for _, mark in found]
        if given_up:
            _note(log, keeper.assignment, given_up)
            gradebook.db.commit()
    keeper.penalise({mark.student for mark in given_up})
    return given_up


def _marks(gradebook: Gradebook, assignment: str) -> Iterator[tuple[Grade, Mark]]:
    found = (
        gradebook.db.query(Grade, SubmittedAssignment.student_id)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .filter(Notebook.name == assignment)
        .filter(Grade.manual_score.is_not(None), Grade.auto_score.is_not(None))
    )
    for grade, student in found:
        yield grade, Mark(student, grade.cell.name, grade.manual_score, grade.auto_score)


def _note(path: Path, assignment: str, marks: Sequence[Mark]) -> None:
    rows: list[list[str | float]] = []
    if path.exists():
        rows = [[row[head] for head in _HEADER] for row in read_table(path).rows]
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    rows += [[when, assignment, m.student, m.cell, m.by_hand, m.automatic] for m in marks]
    write_csv(path, _HEADER, rows)
