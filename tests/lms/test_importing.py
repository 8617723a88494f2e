"""Zip files of submissions into the course folder: whose they are, and what they may not do."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from autograder.lms.handed_in import delay
from tests.build.tiny import NAME, Said, TinyCourse, autograder
from tests.lms.conftest import Class
from tests.lms.zips import bomb, content_of, linked, notebook, patched, zipped

Take = Callable[..., Said]
DUE = f"[assignments.{NAME}]\ndue = 2030-01-01T12:00:00\n"


@pytest.fixture
def take(tiny: TinyCourse, classroom: Class) -> Take:
    """Imports a zip file into the class."""

    def run(archive: Path, *words: str | Path) -> Said:
        place = ("--course", classroom.root)
        sources = tiny.repository.root / "solutions"
        return autograder("import-submissions", NAME, archive, *words, *place, cwd=sources)

    return run


def submitted(room: Class, who: str) -> Path:
    return room.root / "submitted" / who / NAME / f"{NAME}.ipynb"


def everything(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def flat(said: Said) -> str:
    """What was printed, without the table's lines and line ends."""
    return re.sub(r"[│\s]+", " ", said.out)


def remark(said: Said, who: str) -> str:
    """The line of one student, its table cells joined."""
    lines = said.out.splitlines()
    (start,) = [n for n, line in enumerate(lines) if re.match(rf"│ {re.escape(who)}\b", line)]
    text = [lines[start]]
    for line in lines[start + 1 :]:
        if not re.match(r"│\s{2,}", line):
            break
        text.append(line)
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text]
    return " | ".join(" ".join(filter(None, column)) for column in zip(*cells, strict=True))


def test_canvas_names_find_their_students(take: Take, classroom: Class, tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "s.zip",
        {
            f"last13first13_70013_555_{NAME}.ipynb": notebook("thirteen"),
            f"李小龍_70002_556_{NAME}.ipynb": notebook("two"),
            f"x_y_70014_557_{NAME}-2.ipynb": notebook("fourteen"),
        },
    )
    said = take(archive)
    assert (said.status, said.err) == (0, "")
    told = {who: content_of(submitted(classroom, who)) for who in ("s013", "s002", "s014")}
    assert told == {"s013": "thirteen", "s002": "two", "s014": "fourteen"}
    assert "3 new" in said.out
    assert "nothing by 27 students" in said.out


def test_moodle_folders_and_files_find_their_students(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    archive = zipped(
        tmp_path / "s.zip",
        {
            f"First13 Last13_401_assignsubmission_file_/{NAME}.ipynb": notebook("folder"),
            f"First14 Last14_402_assignsubmission_file_/deep/er/{NAME}.ipynb": notebook("deep"),
            f"First15 Last15_403_assignsubmission_file_{NAME}.ipynb": notebook("flat"),
            f"Zażółć Łukasiewicz_404_assignsubmission_file/{NAME}.ipynb": notebook("twice"),
        },
    )
    said = take(archive)
    assert said.status == 1
    told = {who: content_of(submitted(classroom, who)) for who in ("s013", "s014", "s015")}
    assert told == {"s013": "folder", "s014": "deep", "s015": "flat"}
    assert "may be s001 or s007: give --worksheet" in flat(said)


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Last modified (grade)\n"
    "Participant 404,Zażółć Łukasiewicz,s007@uni.example,"
    "Submitted for grading - 1 day 2 hours late - Graded,,-\n"
    "Participant 405,Zażółć Łukasiewicz,s001@uni.example,Submitted for grading,,-\n"
)


