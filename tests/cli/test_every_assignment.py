"""A small simulated class of every assignment: everyone gets the points they should."""

from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course, Repository, declared_assignment
from autograder.nbgrader_plugin import RESULT_KEY
from autograder.results import Result
from autograder.simulate import KINDS, Material, write_submission
from autograder.store import ResultStore
from tests.build.tiny import autograder

REPOSITORY = Repository.find(Path(__file__))
# Who hands in the solution as it is committed, rather than its answers in the released notebook.
SOLUTION = "solution"
STUDENTS = ["blank", "borrowed", "different-but-right", "one-mistake"]


@dataclass(frozen=True)
class GradedClass:
    """A graded class. points: by student, in the gradebook."""

    name: str
    course: Course
    points: dict[str, float]

    def result(self, student: str) -> Result:
        """What is stored of a student's grading."""
        path = self.course.root / "autograded" / student / self.name / f"{self.name}.ipynb"
        key = nbformat.read(path, as_version=4).metadata[RESULT_KEY]
        found = ResultStore(self.course.results).get(key)
        assert found is not None
        return found


@pytest.fixture(scope="module", params=REPOSITORY.assignment_names())
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    name, course = request.param, Course(tmp_path_factory.mktemp("course"))
    material = Material.load(REPOSITORY, name)
    submissions = {student: KINDS[student](material) for student in STUDENTS}
    submissions[SOLUTION] = REPOSITORY.solution_notebook(name).read_text()
    for student, content in submissions.items():
        write_submission(course.root / "submitted", student, material, content)
    said = autograder("grade", name, "--course", course.root, "--jobs", "2")
    assert (said.status, said.err) == (0, "")
    with Gradebook(course.db_url) as gradebook:
        found = gradebook.assignment_submissions(name)
        return GradedClass(name, course, {s.student.id: s.score for s in found})


def test_everyone_gets_the_points_they_should(graded: GradedClass) -> None:
    most, points = declared_assignment(graded.name).points, graded.points
    assert points[SOLUTION] == points["different-but-right"] == most
    assert points["blank"] == 0
    assert most / 2 < points["one-mistake"] < most
    assert most / 2 < points["borrowed"] < most


def test_the_solution_earns_all_points_without_a_remark(graded: GradedClass) -> None:
    result = graded.result(SOLUTION)
    assert result.score == result.max_score == declared_assignment(graded.name).points
    assert result.notes == []


def test_the_unsolved_notebook_earns_nothing(graded: GradedClass) -> None:
    result = graded.result("blank")
    assert result.score == 0
    assert result.notes == []
    reasons = {v.reason for e in result.exercises for v in e.verdicts}
    assert reasons == {"not implemented yet"}
