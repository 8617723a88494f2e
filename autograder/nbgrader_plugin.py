"""Our walk at nbgrader's seams: preprocessors and an exporter that nbgrader_config.py names.

`nbgrader autograde`, the formgrader's button and `autograder grade` all pass through here.
"""

import copy
import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Dict, Unicode
from traitlets.config import Config

from autograder.bookkeeping import cell_points, enter
from autograder.build.make import IGNORED, STUB, TEXT_STUB
from autograder.build.source import checked_exercise
from autograder.course import Course, Repository, declared_assignment
from autograder.grading import (
    Marking,
    Prepared,
    grade_prepared,
    prepare_marking,
    prepared,
)
from autograder.quiet import quiet_libraries
from autograder.remarks import remarks_cell
from autograder.restore import Restored, restore
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.store import ResultStore
from autograder.submission import Submission, UnreadableError, read_submission
from visionlab.checking.report import Report

NOTES = "autograder_notes"
UNREADABLE = "autograder_unreadable"
# nbgrader leaves the course without an id by default, which PostgreSQL, unlike SQLite, refuses.
COURSE_ID = "convolutional_vision"
RESULT_KEY = "autograder_result_key"
_RESULT = "autograder_result"
# What JupyterLab's folders of data may hold: here, parts of nbgrader's pages.
_JUPYTER_DATA = Path(__file__).with_name("jupyter")


def configure(config: Config, repository: Repository, course: Course) -> None:
    """Set up nbgrader's folders and put our walk into its preprocessor lists."""
    course.root.mkdir(parents=True, exist_ok=True)
    folders = config.CourseDirectory
    folders.root = str(course.root)
    folders.course_id = COURSE_ID
    folders.source_directory = str(repository.root / "solutions")
    folders.release_directory = str(repository.root / "notebooks")
    folders.ignore = IGNORED
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    config.Autograde.exporter_class = "autograder.nbgrader_plugin.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "autograder.nbgrader_plugin.RestoreCells",
        "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        "autograder.nbgrader_plugin.GradeInSandbox",
        "nbgrader.preprocessors.LimitOutput",
        "autograder.nbgrader_plugin.SaveVerdicts",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # Student cells, Markdown included, are shown on the instructor's pages: nothing may run there.
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {
        "clean_html": "autograder.pages.clean_html",
        "markdown2html": "autograder.pages.clean_markdown",
    }
    _offer_page_templates()
    quiet_libraries()
    config.AssignLatePenalties.plugin_class = "autograder.lms.late.CourseLatePolicy"
    config.CourseLatePolicy.course_root = str(course.root)
    config.LmsExport.course_root = str(course.root)
    config.Walk.course_root = str(course.root)
    config.Walk.repository_root = str(repository.root)


def _offer_page_templates() -> None:
    """Let nbconvert find ours; of its settings for this, nbgrader's formgrader overrides each."""
    paths = [path for path in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if path]
    if str(_JUPYTER_DATA) not in paths:
        os.environ["JUPYTER_PATH"] = os.pathsep.join([*paths, str(_JUPYTER_DATA)])


@lru_cache(maxsize=8)
def cached_marking(
    repository: Repository, course: Course, name: str, limits: Limits, walled: bool
) -> Marking:
    """The marking of an assignment, computed once per process."""
    return prepare_marking(repository, name, limits, course, walled=walled)


class Walk(NbGraderPreprocessor):
    """What the steps of our walk share: where the course is and how to grade in it."""

    repository_root = Unicode(help="The folder with solutions/ and notebooks/.").tag(config=True)
    course_root = Unicode(help="The folder of the running course.").tag(config=True)
    walled = Bool(True, help="Run student code in the sandbox.").tag(config=True)
    limits = Dict(
        help="Limits that differ from the assignment's, by field of autograder.sandbox.limits."
    ).tag(config=True)

    def marking(self, resources: dict[str, Any]) -> Marking:
        """How to grade the assignment nbgrader is at."""
        name = resources["nbgrader"]["assignment"]
        return cached_marking(
            Repository(Path(self.repository_root)),
            Course(Path(self.course_root)),
            name,
            replace(declared_assignment(name).limits, **self.limits),
            self.walled,
        )


class RestoreCells(Walk):
    """Gives the submitted notebook its own cells and fields back, before nbgrader looks at it."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the notebook by the restored one; remember what was repaired."""
        restored = restore(nb, self.marking(resources).source)
        restored.notebook.metadata[NOTES] = restored.notes
        if UNREADABLE in nb.metadata:
            restored.notebook.metadata[UNREADABLE] = nb.metadata[UNREADABLE]
        return restored.notebook, resources


class GradeInSandbox(Walk):
    """Runs, probes and judges behind the wall; shows outputs and verdicts in the notebook."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade the restored notebook, unless its result is stored already."""
        marking = self.marking(resources)
        ready = self._ready(nb, marking, resources["nbgrader"]["student"])
        result = self._result(ready, marking)
        nb.metadata[RESULT_KEY] = ready.key  # where the report finds the result
        show_result(nb, result)
        resources[_RESULT] = result
        return nb, resources

    def _ready(self, nb: NotebookNode, marking: Marking, student: str) -> Prepared:
        """The restored notebook with what else was handed in."""
        if why := nb.metadata.get(UNREADABLE):
            return Prepared(nb, [why], {}, marking.key(nb, [why], {}), why)
        path = Course(Path(self.course_root)).submission(student, marking.assignment)
        submission = Submission.read(path, marking.wanted)
        restored = Restored(nb, list(nb.metadata.get(NOTES, [])))
        return prepared(restored, submission.files, marking, submission.notes)

    def _result(self, ready: Prepared, marking: Marking) -> Result:
        store = ResultStore(Course(Path(self.course_root)).results)
        result = store.get(ready.key)
        if result is None or marking.missing(result):
            result = grade_prepared(ready, marking, result)
            store.put(ready.key, result)
        return result


def show_result(nb: NotebookNode, result: Result) -> None:
    """Put outputs of the run, verdicts of the judge and what was noted into the notebook."""
    if result.notes:
        nb.cells.insert(0, remarks_cell(result.notes))
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        cell.outputs = [NotebookNode(o) for o in copy.deepcopy(result.outputs.get(cell.id, []))]
        exercise = result.exercise(checked_exercise(cell))
        if exercise is not None and cell.metadata.get("nbgrader", {}).get("grade"):
            report = Report(exercise, explicit=True, graded=True)
            data = {"text/plain": str(report), "text/html": report._repr_html_()}
            # As nbformat makes it, which would check each against its schema.
            shown = NotebookNode(output_type="display_data", metadata=NotebookNode())
            cell.outputs = [NotebookNode(shown, data=NotebookNode(data))]


class SaveVerdicts(SaveAutoGrades):
    """Writes the judge's points into the gradebook, where nbgrader would read a cell's output."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Remember the result, then let nbgrader visit every cell."""
        self._result: Result = resources[_RESULT]
        processed: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
        return processed

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        enter(grade, cell_points(cell, self._result))
        self.gradebook.db.commit()


class SubmissionExporter(NotebookExporter):
    """Reads a submission that may be no notebook at all: then the blank one stands for it."""

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> Any:
        """Like nbconvert's, with the reason kept where the file cannot be read."""
        try:
            notebook = read_submission(Path(file_stream.name))
        except UnreadableError as error:
            walk = Walk(parent=self)
            notebook = copy.deepcopy(walk.marking(resources).source)
            notebook.metadata[UNREADABLE] = str(error)
        return self.from_notebook_node(notebook, resources=resources, **kw)
