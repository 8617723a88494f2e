"""One class, graded in both ways: opening a gradebook and a sandbox takes seconds."""

import pytest

from tests.nbgrader.classes import Graded, graded_by_nbgrader, graded_by_us


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    return graded_by_us(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    return graded_by_nbgrader(tmp_path_factory.mktemp("theirs"))
