"""The attacked assignment: two exercises of the first notebook, behind one warm sandbox."""

import pytest

from tests.build.tiny import TinyCourse, shared
from tests.grader.conftest import desk, marking, material, repository

__all__ = ["desk", "marking", "material", "repository"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """A repository of one small assignment, for attacks on a whole class."""
    return shared(tmp_path_factory)
