"""The zip file for Gradescope, run in the folders that Gradescope documents."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.lms.gradescope_run import find_notebook
from autograder.submission import UnreadableError
from tests.build.tiny import (
    NAME,
    RIGHT,
    SOURCE,
    WRONG_SIGN,
    TinyCourse,
    answered,
    autograder,
    submit,
)
from tests.lms.gradescope_folders import Gradescope

# Gradescope, "Autograder Specifications": what may stand in results.json.
TOP = {
    "score",
    "execution_time",
    "output",
    "output_format",
    "test_output_format",
    "test_name_format",
    "visibility",
    "stdout_visibility",
    "extra_data",
    "tests",
    "leaderboard",
}
TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
    "extra_data",
}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


@pytest.fixture(scope="module")
def gradescope(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Gradescope:
    course, root = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("autograder")
    submit(course, "s001", answered(tiny.repository, {**RIGHT, "scale": WRONG_SIGN}))
    place = ("--course", course)
    sources = tiny.repository.root / "solutions"
    assert autograder("grade", NAME, *place, "--jobs", "1", cwd=sources).status == 0
    said = autograder("gradescope", NAME, *place, cwd=sources)
    assert said.status == 0, said.err
    archive = course / "exports" / f"{NAME}-gradescope.zip"
    return Gradescope.unpack(archive, root, course)


def booked(course: Path) -> float:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        points: float = gradebook.find_submission(NAME, "s001").score
        return points


def test_it_gives_the_points_that_grade_gives(gradescope: Gradescope) -> None:
    submitted = gradescope.course / "submitted" / "s001" / NAME / f"{NAME}.ipynb"
    gradescope.submit({f"{NAME}.ipynb": submitted.read_text()})
    status, results, said = gradescope.run()
    assert status == 0, said
    assert results["score"] == pytest.approx(booked(gradescope.course))
    assert sum(t["score"] for t in results["tests"]) == pytest.approx(results["score"])
    assert sum(t["max_score"] for t in results["tests"]) == pytest.approx(3)
    failed = {t["name"]: t["output"] for t in results["tests"] if t["status"] == "failed"}
    assert list(failed) == ["scale: sign"]
    assert "Hint: The sign of the factor is lost" in failed["scale: sign"]


def test_results_are_as_gradescope_specifies(gradescope: Gradescope, tiny: TinyCourse) -> None:
    gradescope.submit({"deep/renamed.ipynb": json.dumps(answered(tiny.repository, RIGHT))})
    _, results, _ = gradescope.run()
    assert set(results) <= TOP
    assert results["score"] == 3
    for test in results["tests"]:
        assert set(test) <= TEST
        assert test["visibility"] in VISIBILITIES
        assert test["status"] in {"passed", "failed"}
    assert [t["number"] for t in results["tests"]] == ["1.1", "1.2", "2.1"]


def test_what_is_no_notebook_gets_no_points_and_the_reason(gradescope: Gradescope) -> None:
    gradescope.submit({f"{NAME}.ipynb": "not JSON"})
    status, results, _ = gradescope.run()
    assert (status, results["score"]) == (0, 0)
    assert "the file is not a Jupyter notebook" in results["output"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "no notebook was handed in: upload 90_tiny.ipynb"),
        (["a.ipynb", "b.ipynb"], r"several notebooks were handed in \(a.ipynb, b.ipynb\)"),
        (["a/90_tiny.ipynb", "b/90_tiny.ipynb"], r"\(a/90_tiny.ipynb, b/90_tiny.ipynb\)"),
    ],
)
def test_where_no_one_notebook_can_be_told_the_student_reads_why(
    tmp_path: Path, names: list[str], words: str
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    with pytest.raises(UnreadableError, match=words):
        find_notebook(tmp_path, NAME)


def test_the_notebook_of_the_right_name_goes_before_others(tmp_path: Path) -> None:
    for name in ("scratch.ipynb", f"sub/{NAME}.ipynb", f"__MACOSX/{NAME}.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert find_notebook(tmp_path, NAME) == tmp_path / "sub" / f"{NAME}.ipynb"


def test_without_a_sandbox_nobody_is_graded(
    gradescope: Gradescope, tiny: TinyCourse, tmp_path: Path
) -> None:
    gradescope.submit({f"{NAME}.ipynb": json.dumps(answered(tiny.repository, RIGHT))})
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")  # and no bwrap
    status, results, said = gradescope.run({"PATH": str(tmp_path)})
    assert (status, results) == (1, {})
    assert "bubblewrap is not installed" in said


def test_no_solution_and_no_secret_is_in_the_zip_file(gradescope: Gradescope) -> None:
    secret = (gradescope.course / "secret").read_text()
    assert "the_scaled_tensor" in SOURCE
    found = 0
    for path in (gradescope.root / "source").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"the_scaled_tensor" not in content, path
            assert b"averages_in_a_loop" not in content, path
            assert secret.encode() not in content, path
            found += 1
    assert found > 50
    assert not (gradescope.root / "source" / "autograder" / "checks").exists()
    assert not (gradescope.root / "source" / "solutions").exists()


def test_the_two_programs_are_where_gradescope_looks_for_them(gradescope: Gradescope) -> None:
    for name in ("setup.sh", "run_autograder"):
        path = gradescope.root / "source" / name
        assert path.read_text().startswith("#!/bin/bash\n")
        assert path.stat().st_mode & 0o111
        assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def test_the_same_course_gives_the_same_cases(gradescope: Gradescope, tiny: TinyCourse) -> None:
    target = gradescope.course / "again.zip"
    words = ("gradescope", NAME, "--course", gradescope.course, "--output", target)
    said = autograder(*words, cwd=tiny.repository.root / "solutions")
    assert said.status == 0
    assert "give it to nobody but Gradescope" in said.out
    with zipfile.ZipFile(target) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        for path in (gradescope.root / "source" / "grading").iterdir():
            assert archive.read(f"grading/{path.name}") == path.read_bytes()
