"""Who is in the course, and under which names each learning management system knows them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from autograder.course import CourseError
from autograder.csv_safe import defused, write_csv
from autograder.lms.tables import Table, read_table

ROSTER = "roster.csv"
# A student's id names folders and stands in URLs; spreadsheets would run what = + - @ begin.
_ID = re.compile(r"[^\W_][\w.@-]{0,99}")
# A column that holds the whole name, last name first.
NAME = "name"


@dataclass(frozen=True)
class Student:
    """One student.

    id: names the folders and the gradebook's rows; username: the login (Canvas: SIS Login ID);
    number: the institution's (Canvas: SIS User ID, Moodle: ID number, Blackboard: Student ID);
    canvas_id: Canvas's own number.
    """

    id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    username: str = ""
    number: str = ""
    canvas_id: str = ""
    section: str = ""

    @property
    def sortable_name(self) -> str:
        """Last name first, as Canvas writes it."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id

    @property
    def login(self) -> str:
        """The login, or the id where none is given."""
        return self.username or self.id

    def names(self) -> set[str]:
        """The ways in which a file name may spell the student's name."""
        first, last = self.first_name, self.last_name
        both = {f"{first} {last}", f"{last} {first}"} if first or last else set()
        return {folded(name) for name in both}


FIELDS = tuple(field.name for field in fields(Student))
# No two students share these.
UNIQUE = ("id", "email", "username", "number", "canvas_id")


def folded(name: str) -> str:
    """A name for comparing: case, accents' encoding and everything but letters and digits gone."""
    text = unicodedata.normalize("NFC", name).casefold()
    return "".join(c for c in text if c.isalnum())


@dataclass(frozen=True)
class Layout:
    """How a table of students is laid out.

    heads: column -> field of Student, or NAME; needed: columns by which the layout is known;
    ids: the columns a student's id may come from, the best first; skipped: what stands in the
    first column of rows that are no students.
    """

    name: str
    heads: Mapping[str, str]
    needed: tuple[str, ...]
    ids: tuple[str, ...]
    skipped: tuple[str, ...] = ()


OWN = Layout("our own", {field: field for field in FIELDS}, ("id",), ("id",))


class Roster:
    """All students of a course; none of them can be taken for another."""

    def __init__(self, students: Iterable[Student], places: Sequence[str] = ()) -> None:
        """places: where each student was read, for messages.

        Raises CourseError when two students share an id or another unique field.
        """
        self.students = tuple(students)
        self._by: dict[str, dict[str, Student]] = {field: {} for field in UNIQUE}
        for nth, student in enumerate(self.students):
            for field in UNIQUE:
                value = _key(getattr(student, field))
                other = self._by[field].setdefault(value, student) if value else student
                if other is not student:
                    place = f"{places[nth]}: " if places else ""
                    earlier = f" ({places[self.students.index(other)]})" if places else ""
                    raise CourseError(f"{place}{_twice(student, other, field)}{earlier}")

    def __iter__(self) -> Iterator[Student]:
        return iter(self.students)

    def __len__(self) -> int:
        return len(self.students)

    def by(self, field: str, value: str) -> Student | None:
        """The student whose unique field has this value; upper and lower case are the same."""
        return self._by[field].get(_key(value)) if value else None

    def named(self, name: str) -> list[Student]:
        """All students who may be meant by a full name."""
        return [s for s in self.students if folded(name) in s.names()]

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """Read a course's roster.csv. CourseError, with the line, for what is wrong in it."""
        if not path.exists():
            raise CourseError(
                f"there is no {path}: make it with 'autograder roster FILE', FILE being the list "
                "of students that your LMS exports"
            )
        table = read_table(path)
        if not table.has(*OWN.needed):
            raise CourseError(f"{path} has no column 'id'; its columns are {', '.join(FIELDS)}")
        return roster_in(table, OWN)

    def write(self, path: Path) -> None:
        """Write the roster, one student a row, sorted by id."""
        students = sorted(self.students, key=lambda s: s.id)
        write_csv(path, FIELDS, [list(asdict(s).values()) for s in students])

    def merged(self, others: "Roster") -> "Roster":
        """This roster with what another says added: its students, and its fields of ours.

        A student is recognised by any unique field and keeps the id; nobody is taken out and no
        field is emptied. Raises CourseError when one student there would be two of ours.
        """
        merged = {s.id: s for s in self.students}
        for other in others:
            ours = self.find(other)
            told = {f: v for f, v in asdict(other).items() if v}
            merged[ours.id if ours else other.id] = (
                replace(ours, **{**told, "id": ours.id}) if ours else other
            )
        return Roster(merged.values())

    def find(self, other: Student) -> Student | None:
        """The student here who is the same person. CourseError when it could be two."""
        found = {
            field: same
            for field in UNIQUE
            if (same := self.by(field, getattr(other, field))) is not None
        }
        people = {s.id: field for field, s in found.items()}
        if len(people) > 1:
            words = " and ".join(f"{field} of {student}" for student, field in people.items())
            raise CourseError(f"one student has the {words}: that cannot be one person")
        return next(iter(found.values()), None)


def roster_in(table: Table, layout: Layout, id_column: str = "") -> Roster:
    """The students in a table. id_column: where ids come from, if not from the layout's.

    Raises CourseError, with the line, for a student without an id, with one that cannot name a
    folder, or with one that another has.
    """
    if id_column and not table.has(id_column):
        raise CourseError(f"{table.name} has no column '{id_column}'")
    columns = (id_column,) if id_column else layout.ids
    students, places = [], []
    first = table.header[0]
    for row in table.rows:
        if row[first] in layout.skipped:
            continue
        place = f"{table.name}, line {row.line}"
        told = {field: row[head] for head, field in layout.heads.items() if row[head]}
        told["id"] = next((row[column] for column in columns if row[column]), "")
        if not _ID.fullmatch(told["id"]):
            raise CourseError(f"{place}: {_no_id(told['id'], columns)}")
        last, _, first_name = told.pop(NAME, "").partition(",")
        names = {"last_name": last.strip(), "first_name": first_name.strip()}
        for field in UNIQUE:
            if defused(told.get(field, "")) != told.get(field, ""):
                raise CourseError(f"{place}: no {field} begins like '{told[field]}'")
        students.append(Student(**{**{k: v for k, v in names.items() if v}, **told}))
        places.append(place)
    return Roster(students, places)


def _no_id(value: str, columns: Sequence[str]) -> str:
    if not value:
        return f"a student without an id (column {' or '.join(columns)})"
    return (
        f"'{value}' cannot be a student's id, which names folders: letters, digits and . _ - @, "
        "a letter or a digit first"
    )


def _key(value: str) -> str:
    return unicodedata.normalize("NFC", value).casefold()


def _twice(student: Student, other: Student, field: str) -> str:
    if field == "id":
        return f"the student {student.id} is there twice"
    return f"{student.id} and {other.id} have the same {field} '{getattr(student, field)}'"
