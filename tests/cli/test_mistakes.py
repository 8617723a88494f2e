"""What people get wrong ends in one clear line on standard error, never in a traceback."""

from pathlib import Path

import pytest

from autograder.course import Repository
from tests.build.tiny import NAME, RIGHT, TinyCourse, answered, autograder, submit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tiny: TinyCourse, tmp_path: Path) -> Path:
    """A course with one submission, by "right"."""
    submit(tmp_path, "right", answered(tiny.repository, RIGHT))
    return tmp_path


MISTAKES = [
    (["grade", "99_nothing"], 1, "there is no assignment 99_nothing; there is 90_tiny"),
    (["build", "99_nothing"], 1, "there is no assignment 99_nothing; there is 90_tiny"),
    (["feedback", "99_nothing"], 1, "there is no assignment 99_nothing"),
    (["report", "99_nothing"], 1, "there is no assignment 99_nothing"),
    (["simulate", "--assignment", "99_nothing", "--out", "x"], 1, "no assignment 99_nothing"),
    (["grade-file", "90_missing.ipynb"], 2, "there is no file 90_missing.ipynb"),
    (["grade", NAME, "--student", "nobody"], 1, f"no submission of {NAME} by nobody"),
    (["grade", NAME, "--cell-seconds", "0"], 1, "time limits must be positive"),
    (["grade", NAME, "--submission-seconds", "-5"], 1, "time limits must be positive"),
    (["grade", NAME, "--cell-seconds", "nan"], 1, "time limits must be positive"),
    (["feedback", NAME], 1, f"nothing is graded yet: run 'autograder grade {NAME}' first"),
]


@pytest.mark.parametrize(("words", "status", "message"), MISTAKES, ids=lambda v: str(v)[:40])
def test_a_mistake_is_one_clear_line(
    tiny: TinyCourse, course: Path, words: list[str], status: int, message: str
) -> None:
    place = ["--course", str(course)] if words[0] in {"grade", "feedback", "report"} else []
    said = autograder(*words, *place, cwd=tiny.repository.root / "solutions")
    assert said.status == status
    (line,) = said.err.splitlines()
    assert line.startswith("autograder: ")
    assert message in line


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["grade"], "Missing argument"),
        (["grade", NAME, "--fast"], "--fast"),
        (["grade", NAME, "--cell-seconds", "long"], "--cell-seconds"),
        (["grade", NAME, "--jobs", "-1"], "--jobs"),
        (["simulate", "--assignment", NAME, "--out", "x", "--students", "0"], "--students"),
        (["mark", NAME], "'mark'"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    tiny: TinyCourse, course: Path, words: list[str], named: str
) -> None:
    place = ["--course", str(course)] if words[0] == "grade" else []
    said = autograder(*words, *place, cwd=tiny.repository.root / "solutions")
    assert said.status == 2
    assert named in said.err


def one_line(said_err: str) -> str:
    (line,) = said_err.splitlines()
    return line


def test_no_submissions_says_where_they_are_looked_for(tiny: TinyCourse, tmp_path: Path) -> None:
    words = ("grade", NAME, "--course", tmp_path)
    said = autograder(*words, cwd=tiny.repository.root / "solutions")
    assert said.status == 1
    line = one_line(said.err)
    assert f"no submissions of {NAME} in {tmp_path}" in line
    assert "autograder simulate" in line


def test_an_assignment_that_is_not_built_says_how(tiny: TinyCourse, tmp_path: Path) -> None:
    copy = tiny.copy(tmp_path / "copy")
    copy.released_notebook(NAME).unlink()
    said = autograder("grade", NAME, "--course", tmp_path / "course", cwd=copy.root / "solutions")
    assert said.status == 1
    assert f"run 'autograder build {NAME}'" in one_line(said.err)


@pytest.mark.parametrize(
    "content", ["", "not JSON", "[]", '{"cells": 3}', '{"cells": [3], "nbformat": 4}']
)
def test_an_unreadable_notebook_is_named(tiny: TinyCourse, tmp_path: Path, content: str) -> None:
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(content)
    said = autograder("grade-file", path, cwd=tiny.repository.root / "solutions")
    assert said.status == 1
    assert one_line(said.err).startswith(f"autograder: {NAME}.ipynb: the ")
    assert said.out == ""


def test_a_file_with_a_long_name_is_still_one_line(tiny: TinyCourse, tmp_path: Path) -> None:
    said = autograder("grade-file", tmp_path / ("long" * 50))
    assert said.status == 2
    assert "long" * 50 in one_line(said.err)


@pytest.mark.parametrize("command", ["grade", "simulate"])
def test_a_file_in_place_of_a_folder(tiny: TinyCourse, tmp_path: Path, command: str) -> None:
    file = tmp_path / "file"
    file.write_text("")
    words = {
        "grade": ["grade", NAME, "--course", str(file)],
        "simulate": ["simulate", "--assignment", NAME, "--out", str(file)],
    }[command]
    said = autograder(*words, cwd=tiny.repository.root / "solutions")
    assert said.status == 1
    assert str(file) in one_line(said.err)


def test_a_gradebook_that_cannot_be_opened(tiny: TinyCourse, course: Path) -> None:
    words = ("grade", NAME, "--course", course, "--db", "no such thing")
    said = autograder(*words, cwd=tiny.repository.root / "solutions")
    assert said.status == 1
    assert "autograder: " in said.err
    assert "no such thing" in said.err
    assert len(said.err.splitlines()) == 1


def test_the_repository_around_the_working_folder_is_found(tiny: TinyCourse) -> None:
    root = tiny.repository.root
    assert Repository.find(root / "solutions" / NAME) == Repository(root)
    assert Repository.find(root) == Repository(root)
    assert Repository.find(ROOT.parent).root == ROOT
