"""One class of broken submissions, graded once by the command that grades real classes."""

from pathlib import Path

import pytest

from autograder.commands.terminal import console
from autograder.course import Repository
from autograder.simulate import Material
from tests.build.tiny import Said, TinyCourse, autograder, shared
from tests.faults.cells import CELLS
from tests.faults.code import CODE
from tests.faults.fault import NAME, Fault
from tests.faults.files import FILES
from tests.faults.graded import GradedClass
from tests.faults.places import PLACES, REFUSED
from tests.faults.tampering import TAMPERING

FAULTS: tuple[Fault, ...] = (*PLACES, *FILES, *CELLS, *CODE, *TAMPERING)
PAGES = ("right", "not-json", "test-changed", "endless-cell-in-c")
ROOT = Path(__file__).resolve().parents[2]
WIDE = 1000  # columns: a row of the table is a line


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """All faults in one run, with small limits; feedback pages of some."""
    root = tmp_path_factory.mktemp("course")
    material = Material.load(Repository.find(ROOT), NAME)
    for fault in (*FAULTS, REFUSED):
        fault.write(root / "submitted" / fault.name / NAME, material)
    shown = [word for student in PAGES for word in ("--student", student)]
    before, console.width = console.width, WIDE
    try:
        return GradedClass(
            root,
            _autograder("grade", root, "--jobs", "2", "--cell-seconds", "2"),
            _autograder("feedback", root, *shown),
            _autograder("report", root),
        )
    finally:
        console.width = before


def _autograder(command: str, course: Path, *words: str) -> Said:
    return autograder(command, NAME, "--course", course, *words, cwd=ROOT)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """A repository of one small assignment."""
    return shared(tmp_path_factory)
