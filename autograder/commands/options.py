"""What the grading commands share: options, the course folder and the classroom."""

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from autograder.build.make import reach_programs
from autograder.classroom import Classroom, open_classroom
from autograder.commands.terminal import console, errors
from autograder.course import Course, CourseError, Repository, declared_assignment
from autograder.gradebook import open_for_work
from autograder.nbgrader_plugin import COURSE_ID
from autograder.sandbox.limits import Limits


@dataclass(frozen=True)
class GradeOptions:
    """How to grade, as given on the command line."""

    course: Path | None = None
    jobs: int = 0
    db: str = ""
    cell_seconds: float | None = None
    submission_seconds: float | None = None
    walled: bool = True
    scheduler: str = ""
    verbose: bool = False

    def limits(self, name: str) -> Limits:
        """The assignment's limits with what these options change. CourseError for nonsense."""
        own = declared_assignment(name).limits
        cell = own.cell_seconds if self.cell_seconds is None else self.cell_seconds
        whole = (
            own.submission_seconds if self.submission_seconds is None else self.submission_seconds
        )
        if not (0 < cell < math.inf and 0 < whole < math.inf):  # NaN compares to nothing
            raise CourseError("time limits must be positive")
        question = min(own.question_seconds, cell)
        return replace(own, cell_seconds=cell, submission_seconds=whole, question_seconds=question)


def classroom(name: str, options: GradeOptions) -> Classroom:
    """Prepare to grade; says loudly when the wall is off."""
    repository = Repository.find()
    repository.source(name)  # says so when there is no such assignment
    course = course_folder(repository, options.course)
    if not options.walled:
        warn_without_wall()
    if options.db:
        require_url(options.db)
    with console.status("references"):
        return open_classroom(
            repository,
            course,
            name,
            limits=options.limits(name),
            walled=options.walled,
            db_url=options.db,
        )


def warn_without_wall() -> None:
    """Say loudly that student code will run unprotected."""
    errors.print(
        "autograder: WARNING: grading without a sandbox. Student code can read and change "
        "everything you can, marks included.",
        style="bold red",
    )


def require_url(db: str) -> None:
    """CourseError for what is no database URL."""
    try:
        make_url(db)
    except ArgumentError:
        raise CourseError(
            f"--db {db} is not a database URL, such as sqlite:////folder/grades.db"
        ) from None


def open_gradebook(course: Course, db: str) -> AbstractContextManager[Gradebook]:
    """The course's gradebook, made where there is none, or the one at the URL `db`.

    Raises CourseError for what is no URL; on entering and inside, for a database in trouble."""
    if db:
        require_url(db)
    reach_programs()
    return open_for_work(db or course.db_url, COURSE_ID)


def require_gradebook(course: Course, db: str) -> None:
    """Open the gradebook and close it. Raises CourseError where that would fail after grading."""
    with open_gradebook(course, db):
        pass


def course_folder(repository: Repository, folder: Path | None) -> Course:
    """The running course: `folder`, or course/ in the repository."""
    return Course((folder or repository.root / "course").resolve())


def chosen(room: Classroom, students: list[str]) -> list[str]:
    """The students to work on. Raises CourseError for unknown ones, or when there are none."""
    present = room.students()
    unknown = sorted(set(students) - set(present))
    if unknown:
        raise CourseError(f"no submission of {room.marking.assignment} by {', '.join(unknown)}")
    if not present:
        folder = room.course.root / "submitted"
        raise CourseError(
            f"there are no submissions of {room.marking.assignment} in {folder}. Collect them "
            "there, or make some: autograder simulate --help"
        )
    return students or present
