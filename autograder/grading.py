"""The walk of one submission: restore, run, probe, judge. Nothing here touches a gradebook."""

import copy
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import nbformat
from nbformat import NotebookNode

from autograder.course import Course, CourseError, Repository, declared_assignment
from autograder.reference import engine_version, grading_records, hidden_records
from autograder.restore import Restored, restore
from autograder.results import Result
from autograder.running import is_skipped, run_submission
from autograder.sandbox.limits import Limits
from autograder.sandbox.wall import require_wall
from autograder.submission import Submission, UnreadableError
from visionlab.checking.judge import ExerciseResult, judge
from visionlab.checking.reading import forbidden_use
from visionlab.checking.records import ExerciseRecord


@dataclass(frozen=True)
class Marking:
    """All that grading a submission needs besides the submission itself.

    files: what lies beside the notebook when it runs, by name; wanted: names of what a submission
    may hold besides its notebook. versions: exercise -> a hash of its cases, answers and hints;
    engine: a hash of what runs and judges. Equal versions, engine and submission give equal
    verdicts.
    """

    assignment: str
    source: NotebookNode
    records: list[ExerciseRecord]
    files: dict[str, bytes]
    limits: Limits
    versions: dict[str, str]
    engine: str
    wanted: tuple[str, ...] = ()
    walled: bool = True

    def key(self, restored: NotebookNode, notes: list[str], files: Mapping[str, bytes]) -> str:
        """The hash under which the result of a restored submission is stored."""
        cells = [(c.id, c.cell_type, c.source, is_skipped(c)) for c in restored.cells]
        parts = [self.engine, self.limits.to_plain(), self.walled, notes, cells, _digests(files)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def file_key(self, submission: Submission) -> str:
        """A hash of what was handed in and of all that makes its key, without reading it."""
        parts = [self.engine, self.limits.to_plain(), self.walled, self.source_digest]
        parts += [_digests(submission.files), submission.notes]
        digest = hashlib.sha256(json.dumps(parts).encode())
        digest.update(submission.content)
        return digest.hexdigest()

    @cached_property
    def grade_ids(self) -> frozenset[str]:
        """The names of the assignment's own cells."""
        fields = (cell.metadata.get("nbgrader", {}) for cell in self.source.cells)
        return frozenset(field["grade_id"] for field in fields if "grade_id" in field)

    @cached_property
    def source_digest(self) -> str:
        """A hash of the released notebook."""
        return hashlib.sha256(json.dumps(self.source).encode()).hexdigest()

    def missing(self, result: Result | None) -> list[ExerciseRecord]:
        """The exercises that a stored result does not hold, or holds by other checks."""
        known = result.versions if result else {}
        return [r for r in self.records if known.get(r.name) != self.versions[r.name]]


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}


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
    checks = repository.public_checks(name)
    return Marking(
        assignment=name,
        source=nbformat.read(released, as_version=4),
        records=records,
        files={checks.name: checks.read_bytes()},
        limits=limits,
        versions={record.name: record.version() for record in records},
        engine=engine_version(),
        wanted=declared_assignment(name).files,
        walled=walled,
    )


@dataclass(frozen=True)
class Prepared:
    """A submission ready to be graded, or the blank notebook in place of one nobody can read.

    key: where its result is stored; problem: why it cannot be read, or "".
    """

    notebook: NotebookNode
    notes: list[str]
    files: dict[str, bytes]
    key: str
    problem: str = ""


def prepare(submission: Submission, marking: Marking) -> Prepared:
    """Restore what was handed in."""
    try:
        restored = restore(submission.notebook(), marking.source)
    except UnreadableError as error:
        blank, notes = copy.deepcopy(marking.source), [str(error)]
        return Prepared(blank, notes, {}, marking.key(blank, notes, {}), str(error))
    return prepared(restored, submission.files, marking, submission.notes)


def prepared(
    restored: Restored, files: dict[str, bytes], marking: Marking, notes: Sequence[str] = ()
) -> Prepared:
    """The same of a notebook that is restored already."""
    told = [*restored.notes, *notes]
    return Prepared(restored.notebook, told, files, marking.key(restored.notebook, told, files))


def grade_prepared(ready: Prepared, marking: Marking, known: Result | None = None) -> Result:
    """Grade one submission. A pure function of its arguments, up to the time things take.

    known: an earlier result of the same submission; only exercises are asked whose checks have
    changed since. Raises NoSandboxError when the marking wants the wall and there can be none.
    """
    if ready.problem:
        return unreadable_result(marking, ready.problem)
    if marking.walled:
        require_wall()
    started = time.monotonic()
    asked = marking.missing(known)
    files = {**ready.files, **marking.files}  # ours win
    ran = run_submission(ready.notebook, asked, marking.limits, files, walled=marking.walled)
    sources = [c.source for c in ready.notebook.cells if c.cell_type == "code"]
    used = {r.name: forbidden_use(sources, r.name, r.forbidden) for r in asked}
    judged = {r.name: judge(r, ran.answers.get(r.name, []), used[r.name]) for r in asked}
    notes = [*ready.notes, *ran.notes]
    notes += [f"{name}: {words}, which is not allowed" for name, words in used.items() if words]
    if not marking.walled:
        notes.insert(0, "graded without a sandbox")
    return Result(
        marking.assignment,
        [judged.get(r.name) or _kept(known, r.name) for r in marking.records],
        seconds=time.monotonic() - started,
        notes=notes + _kept_notes(known, set(judged), notes),
        outputs=ran.outputs,
        sandboxed=marking.walled,
        versions=marking.versions,
    )


def grade_notebook(
    submitted: NotebookNode, marking: Marking, known: Result | None = None
) -> tuple[Result, NotebookNode]:
    """Grade a notebook that comes without other files; also returns it as it was restored."""
    ready = prepared(restore(submitted, marking.source), {}, marking)
    return grade_prepared(ready, marking, known), ready.notebook


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
