"""Grades a course in which the check of one exercise differs from that of its stored results.

Run by benchmarks.grading as a process of its own: NAME EXERCISE COURSE.
"""

import sys
from dataclasses import replace
from pathlib import Path

from autograder.classroom import Classroom
from autograder.commands.classes import grade_and_record
from autograder.course import Course, Repository, declared_assignment
from autograder.nbgrader_plugin import cached_marking

JOBS = 2


def main(name: str, exercise: str, folder: str) -> None:
    """Grade everybody again under another version of the exercise's check."""
    repository, course = Repository.find(Path(__file__)), Course(Path(folder))
    limits = declared_assignment(name).limits
    marking = cached_marking(repository, course, name, limits, walled=True)
    changed = replace(marking, versions={**marking.versions, exercise: "changed"})
    room = Classroom(repository, course, changed)
    graded = grade_and_record(room, room.students(), JOBS)
    assert all(one.fresh for one in graded)


if __name__ == "__main__":
    main(*sys.argv[1:])
