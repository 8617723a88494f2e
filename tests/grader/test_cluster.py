"""The same class on a Dask cluster of real processes, one of which is lost in mid-run."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster

from autograder.classroom import Classroom, Graded, open_classroom
from autograder.cluster import Bundle, grade_bytes
from autograder.course import Course, CourseError
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.submission import Submission
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

STUDENTS = 12
SLOW = "import time\ntime.sleep(1.5)\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)


@pytest.fixture
def room(tiny: TinyCourse, tmp_path: Path) -> Iterator[Classroom]:
    """A class half of which made a mistake; everyone's notebook takes a while."""
    for number in range(STUDENTS):
        scale = WRONG_SIGN if number % 2 else RIGHT["scale"]
        answers = {**RIGHT, "scale": SLOW + scale}
        submit(tmp_path, f"student-{number:02d}", answered(tiny.repository, answers))
    with declared():
        yield open_classroom(tiny.repository, Course(tmp_path), NAME, limits=Limits())


def _scores(graded: list[Graded]) -> dict[str, list[tuple[str, float]]]:
    return {g.student: [(e.name, e.score) for e in g.result.exercises] for g in graded if g.result}


def test_a_bundle_grades_as_the_marking_does(room: Classroom) -> None:
    result = Result.loads(grade_bytes(Bundle.of(room.marking), room.read("student-01")))
    assert [(e.name, e.score) for e in result.exercises] == [("scale", 1.0), ("row_means", 1.0)]
    assert result.versions == room.marking.versions


def test_a_bundle_holds_no_names_and_no_secret(room: Classroom) -> None:
    bundle = Bundle.of(room.marking)
    everything = repr(vars(bundle)).encode() + bundle.records
    assert room.course.secret().encode() not in everything
    assert b"student-0" not in everything


def test_what_is_no_notebook_is_graded_as_such(room: Classroom) -> None:
    result = Result.loads(grade_bytes(Bundle.of(room.marking), Submission(b"no notebook")))
    assert result.score == 0 and "not a Jupyter notebook" in result.notes[0]


def test_another_version_on_a_worker_is_refused(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = Bundle.of(room.marking)
    monkeypatch.setattr("autograder.cluster.engine_version", lambda: "another")
    with pytest.raises(CourseError, match="another version of the course"):
        grade_bytes(bundle, Submission())


def test_a_scheduler_that_is_not_there_is_one_clear_line(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(CourseError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        list(room.grade(room.students(), 1, "tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_a_lost_worker_changes_no_score(room: Classroom, tiny: TinyCourse, tmp_path: Path) -> None:
    with LocalCluster(
        n_workers=4, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        lost = threading.Thread(target=_kill_a_busy_worker, args=(tmp_path,), daemon=True)
        lost.start()
        graded = list(room.grade(room.students(), 1, cluster.scheduler_address))
        lost.join()
    assert [g.problem for g in graded if g.problem] == []
    here = Classroom(room.repository, Course(tmp_path / "again"), room.marking)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "submitted").symlink_to(tmp_path / "submitted")
    assert _scores(graded) == _scores(list(here.grade(here.students(), 2)))
    assert (tmp_path / "killed").read_text() == "one"


def _kill_a_busy_worker(folder: Path) -> None:
    """Wait until some worker has a sandbox below it, then end that worker."""
    for _ in range(600):
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
                if child.name() == "bwrap" and child.ppid() != os.getpid():
                    os.kill(child.ppid(), signal.SIGKILL)
                    (folder / "killed").write_text("one")
                    return
        time.sleep(0.1)


def test_what_is_known_is_not_sent_to_a_cluster(room: Classroom) -> None:
    students = room.students()[:2]
    first = list(room.grade(students, 2))
    again = list(room.grade(students, 1, "tcp://127.0.0.1:9"))  # nobody is there to ask
    assert _scores(first) == _scores(again)
