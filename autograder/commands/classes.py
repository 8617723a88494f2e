"""grade and feedback: a whole class."""

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from autograder.classroom import Classroom, Graded, Grading
from autograder.commands.options import GradeOptions, chosen, classroom, require_gradebook
from autograder.commands.overwriting import NEVER, Overwriting, marks_to_overwrite, overwrite
from autograder.commands.scheduling import keep_dates
from autograder.commands.terminal import (
    class_table,
    complain,
    console,
    progress_bar,
    student_line,
)
from autograder.course import CourseError
from autograder.disk import told_when_full
from autograder.journal import Journal
from autograder.recording import Recorder
from autograder.turns import sole_grader


@told_when_full()
def run_grade(
    name: str, students: list[str], options: GradeOptions, overwriting: Overwriting = NEVER
) -> int:
    """Grade a class into the gradebook and print a table."""
    gc.freeze()  # what was imported stays to the end: it need not be looked through again and again
    room = classroom(name, options)
    jobs = options.jobs or os.cpu_count() or 1
    students = chosen(room, students)
    with sole_grader(room.course.root):
        marks = marks_to_overwrite(room, students, overwriting)
        graded = grade_and_record(room, students, jobs, options.scheduler, verbose=options.verbose)
        overwrite(room, marks, [one.student for one in graded if one.result is not None])
    if not options.verbose:  # each line has been said already
        console.print(class_table(name, graded))
    ran = sum(one.fresh for one in graded)
    console.print(f"{ran} of {len(graded)} submissions were run, the others were known")
    return complain(graded)


def grade_and_record(
    room: Classroom, students: list[str], jobs: int, scheduler: str = "", *, verbose: bool = False
) -> list[Graded]:
    """Grade students in parallel and bring results into the gradebook, with progress.

    verbose: also a line for each student as it is done. Every student is noted in the journal.
    Raises CourseError for a gradebook in trouble; what was graded till then is kept.
    """
    # First: it forks processes, which cannot be done with threads, of which the progress bar is
    # one. They take seconds to come up, in which the gradebook is made.
    with closing(room.grade(students, jobs, scheduler)) as grading:
        require_gradebook(room.course, room.db_url)
        keep_dates(room)
        return _recorded(room, grading, len(students), verbose=verbose)


def _recorded(room: Classroom, stream: Grading, total: int, *, verbose: bool) -> list[Graded]:
    journal = Journal.of(room.course.root, room.marking.assignment)
    graded: list[Graded] = []
    with progress_bar() as progress:
        grading = progress.add_task("grading", total=total)
        booking = progress.add_task("gradebook", total=total)

        def watched() -> Iterator[Graded]:
            for one in stream:
                graded.append(one)
                journal.note(one)
                if verbose:
                    progress.console.print(student_line(one), highlight=False, markup=False)
                progress.advance(grading)
                yield one

        Recorder(room).record(watched(), lambda count: progress.advance(booking, count))
    return sorted(graded, key=lambda g: g.student)


def run_feedback(name: str, students: list[str], folder: Path | None) -> int:
    """Write feedback pages."""
    room = classroom(name, GradeOptions(course=folder))
    graded = [s for s in chosen(room, students) if _is_graded(room, s)]
    if not graded:
        raise CourseError(f"nothing is graded yet: run 'autograder grade {name}' first")
    failed = write_feedback(room, graded)
    console.print(f"{len(graded) - len(failed)} feedback pages in {room.course.root / 'feedback'}")
    return complain(failed)


def _is_graded(room: Classroom, student: str) -> bool:
    name = room.marking.assignment
    return (room.course.root / "autograded" / student / name / f"{name}.ipynb").exists()


def write_feedback(room: Classroom, students: list[str]) -> list[Graded]:
    """Write the students' feedback pages, with progress; returns what failed."""
    with progress_bar() as progress:
        task = progress.add_task("feedback", total=len(students))
        return room.feedback(students, lambda _: progress.advance(task))
