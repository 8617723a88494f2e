"""simulate and demo: a class of simulated students."""

import os
from pathlib import Path

from autograder.commands.classes import grade_and_record, write_feedback
from autograder.commands.options import GradeOptions, classroom
from autograder.commands.reporting import write_class_report
from autograder.commands.terminal import class_table, complain, console
from autograder.course import Course, Repository
from autograder.simulate import Material, simulate


def run_simulate(name: str, out: Path, students: int, seed: int) -> int:
    """Make a simulated class."""
    made = simulate(Material.load(Repository.find(), name), students, out, seed)
    console.print(f"{len(made)} submissions of {name} in {out}")
    return 0


def run_demo(name: str, students: int) -> int:
    """Simulate, grade, feed back and report in the course folder demo of the repository."""
    repository = Repository.find()
    course = Course(repository.root / "course" / "demo")
    simulate(Material.load(repository, name), students, course.root / "submitted")
    # A cell that never ends should not hold up a demonstration for the usual minute.
    room = classroom(name, GradeOptions(course=course.root, cell_seconds=5))
    graded = grade_and_record(room, room.students(), os.cpu_count() or 1)
    failed = [g for g in graded if g.problem]
    failed += write_feedback(room, [g.student for g in graded if not g.problem])
    page = write_class_report(repository, course, name)
    console.print(class_table(name, graded))
    for what, where in (
        ("gradebook", course.root / "gradebook.db"),
        ("feedback pages", course.root / "feedback"),
        ("report", page),
    ):
        print(f"{what}: {where.relative_to(repository.root)}")
    return complain(failed)
