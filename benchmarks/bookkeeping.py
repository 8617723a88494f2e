"""How long the gradebook takes: the marks of a large class into SQLite, without any grading."""

import time
from dataclasses import replace
from pathlib import Path

import nbformat

from autograder.bookkeeping import BATCH, Bookkeeper, Entry, Sheet
from autograder.classroom import open_classroom
from autograder.course import Course, Repository
from autograder.nbgrader_plugin import COURSE_ID
from autograder.recording import Recorder
from autograder.sandbox.limits import Limits
from benchmarks.tables import Table


def booking_table(repository: Repository, name: str, folder: Path, count: int = 1000) -> Table:
    """Seconds for a class whose marks are new, and once more for marks that have all changed."""
    course = Course(folder)
    room = open_classroom(repository, course, name, limits=Limits(), walled=False)
    Recorder(room).register()
    keeper = Bookkeeper(course.db_url, COURSE_ID, name, room.config())
    released = nbformat.read(repository.released_notebook(name), as_version=4)
    sheet = _sheet(released)
    rows = []
    for what, points in (("new", 0.0), ("changed", 0.1)):
        marks = {cell: None if old is None else points for cell, old in sheet.points.items()}
        entries = [Entry(f"student-{n:04d}", replace(sheet, points=marks)) for n in range(count)]
        started = time.perf_counter()
        for first in range(0, count, BATCH):
            keeper.book(entries[first : first + BATCH])
        seconds = time.perf_counter() - started
        rows.append([what, f"{seconds:.1f}", f"{1000 * seconds / count:.1f}"])
    title = f"{count} submissions of {len(room.marking.records)} exercises into SQLite"
    return Table(title, ["marks", "seconds", "milliseconds each"], rows)


def _sheet(released: nbformat.NotebookNode) -> Sheet:
    """No points for any exercise; where a person gives them, none yet."""
    points: dict[str, float | None] = {}
    for cell in released.cells:
        fields = cell.metadata.get("nbgrader", {})
        if fields.get("grade"):
            points[fields["grade_id"]] = None if fields.get("solution") else 0.0
    return Sheet(points, frozenset())
