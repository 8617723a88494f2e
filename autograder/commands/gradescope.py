"""gradescope: the zip file of an autograder for Gradescope."""

from pathlib import Path

from autograder.commands.options import course_folder
from autograder.commands.terminal import console, errors
from autograder.course import Repository, declared_assignment
from autograder.grading import prepare_marking
from autograder.lms.gradescope import write_package


def run_gradescope(name: str, output: Path | None, folder: Path | None, *, walled: bool) -> int:
    """Write the zip file."""
    repository = Repository.find()
    repository.source(name)  # says so when there is no such assignment
    course = course_folder(repository, folder)
    target = output or course.root / "exports" / f"{name}-gradescope.zip"
    with console.status("references"):
        limits = declared_assignment(name).limits
        marking = prepare_marking(repository, name, limits, course, walled=walled)
        count = write_package(repository, marking, target)
    if not walled:
        errors.print(
            "autograder: WARNING: where Gradescope allows no sandbox, student code can read the "
            "expected answers and write its own points.",
            style="bold red",
        )
    size = target.stat().st_size / 2**20
    console.print(
        f"{target}: {count} files, {size:.1f} MiB. It holds the expected answers of the hidden "
        "cases: give it to nobody but Gradescope.",
        markup=False,
        soft_wrap=True,
    )
    return 0
