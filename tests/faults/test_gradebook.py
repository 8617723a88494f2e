"""A gradebook in trouble, and what people wrote into it: one clear line, and nothing is lost."""

import errno
import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

import pytest

from autograder import grading
from autograder.sandbox.warm import POOL
from autograder.store import ResultStore
from autograder.turns import sole_grader
from tests.build.tiny import NAME, RIGHT, Said, TinyCourse, answered, autograder, submit
from tests.faults.rows import points, read_rows

STUDENTS = ("s001", "s002", "s003")
FORK = multiprocessing.get_context("fork")


@dataclass
class Class:
    """A class of three that was graded once; every test hands something in again."""

    tiny: TinyCourse
    course: Path
    runs: int = 0

    @property
    def gradebook(self) -> Path:
        return self.course / "gradebook.db"

    def hand_in(self, student: str, answers: dict[str, str]) -> None:
        """A submission unlike all before: no result of another one is known to be its own."""
        notebook = answered(self.tiny.repository, answers)
        notebook.cells[1].source += f"\n# {student}, {time.monotonic_ns()}"
        submit(self.course, student, notebook)

    def grade(self, *words: str, command: str = "grade") -> Said:
        """The command line, in this process, where its runs can be counted."""
        sources = self.tiny.repository.root / "solutions"
        jobs = ("--jobs", "1") if command == "grade" else ()
        with mock.patch.object(grading, "run_submission", wraps=grading.run_submission) as ran:
            said = autograder(command, NAME, *words, "--course", self.course, *jobs, cwd=sources)
        self.runs = ran.call_count
        return said

    def patiently(self, seconds: float = 0.2) -> tuple[str, str]:
        """The gradebook as an option, with less patience than the usual five seconds."""
        return "--db", f"sqlite:///{self.gradebook}?timeout={seconds}"


