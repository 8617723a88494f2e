"""What the exports share: nbgrader's plugin, the sheet of points, and filling in an LMS's own file.

`nbgrader export --exporter=autograder.lms.canvas.CanvasExport` and `autograder export` both end
here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Enum, Unicode

from autograder.course import CourseError
from autograder.csv_safe import Cell, write_csv
from autograder.lms.grades import Column, graded_columns
from autograder.lms.roster import NAME, ROSTER, UNIQUE, Layout, Roster, Student
from autograder.lms.settings import Settings
from autograder.lms.tables import Row, Table, read_table

_NEGATIVE = re.compile(r"-\d+(\.\d+)?")
BLANK, ZERO = "blank", "zero"
REFUSE, SKIP = "refuse", "skip"


@dataclass(frozen=True)
class Sheet:
    """What is exported: students, their marks, and what course.toml says of the assignments."""

    students: list[Student]
    columns: list[Column]
    settings: Settings
    missing: str = BLANK

    def title(self, column: Column) -> str:
        """What the LMS calls the assignment."""
        return self.settings.dates(column.assignment).title or column.assignment

    def points(self, student: Student, column: Column) -> Cell:
        """A student's points; without a submission nothing, or 0 where that is asked for."""
        mark = column.marks.get(student.id)
        if mark is not None:
            return mark.points
        return 0 if self.missing == ZERO else None


@dataclass
class Exported:
    """A written file. remarks: what the instructor should know, a sentence each."""

    path: Path
    students: int
    columns: list[Column]
    remarks: list[str] = field(default_factory=list)


class LmsExport(ExportPlugin):
    """Writes grades as one LMS imports them; a subclass says how."""

    course_root = Unicode(
        ".", help="The folder of the running course, with roster.csv and course.toml."
    ).tag(config=True)
    template = Unicode(
        "", help="A file the LMS exported, to be filled in; its other columns stay."
    ).tag(config=True)
    missing = Enum(
        (BLANK, ZERO), default_value=BLANK, help="What students get who handed in nothing."
    ).tag(config=True)
    unknown = Enum(
        (REFUSE, SKIP), default_value=REFUSE, help="What is done about students nobody knows."
    ).tag(config=True)

    name: ClassVar[str]
    layouts: ClassVar[tuple[Layout, ...]]

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; what is wrong is said in one line, with exit status 1."""
        try:
            done = self.write(gradebook)
        except CourseError as error:
            self.log.error(str(error))
            raise SystemExit(1) from None
        for remark in done.remarks:
            self.log.warning(remark)
        self.log.info("%s students in %s", done.students, done.path)

    def write(self, gradebook: Gradebook) -> Exported:
        """Write the file. Raises CourseError when a student or an assignment is not known."""
        root, target = Path(self.course_root), Path(self.to or f"grades-{self.name}.csv")
        columns = graded_columns(gradebook, [str(name) for name in self.assignment])
        roster = self.roster(root, gradebook)
        done = Exported(target, 0, columns, [words for c in columns for words in _waiting(c)])
        students = self._students(roster, columns, done)
        sheet = Sheet(students, columns, Settings.read(root), self.missing)
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.template:
            source = Path(self.template)
            if target.exists() and source.exists() and target.samefile(source):
                raise CourseError(f"{target} is the template itself: write to another file")
            self._fill(read_table(source), sheet, roster, done)
        else:
            header, rows = self.fresh(sheet)
            self.save(target, header, rows)
            done.students = len(sheet.students)
        return done

    def roster(self, root: Path, gradebook: Gradebook) -> Roster:
        """Who the students are."""
        return Roster.read(root / ROSTER)

    def fresh(self, sheet: Sheet) -> tuple[list[str], list[list[Cell]]]:
        """Header and rows of a file that the LMS imports."""
        raise NotImplementedError

    def head_of(self, table: Table, column: Column, sheet: Sheet) -> str:
        """The column of the LMS's file that an assignment's points belong in. CourseError if
        there is none."""
        raise NotImplementedError

    def maximum(self, table: Table, head: str) -> float | None:
        """The points to earn by the LMS's file, where it tells them."""
        raise NotImplementedError

    def save(
        self,
        path: Path,
        header: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        like: Table | None = None,
    ) -> None:
        """Write the file, as the file `like` was written where there is one."""
        write_csv(path, header, rows)

    def fill(self, cells: dict[str, Cell], student: Student, sheet: Sheet) -> None:
        """Fill further cells of a student's row."""

    def _students(self, roster: Roster, columns: list[Column], done: Exported) -> list[Student]:
        """Those to export. CourseError names those who are graded but not in the roster."""
        asked = [str(student) for student in self.student]
        enrolled = {s.id for s in roster}
        strangers = sorted({s for c in columns for s in c.marks} - enrolled)
        unknown = sorted(set(asked) - enrolled)
        strangers = [s for s in strangers if not asked or s in asked]
        if unknown or (strangers and self.unknown == REFUSE):
            who = _some(unknown or strangers)
            raise CourseError(f"not in {ROSTER}: {who}. Add them there, or skip them")
        if strangers:
            done.remarks.append(f"left out, for they are not in {ROSTER}: {_some(strangers)}")
        return [s for s in roster if not asked or s.id in asked]

    def _fill(self, table: Table, sheet: Sheet, roster: Roster, done: Exported) -> None:
        layout = self.layout_of(table)
        heads = {c.assignment: self.head_of(table, c, sheet) for c in sheet.columns}
        for column in sheet.columns:
            done.remarks += _maximum(column, self.maximum(table, heads[column.assignment]))
        exported = {student.id: student for student in sheet.students}
        rows: list[list[Cell]] = []
        seen: dict[str, int] = {}
        for row in table.rows:
            cells: dict[str, Cell] = {head: _kept(cell) for head, cell in row.cells.items()}
            student = None if _skipped(row, table, layout) else known(roster, row, layout)
            if student is not None and student.id in exported:
                if student.id in seen:
                    lines = f"lines {seen[student.id]} and {row.line}"
                    raise CourseError(f"{table.name}: {student.id} is there twice, {lines}")
                seen[student.id] = row.line
                for column in sheet.columns:
                    points = sheet.points(student, column)
                    if points is not None:
                        cells[heads[column.assignment]] = points
                self.fill(cells, student, sheet)
            rows.append([cells.get(head) for head in table.header])
        self._require_all(table, sheet, set(seen), done)
        self.save(done.path, table.header, rows, table)
        done.students = len(seen)

    def layout_of(self, table: Table) -> Layout:
        """How the LMS's file is laid out. CourseError when it is no such file."""
        for layout in self.layouts:
            if table.has(*layout.needed):
                return layout
        needed = " or ".join(", ".join(layout.needed) for layout in self.layouts)
        raise CourseError(f"{table.name} is no file that {self.name} exports: it needs {needed}")

    def _require_all(self, table: Table, sheet: Sheet, seen: set[str], done: Exported) -> None:
        graded = {s for column in sheet.columns for s in column.marks}
        lost = sorted(s.id for s in sheet.students if s.id in graded and s.id not in seen)
        if lost and self.unknown == REFUSE:
            raise CourseError(
                f"graded, but not in {table.name}: {_some(lost)}. Skip them, or ask "
                "your LMS for a newer file"
            )
        if lost:
            done.remarks.append(f"left out, for they are not in {table.name}: {_some(lost)}")


