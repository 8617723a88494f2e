"""What a graded class says of each submission, read where people read it."""

import csv
import json
import re
import sqlite3
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from tests.build.tiny import Said
from tests.faults.fault import NAME, cell_of

POINTS = """
SELECT student.id, SUM(grade.auto_score)
FROM student
JOIN submitted_assignment ON submitted_assignment.student_id = student.id
JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN grade ON grade.notebook_id = submitted_notebook.id
GROUP BY student.id
"""


@dataclass(frozen=True)
class GradedClass:
    """A course folder, and what the three commands said that filled it."""

    root: Path
    grade: Said
    feedback: Said
    report: Said

    @cached_property
    def booked(self) -> dict[str, float]:
        """Student -> points in the gradebook, read without our code."""
        with sqlite3.connect(self.root / "gradebook.db") as db:
            return dict(db.execute(POINTS).fetchall())

    @cached_property
    def table(self) -> dict[str, list[str]]:
        """Student -> points, seconds and remarks in the instructor's table."""
        rows = [line.strip("│").split("│") for line in self.grade.out.splitlines()]
        cells = [[cell.strip() for cell in row] for row in rows if len(row) == 4]
        return {student: words for student, *words in cells}

    @cached_property
    def reported(self) -> dict[str, dict[str, str]]:
        """Student -> their row in the class report's CSV."""
        with (self.root / "reports" / f"{NAME}.csv").open() as file:
            return {row["student"]: row for row in csv.DictReader(file)}

    @cached_property
    def class_page(self) -> str:
        """The text of the class report."""
        return _text((self.root / "reports" / f"{NAME}.html").read_text())

    def notes(self, student: str) -> list[str]:
        """The remarks in the stored result."""
        key = self.notebook(student).metadata["autograder_result_key"]
        notes: list[str] = json.loads((self.root / "results" / f"{key}.json").read_text())["notes"]
        return notes

    def notebook(self, student: str) -> NotebookNode:
        """The graded notebook, from which feedback pages are made."""
        path = self.root / "autograded" / student / NAME / f"{NAME}.ipynb"
        notebook: dict[str, Any] = json.loads(path.read_text())
        return NotebookNode({**notebook, "cells": [NotebookNode(c) for c in notebook["cells"]]})

    def remarks(self, student: str) -> list[str]:
        """What the student reads above the notebook."""
        first = "".join(self.notebook(student).cells[0].source)
        return [unescape(words) for words in re.findall("<li>(.*)</li>", first)]

    def under_check(self, student: str, exercise: str) -> str:
        """What the student reads under the check of an exercise."""
        (output,) = cell_of(self.notebook(student), f"check-{exercise}").outputs
        return "".join(output["data"]["text/plain"])

    def page(self, student: str) -> str:
        """The text of the student's feedback page."""
        return _text((self.root / "feedback" / student / NAME / f"{NAME}.html").read_text())


def _text(page: str) -> str:
    return unescape(re.sub("<[^>]*>", " ", page))
