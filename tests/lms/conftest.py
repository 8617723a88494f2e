"""A class of thirty with awkward names, its points in a gradebook, without anything being run."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.build.make import reach_programs
from autograder.lms.roster import FIELDS, Roster, Student
from tests.build.tiny import NAME, TinyCourse, shared

OTHER = "91_other"
# Names as people have them, and as attackers do.
_NAMES = (
    ("O'Neil, Jr.", 'Mary "Molly"'),
    ("Łukasiewicz", "Zażółć"),
    ("李", "小龍"),
    ("Ñandú;", "Íñigo"),
    ('=HYPERLINK("http://x.example","y")', "@SUM(1)"),
    ("García Márquez", "José-María"),
)
SIZE = 30
ABSENT = "s030"  # in the roster, but has handed in nothing


@dataclass(frozen=True)
class Class:
    """A course folder and what everybody earned. points: by student, in 90_tiny."""

    root: Path
    roster: Roster
    points: dict[str, float]


def student(nth: int) -> Student:
    """The nth student, known to every LMS under another number."""
    last, first = _NAMES[nth % len(_NAMES)] if nth <= 12 else (f"Last{nth}", f"First{nth}")
    return Student(
        id=f"s{nth:03}",
        last_name=last,
        first_name=first,
        email=f"s{nth:03}@uni.example",
        username=f"login{nth}",
        number=f"{9000 + nth}",
        canvas_id=f"{70000 + nth}",
        section="A, B" if nth % 2 else "C",
    )


@pytest.fixture(scope="session")
def made_class(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The class; tests that change it use a copy."""
    root = tmp_path_factory.mktemp("class")
    roster = Roster(student(nth) for nth in range(1, SIZE + 1))
    with (root / "roster.csv").open("w", newline="") as file:  # as people would write it
        csv.writer(file).writerows([FIELDS, *(asdict(s).values() for s in roster)])
    points = {s.id: n % 9 / 4 for n, s in enumerate(roster) if s.id != ABSENT}
    reach_programs()
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for name in (NAME, OTHER):
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("check-a", name, name, max_score=2, cell_type="code")
            gradebook.add_grade_cell("check-b", name, name, max_score=1, cell_type="code")
        for who, earned in points.items():
            gradebook.add_student(who)
            book(gradebook, who, NAME, earned)
        book(gradebook, "s001", OTHER, 3)
    return Class(root, roster, points)


def book(gradebook: Gradebook, who: str, name: str, earned: float) -> None:
    """Write one student's points as a grader would."""
    gradebook.add_submission(name, who)
    first = gradebook.find_grade("check-a", name, name, who)
    second = gradebook.find_grade("check-b", name, name, who)
    first.auto_score, second.auto_score = min(earned, 2), max(earned - 2, 0)
    first.needs_manual_grade = second.needs_manual_grade = False
    gradebook.db.commit()


@pytest.fixture
def classroom(made_class: Class, tmp_path: Path) -> Iterator[Class]:
    """The class in a folder of the test's own."""
    root = tmp_path / "course"
    shutil.copytree(made_class.root, root)
    yield Class(root, made_class.roster, made_class.points)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)