@pytest.fixture(scope="module")
def room(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Class:
    room = Class(tiny, tmp_path_factory.mktemp("course"))
    for student in STUDENTS:
        room.hand_in(student, RIGHT)
    assert room.grade().status == 0
    assert room.grade(*room.patiently()).status == 0
    return room


def only_line(said: Said) -> str:
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert line.startswith("autograder: ")
    return line


@contextmanager
def held(gradebook: Path) -> Iterator[Callable[[], None]]:
    """While open, another program has the gradebook for itself; yields what makes it let go."""
    other = sqlite3.connect(gradebook, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield other.close
    finally:
        other.close()


def test_a_locked_gradebook_is_one_line_before_anybody_is_graded(room: Class) -> None:
    room.hand_in("s001", {})
    with held(room.gradebook):
        line = only_line(room.grade(*room.patiently()))
    assert "is in use by another program" in line
    assert "run the same again: what was finished is kept" in line
    assert room.runs == 0
    assert (room.grade(*room.patiently()).status, room.runs) == (0, 1)
    assert points(room.gradebook)["s001"] == 0


def test_a_gradebook_locked_while_grading_costs_no_result(room: Class) -> None:
    room.hand_in("s001", RIGHT)
    writer = sqlite3.connect(room.gradebook, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")  # who only reads is let in
    assert "is in use by another program" in only_line(room.grade(*room.patiently()))
    assert room.runs == 1
    writer.close()
    assert (room.grade(*room.patiently()).status, room.runs) == (0, 0)
    assert points(room.gradebook)["s001"] == 3


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(room: Class) -> None:
    room.hand_in("s001", {"scale": RIGHT["scale"]})
    with held(room.gradebook) as release:
        threading.Timer(0.5, release).start()
        assert room.grade(*room.patiently(20)).status == 0
    assert points(room.gradebook)["s001"] == 2


def test_a_read_only_gradebook_is_one_line(room: Class) -> None:
    room.hand_in("s001", RIGHT)
    line = only_line(room.grade("--db", f"sqlite:///file:{room.gradebook}?mode=ro&uri=true"))
    assert "may not be written" in line


@pytest.mark.parametrize("content", [b"these are no rows" * 1000, b"SQLite format 3\x00" * 100])
def test_a_damaged_gradebook_is_one_line_and_left_alone(
    room: Class, tmp_path: Path, content: bytes
) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(content)
    assert "cannot be used" in only_line(room.grade("--db", f"sqlite:///{damaged}"))
    assert damaged.read_bytes() == content


def test_a_server_that_does_not_answer_is_one_line_without_its_password(room: Class) -> None:
    line = only_line(room.grade("--db", "postgresql+psycopg://user:hunter2@127.0.0.1:1/grades"))
    assert "cannot be used" in line
    assert "hunter2" not in line


def test_a_full_disk_costs_only_what_was_not_finished(room: Class) -> None:
    for student in STUDENTS:
        room.hand_in(student, {"row_means": RIGHT["row_means"]})
    whole, room_left = ResultStore._write, 2  # for one student: the result, and whose file has it

    def full(store: ResultStore, path: Path, text: str) -> None:
        nonlocal room_left
        if room_left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        room_left -= 1
        whole(store, path, text)

    with mock.patch.object(ResultStore, "_write", full):
        said = room.grade()
    assert said.status == 1
    lines = [line.partition(": OSError: ") for line in said.err.splitlines()]
    assert [line[0] for line in lines] == ["autograder: s002", "autograder: s003"]
    assert all("No space left on device" in line[2] for line in lines)
    assert (room.grade().status, room.runs) == (0, 2)
    assert points(room.gradebook) == dict.fromkeys(STUDENTS, 1.0)


def test_what_the_grader_remembers_may_be_damaged_and_lost(room: Class) -> None:
    room.grade()
    before = read_rows(room.gradebook)
    for path in (room.course / "results").glob("*.json"):
        path.write_text(path.read_text()[:100])
    for path in (room.course / "records").glob("*.json"):
        path.write_text("[")
    for path in (room.course / "autograded").rglob("*.ipynb"):
        path.unlink()
    assert (room.grade().status, room.runs) == (0, 3)
    assert read_rows(room.gradebook) == before


BY_HAND = """
UPDATE grade SET manual_score = 1.75, extra_credit = 0.5
WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'check-scale') AND notebook_id IN
    (SELECT page.id FROM submitted_notebook AS page
    JOIN submitted_assignment AS submitted ON submitted.id = page.assignment_id
    WHERE submitted.student_id = 's003')
"""
COMMENTS_BY_HAND = "UPDATE comment SET manual_comment = 'Well explained.'"


@pytest.fixture
def marked(room: Class) -> Class:
    """The same class: a person marked one answer of s003, who then handed in again."""
    room.hand_in("s003", {})
    assert room.grade().status == 0
    db = sqlite3.connect(room.gradebook)
    db.execute(BY_HAND)
    db.execute(COMMENTS_BY_HAND)
    db.commit()
    db.close()
    room.hand_in("s003", RIGHT)
    return room


@pytest.mark.parametrize("again", [["grade"], ["regrade", "s003", "scale", "--note", "asked"]])
def test_what_was_given_by_hand_stays_whatever_is_graded_again(
    marked: Class, again: list[str]
) -> None:
    before = _by_hand(marked.gradebook)
    assert before["s003", "check-scale"] == (1.75, 0.5)
    command, *words = again
    assert marked.grade().status == 0
    assert marked.grade(*words, command=command).status == 0
    assert _by_hand(marked.gradebook) == before
    assert points(marked.gradebook)["s003"] == 1.75 + 1


def test_who_was_marked_by_hand_and_hands_in_again_is_to_be_looked_at(marked: Class) -> None:
    marked.grade()
    flags = {(row[0], row[1]): row[-1] for row in read_rows(marked.gradebook).grades}
    assert flags["s003", "check-scale"] == 1
    assert flags["s003", "check-row_means"] == 0


def _by_hand(gradebook: Path) -> dict[tuple[object, object], tuple[object, ...]]:
    """What a person gave: for a cell points and extra points, or a comment."""
    rows = read_rows(gradebook)
    given = {(who, name): (manual, extra) for who, name, _, manual, extra, _ in rows.grades}
    return given | {(who, name): (comment,) for who, name, _, comment in rows.comments}


def _hold(course: Path, ready: Connection) -> None:
    with sole_grader(course):
        ready.send("mine")
        signal.pause()


def test_a_second_grader_is_refused_until_the_first_has_ended(room: Class) -> None:
    here, there = FORK.Pipe()
    first = FORK.Process(target=_hold, args=(room.course, there))
    first.start()
    here.recv()
    assert f"is being graded already (by process {first.pid})" in only_line(room.grade())
    regrade = room.grade("s001", "scale", "--note", "asked", command="regrade")
    assert "is being graded already" in only_line(regrade)
    first.kill()  # however it ends
    first.join()
    assert room.grade().status == 0


def _grade_beside(room: Class, url: str, told: Connection) -> None:
    POOL.forget()
    told.send(room.grade("--db", url))
    POOL.close()


def test_of_two_graders_at_once_both_are_right_or_one_is_refused(
    room: Class, tmp_path: Path
) -> None:
    """Into a new gradebook: both have to make the assignment, the students and their grades."""
    for student in STUDENTS:
        room.hand_in(student, RIGHT)
    assert room.grade().status == 0
    gradebook = tmp_path / "new.db"
    pipes = [FORK.Pipe() for _ in range(2)]
    args = [(room, f"sqlite:///{gradebook}", end) for _, end in pipes]
    both = [FORK.Process(target=_grade_beside, args=each) for each in args]
    for one in both:
        one.start()
    said = [here.recv() for here, _ in pipes]
    for one in both:
        one.join()
    assert 0 in (said[0].status, said[1].status)
    for refused in (s for s in said if s.status):
        assert "is being graded already" in only_line(refused)
    assert points(gradebook) == dict.fromkeys(STUDENTS, 3.0)
    assert len(read_rows(gradebook).grades) == 2 * len(STUDENTS)
