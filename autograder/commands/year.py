"""The commands of a course's year: its folder, its students, what comes from and goes to an LMS."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.arguments import (
    CellSeconds,
    CourseFolder,
    DryRunFlag,
    Gradebook,
    Name,
    OverwriteManualFlag,
    SubmissionSeconds,
    YesFlag,
)

year = typer.Typer(rich_markup_mode="markdown")


@year.command(epilog="Example: autograder init course --dry-run")
def init(
    folder: Annotated[Path, typer.Argument(help="The course's folder, made where there is none.")],
    dry_run: DryRunFlag = False,
) -> None:
    """Make the folder of a new course: settings, roster, secret. What is there stays."""
    from autograder.commands.rostering import run_init

    raise typer.Exit(run_init(folder, dry_run=dry_run))


@year.command(epilog="Example: autograder roster ~/Downloads/canvas-gradebook.csv --dry-run")
def roster(
    file: Annotated[
        Path, typer.Argument(help="A CSV from Canvas, Moodle or Blackboard, or like roster.csv.")
    ],
    course: CourseFolder = None,
    db: Gradebook = "",
    id_column: Annotated[
        str, typer.Option(help="Column of the students' ids (default: the login).")
    ] = "",
    dry_run: DryRunFlag = False,
) -> None:
    """Take a list of students into roster.csv and the gradebook; nobody is taken out.

    Lists may be read one after the other: a student is recognised by id, e-mail, login or number.
    """
    from autograder.commands.rostering import run_roster

    raise typer.Exit(run_roster(file, course, db, id_column, dry_run=dry_run))


@year.command(epilog="Example: autograder due --dry-run")
def due(course: CourseFolder = None, db: Gradebook = "", dry_run: DryRunFlag = False) -> None:
    """Bring course.toml into the gradebook: due dates, extra time, and what being late costs."""
    from autograder.commands.scheduling import run_due

    raise typer.Exit(run_due(course, db, dry_run=dry_run))


@year.command(
    "import-submissions",
    epilog="Example: autograder import-submissions 01_convolution submissions.zip --dry-run",
)
def import_submissions(
    name: Name,
    archive: Annotated[Path, typer.Argument(help="The zip file that the LMS gave.")],
    lms: Annotated[
        str, typer.Option("--from", help="canvas or moodle (default: told by the names in it).")
    ] = "",
    worksheet: Annotated[
        Path | None,
        typer.Option(help="Moodle's grading worksheet: tells who is who, and who is late."),
    ] = None,
    course: CourseFolder = None,
    dry_run: DryRunFlag = False,
) -> None:
    """Take a zip file of submissions from Canvas or Moodle into course/submitted/.

    A newer submission takes the place of the one before, which is kept in course/superseded/.
    """
    from autograder.commands.importing import ImportOptions, run_import

    options = ImportOptions(lms, worksheet, dry_run)
    raise typer.Exit(run_import(name, archive, options, course))


@year.command(epilog="Example: autograder export 01_convolution --to canvas")
def export(
    to: Annotated[str, typer.Option(help="canvas, moodle, blackboard or csv.")],
    names: Annotated[
        list[str] | None, typer.Argument(help="Assignments (default: all).", metavar="[NN_NAME]...")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="A file that the LMS exported, to be filled in.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where to (default: course/exports/).")
    ] = None,
    missing: Annotated[
        str, typer.Option(help="What students get who handed in nothing: blank or zero.")
    ] = "blank",
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Leave out students nobody knows.")
    ] = False,
    students: Annotated[
        list[str] | None, typer.Option("--student", help="Only these students; may be repeated.")
    ] = None,
    course: CourseFolder = None,
    db: Gradebook = "",
) -> None:
    """Write the points of the gradebook as a file that an LMS imports."""
    from autograder.commands.exporting import ExportOptions, run_export

    who = tuple(students or ())
    options = ExportOptions(to, template, output, missing, skip_unknown, who)
    raise typer.Exit(run_export(names or [], options, course, db))


@year.command(epilog="Example: autograder gradescope 01_convolution --output 01.zip")
def gradescope(
    name: Name,
    output: Annotated[
        Path | None, typer.Option(help="The zip file (default: course/exports/).")
    ] = None,
    no_sandbox: Annotated[
        bool,
        typer.Option(
            "--no-sandbox", help="Grade without the wall where Gradescope allows none (unsafe)."
        ),
    ] = False,
    course: CourseFolder = None,
) -> None:
    """Make the zip file that Gradescope wants of an autograder."""
    from autograder.commands.gradescope import run_gradescope

    raise typer.Exit(run_gradescope(name, output, course, walled=not no_sandbox))


@year.command(
    epilog="Example: autograder regrade 01_convolution s001 conv2d --note 'asked on 3 May'"
)
def regrade(
    name: Name,
    student: Annotated[str, typer.Argument(help="The student's id.")],
    exercise: Annotated[str, typer.Argument(help="The exercise, such as conv2d.")],
    note: Annotated[str, typer.Option(help="Why; it is kept with the result.")],
    course: CourseFolder = None,
    db: Gradebook = "",
    cell_seconds: CellSeconds = None,
    submission_seconds: SubmissionSeconds = None,
    overwrite_manual: OverwriteManualFlag = False,
    yes: YesFlag = False,
    dry_run: DryRunFlag = False,
) -> None:
    """Grade one exercise of one student afresh; the note stays with the result.

    A mark given by hand stays, unless --overwrite-manual is said.
    """
    from autograder.commands.options import GradeOptions
    from autograder.commands.overwriting import Overwriting
    from autograder.commands.regrading import Request, run_regrade

    options = GradeOptions(course, 1, db, cell_seconds, submission_seconds)
    request, overwriting = (
        Request(name, student, exercise, note),
        Overwriting(overwrite_manual, yes),
    )
    raise typer.Exit(run_regrade(request, options, overwriting, dry_run=dry_run))
