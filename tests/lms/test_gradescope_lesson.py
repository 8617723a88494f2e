"""A whole lesson graded in Gradescope's folders earns what the grader's own commands give it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course, Repository, declared_assignment
from autograder.simulate import KINDS, Material, write_submission
from tests.build.tiny import autograder
from tests.lms.gradescope_folders import Gradescope
from visionlab.checking.records import SUFFIX

pytestmark = pytest.mark.slow

LESSON = "01_convolution"
STUDENTS = ("reference", "mistakes-1")
# Points of facets are rounded to four digits, so their sum may be off by some of the last.
ROUNDING = 1e-3

Points = dict[str, float]


@dataclass(frozen=True)
class Uploaded:
    """What became of one notebook, graded three ways with one course's secret.

    results: Gradescope's; booked: exercise -> points in the gradebook; printed: what
    `grade-file --json` prints.
    """

    student: str
    results: dict[str, Any]
    booked: Points
    printed: dict[str, Any]

    def in_gradescope(self, key: str = "score") -> Points:
        """Exercise -> the sum of its tests in results.json."""
        sums: Points = {}
        for test in self.results["tests"]:
            name = test["name"].partition(": ")[0]
            sums[name] = sums.get(name, 0.0) + test[key]
        return sums


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which both students have handed in and are graded."""
    course = Course(tmp_path_factory.mktemp("course"))
    material = Material.load(Repository.find(Path(__file__)), LESSON)
    for student in STUDENTS:
        content = KINDS[student](material)
        write_submission(course.root / "submitted", student, material, content)
    said = autograder("grade", LESSON, "--course", course.root, "--jobs", "1")
    assert (said.status, said.err) == (0, "")
    return course


@pytest.fixture(scope="module")
def gradescope(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Gradescope:
    """The same course's zip file of the lesson, unpacked."""
    archive = tmp_path_factory.mktemp("zip") / "autograder.zip"
    words = ("gradescope", LESSON, "--course", course.root, "--output", archive)
    said = autograder(*words)
    assert (said.status, said.err) == (0, "")
    return Gradescope.unpack(archive, tmp_path_factory.mktemp("autograder"), course.root)


@pytest.fixture(scope="module", params=STUDENTS)
def uploaded(request: pytest.FixtureRequest, course: Course, gradescope: Gradescope) -> Uploaded:
    """One student's notebook after all three."""
    student = request.param
    path = course.root / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    gradescope.submit({path.name: path.read_text()})
    status, results, said = gradescope.run()
    assert status == 0, said
    printed = autograder("grade-file", path, "--course", course.root, "--json")
    assert (printed.status, printed.err) == (0, "")
    return Uploaded(student, results, _booked(course, student), json.loads(printed.out))


def _booked(course: Course, student: str) -> Points:
    with Gradebook(course.db_url) as gradebook:
        notebook = gradebook.find_submission_notebook(LESSON, LESSON, student)
        grades = {g.name: g.auto_score for g in notebook.grades}
    return {n.removeprefix("check-"): s for n, s in grades.items() if n.startswith("check-")}


def test_the_cases_are_those_that_grade_asks(course: Course, gradescope: Gradescope) -> None:
    """Points alone would hardly tell: other hidden cases of the same facets fail as well."""
    (asked,) = (course.root / "records").glob(f"{LESSON}-*{SUFFIX}")
    shipped = gradescope.root / "source" / "grading" / f"hidden{SUFFIX}"
    assert shipped.read_bytes() == asked.read_bytes()


def test_the_points_are_those_of_grade_and_of_grade_file(uploaded: Uploaded) -> None:
    score = uploaded.results["score"]
    assert score == pytest.approx(sum(uploaded.booked.values()))
    assert score == uploaded.printed["score"]


def test_the_tests_of_every_exercise_add_up_to_its_points(uploaded: Uploaded) -> None:
    names = [exercise.name for exercise in declared_assignment(LESSON).exercises]
    assert list(uploaded.in_gradescope()) == names
    assert uploaded.in_gradescope() == pytest.approx(uploaded.booked, abs=ROUNDING)
    exercises = uploaded.printed["exercises"]
    printed = {e["name"]: e["score"] for e in exercises}
    assert uploaded.in_gradescope() == pytest.approx(printed, abs=ROUNDING)
    most = {e["name"]: e["max_score"] for e in exercises}
    assert uploaded.in_gradescope("max_score") == pytest.approx(most, abs=ROUNDING)


def test_the_same_facets_fail_for_the_same_reasons_with_the_same_hints(uploaded: Uploaded) -> None:
    failed = {t["name"]: t["output"] for t in uploaded.results["tests"] if t["status"] == "failed"}
    cases = [
        (f"{exercise['name']}: {case['facet']}", case)
        for exercise in uploaded.printed["exercises"]
        for case in exercise["cases"]
        if not case["passed"]
    ]
    assert set(failed) == {name for name, _ in cases}
    for name, case in cases:
        assert case["reason"] in failed[name]
        assert case["hint"] in failed[name]


def test_the_reference_earns_all_and_mistakes_cost(uploaded: Uploaded) -> None:
    """Else equal points could both be nothing."""
    most = declared_assignment(LESSON).points
    score = uploaded.results["score"]
    assert score == most if uploaded.student == "reference" else 0 < score < most
