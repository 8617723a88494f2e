"""What the grading commands share: options, the course folder and the classroom."""

from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom import Classroom, open_classroom
from autograder.commands.terminal import console, errors
from autograder.course import Course, CourseError, Repository
from autograder.sandbox.limits import Limits


@dataclass(frozen=True)
class GradeOptions:
    """How to grade, as given on the command line."""

    course: Path | None = None
    jobs: int = 0
    db: str = ""
    cell_seconds: float = 60
    submission_seconds: float = 300
    walled: bool = True

    def limits(self) -> Limits:
        """The limits these options ask for. Raises CourseError for nonsense."""
        if self.cell_seconds <= 0 or self.submission_seconds <= 0:
            raise CourseError("time limits must be positive")
        return replace(
            Limits(),
            cell_seconds=self.cell_seconds,
            submission_seconds=self.submission_seconds,
            question_seconds=min(Limits.question_seconds, self.cell_seconds),
        )


def classroom(name: str, options: GradeOptions) -> Classroom:
    """Prepare to grade; says loudly when the wall is off."""
    repository = Repository.find()
    course = course_folder(repository, options.course)
    if not options.walled:
        errors.print(
            "autograder: WARNING: grading without a sandbox. Student code can read and change "
            "everything you can, marks included.",
            style="bold red",
        )
    with console.status("references"):
        return open_classroom(
            repository,
            course,
            name,
            limits=options.limits(),
            walled=options.walled,
            db_url=options.db,
        )


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
