"""What a student handed in, read once and safely: the notebook's bytes and the files beside it."""

import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.sandbox.limits import MIB

MAX_NOTEBOOK_BYTES = 20 * MIB
MAX_FILE_BYTES = 16 * MIB
MAX_CELLS = 5000  # nbformat checks each against its schema, a millisecond and more


class UnreadableError(Exception):
    """The submitted file is not a notebook; the message says why, for the student."""


@dataclass(frozen=True)
class Submission:
    """The bytes of a submission.

    content: of the notebook; files: of what else the assignment asks for, by name; problem: why
    the notebook could not be read, or ""; notes: a sentence for every other file left out.
    """

    content: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    problem: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, wanted: Sequence[str] = ()) -> "Submission":
        """Read a notebook and the `wanted` files in its folder. Raises nothing for bad ones."""
        files, notes = {}, []
        for name in wanted:
            try:
                files[name] = read_regular(path.with_name(name), MAX_FILE_BYTES)
            except FileNotFoundError:
                pass
            except UnreadableError as error:
                notes.append(f"{name} was left out: {error}")
        try:
            content = read_regular(path, MAX_NOTEBOOK_BYTES, ": clear its outputs")
        except FileNotFoundError:
            return cls(b"", files, "the submission is not a regular file", tuple(notes))
        except UnreadableError as error:
            return cls(b"", files, str(error), tuple(notes))
        return cls(content, files, "", tuple(notes))

    def notebook(self) -> NotebookNode:
        """The notebook, of any nbformat version. Raises UnreadableError."""
        if self.problem:
            raise UnreadableError(self.problem)
        if not self.content.strip():
            raise UnreadableError("the file is empty")
        try:
            # Editors save UTF-16 too, and old ones Latin-1: there a letter is lost, not the rest.
            text = self.content.decode(json.detect_encoding(self.content), "replace")
            _require_few_cells(text)
            notebook = nbformat.reads(text, as_version=4)
            _require_shape(notebook)
        except UnreadableError:
            raise
        except Exception as error:  # nbformat lets many kinds out; each means the same here
            raise UnreadableError(
                f"the file is not a Jupyter notebook ({type(error).__name__})"
            ) from None
        return notebook


def read_submission(path: Path) -> NotebookNode:
    """Read a submitted notebook of any nbformat version. Raises UnreadableError."""
    return Submission.read(path).notebook()


def read_regular(path: Path, most: int, advice: str = "") -> bytes:
    """The bytes of a file that is no link, pipe or device and has at most `most` of them.

    A submission may hold anything: a link to the course's secret, a pipe that never ends. advice:
    what to do about a file that is too large. Raises UnreadableError, FileNotFoundError when there
    is nothing.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = "it may not be read" if isinstance(error, PermissionError) else ""
        raise UnreadableError(reason or "the submission is not a regular file") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # first: a folder cannot even be wrapped
        os.close(handle)
        raise UnreadableError("the submission is not a regular file")
    with os.fdopen(handle, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableError(f"the file is larger than {most // MIB} MiB{advice}")
    return content


def _require_few_cells(text: str) -> None:
    """Before nbformat works on them. In the third version they lie in worksheets."""
    data = json.loads(text)
    sheets = [data, *data.get("worksheets", [])]
    if sum(len(sheet.get("cells", [])) for sheet in sheets) > MAX_CELLS:
        raise UnreadableError(f"the notebook has more than {MAX_CELLS} cells")


def _require_shape(notebook: NotebookNode) -> None:
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(_is_cell(c) for c in cells):
        raise UnreadableError("the notebook's cells are not in order")


def _is_cell(cell: object) -> bool:
    return (
        isinstance(cell, dict)
        and cell.get("cell_type") in {"code", "markdown", "raw"}
        and isinstance(cell.get("source"), str)
        and isinstance(cell.get("metadata"), dict)
    )
