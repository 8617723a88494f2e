"""Restoring: whatever happened to a notebook on its way, the assignment's own cells come back."""

import copy
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.restore import (
    MAX_ADDED,
    MAX_CELL_LENGTH,
    NOT_THE_ASSIGNMENT,
    Restored,
    restore,
)
from autograder.simulate import Material
from autograder.submission import UnreadableError, read_submission
from tests.grader.submissions import SOLVED, UNSOLVED, cell_of, without

ANSWER = "def conv_out(*args, **kwargs):\n    return 'mine'"


@pytest.fixture(scope="module")
def source(material: Material) -> NotebookNode:
    """The released notebook."""
    return material.released


@pytest.fixture
def answered(material: Material) -> NotebookNode:
    """A submission with one answer."""
    return material.notebook({SOLVED: ANSWER})


def fields(notebook: NotebookNode) -> list[tuple[str, str, Any]]:
    """All that nbgrader looks at, and the text of what is not an answer."""
    marked = [c for c in notebook.cells if c.metadata.get("nbgrader")]
    return [
        (c.cell_type, "" if c.metadata.nbgrader.solution else c.source, c.metadata.nbgrader)
        for c in marked
    ]


def shape(notebook: NotebookNode) -> list[tuple[str, str, str, Any]]:
    """Everything of a notebook that grading reads."""
    return [(c.id, c.cell_type, c.source, c.metadata) for c in notebook.cells]


def check(restored: Restored, source: NotebookNode, *, in_order: bool = True) -> NotebookNode:
    """Every cell of the assignment is there once, with its own fields; returns the notebook."""
    key = repr if not in_order else None
    found, wanted = fields(restored.notebook), fields(source)
    assert (sorted(found, key=key) == sorted(wanted, key=key)) if key else found == wanted
    ids = [c.id for c in restored.notebook.cells]
    assert len(ids) == len(set(ids))
    nbformat.validate(restored.notebook)
    assert restored.notebook.metadata == source.metadata
    return restored.notebook


def answer(notebook: NotebookNode) -> str:
    text: str = cell_of(notebook, f"solve-{SOLVED}").source
    return text


def first_given(notebook: NotebookNode) -> NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("locked"))


def test_an_untouched_submission_stays_as_it_is(
    answered: NotebookNode, source: NotebookNode
) -> None:
    restored = restore(answered, source)
    assert answer(check(restored, source)) == ANSWER
    assert restored.notes == []
    assert [c.source for c in restored.notebook.cells] == [c.source for c in answered.cells]


def test_restoring_leaves_the_submission_alone(
    answered: NotebookNode, source: NotebookNode
) -> None:
    before, original = copy.deepcopy(answered), copy.deepcopy(source)
    restored = restore(answered, source)
    restored.notebook.cells[0].source = "changed"
    assert answered == before
    assert source == original


@pytest.mark.parametrize("role", ["check", "solve"])
def test_deleted_cells_come_back(role: str, answered: NotebookNode, source: NotebookNode) -> None:
    restored = restore(without(answered, [f"{role}-{UNSOLVED}"]), source)
    assert answer(check(restored, source)) == ANSWER
    assert restored.notes == [f"cell {role}-{UNSOLVED} was missing and was put back"]


def test_an_empty_notebook_becomes_the_blank_one(source: NotebookNode) -> None:
    empty = nbformat.v4.new_notebook()
    restored = restore(empty, source)
    check(restored, source)
    assert restored.notes == [NOT_THE_ASSIGNMENT]


def test_a_second_copy_of_an_answer_is_an_added_cell(
    answered: NotebookNode, source: NotebookNode
) -> None:
    position = answered.cells.index(cell_of(answered, f"solve-{SOLVED}"))
    second = copy.deepcopy(answered.cells[position])
    second.source = "def conv_out(): return 'second'"
    answered.cells.insert(position + 1, second)
    restored = restore(answered, source)
    notebook = check(restored, source)
    assert answer(notebook) == ANSWER
    assert notebook.cells[position + 1].source == second.source
    assert "nbgrader" not in notebook.cells[position + 1].metadata
    assert restored.notes == [f"a second cell solve-{SOLVED} was kept as an added cell"]


def test_a_second_copy_of_a_test_goes(answered: NotebookNode, source: NotebookNode) -> None:
    second = copy.deepcopy(cell_of(answered, f"check-{SOLVED}"))
    second.source = "pass"
    answered.cells.append(second)
    restored = restore(answered, source)
    check(restored, source)
    assert restored.notes == [f"a second cell check-{SOLVED} was left out"]


