"""Grading again does only what is missing, and the gradebook hears only what is new."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from autograder import grading
from autograder.bookkeeping import Bookkeeper
from autograder.classroom import Classroom, open_classroom
from autograder.course import Course
from autograder.recording import Recorder
from autograder.running import run_submission
from autograder.sandbox.limits import Limits
from tests.build.tiny import (
    NAME,
    RIGHT,
    WRONG_SIGN,
    TinyCourse,
    answered,
    declared,
    shared,
    submit,
)

STUDENTS = ["right", "wrong"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)


@pytest.fixture
def room(tiny: TinyCourse, tmp_path: Path) -> Iterator[Classroom]:
    submit(tmp_path, "right", answered(tiny.repository, RIGHT))
    submit(tmp_path, "wrong", answered(tiny.repository, {**RIGHT, "scale": WRONG_SIGN}))
    with declared():
        yield open_classroom(tiny.repository, Course(tmp_path), NAME, limits=Limits())


def _asked(room: Classroom) -> list[list[str]]:
    """The exercises asked of each submission that is run."""
    with mock.patch.object(grading, "run_submission", wraps=run_submission) as ran:
        graded = list(room.grade(room.students(), 1))  # in this process, where it is counted
    assert [g.problem for g in graded if g.problem] == []
    return [[record.name for record in call.args[1]] for call in ran.call_args_list]


def _with_changed_check(room: Classroom, exercise: str) -> Classroom:
    versions = {**room.marking.versions, exercise: "changed"}
    return replace(room, marking=replace(room.marking, versions=versions))


def _scores(room: Classroom) -> dict[str, float]:
    return {g.student: g.result.score for g in room.grade(room.students(), 1) if g.result}


def test_the_second_time_nothing_runs(room: Classroom) -> None:
    assert _asked(room) == [["scale", "row_means"]] * 2
    assert _asked(room) == []


def test_a_changed_check_asks_its_own_exercise_only(room: Classroom) -> None:
    before = _scores(room)
    changed = _with_changed_check(room, "row_means")
    assert _asked(changed) == [["row_means"]] * 2
    assert _scores(changed) == before == {"right": 3.0, "wrong": 2.0}
    assert _asked(changed) == []


def test_a_changed_submission_is_asked_everything(room: Classroom, tiny: TinyCourse) -> None:
    _scores(room)
    mended = "def scale(x, factor):\n    return x * (factor * 1.0)\n"
    submit(room.course.root, "wrong", answered(tiny.repository, {**RIGHT, "scale": mended}))
    assert _asked(room) == [["scale", "row_means"]]
    assert _scores(room) == {"right": 3.0, "wrong": 3.0}


def test_the_same_cells_in_another_file_are_not_run_again(
    room: Classroom, tiny: TinyCourse
) -> None:
    _scores(room)
    twin = answered(tiny.repository, RIGHT)
    twin.metadata["editor"] = "another"
    submit(room.course.root, "twin", twin)
    assert _asked(room) == []


def test_an_exercise_keeps_its_remarks_when_another_is_asked_again(
    room: Classroom, tiny: TinyCourse
) -> None:
    crashing = "def scale(x, factor):\n    import ctypes\n    ctypes.string_at(0)\n"
    submit(room.course.root, "wrong", answered(tiny.repository, {**RIGHT, "scale": crashing}))
    first = {g.student: g.result for g in room.grade(["wrong"], 1)}["wrong"]
    changed = _with_changed_check(room, "row_means")
    again = {g.student: g.result for g in changed.grade(["wrong"], 1)}["wrong"]
    assert first is not None and again is not None
    assert any(note.startswith("scale: ") for note in first.notes)
    assert sorted(again.notes) == sorted(first.notes)


def _told(room: Classroom) -> list[str]:
    """The students of whom the gradebook is told something."""
    told: list[str] = []
    book = Bookkeeper.book

    def listen(self: Bookkeeper, entries: list[object]) -> None:
        told.extend(entry.student for entry in entries)  # type: ignore[attr-defined]
        book(self, entries)  # type: ignore[arg-type]

    with mock.patch.object(Bookkeeper, "book", listen):
        Recorder(room).record(list(room.grade(room.students(), 1)), lambda _: None)
    return sorted(told)


def test_the_gradebook_is_told_once(room: Classroom) -> None:
    assert _told(room) == STUDENTS
    assert _told(room) == []


def test_the_gradebook_is_told_what_changed(room: Classroom, tiny: TinyCourse) -> None:
    _told(room)
    submit(room.course.root, "wrong", answered(tiny.repository, RIGHT))
    assert _told(room) == ["wrong"]


def test_a_new_gradebook_is_told_everything(room: Classroom, tmp_path: Path) -> None:
    _told(room)
    other = replace(room, db_url=f"sqlite:///{tmp_path / 'other.db'}")
    assert _told(other) == STUDENTS
    (tmp_path / "other.db").unlink()
    assert _told(other) == STUDENTS


def test_all_entries_of_a_batch_are_written_or_none(room: Classroom) -> None:
    recorder = Recorder(room)
    graded = list(room.grade(room.students(), 1))
    broken = mock.patch("autograder.bookkeeping._write", side_effect=[None, OSError("disk full")])
    with broken, pytest.raises(OSError, match="disk full"):
        recorder.record(graded, lambda _: None)
    assert recorder._bookkeeper().booked() == set()
    assert _told(room) == STUDENTS
