"""Submissions as students put them into the exchange, one with a known mistake and a blank one."""

import json
import shutil
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import Repository
from autograder.nbgrader_plugin import COURSE_ID
from autograder.simulate import Material
from tests.browser.classroom import NAME, ROOT, Classroom
from tests.browser.server import Place, run_as

BLANK = "blank"  # the student who hands in what was released
MISTAKEN = "conv2d"
WRITTEN = "written-stride_or_pool"
# With a trap: on a page that keeps this id, points typed for the answer are saved as those of the
# later cell, too.
ANSWER = (
    "It learns, at the cost of $C_{out}C_{in}K^2$ parameters; "
    'max pooling has <b id="check-conv1d">none</b>.'
)
SEES_GRADEBOOK = "gradebook in sight:"


def material() -> Material:
    """What submissions of 01 are made of."""
    return Material.load(Repository(ROOT), NAME)


def known_hint() -> str:
    """What a student with the known mistake is told."""
    exercise = next(e for e in material().assignment.exercises if e.name == MISTAKEN)
    return exercise.misconceptions[0].hint


def mistaken_notebook(gradebook: Path) -> NotebookNode:
    """The reference with one known mistake, an answer in words, and a look at the gradebook."""
    made = material()
    exercise = next(e for e in made.assignment.exercises if e.name == MISTAKEN)
    wrong = {MISTAKEN: exercise.misconceptions[0].source, WRITTEN: ANSWER}
    notebook = made.notebook({**made.reference, **wrong})
    look = f"import os\nprint({SEES_GRADEBOOK!r}, os.path.exists({str(gradebook)!r}))"
    notebook.cells.append(new_code_cell(look, id="added-by-student"))
    return notebook


def hand_in(room: Classroom) -> None:
    """Both students fetch what is released and hand in through the exchange."""
    _submit(room, BLANK, material().notebook({}))
    _rename_last(room, BLANK)
    _submit(room, room.student, mistaken_notebook(room.course / "gradebook.db"))


def student_place(room: Classroom, name: str) -> Place:
    """The settings of a student."""
    return Place(room.folder / f"home-of-{name}")


def student_work(room: Classroom, name: str) -> Path:
    """Where a student works."""
    return room.folder / f"work-of-{name}"


def _submit(room: Classroom, name: str, notebook: NotebookNode) -> None:
    place, work = student_place(room, name), student_work(room, name)
    place.make(room.settings)
    work.mkdir()
    run_as(place, work, "nbgrader", "fetch_assignment", NAME)
    (work / NAME / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    run_as(place, work, "nbgrader", "submit", NAME)


def _rename_last(room: Classroom, name: str) -> None:
    """nbgrader names a submission after the user of the machine, and the tests have only one."""
    inbound = room.exchange / COURSE_ID / "inbound"
    (handed_in,) = inbound.glob(f"{room.student}+*")
    shutil.move(handed_in, inbound / handed_in.name.replace(room.student, name, 1))
