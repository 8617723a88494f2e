"""A mark given by hand gives way to automatic points when somebody asks for that, and only then."""

import errno
import io
import os
import shutil
import sqlite3
from pathlib import Path
from unittest import mock

import pytest
from traitlets.config import Config

from autograder import by_hand
from autograder.bookkeeping import Bookkeeper
from autograder.by_hand import LOG, give_up, marks_by_hand
from autograder.lms.tables import read_table
from autograder.nbgrader_plugin import COURSE_ID
from tests.build.tiny import NAME, RIGHT, WRONG_SIGN, Said, TinyCourse
from tests.faults.rows import points, read_rows
from tests.faults.test_gradebook import Class, only_line

STUDENTS = ("s001", "s002")
_MARK = """
UPDATE grade SET manual_score = ?, extra_credit = 0.5, needs_manual_grade = 1
WHERE cell_id IN (SELECT id FROM base_cell WHERE name = ?) AND notebook_id IN
    (SELECT page.id FROM submitted_notebook AS page
    JOIN submitted_assignment AS submitted ON submitted.id = page.assignment_id
    WHERE submitted.student_id = ?)
"""
SURE = ("--overwrite-manual", "--yes")
LATE_POLICY = """timezone = "UTC"
[late]
percent_per_day = 10
[assignments.90_tiny]
due = 2030-01-01T13:00:00
"""


def execute(gradebook: Path, query: str, *values: object) -> None:
    db = sqlite3.connect(gradebook)
    db.execute(query, values)
    db.commit()
    db.close()


