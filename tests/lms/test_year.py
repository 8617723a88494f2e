"""A new course folder, and one exercise graded again."""

import csv
import json
import shutil
from pathlib import Path
from unittest import mock

import pytest
from nbgrader.api import Gradebook

from autograder import grading
from autograder.lms.settings import Settings
from tests.build.tiny import (
    NAME,
    RIGHT,
    WRONG_SIGN,
    Said,
    TinyCourse,
    answered,
    autograder,
    submit,
)


def test_a_new_course_folder_has_all_it_needs(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert autograder("init", folder).status == 0
    assert Settings.read(folder) == Settings()
    with (folder / "roster.csv").open(newline="") as file:
        assert next(csv.reader(file))[:3] == ["id", "last_name", "first_name"]
    assert (folder / "secret").stat().st_mode & 0o777 == 0o600
    assert len((folder / "secret").read_text()) == 64
    assert (folder / "submitted").is_dir()


def test_what_is_in_the_folder_stays(tmp_path: Path) -> None:
    for name in ("secret", "roster.csv", "course.toml", "README.md"):
        (tmp_path / name).write_text(f"mine: {name}")
    said = autograder("init", tmp_path)
    assert said.status == 0
    assert said.out.count("kept") == 4
    for name in ("secret", "roster.csv", "course.toml", "README.md"):
        assert (tmp_path / name).read_text() == f"mine: {name}"


def test_a_dry_run_makes_no_folder(tmp_path: Path) -> None:
    said = autograder("init", tmp_path / "new", "--dry-run")
    assert "make" in said.out
    assert not (tmp_path / "new").exists()


def test_the_examples_in_the_settings_are_right(tmp_path: Path) -> None:
    autograder("init", tmp_path)
    path = tmp_path / "course.toml"
    lines = path.read_text().splitlines()
    kept = [line.removeprefix("# ") if "=" in line or "[" in line else line for line in lines]
    path.write_text("\n".join(kept))
    settings = Settings.read(tmp_path)
    assert settings.late is not None and settings.late.percent_per_day == 10
    assert settings.dates("01_convolution").canvas_id == 1234
    assert settings.extra_time[0].hours == 48


@pytest.fixture(scope="module")
def graded_once(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("graded")
    submit(root, "s001", answered(tiny.repository, {**RIGHT, "scale": WRONG_SIGN}))
    assert run(tiny, root, "grade", NAME).status == 0
    return root


@pytest.fixture
def graded(tiny: TinyCourse, graded_once: Path, tmp_path: Path) -> Path:
    """A course with one graded submission, the test's own."""
    root = shutil.copytree(graded_once, tmp_path / "course")
    run(tiny, root, "grade", NAME)  # what is booked is remembered by the gradebook's place
    return root


def run(tiny: TinyCourse, root: Path, *words: str) -> Said:
    return autograder(*words, "--course", root, cwd=tiny.repository.root / "solutions")


def score(root: Path) -> float:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        points: float = gradebook.find_submission(NAME, "s001").score
        return points


def results(root: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in (root / "results").glob("*.json")]


def spoil(root: Path) -> None:
    """As if the grader had been wrong once: the stored verdicts give no points at all."""
    (path,) = (root / "results").glob("*.json")
    data = json.loads(path.read_text())
    for exercise in data["exercises"]:
        exercise["score"] = 0.0
    path.write_text(json.dumps(data))


def test_only_the_exercise_asked_for_is_graded_again(tiny: TinyCourse, graded: Path) -> None:
    spoil(graded)
    with mock.patch.object(grading, "run_submission", wraps=grading.run_submission) as ran:
        said = run(tiny, graded, "regrade", NAME, "s001", "scale", "--note", "a  power\ncut")
    assert (said.status, said.err) == (0, "")
    (asked,) = [[record.name for record in call.args[1]] for call in ran.call_args_list]
    assert asked == ["scale"]
    assert "s001, scale: 0 -> 1 of 2 points" in said.out
    assert score(graded) == 1  # row_means still has the spoilt 0


def test_the_note_stays_with_the_result_and_in_the_list(tiny: TinyCourse, graded: Path) -> None:
    for note in ('first, "why"', "=second"):
        run(tiny, graded, "regrade", NAME, "s001", "scale", "--note", note)
    (result,) = results(graded)
    notes = [str(n) for n in result["notes"] if "graded again" in n]  # type: ignore[attr-defined]
    assert [n.partition("-")[2].partition(": ")[2] for n in notes] == ['first, "why"', "=second"]
    with (graded / "regrades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["exercise"], row["note"]) for row in rows] == [
        ("s001", "scale", 'first, "why"'),
        ("s001", "scale", "'=second"),
    ]


def test_grading_the_class_afterwards_keeps_the_regrade(tiny: TinyCourse, graded: Path) -> None:
    spoil(graded)
    run(tiny, graded, "regrade", NAME, "s001", "scale", "--note", "why")
    assert run(tiny, graded, "grade", NAME).status == 0
    assert score(graded) == 1
    assert "graded again" in str(results(graded)[0]["notes"])


def test_a_regrade_that_is_stopped_is_made_up_for_by_the_next_grading(
    tiny: TinyCourse, graded: Path
) -> None:
    spoil(graded)
    words = ("regrade", NAME, "s001", "scale", "--note", "why")
    with mock.patch.object(grading, "run_submission", side_effect=KeyboardInterrupt):
        assert run(tiny, graded, *words).status != 0
    with mock.patch.object(grading, "run_submission", wraps=grading.run_submission) as ran:
        run(tiny, graded, "grade", NAME)
    assert ran.call_count == 1
    assert score(graded) == 1


def test_a_dry_run_grades_nothing(tiny: TinyCourse, graded: Path) -> None:
    before = results(graded)
    said = run(tiny, graded, "regrade", NAME, "s001", "scale", "--note", "why", "--dry-run")
    assert said.status == 0
    assert results(graded) == before
    assert not (graded / "regrades.csv").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("s002", "scale", "--note", "x"), f"no submission of {NAME} by s002"),
        (("s001", "scala", "--note", "x"), f"{NAME} has no exercise scala; it has scale, row"),
        (("s001", "scale", "--note", " "), "--note is empty"),
    ],
)
def test_a_mistake_is_one_line(
    tiny: TinyCourse, graded: Path, words: tuple[str, ...], message: str
) -> None:
    said = run(tiny, graded, "regrade", NAME, *words)
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert message in line
