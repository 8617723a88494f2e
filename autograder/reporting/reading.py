"""Reads the evidence of a class: marks from the gradebook, verdicts from the stored results."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from autograder.course import Course, CourseError, Repository, declared_assignment
from autograder.nbgrader_plugin import COURSE_ID, NOTES, RESULT_KEY, UNREADABLE
from autograder.reporting.evidence import Absent, Evidence, Mark, MarkedSubmission, Question
from autograder.results import Result
from autograder.store import ResultStore

Seen = Callable[[int, int], None]

_CHECK, _SOLVE, _WRITTEN = "check-", "solve-", "written-"  # how the build names graded cells


@dataclass(frozen=True)
class EvidenceReader:
    """Reads one course. db_url: the gradebook, where it is not the course's own."""

    repository: Repository
    course: Course
    db_url: str = ""

    def graded_assignments(self) -> list[str]:
        """The assignments of this repository of which the gradebook has submissions.

        Raises CourseError when there is no gradebook or none of them is graded.
        """
        with self._gradebook() as gradebook:
            query = gradebook.db.query(Assignment.name).join(Assignment.submissions).distinct()
            graded = {name for (name,) in query}
        known = [name for name in self.repository.assignment_names() if name in graded]
        if not known:
            raise CourseError("nothing is graded yet: run 'autograder grade NN_name' first")
        return known

    def read(self, name: str, seen: Seen) -> Evidence:
        """All that is known of a class in one assignment.

        seen: told how many submissions are read, of how many. Raises CourseError when nobody is
        graded, or the gradebook cannot be read.
        """
        self.repository.source(name)  # says so when there is no such assignment
        with self._gradebook() as gradebook:
            pages = _pages(gradebook, name)
            if not pages:
                raise CourseError(f"nothing is graded yet: run 'autograder grade {name}' first")
            questions = _questions(gradebook, name)
            enrolled = {student for (student,) in gradebook.db.query(Student.id)}
            submissions = []
            for count, page in enumerate(pages, start=1):
                submissions.append(self._submission(name, page, questions))
                seen(count, len(pages))
        graded = {s.student for s in submissions}
        return Evidence(name, questions, submissions, self._absent(name, graded, enrolled))

    @contextmanager
    def _gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, which must be there already: nbgrader would make an empty one."""
        url = self.db_url or self.course.db_url
        try:
            if not _is_gradebook(make_url(url)):
                where = make_url(url).render_as_string()  # passwords are not told
                raise CourseError(f"nothing is graded yet, for there is no gradebook at {where}")
            with Gradebook(url, COURSE_ID) as gradebook:
                yield gradebook
        except SQLAlchemyError as error:
            why = str(error).splitlines()[0]
            raise CourseError(f"the gradebook cannot be read: {why}") from None

    def _submission(
        self, name: str, page: SubmittedNotebook, questions: list[Question]
    ) -> MarkedSubmission:
        student = page.assignment.student_id
        notebook = self.course.root / "autograded" / student / name / f"{name}.ipynb"
        metadata = _metadata(notebook)
        result = self._result(metadata.get(RESULT_KEY, ""))
        repairs = tuple(metadata.get(NOTES, ()))
        unreadable = metadata.get(UNREADABLE, "")
        notes = result.notes if result else [f"no verdicts are stored: grade {name} again"]
        return MarkedSubmission(
            student=student,
            marks=_marks(page, questions),
            result=result,
            unreadable=unreadable,
            repairs=repairs,
            remarks=tuple(n for n in notes if n not in repairs and n != unreadable),
            seconds_late=page.assignment.total_seconds_late,
            penalty=page.late_submission_penalty or 0.0,
        )

    def _result(self, key: str) -> Result | None:
        result = ResultStore(self.course.results).get(key) if key else None
        # What the cells printed is not reported, and is most of what a class's results weigh.
        return result.without_outputs() if result else None

    def _absent(self, name: str, graded: set[str], enrolled: set[str]) -> list[Absent]:
        """Those without a mark: not graded yet, misnamed files, and who handed in nothing."""
        folders = {p.parent.name: p for p in self.course.root.glob(f"submitted/*/{name}")}
        absent = []
        for student in sorted((set(folders) | enrolled) - graded):
            folder = folders.get(student)
            if folder is None or not folder.is_dir():
                absent.append(Absent(student, "handed in nothing"))
            elif (folder / f"{name}.ipynb").exists():
                absent.append(
                    Absent(student, f"not graded yet: run 'autograder grade {name}'", True)
                )
            else:
                found = ", ".join(sorted(p.name for p in folder.iterdir())) or "nothing"
                absent.append(Absent(student, f"there is no {name}.ipynb, but {found}", True))
        return absent


def _is_gradebook(url: URL) -> bool:
    if url.drivername.startswith("sqlite") and not Path(url.database or "").is_file():
        return False  # SQLite would make the file
    engine = create_engine(url)
    try:
        return inspect(engine).has_table(SubmittedAssignment.__tablename__)
    finally:
        engine.dispose()


def _pages(gradebook: Gradebook, name: str) -> list[SubmittedNotebook]:
    """Every student's page of marks, in the order of the students."""
    query = (
        gradebook.db.query(SubmittedNotebook)
        .join(SubmittedNotebook.assignment)
        .join(SubmittedAssignment.assignment)
        .filter(Assignment.name == name)
        .options(
            selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
            selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
            selectinload(SubmittedNotebook.assignment),
        )
    )
    return sorted(query, key=lambda page: page.assignment.student_id)


def _questions(gradebook: Gradebook, name: str) -> list[Question]:
    """The gradebook's questions in the notebook's order, those no longer asked last."""
    declared = declared_assignment(name)
    order = [e.name for e in declared.exercises] + [w.name for w in declared.written]
    try:
        cells = gradebook.find_notebook(name, name).grade_cells
    except MissingEntry:
        raise CourseError(f"the gradebook has no notebook {name}: grade it again") from None
    found = [Question(_asked(c.name), c.max_score, c.name.startswith(_WRITTEN)) for c in cells]
    place = {question: i for i, question in enumerate(order)}
    return sorted(found, key=lambda q: (place.get(q.name, len(place)), q.name))


def _marks(page: SubmittedNotebook, questions: list[Question]) -> dict[str, Mark]:
    # The automatic comment is nbgrader's word for an answer cell that was left as it came.
    untouched = {_asked(c.cell.name) for c in page.comments if c.auto_comment is not None}
    grades = {_asked(grade.cell.name): grade for grade in page.grades}
    marks = {}
    for question in questions:
        grade = grades.get(question.name)
        if grade is None:
            continue
        points = round(grade.score or 0.0, 4)
        marks[question.name] = Mark(
            points=points,
            waits=bool(grade.needs_manual_grade),
            changed=not question.by_hand and _changed(grade),
            # An answer may stand in a cell of the student's own.
            written=question.name not in untouched or points > 0,
        )
    return marks


def _changed(grade: Grade) -> bool:
    return grade.manual_score is not None or bool(grade.extra_credit)


def _asked(grade_id: str) -> str:
    """The question that a cell belongs to."""
    for role in (_CHECK, _SOLVE, _WRITTEN):
        if grade_id.startswith(role):
            return grade_id.removeprefix(role)
    return grade_id


def _metadata(notebook: Path) -> dict[str, Any]:
    """What the grader wrote about a graded notebook; nothing where it is gone or damaged."""
    try:
        return dict(json.loads(notebook.read_text())["metadata"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
