"""Runs notebooks in real kernels, as Jupyter does, and reads what their cells show."""

import copy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.course import Repository

REPOSITORY = Repository(Path(__file__).resolve().parents[2])
ASSIGNMENTS = REPOSITORY.assignment_names()
CELL_SECONDS = 120


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy of the notebook after "Run All"; an error in any cell is an error here."""
    ran = copy.deepcopy(notebook)
    NotebookClient(
        ran,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        allow_errors=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return ran


def check_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Exercise -> its test cell."""
    cells = {}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "code" and grade_id.startswith("check-"):
            cells[grade_id.removeprefix("check-")] = cell
    return cells


def shown(cell: NotebookNode) -> str:
    """All text a cell shows."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", ""))
        parts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)
