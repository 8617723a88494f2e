"""Brings results into nbgrader's gradebook, many submissions in one transaction.

What `nbgrader autograde` writes cell by cell and commit by commit, for a class at once: the same
rows of nbgrader's own models, reached through `nbgrader.api`.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader import utils
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from autograder.build.source import checked_exercise
from autograder.gradebook import open_for_work
from autograder.results import Result

BATCH = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sheet:
    """The marks of a graded notebook, cell by cell.

    points: grade id -> points, None where a person is to give them; untouched: the grade ids of
    the cells that are as they were released.
    """

    points: dict[str, float | None]
    untouched: frozenset[str]

    @classmethod
    def of(cls, notebook: NotebookNode, result: Result) -> "Sheet":
        """The marks of a restored notebook with the result of grading it."""
        cells = [c for c in notebook.cells if "grade_id" in c.metadata.get("nbgrader", {})]
        return cls(
            {_grade_id(c): cell_points(c, result) for c in cells if utils.is_grade(c)},
            frozenset(_grade_id(c) for c in cells if _untouched(c)),
        )


@dataclass(frozen=True)
class Entry:
    """What the gradebook is to learn of one student's notebook, as it was graded."""

    student: str
    sheet: Sheet
    timestamp: datetime | None = None


@dataclass(frozen=True)
class Bookkeeper:
    """Writes into one gradebook. config: where nbgrader's late policy may be set."""

    db_url: str
    course_id: str
    assignment: str
    config: Config

    def booked(self) -> set[str]:
        """The students whose submission of the assignment the gradebook has."""
        with open_for_work(self.db_url, self.course_id) as gradebook:
            found = (
                gradebook.db.query(SubmittedAssignment.student_id)
                .join(SubmittedAssignment.assignment)
                .filter_by(name=self.assignment)
            )
            return {student for (student,) in found}

    def knows_the_assignment(self) -> bool:
        """Whether the gradebook has the assignment at all."""
        with open_for_work(self.db_url, self.course_id) as gradebook:
            try:
                gradebook.find_assignment(self.assignment)
            except MissingEntry:
                return False
        return True

    def book(self, entries: Sequence[Entry]) -> None:
        """Write all entries, or none when one fails."""
        with open_for_work(self.db_url, self.course_id) as gradebook:
            notebook = gradebook.find_notebook(self.assignment, self.assignment)
            _add_students(gradebook, [entry.student for entry in entries])
            pages = _pages(gradebook, notebook, entries)
            late = set()
            for entry in entries:
                page = pages[entry.student]
                page.assignment.timestamp = entry.timestamp or page.assignment.timestamp
                _write(page, entry)
                if page.late_submission_penalty or _may_be_late(page):
                    late.add(entry.student)
            gradebook.db.commit()
        self.penalise(late)

    def penalise(self, students: Iterable[str]) -> None:
        """Leave what being late costs to nbgrader's own step and the course's policy."""
        for student in sorted(students):
            place = {
                "notebook": self.assignment,
                "assignment": self.assignment,
                "student": student,
                "db_url": self.db_url,
            }
            step = AssignLatePenalties(config=self.config)
            step.preprocess(new_notebook(), {"nbgrader": place})  # it looks at the gradebook alone


def _add_students(gradebook: Gradebook, students: Sequence[str]) -> None:
    known = gradebook.db.query(Student.id).filter(Student.id.in_(students))
    for student in sorted(set(students) - {name for (name,) in known}):
        gradebook.db.add(Student(id=student))


def _pages(
    gradebook: Gradebook, notebook: Notebook, entries: Sequence[Entry]
) -> dict[str, SubmittedNotebook]:
    """Student -> the page of grades and comments, made where there is none."""
    students = [entry.student for entry in entries]
    found = (
        gradebook.db.query(SubmittedNotebook)
        .join(SubmittedNotebook.assignment)
        .filter(SubmittedNotebook.notebook_id == notebook.id)
        .filter(SubmittedAssignment.student_id.in_(students))
        .options(
            selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
            selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
            selectinload(SubmittedNotebook.assignment),
        )
    )
    pages = {page.assignment.student_id: page for page in found}
    for student in dict.fromkeys(students):
        if student not in pages:
            pages[student] = _new_page(gradebook, notebook, student)
    return pages


def _new_page(gradebook: Gradebook, notebook: Notebook, student: str) -> SubmittedNotebook:
    submission = SubmittedAssignment(assignment=notebook.assignment, student_id=student)
    page = SubmittedNotebook(notebook=notebook, assignment=submission)
    for cell in notebook.grade_cells:
        page.grades.append(Grade(cell=cell))
    for cell in notebook.solution_cells:
        page.comments.append(Comment(cell=cell))
    gradebook.db.add(submission)
    return page


def _write(page: SubmittedNotebook, entry: Entry) -> None:
    """Scores and remarks cell by cell; what was marked by hand stays."""
    for grade in page.grades:
        enter(grade, entry.sheet.points[grade.cell.name])
    for comment in page.comments:
        blank = comment.cell.name in entry.sheet.untouched
        comment.auto_comment = "No response." if blank else None


def enter(grade: Grade, points: float | None) -> None:
    """Write the points of a graded cell; where a person is to give them (None), say that.

    A mark given by hand stays, and the instructor is asked to look again.
    """
    grade.auto_score = points
    grade.needs_manual_grade = grade.manual_score is not None or points is None


def cell_points(cell: NotebookNode, result: Result) -> float | None:
    """What a graded cell earns, None where a person is to say."""
    exercise = result.exercise(checked_exercise(cell))
    if exercise is not None:
        return exercise.score
    points: float | None = utils.determine_grade(cell, _log)[0]
    return points


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata["nbgrader"]["grade_id"])


def _untouched(cell: NotebookNode) -> bool:
    checksum = cell.metadata["nbgrader"].get("checksum")
    return bool(checksum) and checksum == utils.compute_checksum(cell)


def _may_be_late(page: SubmittedNotebook) -> bool:
    submission = page.assignment
    due = submission.duedate
    return bool(due and submission.timestamp and submission.timestamp > due)
