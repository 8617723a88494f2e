"""Searches a folder for what must not be in it."""

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from autograder.build.make import STUB, TEXT_STUB
from autograder.leaks.answers import squeeze
from autograder.leaks.content import NOTEBOOK, Content, read_content
from autograder.leaks.secrets import Secrets, cut, digest
from visionlab.checking.codec import CodecError
from visionlab.checking.records import SUFFIX, load_records

_MARKS = re.compile(r"(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_IMPORT = re.compile(r"^\s*(?:from|import) autograder\b", re.MULTILINE)
_SHOWN = 100  # characters of an answer: enough to find it


def search(folder: Path, secrets: Secrets) -> Iterator[str]:
    """One line for everything below `folder` that students must not get, with its file."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        where = path.relative_to(folder)
        for what in _findings(path, where, secrets):
            yield f"{where}: {what}"


def _findings(path: Path, where: Path, secrets: Secrets) -> Iterator[str]:
    content = read_content(path)
    yield from answers_in(content.text, secrets)
    yield from _foreign(path, where, content.text, secrets)
    if any(run in secrets.runs for stream in content.streams for run in cut(stream, 1)):
        yield "numbers of a hidden case"
    if path.suffix == SUFFIX:
        yield from _hidden_cases(path)
    if path.suffix == NOTEBOOK:
        yield from _not_unsolved(content)


def answers_in(text: str, secrets: Secrets) -> Iterator[str]:
    """Answers and the marks around them in a text."""
    for mark in sorted(set(_MARKS.findall(text))):
        yield f"the mark {mark}"
    found = sorted(line for line in secrets.lines if line in text)
    squeezed = squeeze(text)
    bodies = sorted(body for body in secrets.bodies if body in squeezed)
    whole = [body.replace("\n", "; ") for body in bodies if not any(x in body for x in found)]
    for answer in [*found, *whole]:
        yield f"an answer: {answer[:_SHOWN]}"


def _foreign(path: Path, where: Path, text: str, secrets: Secrets) -> Iterator[str]:
    """The grader's and the course's own files, and names that only they hold."""
    if "autograder" in where.parts or _IMPORT.search(text):
        yield "a part of the autograder"
    if digest(path) in secrets.digests:
        yield "a copy of an instructor's file"
    if text.startswith("SQLite format 3") or path.suffix == ".db":
        yield "a database, such as the gradebook"
    if any(token in text for token in secrets.tokens):
        yield "the course's secret"
    for student in sorted(secrets.students):
        if student in text and re.search(rf"(?<!\w){re.escape(student)}(?!\w)", text):
            yield f"a student: {student}"


def _hidden_cases(path: Path) -> Iterator[str]:
    try:
        records = load_records(path)
    except CodecError as error:
        yield f"unreadable check data ({error})"
        return
    if any(not case.public for record in records for case in record.cases):
        yield "hidden cases"


def _not_unsolved(content: Content) -> Iterator[str]:
    """A notebook that was answered or run is an instructor's, or somebody's own."""
    if not content.cells:
        yield "a notebook that cannot be read"
    if any(cell.get("outputs") for cell in content.cells):
        yield "a notebook with outputs: it was run, and not built"
    for cell in content.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and not _is_stub(cell):
            yield f"a notebook with an answer in {cell.metadata['nbgrader'].get('grade_id')}"


def _is_stub(cell: NotebookNode) -> bool:
    return (STUB if cell.cell_type == "code" else TEXT_STUB) in cell.source
