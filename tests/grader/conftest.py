"""What the tests of the grader share: one assignment, prepared once for a fixed secret."""

from dataclasses import replace

import pytest

from autograder.course import Repository
from autograder.grading import Marking, prepare_marking
from autograder.simulate import Material
from tests.grader.submissions import ASSIGNMENT, EXERCISES, LIMITS, Desk


@pytest.fixture(scope="session")
def repository() -> Repository:
    """This repository."""
    return Repository.find()


@pytest.fixture(scope="session")
def material(repository: Repository) -> Material:
    """What submissions are made of."""
    return Material.load(repository, ASSIGNMENT)


@pytest.fixture(scope="session")
def marking(repository: Repository) -> Marking:
    """How to grade two exercises of the assignment; fewer questions make fast tests."""
    whole = prepare_marking(repository, ASSIGNMENT, LIMITS, None, secret="a secret of the tests")
    chosen = {r.name: r for r in whole.records}
    return replace(whole, records=[chosen[name] for name in EXERCISES])


@pytest.fixture(scope="session")
def desk(material: Material, marking: Marking) -> Desk:
    """Makes submissions and grades them."""
    return Desk(material, marking)
