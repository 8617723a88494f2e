"""From percent script to instructor notebook: what is filled in and which fields cells get."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.build.source import instructor_notebook
from autograder.course import CourseError
from tests.build.tiny import NAME, SOURCE, cell_of, declared


@pytest.fixture(autouse=True)
def tiny_is_declared() -> Iterator[None]:
    with declared():
        yield


def notebook_from(folder: Path, text: str = SOURCE) -> NotebookNode:
    path = folder / f"{NAME}.py"
    path.write_text(text)
    return instructor_notebook(path)


def test_points_and_minutes_come_from_the_declaration(tmp_path: Path) -> None:
    prose = [c.source for c in notebook_from(tmp_path).cells if c.cell_type == "markdown"]
    assert "**3 points · about 10 minutes**" in prose[0]
    assert prose[1].startswith("### Exercise 1 · `scale` · 2 points · ★☆☆ · 4 min\nMultiply")
    assert prose[2] == "### Exercise 2 · `row_means` · 1 point · ★★☆ · 6 min"


def flags(cell: NotebookNode) -> set[str]:
    fields = cell.metadata["nbgrader"]
    return {name for name in ("grade", "solution", "locked", "task") if fields[name]}


def test_nbgrader_fields_follow_from_what_a_cell_is(tmp_path: Path) -> None:
    notebook = notebook_from(tmp_path)
    assert flags(cell_of(notebook, "solve-scale")) == {"solution"}
    check = cell_of(notebook, "check-scale")
    assert flags(check) == {"grade", "locked"}
    assert check.metadata["nbgrader"]["points"] == 2
    assert "points" not in cell_of(notebook, "solve-scale").metadata["nbgrader"]
    imports = next(c for c in notebook.cells if c.source.startswith("import torch"))
    assert flags(imports) == {"locked"}


def test_demonstrations_are_tagged_and_free(tmp_path: Path) -> None:
    cells = notebook_from(tmp_path).cells
    demos = [c for c in cells if "demo" in c.metadata.get("tags", [])]
    starts = ["@demo", 'print("a picture")', 'print("never twice the same:", object())']
    assert [c.source.splitlines()[0] for c in demos] == starts
    assert all("nbgrader" not in c.metadata for c in demos)
    prose = [c for c in cells if c.cell_type == "markdown"]
    assert all("nbgrader" not in c.metadata for c in prose)


def test_ids_are_unique_and_do_not_depend_on_the_neighbours(tmp_path: Path) -> None:
    before = notebook_from(tmp_path)
    after = notebook_from(tmp_path, "# %% [markdown]\n# New.\n\n" + SOURCE)
    ids = [c.id for c in before.cells]
    assert len(set(ids)) == len(ids)
    assert [c.id for c in after.cells][1:] == ids


def test_equal_cells_still_have_ids_of_their_own(tmp_path: Path) -> None:
    twice = "# %%\nx = 1\n\n# %%\nx = 1\n\n"
    cells = notebook_from(tmp_path, twice + SOURCE).cells
    grade_ids = [c.metadata["nbgrader"]["grade_id"] for c in cells if "nbgrader" in c.metadata]
    for ids in ([c.id for c in cells], grade_ids):
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("check(row_means)", "print()", "check cells and declared exercises differ in row_means"),
        ("check(row_means)", "check(rows)", "no exercise rows; it has scale, row_means"),
        ("def row_means(x):", "def row_mean(x):", "no exercise row_mean;"),
        ("### Exercise: scale", "### Exercise: scales", "no exercise scales;"),
        ("def scale(x", "def a():\n    pass\ndef scale(x", "must define one function or class"),
    ],
)
def test_a_source_that_does_not_fit_its_declaration_is_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(CourseError, match=words.replace("(", r"\(")):
        notebook_from(tmp_path, SOURCE.replace(old, new))