def known(roster: Roster, row: Row, layout: Layout) -> Student | None:
    """The student a row of an LMS's table is about, or None. CourseError when it may be two."""
    told = {f: row[head] for head, f in layout.heads.items() if row[head]}
    found = roster.find(Student("", **{f: v for f, v in told.items() if f in UNIQUE}))
    if found is None and NAME in told:
        named = roster.named(told[NAME])
        if len(named) > 1:
            who = " or ".join(s.id for s in named)
            raise CourseError(f"line {row.line}: '{told[NAME]}' may be {who}; nothing else tells")
        found = named[0] if named else None
    return found


def one_head(table: Table, column: Column, found: Sequence[str]) -> str:
    """The only one of the heads found for an assignment. CourseError when that is not so."""
    if len(found) == 1:
        return found[0]
    what = (
        f"several columns for {column.assignment}: {', '.join(found)}"
        if found
        else (f"no column for {column.assignment}: say in course.toml what your LMS calls it")
    )
    raise CourseError(f"{table.name} has {what}")


def _kept(cell: str) -> Cell:
    """A cell of the LMS's file, as it comes through the defusing of formulas unchanged."""
    if cell == "-":  # how Moodle writes nothing
        return None
    return float(cell) if _NEGATIVE.fullmatch(cell) else cell


def _skipped(row: Row, table: Table, layout: Layout) -> bool:
    return row[table.header[0]] in layout.skipped


def _waiting(column: Column) -> list[str]:
    waiting = sum(mark.waiting for mark in column.marks.values())
    if not waiting:
        return []
    return [f"{column.assignment}: {waiting} wait for points by hand, which are not in these"]


def _maximum(column: Column, told: float | None) -> list[str]:
    if told is None or told == column.max_points:
        return []
    ours = f"{column.max_points:g} points here"
    return [f"{column.assignment} is worth {ours}, but {told:g} in the LMS: mend that there"]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more


def number_in(text: str) -> float | None:
    """A number as an LMS writes it, or None."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
