"""A repository of one small assignment, 90_tiny, for tests that build and grade."""

import contextlib
import io
import json
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.build.make import Built, build, install
from autograder.cli import main
from autograder.course import Repository
from tests.build import tiny_checks

NAME = "90_tiny"
SOURCE = '''\
# %% [markdown]
# # 90 · Tiny
# **{{points}} points · about {{minutes}} minutes**

# %%
import torch

from visionlab import check
from visionlab.demo import demo

# %% [markdown]
# ### Exercise: scale
# Multiply every entry of `x` by `factor`.


# %%
def scale(x, factor):
    """Multiply. x: (H, W). Returns (H, W)."""
    ### BEGIN SOLUTION
    the_scaled_tensor = x * factor
    return the_scaled_tensor
    ### END SOLUTION


# %%
check(scale)


# %%
@demo
def show_it():
    print("twice:", scale(torch.ones(2), 2).tolist())


# %% tags=["demo"]
print("a picture")

# %% tags=["demo", "nbval-ignore-output"]
print("never twice the same:", object())

# %% [markdown]
# ### Exercise: row_means


# %%
def row_means(x):
    """Average each row. x: (H, W). Returns (H,)."""
    ### BEGIN SOLUTION
    return x.sum(dim=1) / x.shape[1] + 0 * x[:, 0]
    ### END SOLUTION


# %%
check(row_means)
'''
Answers = dict[str, str]
RIGHT: Answers = {
    "scale": "def scale(x, factor):\n    return factor * x\n",
    "row_means": "def row_means(x):\n    return x.mean(dim=1)\n",
}
WRONG_SIGN = "def scale(x, factor):\n    return x * abs(factor)\n"


@contextlib.contextmanager
def declared() -> Iterator[None]:
    """While open, the course knows the declaration of 90_tiny."""
    name = "autograder.checks.tiny"
    outer = name in sys.modules
    sys.modules[name] = tiny_checks
    try:
        yield
    finally:
        if not outer:
            del sys.modules[name]


@dataclass(frozen=True)
class TinyCourse:
    """The repository as committed, and what a build of its sources gave."""

    repository: Repository
    built: Built

    def copy(self, folder: Path) -> Repository:
        """The same repository, to be spoilt."""
        shutil.copytree(self.repository.root, folder)
        return Repository(folder)


def make_repository(folder: Path) -> TinyCourse:
    """Write the sources of 90_tiny below `folder`, build them and install what was built."""
    root = folder / "repository"
    for name in ("autograder", "lib", f"solutions/{NAME}"):
        (root / name).mkdir(parents=True)
    repository = Repository(root)
    (root / "solutions" / NAME / f"{NAME}.py").write_text(SOURCE)
    with declared():
        built = build(repository, NAME, folder / "scratch", force=False, say=lambda step: None)
        install(built, repository)
    return TinyCourse(repository, built)


_shared: list[TinyCourse] = []


def shared(folders: pytest.TempPathFactory) -> TinyCourse:
    """The repository that all tests of a process share; they change copies of it only."""
    if not _shared:
        _shared.append(make_repository(folders.mktemp("tiny")))
    return _shared[0]


def released(repository: Repository) -> NotebookNode:
    """The student version."""
    return nbformat.read(repository.released_notebook(NAME), as_version=4)


def answered(repository: Repository, answers: Answers) -> NotebookNode:
    """The student version with answers typed into their cells."""
    notebook = released(repository)
    for name, text in answers.items():
        cell_of(notebook, f"solve-{name}").source = text
    return notebook


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with a grade id."""
    cells = notebook.cells
    found = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
    assert len(found) == 1, f"{len(found)} cells {grade_id}"
    return found[0]


def submit(course: Path, student: str, content: NotebookNode | str) -> Path:
    """Put a submission of 90_tiny where `nbgrader collect` would."""
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    # nbformat would mend what is wrong with a notebook before it writes it.
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@dataclass(frozen=True)
class Said:
    """What a command line gave: exit status, standard output, standard error.

    Warnings, which pytest would keep for itself, are part of the standard error.
    """

    status: int
    out: str
    err: str


def autograder(*words: str | Path, cwd: Path | None = None) -> Said:
    """Run the command line in this process, with 90_tiny declared."""
    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(cwd or before)
    try:
        with (
            declared(),
            mock.patch.object(sys, "argv", ["autograder", *map(str, words)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(record=True) as warned,
        ):
            status = _exit_status()
    finally:
        os.chdir(before)
    texts = [f"{w.category.__name__}: {w.message}\n" for w in warned]
    return Said(status, out.getvalue(), err.getvalue() + "".join(texts))


def _exit_status() -> int:
    try:
        main()
    except SystemExit as done:
        assert done.code is None or isinstance(done.code, int), done.code
        return done.code or 0
    return 0
