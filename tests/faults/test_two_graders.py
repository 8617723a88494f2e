"""Two real processes of `autograder grade` at once: both are right, or one is refused."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.build.tiny import NAME, RIGHT, WRONG_SIGN, TinyCourse, answered, autograder, submit
from tests.faults.rows import Rows, points, read_rows

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = ("s001", "s002", "s003")
# The command line as a program of its own, with the small assignment declared.
PROGRAM = "from tests.build.tiny import declared, main\nwith declared():\n    main()\n"
SLOWLY = "import time\ntime.sleep(1)\n"  # so that they meet
SECONDS = 240


def start(tiny: TinyCourse, course: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, *words, "--course", str(course)]
    return subprocess.Popen(
        command,
        cwd=tiny.repository.root / "solutions",
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lib")])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Status and standard error."""
    try:
        _, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return process.returncode, err


def require_right_or_refused(said: list[tuple[int, str]]) -> None:
    assert 0 in [status for status, _ in said], said
    for status, err in said:
        if status == 0:
            assert err == ""
            continue
        (line,) = err.splitlines()
        assert "is being graded already" in line and "run the same again" in line


@pytest.fixture
def course(tiny: TinyCourse, tmp_path: Path) -> Path:
    for student in STUDENTS:
        answers = {**RIGHT, "scale": WRONG_SIGN} if student == "s002" else RIGHT
        notebook = answered(tiny.repository, answers)
        notebook.cells[1].source += f"\n# {student}\n{SLOWLY}"
        submit(tmp_path / "course", student, notebook)
    return tmp_path / "course"


def require_all_booked_once(course: Path) -> Rows:
    rows = read_rows(course / "gradebook.db")
    assert points(course / "gradebook.db") == {"s001": 3.0, "s002": 2.0, "s003": 3.0}
    assert [student for (student,) in rows.students] == list(STUDENTS)
    assert len(rows.submissions) == len(STUDENTS)
    assert len(rows.grades) == 2 * len(STUDENTS)
    return rows


@pytest.mark.slow
def test_two_who_grade_the_same_class_at_once(tiny: TinyCourse, course: Path) -> None:
    both = [start(tiny, course, "grade", NAME, "--jobs", "1") for _ in range(2)]
    said = [ended(one) for one in both]
    require_right_or_refused(said)
    rows = require_all_booked_once(course)
    again = autograder("grade", NAME, "--course", course, cwd=tiny.repository.root / "solutions")
    assert (again.status, again.err) == (0, "")
    assert read_rows(course / "gradebook.db") == rows


def wait_for_its_turn(process: subprocess.Popen[str], course: Path) -> None:
    """Until a process has the course for itself."""
    stop = time.monotonic() + SECONDS
    while time.monotonic() < stop:
        with contextlib.suppress(FileNotFoundError):
            if (course / ".grading").read_text() == str(process.pid):
                return
        assert process.poll() is None, "it ended before"
        time.sleep(0.05)
    raise AssertionError("it never began")


@pytest.mark.slow
def test_who_comes_second_is_refused_and_runs_the_same_again(
    tiny: TinyCourse, course: Path
) -> None:
    first = start(tiny, course, "grade", NAME, "--jobs", "1", "--student", "s001")
    wait_for_its_turn(first, course)
    first.send_signal(signal.SIGSTOP)  # in the middle of it, however fast the machine is
    words = ("grade", NAME, "--jobs", "1", "--student", "s002", "--student", "s003")
    try:
        status, err = ended(start(tiny, course, *words))
    finally:
        first.send_signal(signal.SIGCONT)
    assert status == 1
    (line,) = err.splitlines()
    assert f"is being graded already (by process {first.pid})" in line
    assert ended(first) == (0, "")
    assert ended(start(tiny, course, *words)) == (0, "")
    require_all_booked_once(course)
