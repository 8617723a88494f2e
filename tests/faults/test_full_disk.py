"""A course on a disk that is really full: one clear line, nothing lost, and the rest next time."""

import contextlib
import multiprocessing
import shutil
import sqlite3
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from autograder.sandbox.warm import POOL
from tests.build.tiny import NAME, RIGHT, WRONG_SIGN, Said, TinyCourse, answered, autograder, submit
from tests.faults.rows import Rows, points, read_rows
from tests.faults.small_disk import NoDiskError, SmallDisk

KIB, MIB = 2**10, 2**20
DISK = 32 * MIB
SECRET_LENGTH = 64
STUDENTS = ("s001", "s002", "s003")
# Where each of them ends differs from machine to machine: in the lock, in a result, in a graded
# notebook, in the gradebook. All that is promised holds wherever it ends.
FIRST_TIME = (0, 100 * KIB, 190 * KIB)
AGAIN = (0, 20 * KIB)
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Filled:
    """What a run on a full disk said, and one after room was made; the rows before, between and
    after; the length of the course's secret between, None where there was none."""

    left: int
    full: Said
    roomy: Said
    before: Rows | None
    between: Rows | None
    after: Rows
    points: dict[str, float]
    secret: int | None


def grade(tiny: TinyCourse, course: Path) -> Said:
    words = ("grade", NAME, "--course", course, "--jobs", "1")
    return autograder(*words, cwd=tiny.repository.root / "solutions")


def hand_in(tiny: TinyCourse, course: Path, answers: dict[str, str]) -> None:
    for student in STUDENTS:
        notebook = answered(tiny.repository, answers)
        notebook.cells[1].source += f"\n# {student}"
        submit(course, student, notebook)


def rows_of(course: Path) -> Rows | None:
    gradebook = course / "gradebook.db"
    if not gradebook.exists() or not gradebook.stat().st_size:
        return None
    with contextlib.suppress(sqlite3.OperationalError):  # the tables are not made yet
        rows = read_rows(gradebook)
        return rows if rows.grades else None
    return None


def on_a_full_disk(tiny: TinyCourse, fresh: Path, disk: SmallDisk, left: int) -> Filled:
    """Grade a copy of a course with so many bytes left, make room, and grade again."""
    course, secret = disk.folder / "course", disk.folder / "course" / "secret"
    shutil.copytree(fresh, course)
    before = rows_of(course)
    disk.fill(left)
    full = grade(tiny, course)
    between = rows_of(course)
    length = len(secret.read_text()) if secret.exists() else None
    disk.make_room()
    roomy = grade(tiny, course)
    after = rows_of(course)
    assert after is not None
    said = points(course / "gradebook.db")
    return Filled(left, full, roomy, before, between, after, said, length)


def _work(tiny: TinyCourse, fresh: Path, folder: Path, left: int, told: Connection) -> None:
    POOL.forget()
    try:
        disk = SmallDisk.mount(folder, DISK)
        told.send(on_a_full_disk(tiny, fresh, disk, left))
    except NoDiskError as error:
        told.send(error)
    except BaseException:
        told.send(traceback.format_exc())
    finally:
        POOL.close()


def filled(tiny: TinyCourse, fresh: Path, folder: Path, left: int) -> Filled:
    """The same in a process of its own, with which the disk goes."""
    here, there = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_work, args=(tiny, fresh, folder, left, there))
    process.start()
    there.close()
    done = here.recv()
    process.join()
    if isinstance(done, NoDiskError):
        pytest.skip(f"no small disk can be made here: {done}")
    assert isinstance(done, Filled), done
    return done


@pytest.fixture(scope="module")
def new(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which nobody was graded yet."""
    course = tmp_path_factory.mktemp("new")
    hand_in(tiny, course, {**RIGHT, "scale": WRONG_SIGN})
    return course


@pytest.fixture(scope="module")
def old(tiny: TinyCourse, new: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that was graded once, and then everybody handed in something better."""
    course = tmp_path_factory.mktemp("old") / "course"
    shutil.copytree(new, course)
    assert grade(tiny, course).status == 0
    hand_in(tiny, course, RIGHT)
    return course


def require_one_clear_line(said: Said) -> None:
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert line.startswith("autograder: ")
    assert "disk" in line and "is full" in line and "make room" in line
    assert "run the same again: what was finished is kept" in line


@pytest.fixture(scope="module")
def undisturbed(
    tiny: TinyCourse, old: Path, tmp_path_factory: pytest.TempPathFactory
) -> Rows | None:
    """What the gradebook of that course holds when it is graded again with room enough."""
    course = tmp_path_factory.mktemp("undisturbed") / "course"
    shutil.copytree(old, course)
    assert grade(tiny, course).status == 0
    return rows_of(course)


@pytest.fixture(scope="module", params=FIRST_TIME, ids=lambda left: f"{left // KIB} KiB left")
def first(
    tiny: TinyCourse,
    new: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Filled:
    return filled(tiny, new, tmp_path_factory.mktemp("full") / "disk", request.param)


@pytest.mark.slow
def test_a_first_grading_ends_in_one_line_and_is_made_up_for(first: Filled) -> None:
    require_one_clear_line(first.full)
    assert first.between is None, "half a gradebook"
    assert (first.roomy.status, first.roomy.err) == (0, "")
    assert first.points == dict.fromkeys(STUDENTS, 2.0)
    assert len(first.after.grades) == 2 * len(STUDENTS)


@pytest.mark.slow
def test_no_empty_secret_is_left(first: Filled) -> None:
    assert first.secret in (None, SECRET_LENGTH)


@pytest.mark.slow
@pytest.mark.parametrize("left", AGAIN, ids=lambda left: f"{left // KIB} KiB left")
def test_a_later_grading_leaves_the_gradebook_as_it_was(
    tiny: TinyCourse, old: Path, undisturbed: Rows | None, tmp_path: Path, left: int
) -> None:
    done = filled(tiny, old, tmp_path / "disk", left)
    require_one_clear_line(done.full)
    assert done.between == done.before is not None
    assert (done.roomy.status, done.roomy.err) == (0, "")
    assert done.points == dict.fromkeys(STUDENTS, 3.0)
    assert done.after == undisturbed
