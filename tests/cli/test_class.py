"""A simulated class of the first assignment, from submissions to gradebook and report."""

import csv
import json
import re
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import grading
from autograder.course import declared_assignment
from tests.build.tiny import NAME as TINY
from tests.build.tiny import RIGHT, TinyCourse, answered, autograder, submit

NAME = "01_convolution"
STUDENTS = {"blank": 0.0, "different-but-right": 1.0, "half-done": None, "reference": 1.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("course")
    words = ("--assignment", NAME, "--students", "4", "--out", root / "submitted")
    assert autograder("simulate", *words).status == 0
    said = autograder("grade", NAME, "--course", root, "--jobs", "2")
    assert (said.status, said.err) == (0, "")
    said = autograder("report", NAME, "--course", root)
    assert (said.status, said.err) == (0, "")
    return root


def scores(url: str) -> dict[str, tuple[float, float]]:
    """Student -> points and points to earn, as the gradebook has them."""
    with Gradebook(url) as gradebook:
        return {
            s.student.id: (s.score, s.max_score) for s in gradebook.assignment_submissions(NAME)
        }


def test_simulate_lays_submissions_out_as_nbgrader_collects_them(course: Path) -> None:
    found = sorted(course.glob("submitted/*/*/*"))
    assert found == [course / "submitted" / s / NAME / f"{NAME}.ipynb" for s in sorted(STUDENTS)]
    for path in found:
        nbformat.validate(nbformat.read(path, as_version=4))


def test_simulating_again_gives_the_same_students(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        words = ("--assignment", NAME, "--students", "18", "--out", tmp_path / folder)
        assert autograder("simulate", *words).status == 0
    texts = [
        {p.relative_to(tmp_path / folder): p.read_text() for p in (tmp_path / folder).rglob("*.*")}
        for folder in ("a", "b")
    ]
    assert len(texts[0]) == 18
    assert texts[0] == texts[1]


def test_the_gradebook_has_everyones_points(course: Path) -> None:
    points = sum(exercise.points for exercise in declared_assignment(NAME).exercises)
    booked = scores(f"sqlite:///{course / 'gradebook.db'}")
    assert set(booked) == set(STUDENTS)
    for student, share in STUDENTS.items():
        earned = booked[student][0] / points
        if share is None:
            assert 0.2 < earned < 0.9
        else:
            assert earned == pytest.approx(share)


def test_the_report_says_what_the_gradebook_says(course: Path) -> None:
    booked = scores(f"sqlite:///{course / 'gradebook.db'}")
    reports = course / "reports"
    data = json.loads((reports / f"{NAME}.json").read_text())
    by_json = {s["student"]: s["score"] for s in data["assignments"][0]["submissions"]}
    with (reports / f"{NAME}.csv").open() as file:
        by_csv = {row["student"]: float(row["score"]) for row in csv.DictReader(file)}
    for told in (by_json, by_csv):
        assert told == pytest.approx({student: score for student, (score, _) in booked.items()})
    page = re.sub(r"<[^>]+>", " ", (reports / f"{NAME}.html").read_text())
    for student, (score, _) in booked.items():
        assert re.search(rf"{student}\W[^<]*?\b{score:.2f} of ", page)


def test_a_second_run_grades_nothing_anew(course: Path) -> None:
    with mock.patch.object(grading, "run_submission", wraps=grading.run_submission) as ran:
        said = autograder("grade", NAME, "--course", course)
    assert (said.status, ran.call_count) == (0, 0)
    assert "reference" in said.out


def test_a_report_grades_nothing_anew_whatever_the_limits_were(
    tiny: TinyCourse, tmp_path: Path
) -> None:
    submit(tmp_path, "right", answered(tiny.repository, RIGHT))
    place, sources = ("--course", tmp_path), tiny.repository.root / "solutions"
    said = autograder("grade", TINY, *place, "--cell-seconds", "50", cwd=sources)
    assert said.status == 0
    with mock.patch.object(grading, "run_submission", wraps=grading.run_submission) as ran:
        assert autograder("report", TINY, *place, cwd=sources).status == 0
    assert ran.call_count == 0


def test_another_gradebook_by_url(course: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    student = ("--student", "half-done")
    said = autograder("grade", NAME, "--course", course, "--db", url, *student)
    assert said.status == 0
    booked = scores(f"sqlite:///{course / 'gradebook.db'}")
    assert scores(url) == {"half-done": booked["half-done"]}