def test_reordered_cells_stay_in_the_students_order(
    answered: NotebookNode, source: NotebookNode
) -> None:
    answered.cells.reverse()
    restored = restore(answered, source)
    notebook = check(restored, source, in_order=False)
    assert [c.source for c in notebook.cells] == [c.source for c in answered.cells]


def test_an_answer_merged_with_its_test(answered: NotebookNode, source: NotebookNode) -> None:
    """JupyterLab keeps the first cell's metadata and id."""
    merged = cell_of(answered, f"solve-{SOLVED}")
    merged.source += f"\n\ncheck({SOLVED})"
    restored = restore(without(answered, [f"check-{SOLVED}"]), source)
    assert answer(check(restored, source)) == merged.source
    assert restored.notes == [f"cell check-{SOLVED} was missing and was put back"]


def test_an_answer_merged_into_the_test_before_it(
    answered: NotebookNode, source: NotebookNode
) -> None:
    """The answer is in a locked cell then: it must still run, and no stub after it."""
    before = cell_of(answered, f"check-{UNSOLVED}")
    before.source += "\n\n" + ANSWER
    restored = restore(without(answered, [f"solve-{SOLVED}"]), source)
    notebook = check(restored, source)
    texts = [c.source for c in notebook.cells if c.cell_type == "code"]
    assert any(ANSWER in text for text in texts)
    assert answer(notebook) == f"# {SOLVED} is defined in another cell"
    assert f"cell check-{UNSOLVED} had been changed and was restored" in restored.notes
    assert f"cell solve-{SOLVED} was missing and was put back" in restored.notes


def test_cells_without_ids_are_known_by_their_fields(
    answered: NotebookNode, source: NotebookNode
) -> None:
    for cell in answered.cells:
        del cell["id"]
    restored = restore(answered, source)
    assert answer(check(restored, source)) == ANSWER
    assert restored.notes == []


def test_cells_without_fields_are_known_by_their_ids(
    answered: NotebookNode, source: NotebookNode
) -> None:
    for cell in answered.cells:
        cell.metadata = NotebookNode()
    restored = restore(answered, source)
    assert answer(check(restored, source)) == ANSWER
    count = len(fields(source))
    assert restored.notes == [f"the nbgrader fields of {count} cells were restored"]


def test_an_answer_without_id_and_fields_is_known_by_what_it_defines(
    answered: NotebookNode, source: NotebookNode
) -> None:
    cell = cell_of(answered, f"solve-{SOLVED}")
    cell.metadata, cell.id = NotebookNode(), "other"
    restored = restore(answered, source)
    assert answer(check(restored, source)) == ANSWER
    words = f"cell solve-{SOLVED} was recognised by the function it defines"
    assert words in restored.notes


def test_an_answer_moved_to_another_cell_is_not_undone(
    answered: NotebookNode, source: NotebookNode
) -> None:
    """Its own cell is gone, and what defines it defines more: no stub may follow it."""
    moved = new_code_cell("def helper():\n    return 1\n\n" + ANSWER)
    answered = without(answered, [f"solve-{SOLVED}"])
    answered.cells.insert(2, moved)
    notebook = check(restore(answered, source), source)
    assert answer(notebook) == f"# {SOLVED} is defined in another cell"
    assert moved.source in [c.source for c in notebook.cells]


FLIPS: dict[str, list[dict[str, Any]]] = {
    "check": [{"solution": True}, {"grade": False}, {"locked": False}],
    "solve": [{"solution": False}, {"grade": True}, {"locked": True}],
    "given": [{"solution": True}, {"grade": True}, {"locked": False}],
}
ODD: list[dict[str, Any]] = [
    {"points": 1000},
    {"task": True},
    {"grade_id": "mine"},
    {"grade_id": ["a", "list"]},
    {"grade_id": None},
]


@pytest.mark.parametrize(
    ("role", "change"),
    [(role, change) for role, flips in FLIPS.items() for change in [*flips, *ODD]],
    ids=str,
)
def test_flipped_fields_are_flipped_back(
    role: str, change: dict[str, Any], answered: NotebookNode, source: NotebookNode
) -> None:
    cell = first_given(answered) if role == "given" else cell_of(answered, f"{role}-{SOLVED}")
    before = cell.metadata.nbgrader.grade_id
    cell.metadata.nbgrader.update(change)
    restored = restore(answered, source)
    assert answer(check(restored, source)) == ANSWER
    assert f"the nbgrader fields of cell {before} were restored" in restored.notes


