"""A small repository that has all a bundle is made of."""

import shutil
from pathlib import Path

import pytest

from autograder.course import Repository
from tests.build.tiny import TinyCourse, shared

ROOT = Path(__file__).parents[2]
LIBRARY = {"__init__.py": '"""A library."""\n', "py.typed": "", "handy/tools.py": "TWO = 2\n"}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)


@pytest.fixture
def repository(tiny: TinyCourse, tmp_path: Path) -> Repository:
    """90_tiny with a library, an environment and some clutter that no student should get."""
    copy = tiny.copy(tmp_path / "repository")
    for name, text in LIBRARY.items():
        path = copy.root / "lib" / "visionlab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ("pyproject.toml", "constraints.txt", "LICENSE"):
        shutil.copy(ROOT / name, copy.root / name)
    for name in (
        "lib/visionlab/__pycache__/tools.pyc",
        "lib/visionlab/.ipynb_checkpoints/tools-checkpoint.py",
        "notebooks/90_tiny/.ipynb_checkpoints/90_tiny-checkpoint.ipynb",
        "notebooks/90_tiny/my_own_try.ipynb",
        "notebooks/90_tiny/detector.safetensors",
    ):
        path = copy.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("clutter")
    return copy
