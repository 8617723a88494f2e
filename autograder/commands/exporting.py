"""export: the gradebook's points as a file for a learning management system."""

from dataclasses import dataclass
from pathlib import Path

from traitlets.config import Config

from autograder.commands.options import course_folder, open_gradebook
from autograder.commands.terminal import console, errors
from autograder.course import Course, CourseError, Repository
from autograder.lms.blackboard import BlackboardExport
from autograder.lms.canvas import CanvasExport
from autograder.lms.exports import BLANK, REFUSE, SKIP, ZERO, LmsExport
from autograder.lms.moodle import MoodleExport
from autograder.lms.plain import CsvExport

_EXPORTS: tuple[type[LmsExport], ...] = (CanvasExport, MoodleExport, BlackboardExport, CsvExport)


@dataclass(frozen=True)
class ExportOptions:
    """What to export and where to, as given on the command line."""

    to: str
    template: Path | None = None
    output: Path | None = None
    missing: str = BLANK
    skip_unknown: bool = False
    students: tuple[str, ...] = ()


def run_export(names: list[str], options: ExportOptions, folder: Path | None, db: str) -> int:
    """Write the file and say what is to be known about it."""
    course = course_folder(Repository.find(), folder)
    exporter = _exporter(options, names, course)
    if not (db or (course.root / "gradebook.db").exists()):
        raise CourseError(
            f"there is no gradebook in {course.root} yet: run 'autograder grade NN_name' first"
        )
    with open_gradebook(course, db) as gradebook:
        done = exporter.write(gradebook)
    for remark in done.remarks:
        errors.print(f"autograder: {remark}", markup=False)
    columns = ", ".join(column.assignment for column in done.columns)
    console.print(f"{done.students} students, {columns}: {done.path}", markup=False, soft_wrap=True)
    return 0


def _exporter(options: ExportOptions, names: list[str], course: Course) -> LmsExport:
    kinds = {kind.name: kind for kind in _EXPORTS}
    if options.to not in kinds:
        raise CourseError(f"--to {options.to}: there is {', '.join(kinds)}")
    if options.missing not in (BLANK, ZERO):
        raise CourseError(f"--missing {options.missing}: there is {BLANK}, {ZERO}")
    target = options.output or course.root / "exports" / f"{'-'.join(names) or 'grades'}.csv"
    if options.output is None:
        target = target.with_name(f"{target.stem}-{options.to}.csv")
    settings = Config()
    settings.LmsExport.course_root = str(course.root)
    settings.ExportPlugin.assignment = list(names)
    settings.ExportPlugin.student = list(options.students)
    settings.ExportPlugin.to = str(target)
    settings.LmsExport.template = str(options.template or "")
    settings.LmsExport.missing = options.missing
    settings.LmsExport.unknown = SKIP if options.skip_unknown else REFUSE
    return kinds[options.to](config=settings)
