"""A small class that was really graded, with everything that can be wrong with a submission."""

from pathlib import Path

import pytest

from tests.build.tiny import (
    NAME,
    RIGHT,
    WRONG_SIGN,
    TinyCourse,
    answered,
    autograder,
    released,
    shared,
    submit,
)

FORMULA, TAG = "=1+1", "<b onclick=alert(1)>"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The tiny repository, built once for all tests."""
    return shared(tmp_path_factory)


@pytest.fixture(scope="session")
def graded(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a course in which 90_tiny is graded, but for what came too late for it."""
    root, repository = tmp_path_factory.mktemp("course"), tiny.repository
    submit(root, "s001", answered(repository, RIGHT))
    submit(root, "s002", answered(repository, {**RIGHT, "scale": WRONG_SIGN}))
    submit(root, "s003", released(repository))
    submit(root, "s004", "{ no notebook")
    submit(root, FORMULA, answered(repository, {"scale": RIGHT["scale"]}))
    submit(root, TAG, answered(repository, {**RIGHT, "scale": WRONG_SIGN}))
    said = autograder("grade", NAME, "--course", root, cwd=repository.root / "solutions")
    assert (said.status, said.err) == (0, "")
    submit(root, "s006", answered(repository, RIGHT))
    submit(root, "s007", "{}").rename(root / "submitted" / "s007" / NAME / "mine.ipynb")
    return root
