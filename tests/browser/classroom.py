"""A course with one released assignment, an exchange on this machine, and a student's folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.utils import get_username

from autograder.nbgrader_plugin import COURSE_ID
from tests.browser.server import Place, run_as

ROOT = Path(__file__).resolve().parents[2]
NAME = "01_convolution"


@dataclass(frozen=True)
class Classroom:
    """An instructor's repository with its course, a student, and the exchange between them.

    The repository is a copy with the project's own nbgrader_config.py: started in it, nbgrader,
    autograder and the formgrader work as they do in the checkout, and write nothing there.
    """

    folder: Path

    @property
    def repository(self) -> Path:
        """The instructor's folder: solutions/, notebooks/, nbgrader_config.py, course/."""
        return self.folder / "repository"

    @property
    def course(self) -> Path:
        """The running course."""
        return self.repository / "course"

    @property
    def exchange(self) -> Path:
        """What instructor and students both reach."""
        return self.folder / "exchange"

    @property
    def student_folder(self) -> Path:
        """The root folder of the student's JupyterLab; empty until something is fetched."""
        return self.folder / "student"

    @property
    def student(self) -> str:
        """The student's id: nbgrader takes the name of the user who submits."""
        return str(get_username())

    @property
    def settings(self) -> str:
        """The nbgrader_config.py in everybody's own configuration: where the exchange is."""
        return (
            "c = get_config()\n"
            f"c.Exchange.root = {str(self.exchange)!r}\n"
            f"c.CourseDirectory.course_id = {COURSE_ID!r}\n"
        )

    @property
    def instructor(self) -> Place:
        """The instructor's settings, for commands and for a JupyterLab."""
        return Place(self.folder / "instructor-home")

    def autograder(self, *words: str) -> str:
        """Run `autograder ...` in the repository as the instructor; what it said."""
        return run_as(self.instructor, self.repository, "autograder", *words)

    def nbgrader(self, *words: str) -> str:
        """Run `nbgrader ...` in the repository as the instructor; what it said."""
        return run_as(self.instructor, self.repository, "nbgrader", *words)

    def give_assignment(self) -> Path:
        """Put the unsolved notebook into the student's folder, as from the bundle; its path."""
        target = self.student_folder / NAME
        shutil.copytree(self.repository / "notebooks" / NAME, target)
        return target / f"{NAME}.ipynb"


def make_classroom(folder: Path) -> Classroom:
    """A course made with `autograder init`; nothing is released yet."""
    room = Classroom(folder)
    for name in ("solutions", "notebooks"):
        ignored = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(ROOT / name / NAME, room.repository / name / NAME, ignore=ignored)
    shutil.copy(ROOT / "nbgrader_config.py", room.repository)
    # The commands know their repository by this folder.
    (room.repository / "autograder").symlink_to(ROOT / "autograder")
    for path in (room.exchange, room.student_folder):
        path.mkdir()
    room.exchange.chmod(0o777)  # nbgrader refuses an exchange that not everybody can write to
    room.instructor.make(room.settings)
    room.autograder("init", "course")
    return room


def release(room: Classroom) -> None:
    """Enter 01 into the gradebook and put it into the exchange, as an instructor does."""
    room.nbgrader("generate_assignment", NAME, "--force")
    room.nbgrader("release_assignment", NAME)


def hand_back(room: Classroom) -> None:
    """Collect, grade, write feedback and put it into the exchange, as nbgrader's users do."""
    for command in ("collect", "autograde", "generate_feedback", "release_feedback"):
        room.nbgrader(command, NAME)


def solution(exercise: str) -> str:
    """The reference of an exercise of 01, as an instructor would write it."""
    notebook = nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    wanted = f"solve-{exercise}"
    cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == wanted]
    assert len(cells) == 1, f"{len(cells)} cells {wanted}"
    return "\n".join(line for line in cells[0].source.splitlines() if "### " not in line)