@pytest.fixture(scope="module")
def graded(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Class:
    room = Class(tiny, tmp_path_factory.mktemp("course"))
    for student in STUDENTS:
        room.hand_in(student, {**RIGHT, "scale": WRONG_SIGN})
    assert room.grade().status == 0
    assert points(room.gradebook) == dict.fromkeys(STUDENTS, 2.0)
    execute(room.gradebook, _MARK, 1.75, "check-scale", "s001")
    execute(room.gradebook, _MARK, 0.25, "check-row_means", "s001")
    execute(room.gradebook, _MARK, 1.25, "check-scale", "s002")
    execute(room.gradebook, "UPDATE comment SET manual_comment = 'Well explained.'")
    return room


@pytest.fixture
def marked(graded: Class, tmp_path: Path) -> Class:
    """Three marks given by hand, two of them s001's, each with half a point more and comments."""
    shutil.copytree(graded.course, tmp_path / "course")
    return Class(graded.tiny, tmp_path / "course")


def grade(room: Class, *words: str, answer: str = "") -> Said:
    with mock.patch("sys.stdin", io.StringIO(answer)):
        return room.grade(*words)


def marks(room: Class) -> dict[tuple[object, object], tuple[object, ...]]:
    """By student and cell: automatic points, those by hand, more, and whether to look again."""
    return {(row[0], row[1]): row[2:] for row in read_rows(room.gradebook).grades}


def test_marks_by_hand_give_way_when_asked(marked: Class) -> None:
    said = grade(marked, *SURE)
    assert (said.status, said.err) == (0, "")
    assert "3 marks given by hand" in said.out
    assert marks(marked) == {
        ("s001", "check-row_means"): (1.0, None, 0.5, 0),
        ("s001", "check-scale"): (1.0, None, 0.5, 0),
        ("s002", "check-row_means"): (1.0, None, None, 0),
        ("s002", "check-scale"): (1.0, None, 0.5, 0),
    }


def test_comments_stay(marked: Class) -> None:
    before = read_rows(marked.gradebook).comments
    grade(marked, *SURE)
    assert read_rows(marked.gradebook).comments == before


def test_what_was_overwritten_can_be_given_again(marked: Class) -> None:
    grade(marked, *SURE, "--student", "s002")
    grade(marked, *SURE)
    rows = read_table(marked.course / LOG).rows
    found = [(row["student"], row["cell"], row["by_hand"], row["automatic"]) for row in rows]
    assert found[0] == ("s002", "check-scale", "1.25", "1.0")
    assert sorted(found[1:]) == [
        ("s001", "check-row_means", "0.25", "1.0"),
        ("s001", "check-scale", "1.75", "1.0"),
    ]


def test_only_chosen_students_lose_theirs(marked: Class) -> None:
    grade(marked, *SURE, "--student", "s002")
    kept = {key for key, (_, manual, *_) in marks(marked).items() if manual is not None}
    assert kept == {("s001", "check-scale"), ("s001", "check-row_means")}


def test_new_points_count_at_once(marked: Class) -> None:
    marked.hand_in("s002", RIGHT)
    grade(marked, *SURE)
    assert marks(marked)["s002", "check-scale"] == (2.0, None, 0.5, 0)


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_the_question_names_the_number_and_no_changes_nothing(marked: Class, answer: str) -> None:
    marked.hand_in("s002", RIGHT)
    before = read_rows(marked.gradebook)
    said = grade(marked, "--overwrite-manual", answer=answer)
    assert "Overwrite 3 marks given by hand?" in said.out
    assert "s001, check-scale: 1.75, automatic so far 1" in said.out
    assert "nothing was changed" in only_line(said)
    assert marked.runs == 0
    assert read_rows(marked.gradebook) == before


def test_yes_is_an_answer(marked: Class) -> None:
    assert grade(marked, "--overwrite-manual", answer="y\n").status == 0
    assert all(manual is None for _, manual, *_ in marks(marked).values())


def test_where_nobody_can_be_asked_nothing_changes(marked: Class) -> None:
    before = read_rows(marked.gradebook)
    assert "say --yes" in only_line(grade(marked, "--overwrite-manual"))
    assert read_rows(marked.gradebook) == before


def test_nothing_is_asked_where_there_is_no_mark(marked: Class) -> None:
    grade(marked, *SURE)
    said = grade(marked, "--overwrite-manual")
    assert said.status == 0
    assert "0 marks given by hand" in said.out


def test_yes_alone_is_a_mistake(marked: Class) -> None:
    assert "--overwrite-manual" in only_line(grade(marked, "--yes"))


def test_a_mark_without_automatic_points_stays(marked: Class) -> None:
    where = "WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'check-row_means')"
    execute(marked.gradebook, f"UPDATE grade SET auto_score = NULL {where}")
    assert "2 marks given by hand" in grade(marked, *SURE).out
    assert marks(marked)["s001", "check-row_means"][1] == 0.25


def test_who_cannot_be_graded_keeps_their_mark(marked: Class) -> None:
    folder = marked.course / "submitted" / "s002" / NAME
    text = (folder / f"{NAME}.ipynb").read_text()
    (folder / f"{NAME}.ipynb").unlink()
    for name in ("one.ipynb", "two.ipynb"):
        (folder / name).write_text(text + " " * len(name))
    assert "s002" in only_line(grade(marked, *SURE))
    assert marks(marked)["s002", "check-scale"][1] == 1.25
    assert marks(marked)["s001", "check-scale"][1] is None


def test_a_penalty_follows_the_points_that_count(marked: Class) -> None:
    (marked.course / "course.toml").write_text(LATE_POLICY)
    late = marked.course / "submitted" / "s002" / NAME / "timestamp.txt"
    late.write_text("2030-01-02 01:00:00 UTC")
    assert grade(marked).status == 0
    assert _penalty(marked, "s002") == pytest.approx(0.1 * (1.25 + 0.5 + 1.0))
    assert grade(marked, *SURE).status == 0
    assert _penalty(marked, "s002") == pytest.approx(0.1 * (1.0 + 0.5 + 1.0))


def _penalty(room: Class, student: str) -> float:
    db = sqlite3.connect(room.gradebook)
    query = """SELECT page.late_submission_penalty FROM submitted_notebook AS page
        JOIN submitted_assignment AS submitted ON submitted.id = page.assignment_id
        WHERE submitted.student_id = ?"""
    ((penalty,),) = db.execute(query, (student,)).fetchall()
    db.close()
    assert isinstance(penalty, float)
    return penalty


def test_a_mark_that_was_changed_meanwhile_stays(marked: Class) -> None:
    keeper = Bookkeeper(f"sqlite:///{marked.gradebook}", COURSE_ID, NAME, Config())
    agreed = marks_by_hand(keeper, STUDENTS)
    execute(marked.gradebook, _MARK, 1.5, "check-scale", "s001")
    given_up = give_up(keeper, agreed, marked.course / LOG)
    assert {(m.student, m.cell) for m in given_up} == {
        ("s001", "check-row_means"),
        ("s002", "check-scale"),
    }
    assert marks(marked)["s001", "check-scale"][1] == 1.5


def test_where_the_list_cannot_be_written_the_marks_stay(marked: Class) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), LOG)
    before = marks(marked)
    with mock.patch.object(by_hand, "write_csv", side_effect=full):
        assert "the disk of the course is full: make room" in only_line(grade(marked, *SURE))
    assert marks(marked) == before


REGRADE = ("s001", "scale", "--note", "the check was wrong")


def regrade(room: Class, *words: str, answer: str = "") -> Said:
    with mock.patch("sys.stdin", io.StringIO(answer)):
        return room.grade(*REGRADE, *words, command="regrade")


def test_regrading_overwrites_the_mark_of_that_exercise_alone(marked: Class) -> None:
    said = regrade(marked, *SURE)
    assert (said.status, said.err) == (0, "")
    found = {key: manual for key, (_, manual, *_) in marks(marked).items()}
    assert found == {
        ("s001", "check-scale"): None,
        ("s001", "check-row_means"): 0.25,
        ("s002", "check-scale"): 1.25,
        ("s002", "check-row_means"): None,
    }


def test_regrading_asks_first(marked: Class) -> None:
    before = read_rows(marked.gradebook)
    said = regrade(marked, "--overwrite-manual", answer="n\n")
    assert "Overwrite 1 mark given by hand?" in said.out
    assert "nothing was changed" in only_line(said)
    assert marked.runs == 0
    assert read_rows(marked.gradebook) == before


def test_a_dry_run_names_the_marks_and_changes_nothing(marked: Class) -> None:
    before = read_rows(marked.gradebook)
    said = regrade(marked, "--overwrite-manual", "--dry-run")
    assert said.status == 0
    assert "s001, check-scale: 1.75" in said.out
    assert read_rows(marked.gradebook) == before
