"""`autograder grade` and `nbgrader autograde` are the same walk into the same gradebook."""

from typing import Any

import pytest
from nbgrader.api import Gradebook

from tests.build.tiny import NAME, cell_of
from tests.nbgrader.classes import STUDENTS, Graded

Row = tuple[float | None, float | None, float, bool]


def rows(gradebook: Gradebook, student: str) -> dict[str, Row]:
    """What the gradebook says of each graded cell."""
    submission = gradebook.find_submission(NAME, student)
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    return {
        g.name: (g.auto_score, g.manual_score, g.max_score, g.needs_manual_grade) for g in grades
    }


def test_both_commands_end_well(ours: Graded, theirs: Graded) -> None:
    assert ours.said.status == 0, ours.said.err
    assert theirs.said.status == 0, theirs.said.err


@pytest.mark.parametrize("student", STUDENTS)
def test_the_gradebooks_say_the_same(ours: Graded, theirs: Graded, student: str) -> None:
    with ours.gradebook() as a, theirs.gradebook() as b:
        assert rows(a, student) == rows(b, student)


@pytest.mark.parametrize(
    ("student", "scale", "row_means"),
    [
        ("right", 2.0, 1.0),
        ("late", 2.0, 1.0),
        ("duplicated", 2.0, 1.0),
        ("wrong-sign", 1.0, 1.0),
        ("forged", 0.0, 0.0),
        ("not-a-notebook", 0.0, 0.0),
    ],
)
def test_everyone_gets_what_is_due(
    theirs: Graded, student: str, scale: float, row_means: float
) -> None:
    with theirs.gradebook() as gradebook:
        assert rows(gradebook, student) == {
            "check-scale": (scale, None, 2.0, False),
            "check-row_means": (row_means, None, 1.0, False),
        }


def outputs(graded: Graded, student: str) -> list[tuple[str, Any]]:
    cells = graded.autograded(student).cells
    return [(c.id, c.outputs) for c in cells if c.cell_type == "code"]


@pytest.mark.parametrize("student", STUDENTS)
def test_the_graded_notebooks_show_the_same(ours: Graded, theirs: Graded, student: str) -> None:
    shown = outputs(ours, student)
    assert shown == outputs(theirs, student)
    assert any(cell_outputs for _, cell_outputs in shown)


def test_verdicts_and_hint_are_the_output_of_the_test_cell(theirs: Graded) -> None:
    (output,) = cell_of(theirs.autograded("wrong-sign"), "check-scale").outputs
    text = output.data["text/plain"]
    assert text.startswith("scale: 1 of 2 points\n  ✓ values\n  ✗ sign: ")
    assert "Hint: The sign of the factor is lost" in text


def test_a_file_that_is_no_notebook_is_remarked_upon(ours: Graded, theirs: Graded) -> None:
    assert "the file is not a Jupyter notebook" in " ".join(ours.said.out.split())
    for graded in (ours, theirs):
        metadata = graded.autograded("not-a-notebook").metadata
        assert "the file is not a Jupyter notebook" in str(metadata)


def test_lateness_is_known_to_the_gradebook(ours: Graded, theirs: Graded) -> None:
    for graded in (ours, theirs):
        with graded.gradebook() as gradebook:
            late = gradebook.find_submission(NAME, "late")
            assert late.total_seconds_late == 3600
            assert gradebook.find_submission(NAME, "right").total_seconds_late == 0


def test_repairs_are_noted(ours: Graded) -> None:
    notes = str(ours.autograded("forged").metadata)
    assert "cell check-scale had been changed and was restored" in notes
    assert "the nbgrader fields of cell solve-row_means were restored" in notes
    assert "a second cell check-scale was left out" in str(ours.autograded("duplicated").metadata)


def test_the_terminal_shows_no_warnings_of_libraries(ours: Graded) -> None:
    assert ours.said.err == ""
