"""What a fault is: one broken submission, and what is due to it all the same."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.simulate import Material

NAME = "01_convolution"
ALL = 20.0  # the points of a right notebook, without the answer in words

Write = Callable[[Path, Material], None]


@dataclass(frozen=True)
class Fault:
    """One submission; its name is the student's id.

    write: puts it into its folder; points: what its right parts deserve; told: the remarks that
    both student and instructor read, or a part of each, and no others; lost: the exercises the
    fault costs; reason: what the student reads under the check of the first of them.
    """

    name: str
    write: Write
    points: float = ALL
    told: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reason: str = ""


def solved(material: Material, **answers: str) -> NotebookNode:
    """The right notebook, but for these answers."""
    return material.notebook({**material.reference, **answers})


def put(folder: Path, content: NotebookNode | bytes, name: str = f"{NAME}.ipynb") -> None:
    """Write a file below a submission's folder; a notebook as nbformat would."""
    folder.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = nbformat.writes(content).encode()
    (folder / name).write_bytes(content)


def saved(change: Callable[[bytes], bytes]) -> Write:
    """The file of the right notebook, changed byte by byte."""
    return lambda folder, material: put(folder, change(nbformat.writes(solved(material)).encode()))


def edited(change: Callable[[NotebookNode], None]) -> Write:
    """The right notebook with its cells changed, written even where it is no valid notebook."""

    def write(folder: Path, material: Material) -> None:
        notebook = solved(material)
        change(notebook)
        put(folder, nbformat.v4.writes(notebook).encode())

    return write


def answering(**answers: str) -> Write:
    """The right notebook with other answers to some exercises."""
    return lambda folder, material: put(folder, solved(material, **answers))


def with_cell(code: str) -> Write:
    """The right notebook with a cell of the student's own in its middle."""

    def insert(notebook: NotebookNode) -> None:
        notebook.cells.insert(len(notebook.cells) // 2, new_code_cell(code, id="own"))

    return edited(insert)


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The first cell with a grade id."""
    found = (c for c in notebook.cells if grade_id_of(c) == grade_id)
    return next(found)


def grade_id_of(cell: NotebookNode) -> str:
    """The cell's grade id, or ""."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
