"""Canvas: its gradebook's CSV, and the zip file of an assignment's submissions.

Canvas finds a student by ID, then SIS User ID, then SIS Login ID; an assignment by the number in
brackets after its name (`lib/gradebook_importer.rb` of canvas-lms; Instructor Guide, "How do I
import grades in the Gradebook?").
"""

import re

from autograder.csv_safe import Cell
from autograder.lms.exports import LmsExport, Sheet, number_in, one_head
from autograder.lms.grades import Column
from autograder.lms.roster import NAME, Layout
from autograder.lms.tables import Table

POINTS_POSSIBLE = "Points Possible"
LAYOUT = Layout(
    "Canvas",
    {
        "Student": NAME,
        "ID": "canvas_id",
        "SIS User ID": "number",
        "SIS Login ID": "username",
        "Section": "section",
    },
    needed=("Student", "ID", "Section"),
    ids=("SIS Login ID", "SIS User ID"),
    skipped=("", POINTS_POSSIBLE, "Student, Test"),
)
HEADER = tuple(LAYOUT.heads)
_WITH_ID = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)")


class CanvasExport(LmsExport):
    """Grades as Canvas's gradebook imports them."""

    name = "canvas"
    layouts = (LAYOUT,)

    def fresh(self, sheet: Sheet) -> tuple[list[str], list[list[Cell]]]:
        """Canvas's columns, the row of points to earn, then a row for each student."""
        heads = [_head(sheet, column) for column in sheet.columns]
        none: list[Cell] = [None] * (len(HEADER) - 1)
        rows: list[list[Cell]] = [
            [POINTS_POSSIBLE, *none, *(column.max_points for column in sheet.columns)]
        ]
        for s in sheet.students:
            known: list[Cell] = [s.sortable_name, s.canvas_id, s.number, s.login, s.section]
            rows.append([*known, *(sheet.points(s, column) for column in sheet.columns)])
        return [*HEADER, *heads], rows

    def head_of(self, table: Table, column: Column, sheet: Sheet) -> str:
        """The column with the assignment's number, or else with its name."""
        wanted = sheet.settings.dates(column.assignment).canvas_id
        by_id, by_title = [], []
        for head in table.header:
            match = _WITH_ID.fullmatch(head)
            if match and wanted is not None and int(match["id"]) == wanted:
                by_id.append(head)
            if (match["title"] if match else head) in (sheet.title(column), column.assignment):
                by_title.append(head)
        return one_head(table, column, by_id or by_title)

    def maximum(self, table: Table, head: str) -> float | None:
        """From the row of points to earn."""
        first = table.header[0]
        row = next((r for r in table.rows if r[first] == POINTS_POSSIBLE), None)
        return number_in(row[head]) if row else None


def _head(sheet: Sheet, column: Column) -> str:
    number = sheet.settings.dates(column.assignment).canvas_id
    return sheet.title(column) if number is None else f"{sheet.title(column)} ({number})"
