"""Evidence from gradebooks written by nbgrader's own hand, without a submission."""

import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.build.make import reach_programs
from autograder.course import Course, CourseError, Repository
from autograder.nbgrader_plugin import COURSE_ID
from autograder.reporting.evidence import Evidence, MarkedSubmission
from autograder.reporting.reading import EvidenceReader
from tests.report.classes import NAME

# nbgrader's own way of adding a submission makes SQLAlchemy warn.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

DUE, LATE = datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 14)
EXERCISE, WORDS = "check-conv2d", "written-stride_or_pool"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A gradebook that knows two questions of the first assignment, in the wrong order."""
    course = Course(tmp_path_factory.mktemp("blank"))
    reach_programs()
    with Gradebook(course.db_url, COURSE_ID) as book:
        book.add_assignment(NAME, duedate=DUE)
        book.add_notebook(NAME, NAME)
        book.add_grade_cell(WORDS, NAME, NAME, max_score=1, cell_type="markdown")
        book.add_grade_cell(EXERCISE, NAME, NAME, max_score=4, cell_type="code")
        book.add_solution_cell("solve-conv2d", NAME, NAME)
        book.add_solution_cell(WORDS, NAME, NAME)
    return course


@pytest.fixture
def course(blank: Course, tmp_path: Path) -> Course:
    """A course with a copy of the blank gradebook: making one takes seconds."""
    shutil.copyfile(blank.root / "gradebook.db", tmp_path / "gradebook.db")
    return Course(tmp_path)


def gradebook(course: Course) -> Gradebook:
    return Gradebook(course.db_url, COURSE_ID)


def hand_in(book: Gradebook, student: str, auto: float, **grade: object) -> None:
    """A submission with points for the exercise; grade: columns of the mark for the words."""
    book.add_student(student)
    book.add_submission(NAME, student, timestamp=LATE)
    found = book.find_grade(EXERCISE, NAME, NAME, student)
    found.auto_score, found.needs_manual_grade = auto, False
    words = book.find_grade(WORDS, NAME, NAME, student)
    for column, value in grade.items():
        setattr(words, column, value)
    book.db.commit()


def read(course: Course) -> Evidence:
    return EvidenceReader(Repository.find(), course).read(NAME, lambda done, of: None)


def only(course: Course) -> MarkedSubmission:
    (submission,) = read(course).submissions
    return submission


def test_an_answer_in_words_counts_when_it_is_marked(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3, manual_score=0.5, needs_manual_grade=False)
    assert (only(course).points, only(course).waiting) == (3.5, [])


def test_an_answer_in_words_waits_until_then(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
    assert (only(course).points, only(course).waiting) == (3, ["stride_or_pool"])


def test_points_set_by_a_person_go_before_the_graders(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
        grade = book.find_grade(EXERCISE, NAME, NAME, "s001")
        grade.manual_score, grade.extra_credit = 1, 0.25
        book.db.commit()
    mark = only(course).marks["conv2d"]
    assert (mark.points, mark.changed) == (1.25, True)


def test_questions_come_in_the_order_of_the_notebook(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
    assert [(q.name, q.points, q.by_hand) for q in read(course).questions] == [
        ("conv2d", 4, False),
        ("stride_or_pool", 1, True),
    ]


def test_late_is_by_the_due_date_with_the_students_extension(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
        hand_in(book, "s002", 3)
        book.grant_extension(NAME, "s002", hours=3)
    assert [s.seconds_late for s in read(course).submissions] == [7200, 0]


def test_what_being_late_costs_is_taken_off_in_the_end(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
        book.find_submission_notebook(NAME, NAME, "s001").late_submission_penalty = 1.5
        hand_in(book, "s002", 1)
        book.find_submission_notebook(NAME, NAME, "s002").late_submission_penalty = 1.5
        book.db.commit()
    assert [(s.points, s.final) for s in read(course).submissions] == [(3, 1.5), (1, 0)]


def test_an_untouched_answer_cell_is_no_answer_unless_it_has_points(course: Course) -> None:
    with gradebook(course) as book:
        for student, points in (("s001", 0), ("s002", 4)):
            hand_in(book, student, points)
            comment = book.find_comment("solve-conv2d", NAME, NAME, student)
            comment.auto_comment = "No response."
        hand_in(book, "s003", 0)
        book.db.commit()
    written = [s.marks["conv2d"].written for s in read(course).submissions]
    assert written == [False, True, True]


def test_who_handed_in_nothing_is_named(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
        book.add_student("s002")
    (absent,) = read(course).absent
    assert (absent.student, absent.reason, absent.handed_in) == (
        "s002",
        "handed in nothing",
        False,
    )


def test_marks_without_stored_verdicts_are_reported_all_the_same(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
    assert only(course).points == 3
    assert only(course).remarks == (f"no verdicts are stored: grade {NAME} again",)


def test_no_gradebook_is_made_by_asking_for_a_report(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="nothing is graded yet"):
        read(Course(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_another_database_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "gradebook.db") as other:
        other.execute("create table recipes (name text)")
    with pytest.raises(CourseError, match="there is no gradebook at"):
        read(Course(tmp_path))
    with sqlite3.connect(tmp_path / "gradebook.db") as other:
        assert list(other.execute("select name from sqlite_master")) == [("recipes",)]


def test_an_assignment_that_nobody_handed_in_has_no_report(course: Course) -> None:
    with pytest.raises(CourseError, match=f"nothing is graded yet: run 'autograder grade {NAME}'"):
        read(course)


def test_a_file_that_is_no_gradebook_is_one_clear_line(course: Course) -> None:
    (course.root / "gradebook.db").write_text("these are not the marks you are looking for")
    with pytest.raises(CourseError, match="the gradebook cannot be read: [^\n]*$"):
        read(course)


def test_another_instructors_assignment_is_left_out(course: Course) -> None:
    with gradebook(course) as book:
        hand_in(book, "s001", 3)
        book.add_assignment("another_course")
        book.add_submission("another_course", "s001")
    assert EvidenceReader(Repository.find(), course).graded_assignments() == [NAME]
