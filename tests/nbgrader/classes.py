"""Two courses with the same submissions: one graded by our command, one by nbgrader's."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.build.make import generate_assignment_with
from autograder.course import Course, Repository
from autograder.nbgrader_plugin import configure
from tests.build.tiny import (
    NAME,
    RIGHT,
    WRONG_SIGN,
    Said,
    answered,
    autograder,
    cell_of,
    declared,
    submit,
)

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = ["duplicated", "forged", "late", "not-a-notebook", "right", "wrong-sign"]
# What the tests' own process gets from `declared` the other one gets from its configuration.
CONFIG = """\
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
from tests.build import tiny_checks

sys.modules["autograder.checks.tiny"] = tiny_checks
from autograder.course import Course, Repository
from autograder.nbgrader_plugin import configure

configure(get_config(), Repository(Path({repository!r})), Course(Path({course!r})))
"""


@dataclass(frozen=True)
class Graded:
    """A graded course and what the command that graded it said."""

    repository: Repository
    course: Course
    said: Said

    def gradebook(self) -> Gradebook:
        """The gradebook; use it as a context manager."""
        return Gradebook(self.course.db_url)

    def autograded(self, student: str) -> NotebookNode:
        """The graded notebook as the instructor sees it."""
        path = self.course.root / "autograded" / student / NAME / f"{NAME}.ipynb"
        return nbformat.read(path, as_version=4)


def graded_by_us(repository: Repository, folder: Path) -> Graded:
    """A course graded with `autograder grade`."""
    course = _prepare(repository, folder)
    words = ("grade", NAME, "--course", course.root, "--jobs", "1")
    return Graded(repository, course, autograder(*words, cwd=repository.root / "solutions"))


def graded_by_nbgrader(repository: Repository, folder: Path) -> Graded:
    """The same course graded with `nbgrader autograde`, started as an instructor would."""
    course = _prepare(repository, folder)
    words = {
        "root": str(ROOT),
        "repository": str(repository.root),
        "course": str(course.root),
    }
    (folder / "nbgrader_config.py").write_text(CONFIG.format(**words))
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", NAME],
        cwd=folder,
        env=_without_activation(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Graded(repository, course, Said(done.returncode, done.stdout, done.stderr))


def _without_activation() -> dict[str, str]:
    """nbgrader starts alembic by name, which lies beside the interpreter."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": programs}


def _prepare(repository: Repository, folder: Path) -> Course:
    """A course with a gradebook, a due date and everyone's submission."""
    course, config = Course(folder / "course"), Config()
    with declared():
        configure(config, repository, course)
        config.CourseDirectory.release_directory = str(folder / "release")
        course.secret_file.write_text("the same in every course of these tests")
        assert generate_assignment_with(config, NAME)["success"]
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2030-01-01 12:00:00 UTC")
    _hand_in(repository, course.root)
    return course


def _hand_in(repository: Repository, course: Path) -> None:
    right = answered(repository, RIGHT)
    submit(course, "right", right)
    submit(course, "wrong-sign", answered(repository, {**RIGHT, "scale": WRONG_SIGN}))
    submit(course, "not-a-notebook", "{ this was uploaded by mistake")
    late = submit(course, "late", right)
    (late.parent / "timestamp.txt").write_text("2030-01-01 13:00:00 UTC")
    submit(course, "duplicated", _duplicated(repository))
    submit(course, "forged", _forged(repository))


def _duplicated(repository: Repository) -> NotebookNode:
    """Every cell of the first answer is there twice, as after a bad merge."""
    notebook = answered(repository, RIGHT)
    for grade_id in ("solve-scale", "check-scale"):
        cell = cell_of(notebook, grade_id)
        place = notebook.cells.index(cell)
        notebook.cells.insert(place, NotebookNode(cell))
    return notebook


def _forged(repository: Repository) -> NotebookNode:
    """Nothing answered; points, flags and tests are made up instead."""
    notebook = answered(repository, {})
    check = cell_of(notebook, "check-scale")
    check.source = "100"
    check.metadata["nbgrader"]["points"] = 100
    cell_of(notebook, "solve-row_means").metadata["nbgrader"].update(grade=True, points=50)
    notebook.cells.append(new_code_cell("check = lambda function: 100", id="forged"))
    return notebook


def copy_of(graded: Graded, folder: Path) -> Graded:
    """The same graded course elsewhere, to be changed."""
    shutil.copytree(graded.course.root, folder)
    return Graded(graded.repository, Course(folder), graded.said)
