"""What happens when a class is graded once more, and to submissions out of the ordinary."""

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from autograder import grading
from tests.build.tiny import NAME, RIGHT, Said, answered, autograder, submit
from tests.nbgrader.classes import Graded, copy_of
from tests.nbgrader.test_walk import rows


@pytest.fixture
def again(ours: Graded, tmp_path: Path) -> Graded:
    return copy_of(ours, tmp_path / "course")


@pytest.fixture
def runs() -> Iterator[mock.Mock]:
    """Counts how often a submission is really run."""
    with mock.patch.object(grading, "run_submission", wraps=grading.run_submission) as counted:
        yield counted


def grade(graded: Graded, *words: str) -> Said:
    place = ("--course", graded.course.root, "--jobs", "1")
    return autograder("grade", NAME, *place, *words, cwd=graded.repository.root / "solutions")


def set_manual_score(graded: Graded, student: str, points: float) -> None:
    with graded.gradebook() as gradebook:
        grade = gradebook.find_grade("check-scale", NAME, NAME, student)
        grade.manual_score = points
        gradebook.db.commit()


def test_a_score_given_by_hand_survives(again: Graded) -> None:
    set_manual_score(again, "wrong-sign", 1.75)
    submit(again.course.root, "wrong-sign", answered(again.repository, RIGHT))
    assert grade(again, "--student", "wrong-sign").status == 0
    with again.gradebook() as gradebook:
        assert rows(gradebook, "wrong-sign")["check-scale"] == (2.0, 1.75, 2.0, True)
        assert rows(gradebook, "wrong-sign")["check-row_means"] == (1.0, None, 1.0, False)
        assert gradebook.find_submission(NAME, "wrong-sign").score == pytest.approx(2.75)


def test_a_second_run_grades_nothing_anew(again: Graded, runs: mock.Mock) -> None:
    with again.gradebook() as gradebook:
        before = rows(gradebook, "wrong-sign")
    assert grade(again).status == 0
    assert runs.call_count == 0
    with again.gradebook() as gradebook:
        assert rows(gradebook, "wrong-sign") == before


def test_a_new_submission_is_the_only_one_that_runs(again: Graded, runs: mock.Mock) -> None:
    answers = {"row_means": "def row_means(x):\n    return x.mean(1)\n"}
    submit(again.course.root, "new", answered(again.repository, answers))
    said = grade(again, "--student", "new", "--student", "right")
    assert said.status == 0
    assert runs.call_count == 1
    with again.gradebook() as gradebook:
        assert gradebook.find_submission(NAME, "new").score == 1


def test_a_renamed_notebook_is_graded_with_a_remark(again: Graded) -> None:
    notebook = answered(again.repository, {**RIGHT, "scale": f"{RIGHT['scale']}# mine\n"})
    path = submit(again.course.root, "renamed", notebook)
    path.rename(path.with_name("my solution.ipynb"))
    said = grade(again, "--student", "renamed", "--student", "right")
    assert (said.status, said.err) == (0, "")
    with again.gradebook() as gradebook:
        assert gradebook.find_submission(NAME, "renamed").score == 3
        assert gradebook.find_submission(NAME, "right").score == 3
    assert "the notebook was found as my solution.ipynb" in " ".join(said.out.split())


def test_a_copy_of_another_submission_under_another_name_gets_its_own_remark(again: Graded) -> None:
    path = submit(again.course.root, "renamed", answered(again.repository, RIGHT))
    path.rename(path.with_name("copy.ipynb"))
    said = grade(again, "--student", "renamed")
    assert "the notebook was found as copy.ipynb" in " ".join(said.out.split())
