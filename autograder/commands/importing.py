"""import-submissions: the zip file of an LMS into the course folder."""

from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table as Printed

from autograder.commands.options import course_folder
from autograder.commands.terminal import console, errors, progress_bar
from autograder.course import Course, CourseError, Repository, declared_assignment
from autograder.lms.archives import Entry, opened
from autograder.lms.handed_in import CanvasNames, MoodleNames, is_moodle
from autograder.lms.importing import REFUSED, Importer, Names, Outcome
from autograder.lms.roster import ROSTER, Roster
from autograder.lms.settings import Settings
from autograder.lms.tables import read_table

_LMS = ("canvas", "moodle")


@dataclass(frozen=True)
class ImportOptions:
    """How to take a zip file in, as given on the command line."""

    lms: str = ""
    worksheet: Path | None = None
    dry_run: bool = False


def run_import(name: str, archive: Path, options: ImportOptions, folder: Path | None) -> int:
    """Take submissions in and print a line for each student; 1 when some were refused."""
    repository = Repository.find()
    repository.source(name)  # says so when there is no such assignment
    course = course_folder(repository, folder)
    roster, settings = Roster.read(course.root / ROSTER), Settings.read(course.root)
    wanted = declared_assignment(name).files
    importer = Importer(course, name, roster, settings, wanted, options.dry_run)
    outcomes = []
    with opened(archive) as entries, progress_bar() as progress:
        names = _names(entries, roster, options)
        task = progress.add_task(name, total=None)
        for outcome in importer.take(entries, names):
            outcomes.append(outcome)
            progress.advance(task)
        progress.update(task, total=len(outcomes))
    console.print(_table(name, outcomes))
    _sum_up(course, name, outcomes, roster, options.dry_run)
    return 1 if any(o.what == REFUSED for o in outcomes) else 0


def _names(entries: list[Entry], roster: Roster, options: ImportOptions) -> Names:
    if options.lms not in ("", *_LMS):
        raise CourseError(f"--from {options.lms}: there is {', '.join(_LMS)}")
    if options.lms == "moodle" or (not options.lms and is_moodle(entries)):
        return MoodleNames(roster, read_table(options.worksheet) if options.worksheet else None)
    if options.worksheet:
        raise CourseError("--worksheet is Moodle's, but this is a zip file from Canvas")
    return CanvasNames()


def _table(name: str, outcomes: list[Outcome]) -> Printed:
    table = Printed(title=name, title_justify="left")
    for head in ("student", "submission", "late", "remarks"):
        table.add_column(head)
    for one in sorted(outcomes, key=lambda o: (o.what == REFUSED, o.who)):
        table.add_row(escape(one.who), one.what, escape(one.late), escape(one.remark))
    return table


def _sum_up(
    course: Course, name: str, outcomes: list[Outcome], roster: Roster, dry_run: bool
) -> None:
    counts = {o.what: sum(p.what == o.what for p in outcomes) for o in outcomes}
    words = ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing"
    console.print(f"{words}; {course.root / 'submitted'}", markup=False, soft_wrap=True)
    seen = {o.who for o in outcomes}
    absent = [
        s.id for s in roster if s.id not in seen and not course.submission(s.id, name).exists()
    ]
    if absent:
        console.print(f"nothing by {len(absent)} students: {', '.join(absent)}", markup=False)
    if counts.get(REFUSED):
        errors.print(f"autograder: {counts[REFUSED]} refused; the rest is taken in", markup=False)
    if dry_run:
        console.print("nothing written: this was a dry run")