@pytest.mark.parametrize("junk", ["text", 3, None, [], {"grade_id": {"a": 1}}, {"solution": "yes"}])
def test_fields_of_any_type_do_no_harm(
    junk: Any, answered: NotebookNode, source: NotebookNode
) -> None:
    for cell in answered.cells:
        cell.metadata["nbgrader"] = junk
    assert answer(check(restore(answered, source), source)) == ANSWER


def test_swapped_grade_ids_lose_no_answer(answered: NotebookNode, source: NotebookNode) -> None:
    mine, other = (cell_of(answered, f"solve-{name}") for name in (SOLVED, UNSOLVED))
    mine.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = (
        other.metadata.nbgrader.grade_id,
        mine.metadata.nbgrader.grade_id,
    )
    notebook = check(restore(answered, source), source, in_order=False)
    assert ANSWER in [c.source for c in notebook.cells]


def test_a_changed_given_cell_comes_back_and_what_was_written_runs(
    answered: NotebookNode, source: NotebookNode
) -> None:
    cell = first_given(answered)
    cell.source += "\nimport something_of_mine"
    restored = restore(answered, source)
    notebook = check(restored, source)
    position = notebook.cells.index(first_given(notebook))
    assert notebook.cells[position + 1].source == cell.source
    grade_id = cell.metadata.nbgrader.grade_id
    assert restored.notes == [f"cell {grade_id} had been changed and was restored"]


def test_blanks_at_line_ends_are_no_change(answered: NotebookNode, source: NotebookNode) -> None:
    cell = first_given(answered)
    cell.source = "\n" + cell.source.replace("\n", "  \n") + "\n\n"
    restored = restore(answered, source)
    check(restored, source)
    assert restored.notes == []


def test_an_answer_turned_into_text_is_code_again(
    answered: NotebookNode, source: NotebookNode
) -> None:
    cell = cell_of(answered, f"solve-{SOLVED}")
    cell.cell_type = "markdown"
    restored = restore(answered, source)
    assert answer(check(restored, source)) == ANSWER
    assert f"cell solve-{SOLVED} had become a markdown cell" in restored.notes


def test_only_demonstrations_are_skipped(answered: NotebookNode, source: NotebookNode) -> None:
    """Neither a forged tag nor a word in passing keeps a cell from running."""
    added = [
        new_code_cell(ANSWER, metadata={"tags": ["demo"]}),
        new_code_cell("@other(demo)\ndef conv_out(): pass"),
        new_code_cell("@demo\ndef conv_out(): pass\nconv_out = None"),
        new_code_cell("@demo\ndef shown():\n    pass"),
    ]
    answered.cells += added
    notebook = check(restore(answered, source), source)
    tags = [c.metadata.get("tags", []) for c in notebook.cells[-len(added) :]]
    assert tags == [[], [], [], ["demo"]]


