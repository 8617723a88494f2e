"""What Autograde leaves: the scores that the table shows, and the graded notebooks."""

from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.course import Course
from autograder.nbgrader_plugin import RESULT_KEY
from autograder.results import Result
from autograder.store import ResultStore
from tests.browser.classroom import NAME


@dataclass(frozen=True)
class Graded:
    """The two submissions after Autograde: what the table shows, and what lies on the disk."""

    course: Course
    score: dict[str, str]
    status: dict[str, str]

    def notebook(self, student: str) -> NotebookNode:
        """The graded notebook."""
        path = self.course.root / "autograded" / student / NAME / f"{NAME}.ipynb"
        return nbformat.read(path, as_version=4)

    def result(self, student: str) -> Result:
        """The stored result that the graded notebook names."""
        found = ResultStore(self.course.results).get(self.notebook(student).metadata[RESULT_KEY])
        assert found is not None
        return found


def shown_points(text: str) -> tuple[float, float]:
    """The points and the most there are, of "19.12 / 21"."""
    points, most = text.split("/")
    return float(points), float(most)
