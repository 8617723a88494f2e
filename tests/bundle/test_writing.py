"""The command writes the same bytes for the same course, and nothing at all when it leaks."""

import os
import zipfile
from pathlib import Path

import pytest

from autograder.bundle.contents import built_assignments, collect
from autograder.bundle.writing import FOLDER, MAX_BYTES, publish, write_zip
from autograder.course import CourseError, Repository
from tests.build.tiny import NAME, Said, autograder
from tests.bundle.conftest import ROOT

MISTAKE = "size_of_factor = factor if factor > 0 else -factor"


def bundle(repository: Repository, output: Path, *words: str) -> Said:
    return autograder("bundle", "--output", output, *words, cwd=repository.root)


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_folder_and_zip_hold_the_same(repository: Repository, tmp_path: Path) -> None:
    said = bundle(repository, tmp_path / "out")
    assert said.status == 0, said.err
    folder = tmp_path / "out" / FOLDER
    written = {
        f"{FOLDER}/{p.relative_to(folder).as_posix()}": p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file()
    }
    assert contents(tmp_path / "out" / f"{FOLDER}.zip") == written
    assert f"{FOLDER}/notebooks/{NAME}/{NAME}.ipynb" in written
    assert str(folder) in said.out


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    write_zip({"b": b"2" * 99, "a/c": b"1"}, first)
    before = os.umask(0o077)
    try:
        write_zip({"a/c": b"1", "b": b"2" * 99}, second)
    finally:
        os.umask(before)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_leak_stops_it_before_anything_is_written(repository: Repository, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert bundle(repository, output).status == 0
    before = contents(output / f"{FOLDER}.zip")
    (repository.root / "lib" / "visionlab" / "new.py").write_text(f"{MISTAKE}\n")
    said = bundle(repository, output)
    assert said.status == 1
    assert said.out == f"lib/visionlab/new.py: an answer: {MISTAKE}\n"
    assert "no bundle written" in said.err
    assert contents(output / f"{FOLDER}.zip") == before
    assert not (output / FOLDER / "lib" / "visionlab" / "new.py").exists()


def test_what_left_the_bundle_leaves_the_folder(tmp_path: Path) -> None:
    publish({"old/one.py": b"1", "both.py": b"2"}, tmp_path)
    folder, _, strange = publish({"both.py": b"3"}, tmp_path)
    assert not (folder / "old" / "one.py").exists()
    assert (folder / "both.py").read_bytes() == b"3"
    assert strange == []


def test_what_others_put_there_stays_and_is_named(tmp_path: Path) -> None:
    folder, _, _ = publish({"one.py": b"1"}, tmp_path)
    for name in (".git/HEAD", "CITATION.cff"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("ours")
    _, _, strange = publish({"one.py": b"1"}, tmp_path)
    assert (folder / ".git" / "HEAD").read_text() == "ours"
    assert strange == ["CITATION.cff"]


def test_a_file_in_the_place_of_the_zip_is_not_lost(tmp_path: Path) -> None:
    place = tmp_path / f"{FOLDER}.zip"
    place.write_text("somebody's own")
    with pytest.raises(CourseError, match="is no zip: move it away"):
        publish({"one.py": b"1"}, tmp_path)
    assert place.read_text() == "somebody's own"


def test_a_zip_that_names_files_elsewhere_deletes_none(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kept")
    output = tmp_path / "out"
    publish({"one.py": b"1"}, output)
    with zipfile.ZipFile(output / f"{FOLDER}.zip", "w") as archive:
        archive.writestr(f"{FOLDER}/../../outside", "")
        archive.writestr("/outside", "")
    publish({"one.py": b"1"}, output)
    assert outside.read_text() == "kept"


def test_without_any_secret_the_command_says_what_it_could_not_search(
    repository: Repository, tmp_path: Path
) -> None:
    said = bundle(repository, tmp_path / "out")
    assert "no course has a secret yet" in said.err


def test_an_unknown_assignment_is_named_in_one_line(repository: Repository, tmp_path: Path) -> None:
    said = bundle(repository, tmp_path / "out", "--assignments", "99_more")
    assert said.status == 1
    assert said.err == f"autograder: there is no assignment 99_more; there is {NAME}\n"


def test_the_whole_course_is_under_five_megabytes(tmp_path: Path) -> None:
    repository = Repository(ROOT)
    write_zip(collect(repository, built_assignments(repository, []), None), tmp_path / "all.zip")
    assert (tmp_path / "all.zip").stat().st_size < 5e6 == MAX_BYTES
