"""The tiny repository, built once for all tests of this folder."""

import pytest

from tests.build.tiny import TinyCourse, make_repository


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return make_repository(tmp_path_factory.mktemp("tiny"))
