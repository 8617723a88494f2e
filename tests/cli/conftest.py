"""The tiny repository, built once for all tests."""

import pytest

from tests.build.tiny import TinyCourse, shared


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)
