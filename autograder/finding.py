"""Finds the notebook of a submission when a student or an LMS did not leave it in its place."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.submission import Submission, UnreadableError

MAX_DEPTH = 4  # folders below the submission's own; LMS zips come one or two too deep
MAX_LOOKED_AT = 1000  # files and folders: a submission may hold a whole environment
MAX_NOTEBOOKS = 20  # each may have to be read
_NOT_THEIRS = {".ipynb_checkpoints", "__MACOSX"}  # Jupyter's and the Mac's copies


@dataclass(frozen=True)
class Found:
    """Where a submission's notebook lies.

    path: the notebook, or the place where it should be; remark: what is to be said of it, or "";
    problem: why none can be taken, in one line, or "".
    """

    path: Path
    remark: str = ""
    problem: str = ""

    def read(self, wanted: Sequence[str] = ()) -> Submission:
        """The notebook and the `wanted` files beside it, with what is to be said of its place."""
        submission = Submission.read(self.path, wanted)
        notes = (*submission.notes, self.remark) if self.remark else submission.notes
        return replace(submission, problem=self.problem or submission.problem, notes=notes)


def find_submission(folder: Path, assignment: str, grade_ids: Collection[str]) -> Found:
    """The notebook of `assignment` in a submission's folder, however it is named or nested.

    The one in its place is taken, else the one with the right name below, else the only one that
    has cells of the assignment. grade_ids: of the assignment's cells. Follows no links.
    """
    place = folder / f"{assignment}.ipynb"
    notebooks = sorted(_notebooks(folder, MAX_DEPTH, [MAX_LOOKED_AT]))
    if os.path.lexists(place):
        others = [path for path in notebooks if path != place]
        return Found(place, _besides(folder, place, others))
    if not notebooks:
        return Found(place, problem=_nothing(folder, place))
    if len(notebooks) > MAX_NOTEBOOKS:
        return Found(place, problem=f"there is no {place.name}, but over {MAX_NOTEBOOKS} others")
    named = [path for path in notebooks if path.name == place.name]
    theirs = named or [path for path in notebooks if _belongs(path, grade_ids)]
    if len(theirs) != 1:
        return Found(place, problem=_refusal(folder, place, theirs or notebooks, bool(theirs)))
    (path,) = theirs
    others = [other for other in notebooks if other != path]
    words = [f"the notebook was found as {_name(folder, path)}", _besides(folder, path, others)]
    return Found(path, "; ".join(filter(None, words)))


def _notebooks(folder: Path, depth: int, left: list[int]) -> Iterator[Path]:
    """All notebooks below a folder. left: how many more entries may be looked at."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # it is no folder, or may not be read
        return
    for entry in entries:
        left[0] -= 1
        if left[0] < 0:
            return
        if entry.name in _NOT_THEIRS or entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 0:
                yield from _notebooks(Path(entry.path), depth - 1, left)
        elif entry.name.lower().endswith(".ipynb") and entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _belongs(path: Path, grade_ids: Collection[str]) -> bool:
    """Whether a file is a notebook with a cell of the assignment."""
    try:
        cells = Submission.read(path).notebook().cells
    except UnreadableError:
        return False
    fields = [cell.metadata.get("nbgrader") for cell in cells]
    claimed = [f.get("grade_id") for f in fields if isinstance(f, dict)]
    return any(isinstance(name, str) and name in grade_ids for name in claimed)


def _besides(folder: Path, taken: Path, others: list[Path]) -> str:
    if not others:
        return ""
    names = ", ".join(_name(folder, path) for path in others)
    return f"only {_name(folder, taken)} was graded, not {names}"


def _refusal(folder: Path, place: Path, notebooks: list[Path], many: bool) -> str:
    names = " and ".join(_name(folder, path) for path in notebooks)
    if many:
        return f"{names} may both be meant: keep one, as {place.name}"
    what = "has no cell" if len(notebooks) == 1 else "have no cell"
    return f"there is no {place.name}, and {names} {what} of this assignment"


def _nothing(folder: Path, place: Path) -> str:
    found = ", ".join(sorted(os.listdir(folder))[:5]) if folder.is_dir() else ""
    return f"there is no {place.name} in {folder}, but {found or 'nothing'}"


def _name(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder))
