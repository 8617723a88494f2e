"""A small simulated class of every assignment: everyone gets the points they should."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course, Repository, declared_assignment
from autograder.simulate import KINDS, Material, write_submission
from tests.build.tiny import autograder

REPOSITORY = Repository.find(Path(__file__))
STUDENTS = ["blank", "borrowed", "different-but-right", "one-mistake", "reference"]


@pytest.fixture(scope="module", params=REPOSITORY.assignment_names())
def booked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, float]]:
    """The assignment, and student -> points by the gradebook."""
    name, root = request.param, tmp_path_factory.mktemp("course")
    material = Material.load(REPOSITORY, name)
    for student in STUDENTS:
        write_submission(root / "submitted", student, material, KINDS[student](material))
    said = autograder("grade", name, "--course", root, "--jobs", "2")
    assert (said.status, said.err) == (0, "")
    with Gradebook(Course(root).db_url) as gradebook:
        found = gradebook.assignment_submissions(name)
        return name, {s.student.id: s.score for s in found}


def test_everyone_gets_the_points_they_should(booked: tuple[str, dict[str, float]]) -> None:
    name, points = booked
    most = declared_assignment(name).points
    assert points["reference"] == points["different-but-right"] == most
    assert points["blank"] == 0
    assert most / 2 < points["one-mistake"] < most
    assert most / 2 < points["borrowed"] < most
