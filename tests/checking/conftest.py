"""A notebook's shell for tests, in a folder of its own."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from autograder.inside.shell import NotebookShell

RunCell = Callable[[str], bool]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[NotebookShell]:
    """A shell as the notebook's, working in an empty folder; nothing checked so far."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    checking = import_module("visionlab.checking.check")
    for state in ("_results", "_failed_attempts"):
        monkeypatch.setattr(checking, state, {})
    checking._all_records.cache_clear()
    NotebookShell.clear_instance()
    yield NotebookShell.create(2**20)
    NotebookShell.clear_instance()