def test_moodles_worksheet_tells_namesakes_apart_and_who_is_late(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    (classroom.root / "course.toml").write_text(DUE)
    (tmp_path / "w.csv").write_text(WORKSHEET)
    name = "Zażółć Łukasiewicz_{}_assignsubmission_file_/" + f"{NAME}.ipynb"
    files = {name.format(404): notebook("seven"), name.format(405): notebook("one")}
    said = take(zipped(tmp_path / "s.zip", files), "--worksheet", tmp_path / "w.csv")
    assert said.status == 0, said.out + said.err
    told = {who: content_of(submitted(classroom, who)) for who in ("s007", "s001")}
    assert told == {"s007": "seven", "s001": "one"}
    stamp = submitted(classroom, "s007").with_name("timestamp.txt")
    assert stamp.read_text() == "2030-01-02 14:00:00 UTC\n"
    assert not submitted(classroom, "s001").with_name("timestamp.txt").exists()


def test_canvas_late_mark_is_one_second_past_the_due_date(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    (classroom.root / "course.toml").write_text(DUE)
    files = {f"last13first13_LATE_70013_5_{NAME}.ipynb": notebook("late")}
    said = take(zipped(tmp_path / "s.zip", files))
    assert "how late is not told" in flat(said)
    stamp = submitted(classroom, "s013").with_name("timestamp.txt")
    assert stamp.read_text() == "2030-01-01 12:00:01 UTC\n"


@pytest.mark.parametrize(
    ("status", "late"),
    [
        ("Submitted for grading - 1 day 2 hours late", timedelta(days=1, hours=2)),
        ("Submitted for grading - 45 mins 3 secs late - Graded", timedelta(minutes=45, seconds=3)),
        ("Submitted for grading - Graded", None),
        ("No submission - Assignment is overdue by: 3 days 1 hour", None),
    ],
)
def test_a_worksheets_status_says_how_late(status: str, late: timedelta | None) -> None:
    assert delay(status) == late


def test_what_is_handed_in_again_replaces_the_one_before_which_is_kept(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    for number, words in ((10, "first"), (11, "second"), (12, "third")):
        files = {f"a_70013_{number}_{NAME}.ipynb": notebook(words)}
        assert take(zipped(tmp_path / "s.zip", files)).status == 0
    assert content_of(submitted(classroom, "s013")) == "third"
    kept = sorted((classroom.root / "superseded" / "s013" / NAME).glob("*/*.ipynb"))
    assert [content_of(path) for path in kept] == ["first", "second"]


def test_an_older_zip_file_never_replaces_a_newer_submission(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    take(zipped(tmp_path / "new.zip", {f"a_70013_12_{NAME}-1.ipynb": notebook("new")}))
    said = take(zipped(tmp_path / "old.zip", {f"a_70013_10_{NAME}.ipynb": notebook("old")}))
    assert content_of(submitted(classroom, "s013")) == "new"
    assert "older" in remark(said, "s013")


def test_of_several_files_in_one_submission_the_last_of_the_right_name_counts(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    files = {
        f"a_70013_10_{NAME}.ipynb": notebook("earlier"),
        f"a_70013_12_{NAME}-1.ipynb": notebook("later"),
        "a_70013_99_scratch.ipynb": notebook("scratch"),
        "a_70013_98_data.csv": "1,2",
    }
    said = take(zipped(tmp_path / "s.zip", files))
    assert content_of(submitted(classroom, "s013")) == "later"
    assert "the last of 2 with that name; 1 other notebooks left out" in remark(said, "s013")


def test_a_renamed_notebook_is_taken_and_told(take: Take, classroom: Class, tmp_path: Path) -> None:
    said = take(zipped(tmp_path / "s.zip", {"a_70013_1_my homework.ipynb": notebook("mine")}))
    assert (said.status, content_of(submitted(classroom, "s013"))) == (0, "mine")
    assert "it was called my homework.ipynb" in remark(said, "s013")


def test_a_zip_file_in_the_zip_file_is_looked_into(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(f"hw/{NAME}.ipynb", notebook("inside"))
        archive.writestr(f"__MACOSX/hw/._{NAME}.ipynb", b"\0")
    take(zipped(tmp_path / "s.zip", {"a_70013_1_hw.zip": inner.getvalue()}))
    assert content_of(submitted(classroom, "s013")) == "inside"


REFUSED = [
    ({"a_70013_1_a.ipynb": "1", "a_70013_2_b.ipynb": "2"}, "no telling which: a.ipynb, b.ipynb"),
    ({"a_70013_1_a.py": "print()"}, "no notebook, but a.py"),
    ({"a_99999_1_a.ipynb": "1"}, "no student has the canvas_id 99999"),
    ({"anon_abCd1_1_a.ipynb": "1"}, "the assignment is anonymous in Canvas"),
    ({"notes.ipynb": "1"}, "Canvas names no submission so"),
    ({"a_70013_text.html": "<p>"}, "Canvas names no submission so"),
    ({"a_70013_1_a.zip": "no zip"}, "it is no zip file"),
    ({"../../a_70013_1_a.ipynb": "1"}, "its name leads out of the archive"),
    ({"/etc/a_70013_1_a.ipynb": "1"}, "its name leads out of the archive"),
]


@pytest.mark.parametrize(("files", "why"), REFUSED, ids=[why[:25] for _, why in REFUSED])
def test_what_cannot_be_taken_is_refused_and_costs_nobody_else(
    take: Take, classroom: Class, tmp_path: Path, files: dict[str, str | bytes], why: str
) -> None:
    good = {f"a_70014_7_{NAME}.ipynb": notebook("good")}
    said = take(zipped(tmp_path / "s.zip", {**files, **good}))
    assert said.status == 1
    assert why in flat(said)
    assert content_of(submitted(classroom, "s014")) == "good"
    assert not submitted(classroom, "s013").exists()
    assert "1 refused; the rest is taken in" in said.err


def test_nothing_is_written_outside_the_students_folders(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    before = set(everything(tmp_path))
    files = {
        f"a_70013_1_..\\..\\{NAME}.ipynb": notebook("1"),
        f"a_70014_1_{NAME}.ipynb/../../../../evil.ipynb": notebook("2"),
        f"a_70015_1_{NAME}.ipynb": notebook("3"),
    }
    take(zipped(tmp_path / "s.zip", files))
    new = set(everything(tmp_path)) - before
    allowed = re.compile(r"s\.zip|course/(submitted/s01\d/90_tiny/90_tiny\.ipynb|records/.*)")
    assert [name for name in new if not allowed.fullmatch(name)] == []


def test_a_link_in_the_archive_is_refused(take: Take, classroom: Class, tmp_path: Path) -> None:
    said = take(linked(tmp_path / "s.zip", f"a_70013_1_{NAME}.ipynb", "/etc/passwd"))
    assert "it is a link, not a file" in said.out
    assert not submitted(classroom, "s013").exists()


@pytest.mark.parametrize("ending", ["ipynb", "zip"])
def test_a_bomb_is_refused_before_it_goes_off(
    take: Take, classroom: Class, tmp_path: Path, ending: str
) -> None:
    archive = bomb(tmp_path / "s.zip", f"a_70013_1_x.{ending}", 100)
    assert archive.stat().st_size < 200_000
    said = take(archive)
    assert "it is larger than" in said.out
    assert not submitted(classroom, "s013").exists()


def test_a_damaged_file_is_refused(take: Take, classroom: Class, tmp_path: Path) -> None:
    archive = tmp_path / "s.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr(f"a_70013_1_{NAME}.ipynb", notebook("AAAA"))
    said = take(patched(archive, b"AAAA", b"AAAB"))
    assert "it is damaged" in said.out


def test_names_that_would_move_the_cursor_are_shown_without_it(take: Take, tmp_path: Path) -> None:
    said = take(zipped(tmp_path / "s.zip", {"\x1b[2Jnotes\x07[bold]": "1"}))
    assert "\x1b" not in said.out and "\x07" not in said.out
    assert "[bold]" in said.out


def test_a_name_in_utf8_without_the_mark_for_it_is_read_right(
    take: Take, classroom: Class, tmp_path: Path
) -> None:
    placeholder, real = "@" * 6 + "_70002_1_n.ipynb", "李龍".encode() + b"_70002_1_n.ipynb"
    archive = zipped(tmp_path / "s.zip", {placeholder: notebook("two")})
    take(patched(archive, placeholder.encode(), real))
    assert content_of(submitted(classroom, "s002")) == "two"


def test_a_dry_run_writes_nothing(take: Take, classroom: Class, tmp_path: Path) -> None:
    before = everything(classroom.root)
    said = take(zipped(tmp_path / "s.zip", {f"a_70013_1_{NAME}.ipynb": notebook("1")}), "--dry-run")
    assert everything(classroom.root) == before
    assert "1 new" in said.out and "nothing written" in said.out


def test_importing_again_changes_nothing(take: Take, classroom: Class, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "s.zip", {f"a_70013_1_{NAME}.ipynb": notebook("1")})
    take(archive)
    before = everything(classroom.root)
    assert "1 unchanged" in take(archive).out
    assert everything(classroom.root) == before


@pytest.mark.parametrize("content", ["", "no zip file"])
def test_a_file_that_is_no_zip_is_one_line(take: Take, tmp_path: Path, content: str) -> None:
    (tmp_path / "s.zip").write_text(content)
    said = take(tmp_path / "s.zip")
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert "s.zip is no zip file" in line
