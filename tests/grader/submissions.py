"""Submissions to attack the grader with, and a desk that grades them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.grading import Marking, grade_notebook
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.simulate import Material

ASSIGNMENT = "01_convolution"
SOLVED, UNSOLVED = "conv_out", "conv2d_naive"
EXERCISES = (UNSOLVED, SOLVED)

# Enough for honest code on a busy machine, short enough to wait for in a test.
LIMITS = Limits(cell_seconds=4, question_seconds=4, submission_seconds=60)

# For student code: the ends of the pipes that lead to the grader.
FIND_CHANNEL = """
import os
pipes = []
for number in range(3, 20):
    try:
        if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
            pipes.append(number)
    except OSError:
        pass
"""

Edit = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Desk:
    """Grades submissions in which, unless told otherwise, one of two exercises is solved."""

    material: Material
    marking: Marking

    def notebook(self, *added: str, first: str = "", **answers: str) -> NotebookNode:
        """A submission. added: code in cells at its end; first: in a cell at its top."""
        honest = {SOLVED: self.material.reference[SOLVED]}
        notebook = self.material.notebook({**honest, **answers})
        for code in added:
            cell_id = f"added-{len(notebook.cells)}"
            notebook.cells.append(new_code_cell(code, id=cell_id))
        if first:
            notebook.cells.insert(0, new_code_cell(first, id="added-first"))
        return notebook

    def solved(self) -> dict[str, str]:
        """Right answers to both exercises."""
        return {name: self.material.reference[name] for name in EXERCISES}

    def grade(self, notebook: NotebookNode, **limits: float) -> Result:
        """Grade a submission, under other limits where some are given."""
        changed: dict[str, Any] = limits
        marking = replace(self.marking, limits=replace(self.marking.limits, **changed))
        return grade_notebook(notebook, marking)[0]


def score(result: Result, name: str) -> float:
    """The share of an exercise's points that was earned."""
    exercise = result.exercise(name)
    assert exercise is not None
    return exercise.score / exercise.max_score


def scores(result: Result) -> dict[str, float]:
    """Exercise name -> share of its points."""
    return {e.name: score(result, e.name) for e in result.exercises}


HONEST = {UNSOLVED: 0.0, SOLVED: 1.0}
ALL = {UNSOLVED: 1.0, SOLVED: 1.0}


def reasons(result: Result, name: str) -> set[str]:
    """Why public cases of an exercise failed; of hidden ones less is told."""
    exercise = result.exercise(name)
    assert exercise is not None
    return {v.reason for v in exercise.verdicts if v.public and not v.passed}


def printed(result: Result) -> str:
    """All that the cells printed."""
    streams = [o for outputs in result.outputs.values() for o in outputs]
    return "".join(o["text"] for o in streams if o["output_type"] == "stream")


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The first cell with a grade id."""
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def without(notebook: NotebookNode, grade_ids: Sequence[str]) -> NotebookNode:
    """The notebook with some cells deleted."""
    notebook.cells = [
        c
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") not in set(grade_ids)
    ]
    return notebook
