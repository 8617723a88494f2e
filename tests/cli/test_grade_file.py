"""`autograder grade-file`: one notebook, no gradebook, verdicts as text or JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.build.tiny import (
    NAME,
    RIGHT,
    WRONG_SIGN,
    Said,
    TinyCourse,
    answered,
    autograder,
)

GradeFile = Callable[..., Said]


@pytest.fixture(scope="module")
def wrong_sign(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "handed in.ipynb"
    nbformat.write(answered(tiny.repository, {**RIGHT, "scale": WRONG_SIGN}), path)
    return path


@pytest.fixture
def grade_file(tiny: TinyCourse, tmp_path: Path) -> GradeFile:
    def run(path: Path, *words: str) -> Said:
        place = ("--assignment", NAME, "--course", tmp_path / "course")
        return autograder("grade-file", path, *place, *words, cwd=tiny.repository.root / "lib")

    return run


def test_json_has_the_documented_keys(wrong_sign: Path, grade_file: GradeFile) -> None:
    said = grade_file(wrong_sign, "--json")
    assert (said.status, said.err) == (0, "")
    data: dict[str, Any] = json.loads(said.out)
    assert {"assignment", "score", "max_score", "seconds", "notes", "exercises"} <= set(data)
    assert (data["assignment"], data["score"], data["max_score"]) == (NAME, 2.0, 3.0)
    assert data["notes"] == []
    assert data["seconds"] > 0
    scale, row_means = data["exercises"]
    assert (scale["name"], scale["score"], scale["max_score"]) == ("scale", 1.0, 2.0)
    assert (row_means["name"], row_means["score"]) == ("row_means", 1.0)
    for case in scale["cases"]:
        assert {"facet", "public", "passed", "reason", "hint"} <= set(case)
    told = {(c["facet"], c["public"]): (c["passed"], c["hint"]) for c in scale["cases"]}
    hint = "The sign of the factor is lost: do you take its size only?"
    assert told == {
        ("values", True): (True, ""),
        ("values", False): (True, ""),
        ("sign", True): (False, hint),
        ("sign", False): (False, hint),
    }
    assert all(bool(c["reason"]) != c["passed"] for c in scale["cases"])


def test_text_names_what_failed_and_the_hint(wrong_sign: Path, grade_file: GradeFile) -> None:
    said = grade_file(wrong_sign)
    assert said.status == 0
    assert said.out.startswith(f"{NAME}: 2 of 3 points in ")
    assert "scale: 1 of 2" in said.out
    assert "✗ sign (hidden): " in said.out
    assert "hint: The sign of the factor is lost" in said.out


def test_no_course_is_made(wrong_sign: Path, grade_file: GradeFile, tmp_path: Path) -> None:
    assert grade_file(wrong_sign).status == 0
    assert not (tmp_path / "course").exists()


def test_the_wall_is_never_off_in_silence(wrong_sign: Path, grade_file: GradeFile) -> None:
    said = grade_file(wrong_sign, "--no-sandbox", "--json")
    assert said.status == 0
    assert json.loads(said.out)["sandboxed"] is False
    assert "without a sandbox" in said.err
