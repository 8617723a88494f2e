"""Moodle: its gradebook's CSV, an assignment's grading worksheet, and the zip of submissions.

MoodleDocs, "Grade import" and "Assignment settings" (offline grading worksheet);
`mod/assign/feedback/offline/importgradeslib.php` of Moodle for what the worksheet must hold.
"""

from autograder.course import CourseError
from autograder.csv_safe import Cell
from autograder.lms.exports import LmsExport, Sheet, number_in, one_head
from autograder.lms.grades import Column, Mark
from autograder.lms.roster import NAME, Layout, Student
from autograder.lms.tables import Table

_PEOPLE = {
    "First name": "first_name",
    "Last name": "last_name",
    "Surname": "last_name",
    "Username": "username",
    "ID number": "number",
    "Email address": "email",
    "Groups": "section",
}
LAYOUT = Layout(
    "Moodle",
    _PEOPLE,
    needed=("First name", "Email address"),
    ids=("Username", "ID number", "Email address"),
)
IDENTIFIER, STATUS, GRADE, MAXIMUM = "Identifier", "Status", "Grade", "Maximum Grade"
FEEDBACK = "Feedback comments"
WORKSHEET = Layout(
    "Moodle's grading worksheet",
    {
        "Full name": NAME,
        "Username": "username",
        "ID number": "number",
        "Email address": "email",
    },
    needed=(IDENTIFIER, GRADE, "Last modified (grade)"),
    ids=("Username", "ID number", "Email address"),
)
HEADER = ("First name", "Last name", "Username", "ID number", "Email address")


class MoodleExport(LmsExport):
    """Grades as Moodle's gradebook, or with a worksheet the assignment itself, imports them."""

    name = "moodle"
    layouts = (WORKSHEET, LAYOUT)

    def fresh(self, sheet: Sheet) -> tuple[list[str], list[list[Cell]]]:
        """Moodle's columns; each assignment with its feedback, without which Moodle drops it."""
        heads = [
            f"Assignment: {sheet.title(column)} ({what})"
            for column in sheet.columns
            for what in ("Real", "Feedback")
        ]
        rows: list[list[Cell]] = []
        for s in sheet.students:
            row: list[Cell] = [s.first_name, s.last_name, s.login, s.number, s.email]
            for column in sheet.columns:
                row += [sheet.points(s, column), feedback(column, column.marks.get(s.id))]
            rows.append(row)
        return [*HEADER, *heads], rows

    def head_of(self, table: Table, column: Column, sheet: Sheet) -> str:
        """The worksheet's grade, or the column that names the assignment."""
        if table.has(*WORKSHEET.needed):
            if len(sheet.columns) > 1:
                raise CourseError(f"{table.name} is of one assignment: name it")
            return GRADE
        names = {sheet.title(column), column.assignment}
        wanted = {f"{kind}{name}" for name in names for kind in ("", "Assignment: ")}
        wanted |= {f"{head} (Real)" for head in wanted}
        return one_head(table, column, [head for head in table.header if head in wanted])

    def maximum(self, table: Table, head: str) -> float | None:
        """What the worksheet tells."""
        return number_in(table.rows[0][MAXIMUM]) if table.rows and head == GRADE else None

    def fill(self, cells: dict[str, Cell], student: Student, sheet: Sheet) -> None:
        """Words for the student, where nobody has written any."""
        if cells.get(FEEDBACK) == "" and GRADE in cells:
            (column,) = sheet.columns
            cells[FEEDBACK] = feedback(column, column.marks.get(student.id))


def feedback(column: Column, mark: Mark | None) -> str:
    """What a student reads beside the points."""
    if mark is None:
        return "Nothing was handed in."
    words = f"{mark.earned:g} of {column.max_points:g} points"
    return f"{words}, {mark.penalty:g} taken off for being late." if mark.penalty else f"{words}."
