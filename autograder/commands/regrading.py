"""regrade: one exercise of one student, asked again."""

from dataclasses import dataclass

from autograder.commands.options import GradeOptions, classroom
from autograder.commands.overwriting import (
    NEVER,
    Overwriting,
    marks_to_overwrite,
    overwrite,
    shown_marks,
)
from autograder.commands.terminal import console, errors
from autograder.course import CourseError
from autograder.disk import told_when_full
from autograder.lms.regrading import LOG, regrade, require_graded
from autograder.turns import sole_grader


@dataclass(frozen=True)
class Request:
    """What is to be graded again, and why."""

    assignment: str
    student: str
    exercise: str
    note: str


@told_when_full()
def run_regrade(
    request: Request, options: GradeOptions, overwriting: Overwriting = NEVER, *, dry_run: bool
) -> int:
    """Grade again and say what came of it."""
    note = " ".join(request.note.split())
    if not note:
        raise CourseError("--note is empty: say why, it stays with the result")
    room = classroom(request.assignment, options)
    require_graded(room, request.student, request.exercise)
    who = f"{request.student}, {request.exercise}"
    cell = f"check-{request.exercise}"
    if dry_run:
        if overwriting.asked:
            shown_marks(room, [request.student], cell)
        console.print(f"{who} would be graded again; this was a dry run", markup=False)
        return 0
    with sole_grader(room.course.root):
        marks = marks_to_overwrite(room, [request.student], overwriting, cell)
        with errors.status("grading"):
            done = regrade(room, request.student, request.exercise, note)
        overwrite(room, marks, [request.student])
    console.print(
        f"{who}: {done.before:g} -> {done.after:g} of {done.max_points:g} points; "
        f"noted in {room.course.root / LOG}",
        markup=False,
        soft_wrap=True,
    )
    return 0
