"""A PostgreSQL server of the test's own holds the same gradebook as SQLite."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from autograder.classroom import Classroom, open_classroom
from autograder.course import Course
from autograder.recording import Recorder
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

START_SECONDS = 60
ROWS = """
SELECT a.name, s.student_id, c.name, g.auto_score, g.needs_manual_grade
FROM grade g JOIN base_cell c ON g.cell_id = c.id
JOIN submitted_notebook n ON g.notebook_id = n.id
JOIN submitted_assignment s ON n.assignment_id = s.id
JOIN assignment a ON s.assignment_id = a.id
"""


def _program(name: str) -> str:
    """A program of PostgreSQL's, which Debian keeps out of the path. Skips without it."""
    folders = [str(p) for p in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if not found:
        pytest.skip(f"PostgreSQL is not installed here: there is no {name}")
    return found


def _account() -> dict[str, str]:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    return {"user": "postgres", "group": "postgres"}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of an empty database."""
    initdb, postgres, account = _program("initdb"), _program("postgres"), _account()
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        if account:
            shutil.chown(folder, **account)
        data, port = f"{folder}/data", _free_port()
        made = [initdb, "-D", data, "-U", "grader", "-A", "trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **account)  # type: ignore[call-overload]
        words = [postgres, "-D", data, "-k", folder, "-h", "127.0.0.1", "-p", str(port), "-F"]
        process = subprocess.Popen(  # type: ignore[call-overload]
            words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account
        )
        try:
            url = f"postgresql+psycopg://grader@127.0.0.1:{port}/postgres"
            _wait_for(url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # its fast shutdown, which waits for nobody
            process.wait(timeout=START_SECONDS)


def _wait_for(url: str) -> None:
    engine = create_engine(url)
    stop = time.monotonic() + START_SECONDS
    while True:
        try:
            engine.connect().close()
            return
        except OperationalError:
            if time.monotonic() > stop:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)


@pytest.fixture
def room(tiny: TinyCourse, tmp_path: Path) -> Iterator[Classroom]:
    submit(tmp_path, "right", answered(tiny.repository, RIGHT))
    submit(tmp_path, "wrong", answered(tiny.repository, {**RIGHT, "scale": WRONG_SIGN}))
    with declared():
        yield open_classroom(tiny.repository, Course(tmp_path), NAME, limits=Limits())


def _rows(url: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(text(ROWS)))


def test_both_hold_the_same_rows(room: Classroom, server: str) -> None:
    elsewhere = replace(room, db_url=server)
    for each in (room, elsewhere):
        Recorder(each).record(each.grade(each.students(), 1), lambda _: None)
    rows = _rows(server)
    assert rows == _rows(room.course.db_url)
    assert {(row[1], row[3]) for row in rows} >= {("right", 2.0), ("wrong", 1.0)}
