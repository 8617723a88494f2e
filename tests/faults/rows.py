"""The rows of a gradebook that matter, read with SQLite alone: no code of ours, none of nbgrader's.

Ids are drawn at random, so rows are known by student and cell.
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple

_SUBMISSIONS = """
SELECT student.id, assignment.name, submitted.timestamp
FROM submitted_assignment AS submitted
LEFT JOIN student ON student.id = submitted.student_id
LEFT JOIN assignment ON assignment.id = submitted.assignment_id
"""
_GRADES = """
SELECT submitted.student_id, cell.name, grade.auto_score, grade.manual_score, grade.extra_credit,
    grade.needs_manual_grade
FROM grade
LEFT JOIN submitted_notebook AS page ON page.id = grade.notebook_id
LEFT JOIN submitted_assignment AS submitted ON submitted.id = page.assignment_id
LEFT JOIN base_cell AS cell ON cell.id = grade.cell_id
"""
_COMMENTS = """
SELECT submitted.student_id, cell.name, comment.auto_comment, comment.manual_comment
FROM comment
LEFT JOIN submitted_notebook AS page ON page.id = comment.notebook_id
LEFT JOIN submitted_assignment AS submitted ON submitted.id = page.assignment_id
LEFT JOIN base_cell AS cell ON cell.id = comment.cell_id
"""
_STUDENTS = "SELECT id FROM student"
_CELLS = "SELECT name, type FROM base_cell"

Row = tuple[object, ...]


class Rows(NamedTuple):
    """All rows of a kind, in order; what is there twice stays there twice."""

    students: list[Row]
    cells: list[Row]
    submissions: list[Row]
    grades: list[Row]
    comments: list[Row]


def read_rows(gradebook: Path) -> Rows:
    """What a gradebook says."""
    db = sqlite3.connect(gradebook)
    try:
        asked = (_STUDENTS, _CELLS, _SUBMISSIONS, _GRADES, _COMMENTS)
        return Rows(*(sorted(db.execute(query).fetchall(), key=repr) for query in asked))
    finally:
        db.close()


def points(gradebook: Path) -> dict[str, float]:
    """Student -> points."""
    earned: dict[str, float] = {}
    for student, _, auto, manual, *_ in read_rows(gradebook).grades:
        score = auto if manual is None else manual
        assert isinstance(student, str) and isinstance(score, float)
        earned[student] = earned.get(student, 0.0) + score
    return earned
