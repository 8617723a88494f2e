"""Gathers the files of the student bundle."""

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from autograder.bundle.environment import ENVIRONMENT, environment_files
from autograder.bundle.online import Hosting
from autograder.bundle.templates import fill
from autograder.course import CourseError, Repository, declared_assignment

Files = dict[str, bytes]  # path in the bundle, with slashes -> content
_LIBRARY = {".py", ".typed", ".safetensors"}


@dataclass(frozen=True)
class Listed:
    """A notebook as the README lists it. points: those that the checks give; minutes: planned;
    files: what is handed in besides the notebook; links: badges in Markdown."""

    name: str
    title: str
    points: float
    minutes: int
    files: tuple[str, ...]
    links: str


def built_assignments(repository: Repository, names: list[str]) -> list[str]:
    """`names`, or all assignments that are built. Raises CourseError for unknown or unbuilt ones,
    or where there is none."""
    unbuilt = [n for n in names or repository.assignment_names() if not _is_built(repository, n)]
    if names and unbuilt:
        raise CourseError(
            f"{', '.join(unbuilt)} is not built: run 'autograder build {' '.join(unbuilt)}'"
        )
    built = [n for n in names or repository.assignment_names() if n not in unbuilt]
    if not built:
        raise CourseError("no assignment is built: run 'autograder build'")
    return sorted(set(built))


def _is_built(repository: Repository, name: str) -> bool:
    repository.source(name)  # says so when there is no such assignment
    return repository.released_notebook(name).is_file() and repository.public_checks(name).is_file()


def collect(repository: Repository, names: list[str], hosting: Hosting | None) -> Files:
    """All files of the bundle for some assignments.

    hosting: where the bundle will be published, for its links; None for no such place.
    Raises CourseError for notebooks that cannot be read.
    """
    files = environment_files(repository)
    files["LICENSE"] = (repository.root / "LICENSE").read_bytes()
    for path in sorted((repository.root / "lib" / "visionlab").rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(repository.root).parts)
        if path.is_file() and path.suffix in _LIBRARY and not hidden:
            files[path.relative_to(repository.root).as_posix()] = path.read_bytes()
    listed = []
    for name in names:
        notebook, checks = repository.released_notebook(name), repository.public_checks(name)
        within = notebook.relative_to(repository.root).as_posix()
        listed.append(_listed(notebook, name, hosting.links(within) if hosting else ""))
        files[within] = _with_set_up(notebook, within, hosting)
        files[checks.relative_to(repository.root).as_posix()] = checks.read_bytes()
    readme = fill(
        "README.md.j2",
        listed=listed,
        hosting=hosting,
        first=listed[0].name,
        environment=ENVIRONMENT,
    )
    return {**files, "README.md": readme}


def _listed(path: Path, name: str, links: str) -> Listed:
    try:
        first = nbformat.read(path, as_version=4).cells[0].source
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise CourseError(f"{path.name} cannot be read ({error}): build it again") from None
    declared = declared_assignment(name)
    title = first.partition("\n")[0].removeprefix("# ")
    minutes = sum(exercise.minutes for exercise in declared.exercises)
    return Listed(name, title, declared.points, minutes, declared.files, links)


def _with_set_up(path: Path, within: str, hosting: Hosting | None) -> bytes:
    """The notebook; with the cell that Colab needs before all others where it can open it."""
    code = hosting.colab_cell(within) if hosting else ""
    if not code:
        return path.read_bytes()
    notebook = json.loads(path.read_text())
    cell = new_code_cell(code, id="set-up-on-colab")
    cells = notebook["cells"]
    place = next(i for i, c in enumerate(cells) if c["cell_type"] == "code")
    notebook["cells"] = [*cells[:place], cell, *cells[place:]]
    return (nbformat.writes(nbformat.from_dict(notebook)) + "\n").encode()
