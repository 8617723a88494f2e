"""A notebook that an LMS or a student left elsewhere is found, or refused with a reason."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.finding import MAX_LOOKED_AT, MAX_NOTEBOOKS, Found, find_submission

NAME = "01_convolution"
FILE = f"{NAME}.ipynb"
GRADE_IDS = {"solve-conv2d", "check-conv2d"}


def notebook(grade_id: str = "solve-conv2d") -> str:
    cell = new_code_cell("def conv2d(): ...", metadata={"nbgrader": {"grade_id": grade_id}})
    return nbformat.writes(new_notebook(cells=[cell]))


OURS, FOREIGN = notebook(), notebook("solve-relu")


def find(folder: Path, files: dict[str, str]) -> Found:
    """What is found in a folder of these files: path -> content."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return find_submission(folder, NAME, GRADE_IDS)


def test_a_notebook_in_its_place_is_taken_without_a_word(tmp_path: Path) -> None:
    assert find(tmp_path, {FILE: OURS, "notes.pdf": ""}) == Found(tmp_path / FILE)


def test_the_one_in_its_place_is_taken_whatever_it_holds(tmp_path: Path) -> None:
    assert find(tmp_path, {FILE: "{ broken"}) == Found(tmp_path / FILE)


@pytest.mark.parametrize(
    "name",
    [
        "my solution.ipynb",
        "01_convolution (1).ipynb",
        "01_CONVOLUTION.IPYNB",
        "übung 名前.ipynb",
        f"{NAME}/{FILE}",
        f"s001 submission/{NAME}/{FILE}",
        "zip/deeper/renamed.ipynb",
    ],
)
def test_the_only_notebook_is_found_with_a_remark(tmp_path: Path, name: str) -> None:
    found = find(tmp_path, {name: OURS})
    assert found == Found(tmp_path / name, f"the notebook was found as {name}")


def test_of_two_the_one_with_the_right_name_is_taken(tmp_path: Path) -> None:
    found = find(tmp_path, {FILE: OURS, "old.ipynb": OURS})
    assert found == Found(tmp_path / FILE, f"only {FILE} was graded, not old.ipynb")


def test_the_right_name_counts_in_a_folder_too(tmp_path: Path) -> None:
    found = find(tmp_path, {f"zip/{FILE}": OURS, "zip/old.ipynb": OURS})
    assert found.path == tmp_path / "zip" / FILE
    assert "zip/old.ipynb" in found.remark


def test_a_notebook_of_another_assignment_beside_it_does_not_count(tmp_path: Path) -> None:
    found = find(tmp_path, {"mine.ipynb": OURS, "02.ipynb": FOREIGN})
    assert (found.path, found.problem) == (tmp_path / "mine.ipynb", "")
    assert "not 02.ipynb" in found.remark


@pytest.mark.parametrize("names", [("a.ipynb", "b.ipynb"), (f"a/{FILE}", f"b/{FILE}")])
def test_two_that_may_be_meant_are_refused_by_name(tmp_path: Path, names: tuple[str, str]) -> None:
    found = find(tmp_path, dict.fromkeys(names, OURS))
    assert found.path == tmp_path / FILE
    assert found.problem == f"{names[0]} and {names[1]} may both be meant: keep one, as {FILE}"


def test_a_notebook_of_another_assignment_alone_is_refused(tmp_path: Path) -> None:
    found = find(tmp_path, {"02.ipynb": FOREIGN})
    assert found.problem == f"there is no {FILE}, and 02.ipynb has no cell of this assignment"


@pytest.mark.parametrize("content", ["", "{ broken", "[]", json.dumps({"cells": 3})])
def test_what_is_no_notebook_is_not_taken_for_one(tmp_path: Path, content: str) -> None:
    assert "other.ipynb has no cell" in find(tmp_path, {"other.ipynb": content}).problem


def test_copies_that_programs_leave_do_not_count(tmp_path: Path) -> None:
    copies = dict.fromkeys(
        [f".ipynb_checkpoints/{NAME}-checkpoint.ipynb", f"__MACOSX/._{FILE}", f"._{FILE}"], OURS
    )
    assert find(tmp_path, {"mine.ipynb": OURS, **copies}).path == tmp_path / "mine.ipynb"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert find(tmp_path, {}).problem.endswith("but nothing")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert find(tmp_path / "none", {}).problem.endswith("but nothing")


def test_other_files_are_named(tmp_path: Path) -> None:
    assert "but essay.pdf" in find(tmp_path, {"essay.pdf": ""}).problem


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither to a notebook nor to a folder: a student chose where they lead."""
    outside = tmp_path / "outside"
    find(outside, {"mine.ipynb": OURS})
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.ipynb").symlink_to(outside / "mine.ipynb")
    (folder / "b").symlink_to(outside)
    assert find(folder, {}).problem


def test_a_link_in_its_place_is_left_to_be_refused_by_who_reads_it(tmp_path: Path) -> None:
    (tmp_path / FILE).symlink_to(tmp_path / "gone")
    assert find(tmp_path, {"mine.ipynb": OURS}).path == tmp_path / FILE


def test_a_loop_of_links_and_a_deep_nest_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find(tmp_path, {"/".join("abcdefgh") + "/mine.ipynb": OURS}).problem


def test_a_flood_of_files_is_not_searched_through(tmp_path: Path) -> None:
    for number in range(MAX_LOOKED_AT + 10):
        (tmp_path / f"{number:05}.txt").touch()
    assert find(tmp_path, {"zz.ipynb": OURS}).problem


def test_a_flood_of_notebooks_is_not_read(tmp_path: Path) -> None:
    names = [f"{number}.ipynb" for number in range(MAX_NOTEBOOKS + 1)]
    assert "but over 20 others" in find(tmp_path, dict.fromkeys(names, OURS)).problem
