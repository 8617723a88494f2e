"""grade, feedback and report: a whole class."""

import os
from pathlib import Path

from autograder.classroom import Classroom, Graded
from autograder.commands.options import GradeOptions, chosen, classroom
from autograder.commands.terminal import class_table, complain, console, progress_bar
from autograder.course import CourseError
from autograder.recording import Recorder
from autograder.report import write_report


def run_grade(name: str, students: list[str], options: GradeOptions) -> int:
    """Grade a class into the gradebook and print a table."""
    room = classroom(name, options)
    jobs = options.jobs or os.cpu_count() or 1
    graded = grade_and_record(room, chosen(room, students), jobs, options.scheduler)
    console.print(class_table(name, graded))
    return complain(graded)


def grade_and_record(
    room: Classroom, students: list[str], jobs: int, scheduler: str = ""
) -> list[Graded]:
    """Grade students in parallel, then bring all results into the gradebook, with progress."""
    with progress_bar() as progress:
        task = progress.add_task("grading", total=len(students))
        graded = []
        for one in room.grade(students, jobs, scheduler):
            graded.append(one)
            progress.advance(task)
        task = progress.add_task("gradebook", total=len(students))
        stored = [g for g in graded if g.result is not None]
        booked = Recorder(room).record(stored, lambda count: progress.advance(task, count))
        failed = {g.student: g for g in booked}
    return sorted((failed.get(g.student, g) for g in graded), key=lambda g: g.student)


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


def run_report(name: str, folder: Path | None) -> int:
    """Write the class report from stored results."""
    room = classroom(name, GradeOptions(course=folder))
    graded = list(room.stored(chosen(room, [])))
    console.print(f"report: {write_class_report(room, graded)}", soft_wrap=True)
    return complain(graded)


def write_class_report(room: Classroom, graded: list[Graded]) -> Path:
    """Write the class report; returns its page."""
    results = {g.student: g.result for g in graded if g.result is not None}
    return write_report(room.course.root / "reports", room.marking.assignment, results)
