"""Grades as a plain table, for a spreadsheet or a program of one's own."""

from pathlib import Path

from nbgrader.api import Gradebook

from autograder.course import CourseError
from autograder.csv_safe import Cell
from autograder.lms.exports import LmsExport, Sheet
from autograder.lms.grades import Column, rounded
from autograder.lms.roster import FIELDS, OWN, ROSTER, Roster, Student
from autograder.lms.tables import Table


class CsvExport(LmsExport):
    """One row for each student: who it is, points and penalty by assignment, and the total."""

    name = "csv"
    layouts = (OWN,)

    def roster(self, root: Path, gradebook: Gradebook) -> Roster:
        """The roster; without one, whom the gradebook knows."""
        if (root / ROSTER).exists():
            return Roster.read(root / ROSTER)
        return Roster(
            Student(s.id, s.last_name or "", s.first_name or "", s.email or "")
            for s in gradebook.students
        )

    def fresh(self, sheet: Sheet) -> tuple[list[str], list[list[Cell]]]:
        """All fields of the roster, then the points."""
        heads = []
        for column in sheet.columns:
            heads += [f"{column.assignment} (of {column.max_points:g})"]
            heads += [f"{column.assignment} late penalty"]
        whole = rounded(sum(column.max_points for column in sheet.columns))
        rows: list[list[Cell]] = []
        for s in sheet.students:
            row: list[Cell] = [getattr(s, name) for name in FIELDS]
            for column in sheet.columns:
                mark = column.marks.get(s.id)
                row += [sheet.points(s, column), mark.penalty if mark else None]
            rows.append([*row, rounded(sum(_points(s, column) for column in sheet.columns))])
        return [*FIELDS, *heads, f"total (of {whole:g})"], rows

    def head_of(self, table: Table, column: Column, sheet: Sheet) -> str:
        """A plain table has no template."""
        raise CourseError("--template is for the files of an LMS, not for csv")


def _points(student: Student, column: Column) -> float:
    mark = column.marks.get(student.id)
    return mark.points if mark else 0