@pytest.mark.parametrize(
    "text",
    [
        "@demo" + ".a" * 2000 + "\ndef f(): pass",
        "(" * 5000,
        "-" * 50_000 + "1",
        "x = '\ud800'",
        "\0",
        "def f(:\n  pass",
        "[" * 80 + "]" * 80,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_no_text_stops_the_restoring(
    text: str, answered: NotebookNode, source: NotebookNode
) -> None:
    answered.cells += [new_code_cell(text), new_markdown_cell(text)]
    cell_of(answered, f"solve-{UNSOLVED}").source = text
    restored = restore(answered, source)
    notebook = check(restored, source)
    assert answer(notebook) == ANSWER
    nbformat.writes(notebook).encode()


@pytest.mark.parametrize("cell_id", [None, 3, ["x"], {"a": 1}, "é ü", "", "x" * 500, "a\nb"])
def test_no_id_stops_the_restoring(
    cell_id: Any, answered: NotebookNode, source: NotebookNode
) -> None:
    for cell in answered.cells:
        cell["id"] = cell_id
    assert answer(check(restore(answered, source), source)) == ANSWER


def test_endless_notebooks_are_cut(answered: NotebookNode, source: NotebookNode) -> None:
    answered.cells[:0] = [new_code_cell("1") for _ in range(MAX_ADDED + 50)]
    answered.cells.append(new_code_cell("x" * (MAX_CELL_LENGTH + 1)))
    cell_of(answered, f"solve-{UNSOLVED}").source = "#" * (MAX_CELL_LENGTH + 1)
    restored = restore(answered, source)
    notebook = check(restored, source)
    assert answer(notebook) == ANSWER
    assert cell_of(notebook, f"solve-{UNSOLVED}").source == ""
    assert len([c for c in notebook.cells if c.source == "1"]) <= MAX_ADDED
    assert len(restored.notes) == 2
    again = restore(notebook, source)
    assert shape(again.notebook) == shape(notebook)


# random edits


def _delete(cells: list[NotebookNode], at: int, _to: int) -> None:
    del cells[at]


def _copy(cells: list[NotebookNode], at: int, to: int) -> None:
    cells.insert(to, copy.deepcopy(cells[at]))


def _move(cells: list[NotebookNode], at: int, to: int) -> None:
    cells.insert(to, cells.pop(at))


def _merge(cells: list[NotebookNode], at: int, _to: int) -> None:
    if at + 1 < len(cells):
        cells[at].source += "\n\n" + cells.pop(at + 1).source


def _split(cells: list[NotebookNode], at: int, _to: int) -> None:
    below = copy.deepcopy(cells[at])
    below.pop("id", None)
    lines = cells[at].source.splitlines()
    cells[at].source = "\n".join(lines[: len(lines) // 2])
    below.source, below.metadata = "\n".join(lines[len(lines) // 2 :]), NotebookNode()
    cells.insert(at + 1, below)


def _forget_id(cells: list[NotebookNode], at: int, _to: int) -> None:
    cells[at].pop("id", None)


def _forget_fields(cells: list[NotebookNode], at: int, _to: int) -> None:
    cells[at].metadata = NotebookNode()


def _take_fields(cells: list[NotebookNode], at: int, to: int) -> None:
    cells[at].metadata = copy.deepcopy(cells[to % len(cells)].metadata)


def _take_text(cells: list[NotebookNode], at: int, to: int) -> None:
    cells[at].source = cells[to % len(cells)].source


def _change_kind(cells: list[NotebookNode], at: int, to: int) -> None:
    cells[at].cell_type = ("code", "markdown", "raw")[to % 3]


Step = Callable[[list[NotebookNode], int, int], None]
STEPS: tuple[Step, ...] = (
    _delete,
    _copy,
    _move,
    _merge,
    _split,
    _forget_id,
    _forget_fields,
    _take_fields,
    _take_text,
    _change_kind,
)
PLACE = st.integers(0, 10_000)


@pytest.fixture(scope="module")
def short(material: Material) -> NotebookNode:
    """The first cells of the released notebook with answers in them: small, so edits meet."""
    notebook = material.notebook({SOLVED: ANSWER, UNSOLVED: material.reference[UNSOLVED]})
    last = notebook.cells.index(cell_of(notebook, f"check-{SOLVED}"))
    del notebook.cells[last + 1 :]
    return notebook


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(STEPS), PLACE, PLACE), max_size=12))
def test_after_any_edits_all_is_there_and_twice_is_once(
    short: NotebookNode, source: NotebookNode, edits: list[tuple[Step, int, int]]
) -> None:
    released = copy.deepcopy(source)
    released.cells = released.cells[: len(short.cells)]
    edited = copy.deepcopy(short)
    for step, at, to in edits:
        if edited.cells:
            step(edited.cells, at % len(edited.cells), to % (len(edited.cells) + 1))
    once = restore(edited, released)
    notebook = check(once, released, in_order=False)
    twice = restore(notebook, released)
    assert shape(twice.notebook) == shape(notebook)
    assert twice.notes == []


# other formats


@pytest.mark.parametrize("minor", [0, 2, 4, 5])
def test_older_formats(
    minor: int, answered: NotebookNode, source: NotebookNode, tmp_path: Any
) -> None:
    answered.nbformat_minor = minor
    if minor < 5:
        for cell in answered.cells:
            del cell["id"]
    path = tmp_path / "submission.ipynb"
    path.write_text(nbformat.writes(answered, version=nbformat.NO_CONVERT))
    restored = restore(read_submission(path), source)
    assert answer(check(restored, source)) == ANSWER
    assert restored.notes == []


def test_the_format_before(answered: NotebookNode, source: NotebookNode, tmp_path: Any) -> None:
    path = tmp_path / "submission.ipynb"
    path.write_text(nbformat.writes(answered, version=3))
    assert answer(check(restore(read_submission(path), source), source)) == ANSWER


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "3", '{"nbformat": 4}', '{"cells": 3, "nbformat": 4}', "[" * 99_999],
    ids=lambda text: text[:12],
)
def test_what_is_no_notebook_is_refused_in_words(text: str, tmp_path: Any) -> None:
    path = tmp_path / "submission.ipynb"
    path.write_text(text)
    with pytest.raises(UnreadableError) as refused:
        read_submission(path)
    assert "\n" not in str(refused.value)
