"""The graded notebook of a student: the restored submission with outputs, verdicts and remarks."""

import contextlib
import json
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput
from traitlets.config import Config

from autograder.bookkeeping import Sheet
from autograder.grading import Prepared
from autograder.nbgrader_plugin import NOTES, RESULT_KEY, UNREADABLE, show_result
from autograder.results import Result
from autograder.submission import UnreadableError, read_regular

# nbgrader's own, beside a collected notebook: when it was handed in, and what its exchange names
# the feedback by, so that only who has it can fetch that.
TIMESTAMP, SUBMISSION_SECRET = "timestamp.txt", "submission_secret.txt"
MAX_NOTE_BYTES = 1000


def graded_notebook(ready: Prepared, result: Result, config: Config) -> NotebookNode:
    """What nbgrader would have made of the submission. config: of nbgrader's LimitOutput."""
    notebook = ready.notebook
    if ready.problem:
        notebook.metadata[UNREADABLE] = ready.problem
    else:
        notebook.metadata[NOTES] = ready.notes
    notebook.metadata[RESULT_KEY] = ready.key
    show_result(notebook, result)
    limited: NotebookNode = LimitOutput(config=config).preprocess(notebook, {})[0]
    return limited


def write_graded(
    ready: Prepared, result: Result, config: Config, submission: Path, folder: Path
) -> Sheet:
    """Write the graded notebook, and when it was handed in, where nbgrader looks for them.

    submission: the file handed in; folder: of the student's graded assignment. Returns the marks.
    """
    notebook = graded_notebook(ready, result, config)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.assignment}.ipynb"
    partial = path.with_suffix(".partial")
    # nbformat's own would check it against the schema once more and lay it out for people.
    partial.write_text(json.dumps(notebook, sort_keys=True, ensure_ascii=False) + "\n")
    partial.replace(path)
    hand_on(submission.parent, folder)
    return Sheet.of(notebook, result)


def hand_on(source: Path, folder: Path) -> None:
    """Copy what nbgrader keeps beside a notebook from one of its steps to the next."""
    for name in (TIMESTAMP, SUBMISSION_SECRET):
        with contextlib.suppress(FileNotFoundError, UnreadableError):  # a link would be followed
            note = read_regular(source / name, MAX_NOTE_BYTES)
            (folder / name).write_bytes(note)
