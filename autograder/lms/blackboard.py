"""Blackboard Learn: the file of "Work Offline" in its Grade Center.

Students are known by Username, columns by the number after the bar; a column without one would
become a new text column worth nothing (Blackboard Help, "Work offline with grade data").
"""

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.course import CourseError
from autograder.csv_safe import Cell
from autograder.lms.exports import LmsExport, Sheet, number_in, one_head
from autograder.lms.grades import Column
from autograder.lms.roster import Layout
from autograder.lms.tables import Table, write_quoted

LAYOUT = Layout(
    "Blackboard",
    {
        "Last Name": "last_name",
        "First Name": "first_name",
        "Username": "username",
        "Student ID": "number",
    },
    needed=("Last Name", "First Name", "Username"),
    ids=("Username",),
)
HEADER = tuple(LAYOUT.heads)
_COLUMN = re.compile(
    r"(?P<title>.*?)\s*\[Total Pts: (?:up to )?(?P<points>[\d.,]+)[^\]]*\]\s*\|(?P<id>\d+)"
)


class BlackboardExport(LmsExport):
    """Grades as Blackboard's Grade Center takes them up."""

    name = "blackboard"
    layouts = (LAYOUT,)

    def fresh(self, sheet: Sheet) -> tuple[list[str], list[list[Cell]]]:
        """Who the students are, then the columns under the names Blackboard gave them."""
        heads = [_head(sheet, column) for column in sheet.columns]
        rows: list[list[Cell]] = []
        for s in sheet.students:
            points = [sheet.points(s, column) for column in sheet.columns]
            rows.append([s.last_name, s.first_name, s.login, s.number, *points])
        return [*HEADER, *heads], rows

    def head_of(self, table: Table, column: Column, sheet: Sheet) -> str:
        """The column with the number, or else with the name."""
        wanted = sheet.settings.dates(column.assignment).blackboard_id
        by_id, by_title = [], []
        for head in table.header:
            match = _COLUMN.fullmatch(head)
            if match and wanted is not None and int(match["id"]) == wanted:
                by_id.append(head)
            if match and match["title"] in (sheet.title(column), column.assignment):
                by_title.append(head)
        return one_head(table, column, by_id or by_title)

    def maximum(self, table: Table, head: str) -> float | None:
        """It stands in the column's name."""
        match = _COLUMN.fullmatch(head)
        return number_in(match["points"]) if match else None

    def save(
        self,
        path: Path,
        header: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        like: Table | None = None,
    ) -> None:
        """Quotes around every cell, which Blackboard wants of a file with commas."""
        delimiter = like.delimiter if like else ","
        encoding = like.encoding if like else "utf-8-sig"
        write_quoted(path, header, rows, delimiter=delimiter, encoding=encoding)


def _head(sheet: Sheet, column: Column) -> str:
    number = sheet.settings.dates(column.assignment).blackboard_id
    if number is None:
        raise CourseError(
            f"Blackboard knows {column.assignment} by a number: fill in the file that it gives "
            "out ('--template FILE'), or set blackboard_id in course.toml"
        )
    return f"{sheet.title(column)} [Total Pts: {column.max_points:g} Score] |{number}"
