"""What an attack is, and what people see of a graded one."""

from dataclasses import dataclass, field
from textwrap import dedent

import nbformat
from nbformat import NotebookNode

from autograder.results import Result
from tests.grader.submissions import SOLVED, UNSOLVED, Desk, printed, reasons

# For student code: the module that runs it, reached without naming it in a way that is read.
WORKER = """
import os, sys
worker = sys.modules["autograder.inside.worker"]
"""


@dataclass(frozen=True)
class Attack:
    """One thing that a student may try; the other of the two exercises is solved honestly.

    tries: in one sentence; reached: a pattern that a remark, a reason of a public case or the
    printed text matches where the trick was really played; function: code that defines the
    attacked exercise; cells, first: code in added cells, last and first; limits: smaller ones.
    """

    name: str
    tries: str
    reached: str
    function: str = ""
    cells: tuple[str, ...] = ()
    first: str = ""
    target: str = UNSOLVED
    limits: dict[str, float] = field(default_factory=dict)

    def notebook(self, desk: Desk) -> NotebookNode:
        """The submission."""
        other = SOLVED if self.target == UNSOLVED else UNSOLVED
        answers = {other: desk.material.reference[other]}
        if self.target == SOLVED:
            answers[SOLVED] = ""
        if self.function:
            answers[self.target] = dedent(self.function)
        cells = map(dedent, self.cells)
        notebook = desk.notebook(*cells, first=dedent(self.first), **answers)
        return nbformat.from_dict(notebook)

    def grade(self, desk: Desk) -> Result:
        """What comes of it."""
        return desk.grade(self.notebook(desk), **self.limits)

    def honest_scores(self) -> dict[str, float]:
        """What the honest half is worth, and nothing more."""
        return {name: float(name != self.target) for name in (UNSOLVED, SOLVED)}


def told(result: Result) -> str:
    """All that a student is told after grading: outputs, remarks and reasons of public cases."""
    reasons_given = [r for name in (UNSOLVED, SOLVED) for r in sorted(reasons(result, name))]
    errors = [
        f"{o['ename']}: {o['evalue']}"
        for outputs in result.outputs.values()
        for o in outputs
        if o["output_type"] == "error"
    ]
    return "\n".join([printed(result), *errors, *result.notes, *reasons_given])


def label(attack: Attack) -> str:
    """Its name, for pytest."""
    return attack.name.replace(" ", "-")
