"""Puts everything the site is made of into one folder, laid out like the repository."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.build.make import BUILT_FROM
from autograder.build.source import is_check
from autograder.course import CourseError, Repository
from autograder.leaks.content import read_content
from autograder.leaks.search import answers_in
from autograder.leaks.secrets import Secrets

INDEX = "index.md"
_PAGES = ("README.md", "SECURITY.md", "LICENSE", "benchmarks/*.md", "docs/**/*.md", "docs/**/*.png")


def stage(repository: Repository, names: list[str], folder: Path) -> None:
    """Write pages and notebooks below `folder`.

    Raises CourseError where a notebook is not built from its solution, or tells an answer.
    """
    for page in sorted(p for pattern in _PAGES for p in repository.root.glob(pattern)):
        within = page.relative_to(repository.root)
        _put(page.read_bytes(), folder / (INDEX if within == Path("docs", INDEX) else within))
    for name in names:
        within = repository.released_notebook(name).relative_to(repository.root)
        text = nbformat.writes(lecture(repository, name))
        _put(text.encode(), folder / within)
    _require_no_answers(repository, folder)


def _put(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def lecture(repository: Repository, name: str) -> NotebookNode:
    """The students' notebook with the outputs of the solved one, where a cell shows something.

    Cells to answer and their checks stay without outputs. Raises CourseError when the two
    notebooks are not of one build.
    """
    released = nbformat.read(repository.released_notebook(name), as_version=4)
    try:
        solved = nbformat.read(repository.solution_notebook(name), as_version=4)
    except FileNotFoundError:
        raise CourseError(f"{name} is not built: run 'autograder build {name}'") from None
    if released.metadata.get(BUILT_FROM) != solved.metadata.get(BUILT_FROM):
        raise CourseError(f"{name} is not built from its sources: run 'autograder build {name}'")
    outputs = {cell.id: cell.outputs for cell in solved.cells if cell.cell_type == "code"}
    for cell in released.cells:
        if cell.cell_type == "code" and _shows(cell):
            cell.outputs = outputs.get(cell.id, [])
    return released


def _shows(cell: NotebookNode) -> bool:
    return not cell.metadata.get("nbgrader", {}).get("solution") and not is_check(cell)


def _require_no_answers(repository: Repository, folder: Path) -> None:
    found = list(_answers(folder, Secrets.gather(repository, [])))
    if found:
        raise CourseError(f"the site would tell answers: {'; '.join(found[:3])}")


def _answers(folder: Path, secrets: Secrets) -> Iterator[str]:
    for path in sorted(folder.glob("notebooks/*/*.ipynb")):
        for what in answers_in(read_content(path).text, secrets):
            yield f"{path.name}: {what}"


def require_replaceable(folder: Path) -> None:
    """Raise CourseError for a folder that holds anything but an earlier site."""
    if folder.exists() and any(folder.iterdir()) and not (folder / ".buildinfo").is_file():
        raise CourseError(f"{folder} holds something that is no site: name another folder")
