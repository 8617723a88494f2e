"""The `autograder` command."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.arguments import (
    CellSeconds,
    CourseFolder,
    JsonFlag,
    Name,
    NoSandboxFlag,
    OverwriteManualFlag,
    SubmissionSeconds,
    YesFlag,
)
from autograder.commands.year import year
from autograder.errors import CourseError
from autograder.quiet import quiet_libraries, skip_slow_imports

# Between two searches for garbage. Imports make objects by the hundred thousand, none for nothing.
ALLOCATIONS = 50_000

app = typer.Typer(
    name="autograder",
    help="Build assignments, grade submissions behind a wall, and give feedback.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

app.add_typer(year)


@app.command(epilog="Example: autograder build 01_convolution")
def build(
    names: Annotated[
        list[str] | None, typer.Argument(help="Assignments (default: all).", metavar="[NN_NAME]...")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; exit 1 when something is stale or leaks."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Run the solutions even when nothing changed.")
    ] = False,
) -> None:
    """Turn solutions/NN_name/NN_name.py into the executed solution and the student version."""
    from autograder.commands.building import run_build

    raise typer.Exit(run_build(names or [], check=check, force=force))


@app.command(epilog="Example: autograder grade 01_convolution --jobs 2")
def grade(
    name: Name,
    students: Annotated[
        list[str] | None, typer.Option("--student", help="Only these students; may be repeated.")
    ] = None,
    course: CourseFolder = None,
    jobs: Annotated[
        int, typer.Option(help="Submissions at a time (0: as many as cores).", min=0)
    ] = 0,
    db: Annotated[
        str, typer.Option("--db", help="Gradebook URL, such as postgresql://user@host/grades.")
    ] = "",
    scheduler: Annotated[
        str,
        typer.Option(help="Grade on this Dask cluster, such as tcp://head:8786 (docs/cluster.md)."),
    ] = "",
    cell_seconds: CellSeconds = None,
    submission_seconds: SubmissionSeconds = None,
    no_sandbox: NoSandboxFlag = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="A line for each student when it is done.")
    ] = False,
    overwrite_manual: OverwriteManualFlag = False,
    yes: YesFlag = False,
) -> None:
    """Grade all submissions of an assignment into nbgrader's gradebook.

    Submissions lie in course/submitted/STUDENT/NN_name/, where `nbgrader collect` puts them.
    What was graded before is not graded again; interrupted, it goes on where it was. Every run
    adds to course/logs/NN_name.jsonl, a line of JSON for each student. Marks given by hand stay,
    unless --overwrite-manual is said.
    """
    from autograder.commands.classes import run_grade
    from autograder.commands.options import GradeOptions
    from autograder.commands.overwriting import Overwriting

    options = GradeOptions(
        course, jobs, db, cell_seconds, submission_seconds, not no_sandbox, scheduler, verbose
    )
    overwriting = Overwriting(overwrite_manual, yes)
    raise typer.Exit(run_grade(name, students or [], options, overwriting))


@app.command("grade-file", epilog="Example: autograder grade-file my/01_convolution.ipynb --json")
def grade_file(
    notebook: Annotated[Path, typer.Argument(help="The notebook to grade.")],
    assignment: Annotated[
        str, typer.Option(help="Assignment (default: the one named like the file).")
    ] = "",
    course: CourseFolder = None,
    json_output: JsonFlag = False,
    cell_seconds: CellSeconds = None,
    submission_seconds: SubmissionSeconds = None,
    no_sandbox: NoSandboxFlag = False,
) -> None:
    """Grade one notebook without touching any gradebook, and print the verdicts."""
    from autograder.commands.options import GradeOptions
    from autograder.commands.single import run_grade_file

    options = GradeOptions(course, 1, "", cell_seconds, submission_seconds, not no_sandbox)
    raise typer.Exit(run_grade_file(notebook, assignment, options, as_json=json_output))


@app.command(epilog="Example: autograder feedback 01_convolution --student alice")
def feedback(
    name: Name,
    students: Annotated[
        list[str] | None, typer.Option("--student", help="Only these students; may be repeated.")
    ] = None,
    course: CourseFolder = None,
) -> None:
    """Write the feedback pages of graded submissions: course/feedback/STUDENT/NN_name/."""
    from autograder.commands.classes import run_feedback

    raise typer.Exit(run_feedback(name, students or [], course))


@app.command(
    epilog="Example: autograder report 01_convolution --anonymous; for all graded assignments as "
    "a table: autograder report --csv --output grades.csv"
)
def report(
    name: Annotated[
        str, typer.Argument(help="Assignment (default: all that are graded).", metavar="[NN_NAME]")
    ] = "",
    course: CourseFolder = None,
    db: Annotated[str, typer.Option("--db", help="Gradebook URL, where grade was given one.")] = "",
    anonymous: Annotated[
        bool,
        typer.Option("--anonymous", help="Labels for names and no remarks, to show to the class."),
    ] = False,
    csv_only: Annotated[bool, typer.Option("--csv", help="Only the table of students.")] = False,
    json_only: Annotated[bool, typer.Option("--json", help="Only the data.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="File to write (default: in course/reports; --csv and --json: print)."),
    ] = None,
) -> None:
    """Write a page on how the class did, with the data beside it as CSV and JSON.

    Distribution, difficulty and discrimination of each exercise, pass rates of facets,
    misconceptions, timings, remarks, who stopped early. Nothing is graded anew.
    """
    from autograder.commands.reporting import ReportOptions, run_report

    options = ReportOptions(name, course, db, anonymous, csv_only, json_only, output)
    raise typer.Exit(run_report(options))


@app.command(epilog="Example: autograder audit 01_convolution")
def audit(
    names: Annotated[
        list[str] | None, typer.Argument(help="Assignments (default: all).", metavar="[NN_NAME]...")
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Test the tests: known mistakes must lose points and be named, right answers must pass."""
    from autograder.commands.building import run_audit

    raise typer.Exit(run_audit(names or [], as_json=json_output))


