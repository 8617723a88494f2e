"""Scenes drawn once for all tests that only look at them."""

import pytest

from visionlab.scenes import HARD, Scenes, street


@pytest.fixture(scope="session")
def normal() -> Scenes:
    return street(120, seed=5)


@pytest.fixture(scope="session")
def hard() -> Scenes:
    return street(40, seed=6, difficulty=HARD)
