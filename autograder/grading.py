"""The walk of one submission: restore, run, probe, judge. Nothing here touches a gradebook."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import Course, CourseError, Repository
from autograder.reference import engine_version, grading_records, hidden_records
from autograder.restore import restore
from autograder.results import Result
from autograder.running import is_skipped, run_submission
from autograder.sandbox.limits import Limits
from autograder.sandbox.wall import require_wall
from visionlab.checking.judge import ExerciseResult, judge
from visionlab.checking.reading import forbidden_use
from visionlab.checking.records import ExerciseRecord

MAX_NOTEBOOK_BYTES = 20 * 2**20


@dataclass(frozen=True)
class Marking:
    """All that grading a submission needs besides the submission itself.

    versions: exercise -> a hash of its cases, answers and hints; engine: a hash of what runs and
    judges. Equal versions, engine and submission give equal verdicts.
    """

    assignment: str
    source: NotebookNode
    records: list[ExerciseRecord]
    workdir_files: list[Path]
    limits: Limits
    versions: dict[str, str]
    engine: str
    walled: bool = True

    def key(self, restored: NotebookNode, notes: list[str]) -> str:
        """The hash under which the result of a restored submission is stored."""
        cells = [(c.id, c.cell_type, c.source, is_skipped(c)) for c in restored.cells]
        parts = [self.engine, self.limits.to_plain(), self.walled, notes, cells]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def file_key(self, content: bytes) -> str:
        """A hash of a submitted file and of all that makes its key, without reading it."""
        parts = [self.engine, self.limits.to_plain(), self.walled, self.source_digest()]
        digest = hashlib.sha256(json.dumps(parts).encode())
        digest.update(content)
        return digest.hexdigest()

    def source_digest(self) -> str:
        """A hash of the released notebook."""
        return hashlib.sha256(json.dumps(self.source).encode()).hexdigest()

    def missing(self, result: Result | None) -> list[ExerciseRecord]:
        """The exercises that a stored result does not hold, or holds by other checks."""
        known = result.versions if result else {}
        return [r for r in self.records if known.get(r.name) != self.versions[r.name]]


def prepare_marking(
    repository: Repository,
    name: str,
    limits: Limits,
    course: Course | None,
    *,
    secret: str = "",
    walled: bool = True,
) -> Marking:
    """Compute or load the references of an assignment.

    course: its secret seeds the hidden cases; without one `secret` does. Raises CourseError when
    the assignment is not built. Needs no sandbox itself: feedback and reports are made without.
    """
    released = repository.released_notebook(name)
    if not released.exists():
        repository.source(name)
        raise CourseError(f"{name} has not been built: run 'autograder build {name}'")
    if course is not None:
        secret = course.secret()
        records = grading_records(repository, name, course)
    else:
        records = hidden_records(repository, name, secret)
    return Marking(
        assignment=name,
        source=nbformat.read(released, as_version=4),
        records=records,
        workdir_files=[repository.public_checks(name)],
        limits=limits,
        versions={record.name: record.version() for record in records},
        engine=engine_version(),
        walled=walled,
    )


class UnreadableError(Exception):
    """The submitted file is not a notebook; the message says why, for the student."""


def read_submission(path: Path) -> NotebookNode:
    """Read a submitted notebook of any nbformat version. Raises UnreadableError."""
    if path.is_symlink() or not path.is_file():
        raise UnreadableError("the submission is not a regular file")
    if path.stat().st_size > MAX_NOTEBOOK_BYTES:
        raise UnreadableError(f"the notebook is larger than {MAX_NOTEBOOK_BYTES >> 20} MiB")
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8-sig"), as_version=4)
        _require_shape(notebook)
    except UnreadableError:
        raise
    except Exception as error:  # nbformat lets many kinds out; each means the same here
        raise UnreadableError(
            f"the file is not a Jupyter notebook ({type(error).__name__})"
        ) from None
    return notebook


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


def grade_notebook(
    submitted: NotebookNode, marking: Marking, known: Result | None = None
) -> tuple[Result, NotebookNode]:
    """Grade one submission; returns the result and the restored notebook it is about.

    known: an earlier result of the same submission; only exercises are asked whose checks have
    changed since. A pure function of its arguments, up to the time things take. Raises
    NoSandboxError when the marking wants the wall and there can be none here.
    """
    if marking.walled:
        require_wall()
    started = time.monotonic()
    restored = restore(submitted, marking.source)
    asked = marking.missing(known)
    ran = run_submission(
        restored.notebook, asked, marking.limits, marking.workdir_files, walled=marking.walled
    )
    sources = [c.source for c in restored.notebook.cells if c.cell_type == "code"]
    used = {r.name: forbidden_use(sources, r.name, r.forbidden) for r in asked}
    judged = {r.name: judge(r, ran.answers.get(r.name, []), used[r.name]) for r in asked}
    notes = [*restored.notes, *ran.notes]
    notes += [f"{name}: {words}, which is not allowed" for name, words in used.items() if words]
    if not marking.walled:
        notes.insert(0, "graded without a sandbox")
    result = Result(
        marking.assignment,
        [judged.get(r.name) or _kept(known, r.name) for r in marking.records],
        seconds=time.monotonic() - started,
        notes=notes + _kept_notes(known, set(judged), notes),
        outputs=ran.outputs,
        sandboxed=marking.walled,
        versions=marking.versions,
    )
    return result, restored.notebook


def _kept(known: Result | None, name: str) -> ExerciseResult:
    kept = known.exercise(name) if known else None
    assert kept is not None  # what is not asked is known
    return kept


def _kept_notes(known: Result | None, asked: set[str], notes: list[str]) -> list[str]:
    """Remarks on exercises that are not asked again; they begin with the exercise's name."""
    if known is None:
        return []
    kept = {e.name for e in known.exercises} - asked
    return [n for n in known.notes if n.partition(": ")[0] in kept and n not in notes]


def unreadable_result(marking: Marking, why: str) -> Result:
    """No points and the reason, for a file that is not a notebook."""
    return Result(
        marking.assignment,
        [judge(r, []) for r in marking.records],
        notes=[why],
        sandboxed=marking.walled,
        versions=marking.versions,
    )