@app.command(epilog="Example: autograder coverage --check")
def coverage(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when the page is out of date.")
    ] = False,
) -> None:
    """Write docs/coverage.md: each row of the lectures with its notebook, exercises and tests."""
    from autograder.commands.building import run_coverage

    raise typer.Exit(run_coverage(check=check))


@app.command(
    epilog="Example: autograder simulate --students 40 --assignment 01_convolution "
    "--out course/submitted"
)
def simulate(
    assignment: Annotated[str, typer.Option(help="Assignment, such as 01_convolution.")],
    out: Annotated[Path, typer.Option(help="Folder for STUDENT/NN_name/NN_name.ipynb.")],
    students: Annotated[int, typer.Option(help="How many.", min=1)] = 15,
    seed: Annotated[int, typer.Option(help="Other students for another seed.")] = 0,
) -> None:
    """Make submissions of a simulated class: right, wrong, blank, endless, crashing, forged."""
    from autograder.commands.showing import run_simulate

    raise typer.Exit(run_simulate(assignment, out, students, seed))


@app.command(
    epilog="Example: autograder bundle --output build/bundle "
    "--repository-url https://github.com/owner/name"
)
def bundle(
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for the zip and the folder to publish (default: build/bundle)."),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--assignments", help="Only this assignment; may be repeated (default: all built ones)."
        ),
    ] = None,
    repository_url: Annotated[
        str, typer.Option(help="Where the folder will be published, for Binder and Colab.")
    ] = "",
    course: CourseFolder = None,
) -> None:
    """Write what students download: notebooks, library, environment and a README, no more.

    It is searched first for solutions, known mistakes, hidden cases, the course's secret and
    students' names; where one is found, nothing is written.
    """
    from autograder.commands.bundling import BundleOptions, run_bundle

    options = BundleOptions(output, tuple(assignments or ()), repository_url, course)
    raise typer.Exit(run_bundle(options))


@app.command(epilog="Example: autograder site --output build/site")
def site(
    output: Annotated[
        Path | None, typer.Option(help="Folder for the pages (default: build/site).")
    ] = None,
) -> None:
    """Build the documentation site: README, docs/ and the notebooks, without their solutions.

    Any warning and any broken link within the site is an error. `make docs` serves it, too.
    """
    from autograder.commands.publishing import run_site

    raise typer.Exit(run_site(output))


@app.command(epilog="Example: autograder demo")
def demo(
    assignment: Annotated[str, typer.Option(help="Assignment.")] = "01_convolution",
    students: Annotated[int, typer.Option(help="How many.", min=1)] = 15,
) -> None:
    """Simulate a class, grade it behind the wall, and show where everything lies."""
    from autograder.commands.showing import run_demo

    raise typer.Exit(run_demo(assignment, students))


@app.command(epilog="Example: autograder doctor --json")
def doctor(json_output: JsonFlag = False) -> None:
    """Say whether this machine can build and grade, and how to get what is missing."""
    from autograder.doctor import run_doctor

    raise typer.Exit(run_doctor(json_output))


def main() -> None:
    """Run the command line: errors are one line on standard error, never a traceback."""
    quiet_libraries()
    skip_slow_imports()
    gc.set_threshold(ALLOCATIONS)
    from autograder.sandbox.wall import NoSandboxError

    try:
        app()
    except (CourseError, NoSandboxError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"autograder: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("autograder: stopped; what was finished is kept", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
