"""init and roster: a new course folder, and who is in the course."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.commands.options import course_folder, open_gradebook
from autograder.commands.terminal import console
from autograder.course import Course, CourseError, Repository
from autograder.csv_safe import write_csv
from autograder.lms import blackboard, canvas, moodle
from autograder.lms.roster import FIELDS, OWN, ROSTER, Layout, Roster, roster_in
from autograder.lms.settings import SETTINGS
from autograder.lms.tables import Table, read_table

_LAYOUTS = (OWN, canvas.LAYOUT, blackboard.LAYOUT, moodle.LAYOUT)
_TEMPLATES = Path(__file__).parents[1] / "lms" / "templates"


def run_roster(file: Path, folder: Path | None, db: str, id_column: str, *, dry_run: bool) -> int:
    """Take a list of students into roster.csv and the gradebook."""
    course = course_folder(Repository.find(), folder)
    path, table = course.root / ROSTER, read_table(file)
    layout = _layout(table, id_column)
    given = roster_in(table, layout, id_column)
    before = Roster.read(path) if path.exists() else Roster(())
    after = before.merged(given)
    for line in _changes(before, after):
        console.print(line, markup=False)
    absent = sorted(s.id for s in before if given.find(s) is None)
    if absent:
        console.print(f"kept, though not in {file.name}: {', '.join(absent)}", markup=False)
    if dry_run:
        console.print(f"{len(after)} students, nothing written: this was a dry run")
        return 0
    course.root.mkdir(parents=True, exist_ok=True)
    after.write(path)
    with open_gradebook(course, db) as gradebook:
        enrol(gradebook, after)
    console.print(f"{len(after)} students in {path}", markup=False, soft_wrap=True)
    return 0


def enrol(gradebook: Gradebook, roster: Roster) -> None:
    """Make the gradebook know the students' names; nobody is taken out of it."""
    known = {s.id: s for s in gradebook.students}
    for student in roster:
        told = {
            "first_name": student.first_name or None,
            "last_name": student.last_name or None,
            "email": student.email or None,
            "lms_user_id": student.canvas_id or None,
        }
        there = known.get(student.id)
        if there is None or any(v and getattr(there, k) != v for k, v in told.items()):
            gradebook.update_or_create_student(student.id, **{k: v for k, v in told.items() if v})


def _layout(table: Table, id_column: str) -> Layout:
    found = [layout for layout in _LAYOUTS if table.has(*layout.needed)]
    if found:
        return found[0]
    if not id_column:
        heads = ", ".join(FIELDS)
        raise CourseError(
            f"{table.name} is neither from Canvas, Blackboard or Moodle nor has it the columns "
            f"{heads}, of which id must be there; or say --id-column"
        )
    return Layout("columns named like ours", {f: f for f in FIELDS}, (), (id_column,))


def _changes(before: Roster, after: Roster) -> list[str]:
    lines = []
    for student in after:
        old = before.by("id", student.id)
        if old is None:
            lines.append(f"new      {student.id}  {student.sortable_name}")
        elif old != student:
            was, now = asdict(old), asdict(student)
            told = [f"{f}: {was[f] or 'nothing'} -> {now[f]}" for f in FIELDS if was[f] != now[f]]
            lines.append(f"changed  {student.id}  {'; '.join(told)}")
    return lines


def run_init(folder: Path, *, dry_run: bool) -> int:
    """Make a course folder; what is there already stays as it is."""
    course = Course(folder.resolve())
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file: name a folder")
    missing = [path for path in _files(course) if not path.exists()]
    for path in _files(course):
        word = "make" if path in missing else "kept"
        console.print(f"{word}  {path}", markup=False, soft_wrap=True)
    if dry_run:
        console.print("nothing written: this was a dry run")
        return 0
    course.root.mkdir(parents=True, exist_ok=True)
    (course.root / "submitted").mkdir(exist_ok=True)
    course.secret()
    if course.root / ROSTER in missing:
        write_csv(course.root / ROSTER, FIELDS, [])
    for name in (SETTINGS, "README.md"):
        if course.root / name in missing:
            (course.root / name).write_text((_TEMPLATES / name).read_text())
    return 0


def _files(course: Course) -> Sequence[Path]:
    names = (SETTINGS, ROSTER, "README.md", "submitted")
    return [course.secret_file, *(course.root / name for name in names)]
