"""One class, graded in both ways: opening a gradebook and a sandbox takes seconds."""

import pytest

from tests.build.tiny import TinyCourse, shared
from tests.nbgrader.classes import Graded, graded_by_nbgrader, graded_by_us


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)


@pytest.fixture(scope="session")
def ours(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    return graded_by_us(tiny.repository, tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="session")
def theirs(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    return graded_by_nbgrader(tiny.repository, tmp_path_factory.mktemp("theirs"))
