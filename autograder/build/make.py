"""Builds an assignment: public check data, executed solution notebook, released notebook."""

import hashlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.build.source import instructor_notebook
from autograder.course import CourseError, Repository, declared_assignment
from autograder.reference import public_records
from visionlab.checking.records import SUFFIX, save_records

CELL_SECONDS = 300
_WIDGETS = "application/vnd.jupyter.widget"
BUILT_FROM = "built_from"
UNSTABLE = "nbval-ignore-output"


@dataclass(frozen=True)
class Built:
    """The files of one assignment, made in a scratch folder laid out like the repository."""

    name: str
    root: Path

    def files(self) -> list[Path]:
        """All built files, relative to the repository."""
        return sorted(p.relative_to(self.root) for p in self.root.rglob("*") if p.is_file())


def build(
    repository: Repository, name: str, scratch: Path, *, force: bool, say: Callable[[str], None]
) -> Built:
    """Make everything derived from one assignment's source below `scratch`.

    The solution notebook is executed only when its source or its check data changed since the
    committed one (or with `force`); otherwise its outputs are kept.
    """
    solutions = scratch / "solutions" / name
    solutions.mkdir(parents=True)
    checks = solutions / f"{name}{SUFFIX}"
    say("references")
    save_records(checks, public_records(repository, name))
    notebook = instructor_notebook(repository.source(name))
    notebook.metadata[BUILT_FROM] = _fingerprint(notebook, checks)
    previous = repository.solution_notebook(name)
    if force or not _keep_outputs(notebook, previous):
        say("running the solution")
        _execute(notebook, solutions)
        _keep_unstable(notebook, previous)
        _drop_what_it_wrote(repository, name, solutions)
    path = solutions / f"{name}.ipynb"
    _write(notebook, path)
    say("student version")
    release(solutions.parent, name, scratch / "notebooks")
    return Built(name, scratch)


def _fingerprint(notebook: NotebookNode, checks: Path) -> str:
    digest = hashlib.sha256(nbformat.writes(notebook).encode())
    digest.update(checks.read_bytes())
    return digest.hexdigest()[:16]


def _keep_outputs(notebook: NotebookNode, previous: Path) -> bool:
    """Take over the outputs of the committed notebook when it came from the same source."""
    if not previous.exists():
        return False
    old = nbformat.read(previous, as_version=4)
    if old.metadata.get(BUILT_FROM) != notebook.metadata[BUILT_FROM]:
        return False
    for cell, before in zip(notebook.cells, old.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs = before.outputs
            cell.execution_count = before.execution_count
    return True


def _keep_unstable(notebook: NotebookNode, previous: Path) -> None:
    """Timings and the like differ each time: an unchanged cell that says so keeps its output."""
    if not previous.exists():
        return
    before = {c.id: c for c in nbformat.read(previous, as_version=4).cells}
    for cell in notebook.cells:
        old = before.get(cell.id)
        unstable = UNSTABLE in cell.metadata.get("tags", [])
        if unstable and old is not None and old.source == cell.source and old.get("outputs"):
            cell.outputs = old.outputs


def _execute(notebook: NotebookNode, folder: Path) -> None:
    """Run all cells and keep their outputs. Raises CourseError when a cell fails."""
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise CourseError(f"the solution notebook fails: {error.ename}: {error.evalue}") from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in map(_portable, cell.outputs) if o is not None]
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = NotebookNode(name="python", file_extension=".py")


def _drop_what_it_wrote(repository: Repository, name: str, folder: Path) -> None:
    """Files that the notebook made while it ran are none of the assignment's.

    But for those a submission may hold: the first is kept as the reference's own. They differ from
    machine to machine, so one that is there stays.
    """
    for path in folder.iterdir():
        declared = path.name in declared_assignment(name).files
        there = (repository.source(name).parent / path.name).exists()
        if path.suffix not in (SUFFIX, ".ipynb") and (there or not declared):
            path.unlink()


def _portable(output: NotebookNode) -> NotebookNode | None:
    """An output without a widget's view, which works only in the kernel that made it; None when
    nothing else is left (a static figure should be)."""
    if "data" not in output:
        return output
    kinds = [kind for kind in output.data if not kind.startswith(_WIDGETS)]
    output.data = NotebookNode({kind: output.data[kind] for kind in kinds})
    return output if kinds else None


def _write(notebook: NotebookNode, path: Path) -> None:
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n")


def release(source_folder: Path, name: str, target: Path) -> None:
    """Make the student version with nbgrader's own generate_assignment in `target`/name."""
    with tempfile.TemporaryDirectory() as folder:
        result = generate_assignment(Path(folder), source_folder, name)
        if not result["success"]:
            lines = str(result.get("log") or result.get("error")).strip().splitlines()
            raise CourseError(f"nbgrader could not release {name}: {lines[-1] if lines else '?'}")
        released = Path(folder) / "release" / name
        shutil.copytree(released, target / name, dirs_exist_ok=True)


def generate_assignment(root: Path, source_folder: Path, name: str) -> dict[str, object]:
    """Run nbgrader's generate_assignment in a course folder of its own."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.source_directory = str(source_folder)
    config.CourseDirectory.ignore = IGNORED
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    return generate_assignment_with(config, name)


def generate_assignment_with(config: Config, name: str) -> dict[str, object]:
    """Run nbgrader's generate_assignment under a configuration; returns nbgrader's outcome."""
    api = nbgrader_api(config)
    result: dict[str, object] = api.generate_assignment(name)
    return result


def reach_programs() -> None:
    """nbgrader starts programs of its environment (alembic, for a new gradebook) by name, which
    must be found even when that environment is not activated."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])


def nbgrader_api(config: Config) -> NbGraderAPI:
    """nbgrader under a configuration."""
    reach_programs()
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


# What lies in solutions/ and is not for students; "*.safetensors": trained by the reference.
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "[0-9]*_*.py", "*.safetensors", "*.run"]
TEXT_STUB = "*Replace this line by your answer.*"
STUB = "raise NotImplementedError  # replace this line by your own"


def install(built: Built, repository: Repository) -> list[Path]:
    """Copy what was built into the repository; returns the files that changed."""
    changed = []
    for file in built.files():
        target, content = repository.root / file, (built.root / file).read_bytes()
        if target.exists() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        changed.append(file)
    return changed
