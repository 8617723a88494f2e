"""The files for Canvas, Moodle and Blackboard, read as those systems read them."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.build.tiny import NAME, Said, autograder
from tests.lms.conftest import ABSENT, OTHER, SIZE, Class

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
CANVAS = f"""timezone = "UTC"
[assignments.{NAME}]
title = "Lab 1, tiny"
canvas_id = 4711
blackboard_id = 815
"""


def export(room: Class, *words: str | Path) -> Said:
    return autograder("export", *words, "--course", room.root)


def exported(room: Class, *words: str | Path, encoding: str = "utf-8") -> list[list[str]]:
    """The cells of an export to a file of its own."""
    target = room.root / "out.csv"
    said = export(room, *words, "--output", target)
    assert said.status == 0, said.err
    return rows_of(target, encoding)


def rows_of(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def canvas_reads(rows: list[list[str]], room: Class) -> dict[str, dict[str, str]]:
    """Student -> column -> score, by the steps of Canvas's importer."""
    header = rows[0]
    assert "Student" in header[0] and "ID" in header[1]
    assert header[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    by_id = {s.canvas_id: s for s in room.roster}
    read = {}
    for row in rows[1:]:
        assert len(row) == len(header)
        if "Points Possible" not in row[0]:
            student = by_id[row[1]]  # what the importer looks at first; the others must fit
            assert row[2:4] == [student.number, student.username]
            read[student.id] = dict(zip(header[5:], row[5:], strict=True))
    return read


def test_canvas_gets_everyones_points_under_the_number_of_its_column(classroom: Class) -> None:
    (classroom.root / "course.toml").write_text(CANVAS)
    rows = exported(classroom, NAME, "--to", "canvas")
    assert rows[0][5:] == ["Lab 1, tiny (4711)"]
    assert rows[1] == ["Points Possible", "", "", "", "", "3"]
    read = canvas_reads(rows, classroom)
    assert len(read) == SIZE
    assert read.pop(ABSENT) == {"Lab 1, tiny (4711)": ""}
    told = {who: float(cells["Lab 1, tiny (4711)"]) for who, cells in read.items()}
    assert told == classroom.points


def test_names_with_commas_quotes_and_other_alphabets_come_through(classroom: Class) -> None:
    names = {row[3]: row[0] for row in exported(classroom, NAME, "--to", "canvas")[2:]}
    assert names["login6"] == 'O\'Neil, Jr., Mary "Molly"'
    assert names["login2"] == "李, 小龍"
    assert names["login1"] == "Łukasiewicz, Zażółć"


@pytest.mark.parametrize("lms", ["canvas", "moodle", "blackboard", "csv"])
def test_no_cell_is_a_formula(classroom: Class, lms: str) -> None:
    (classroom.root / "course.toml").write_text(CANVAS)
    rows = exported(classroom, NAME, "--to", lms, encoding="utf-8-sig")
    cells = [cell for row in rows for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(BEGINS_A_FORMULA)]


def test_moodle_gets_feedback_with_every_grade(classroom: Class) -> None:
    rows = exported(classroom, NAME, "--to", "moodle")
    header = rows[0]
    assert header[:5] == ["First name", "Last name", "Username", "ID number", "Email address"]
    assert header[5:] == [f"Assignment: {NAME} (Real)", f"Assignment: {NAME} (Feedback)"]
    by_mail = {row[4]: row[5:] for row in rows[1:]}
    for who, points in classroom.points.items():
        grade, words = by_mail[f"{who}@uni.example"]
        assert float(grade) == points
        assert words == f"{points:g} of 3 points."
    assert by_mail[f"{ABSENT}@uni.example"][0] == ""


def test_blackboard_gets_its_column_and_quotes_everywhere(classroom: Class) -> None:
    (classroom.root / "course.toml").write_text(CANVAS)
    rows = exported(classroom, NAME, "--to", "blackboard", encoding="utf-8-sig")
    assert rows[0][:4] == ["Last Name", "First Name", "Username", "Student ID"]
    assert rows[0][4] == "Lab 1, tiny [Total Pts: 3 Score] |815"
    by_login = {row[2]: row[4] for row in rows[1:]}
    for s in classroom.roster:
        told = by_login[s.username]
        assert (told == "") if s.id == ABSENT else (float(told) == classroom.points[s.id])
    line = (classroom.root / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert re.fullmatch(r'("([^"]|"")*",?)+', line)


def test_blackboard_without_the_columns_number_is_refused(classroom: Class) -> None:
    said = export(classroom, NAME, "--to", "blackboard")
    assert said.status == 1
    assert "set blackboard_id in course.toml" in said.err


CANVAS_EXPORT = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (4711),Essay (12),Final Score\n"
    "    Points Possible,,,,,3.00,10.00,(read only)\n"
    "{students}"
    '"Student, Test",999,,x,A,,,\n'
)


def canvas_export(room: Class, skipped: str = "") -> Path:
    """What Canvas exports of this class, with an essay that it has the points of."""
    lines = [
        f'"Name {s.id}",{s.canvas_id},{s.number},{s.username},A,0.5,7.25,88.1\n'
        for s in room.roster
        if s.id != skipped
    ]
    path = room.root / "canvas.csv"
    path.write_text("\ufeff" + CANVAS_EXPORT.format(students="".join(lines)))
    return path


def test_canvas_own_file_is_filled_in_and_the_rest_of_it_stays(classroom: Class) -> None:
    (classroom.root / "course.toml").write_text(CANVAS)
    template = canvas_export(classroom)
    rows = exported(classroom, NAME, "--to", "canvas", "--template", template)
    assert rows[0] == rows_of(template, "utf-8-sig")[0]
    read = canvas_reads([row for row in rows if row[0] != "Student, Test"], classroom)
    for who, cells in read.items():
        assert float(cells["Lab 1 (4711)"]) == classroom.points.get(who, 0.5)
        assert (cells["Essay (12)"], cells["Final Score"]) == ("7.25", "88.1")
    assert rows[-1][0] == "Student, Test"


def test_another_maximum_in_the_lms_is_told(classroom: Class) -> None:
    (classroom.root / "course.toml").write_text(CANVAS)
    template = canvas_export(classroom)
    template.write_text(template.read_text().replace(",3.00,", ",100.00,"))
    said = export(classroom, NAME, "--to", "canvas", "--template", template)
    assert f"{NAME} is worth 3 points here, but 100 in the LMS" in said.err


def test_a_graded_student_missing_in_the_lms_file_is_named(classroom: Class) -> None:
    (classroom.root / "course.toml").write_text(CANVAS)
    template = canvas_export(classroom, skipped="s007")
    words = (NAME, "--to", "canvas", "--template", template)
    said = export(classroom, *words)
    assert said.status == 1
    assert "graded, but not in canvas.csv: s007" in said.err
    assert export(classroom, *words, "--skip-unknown").status == 0


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)


def test_moodles_worksheet_is_filled_in(classroom: Class) -> None:
    template = classroom.root / "worksheet.csv"
    lines = [
        f'Participant {600 + n},"{s.first_name.replace(chr(34), chr(34) * 2)} x",{s.email},'
        f"Submitted for grading,,3.00,Yes,-,-,{'kept' if n == 4 else ''}\n"
        for n, s in enumerate(classroom.roster)
    ]
    template.write_text(WORKSHEET + "".join(lines))
    rows = exported(classroom, NAME, "--to", "moodle", "--template", template)
    assert ",".join(rows[0]) + "\n" == WORKSHEET
    by_mail = {row[2]: row for row in rows[1:]}
    for who, points in classroom.points.items():
        row = by_mail[f"{who}@uni.example"]
        assert row[0].startswith("Participant 6")
        assert float(row[4]) == points
        assert row[7:9] == ["", ""]  # the worksheet's "-" is no formula, and no text either
        assert row[9] == ("kept" if who == "s005" else f"{points:g} of 3 points.")
    assert by_mail[f"{ABSENT}@uni.example"][4] == ""


def test_blackboards_own_file_keeps_its_tabs_and_its_encoding(classroom: Class) -> None:
    template = classroom.root / "gc.xls"
    head = f'"Last Name"\t"First Name"\t"Username"\t"{NAME} [Total Pts: up to 5 Score] |99"\n'
    lines = [f'"{s.id}"\t"Ünal"\t"{s.username}"\t""\n' for s in classroom.roster]
    template.write_text(head + "".join(lines), encoding="utf-16")
    target = classroom.root / "out.csv"
    said = export(classroom, NAME, "--to", "blackboard", "--template", template, "--output", target)
    assert said.status == 0
    assert f"{NAME} is worth 3 points here, but 5 in the LMS" in said.err
    text = target.read_text(encoding="utf-16")
    rows = list(csv.reader(io.StringIO(text), delimiter="\t"))
    assert rows[0][3] == f"{NAME} [Total Pts: up to 5 Score] |99"
    told = {row[0]: row[3] for row in rows[1:]}
    assert {who: float(told[who]) for who in classroom.points} == classroom.points
    assert rows[1][1] == "Ünal"


def test_a_file_of_another_system_is_no_template(classroom: Class) -> None:
    template = canvas_export(classroom)
    said = export(classroom, NAME, "--to", "blackboard", "--template", template)
    assert said.status == 1
    assert "canvas.csv is no file that blackboard exports" in said.err


def test_the_template_itself_is_never_written_over(classroom: Class) -> None:
    template = canvas_export(classroom)
    before = template.read_bytes()
    words = (NAME, "--to", "canvas", "--template", template, "--output", template)
    said = export(classroom, *words)
    assert (said.status, template.read_bytes()) == (1, before)
    assert "is the template itself" in said.err


def test_a_student_who_is_graded_but_in_no_roster_is_named(classroom: Class) -> None:
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("guest")
        gradebook.add_submission(NAME, "guest")
    said = export(classroom, NAME, "--to", "canvas")
    assert said.status == 1
    assert "not in roster.csv: guest" in said.err
    assert len(exported(classroom, NAME, "--to", "canvas", "--skip-unknown")) == SIZE + 2


def test_late_penalties_are_taken_off(classroom: Class) -> None:
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        page = gradebook.find_submission_notebook(NAME, NAME, "s009")
        page.late_submission_penalty = 0.75
        gradebook.db.commit()
    rows = exported(classroom, NAME, "--to", "moodle")
    (row,) = [row for row in rows if row[4] == "s009@uni.example"]
    assert row[5:] == ["1.25", "2 of 3 points, 0.75 taken off for being late."]


def test_points_that_wait_for_a_person_are_told(classroom: Class) -> None:
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("check-a", NAME, NAME, "s002").needs_manual_grade = True
        gradebook.db.commit()
    said = export(classroom, NAME, "--to", "csv")
    assert f"{NAME}: 1 wait for points by hand" in said.err


def test_who_handed_in_nothing_gets_zero_only_when_asked(classroom: Class) -> None:
    rows = exported(classroom, NAME, "--to", "canvas", "--missing", "zero")
    (row,) = [row for row in rows if row[3] == "login30"]
    assert row[5] == "0"


def test_all_assignments_go_together_where_none_is_named(classroom: Class) -> None:
    rows = exported(classroom, "--to", "csv")
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["id"] == "s001"
    assert float(row[f"{OTHER} (of 3)"]) == 3
    assert float(row["total (of 6)"]) == 3 + classroom.points["s001"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "ilias"), "--to ilias: there is canvas, moodle, blackboard, csv"),
        (("99_nothing", "--to", "csv"), "the gradebook has no 99_nothing"),
        ((NAME, "--to", "csv", "--student", "nobody"), "not in roster.csv: nobody"),
        ((NAME, "--to", "csv", "--missing", "one"), "--missing one"),
        ((NAME, "--to", "canvas", "--template", "nowhere.csv"), "there is no file nowhere.csv"),
    ],
)
def test_a_mistake_is_one_line(classroom: Class, words: tuple[str, ...], message: str) -> None:
    said = export(classroom, *words)
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert message in line


def test_nbgrader_exports_with_the_same_plugin(classroom: Class) -> None:
    target = classroom.root / "by-nbgrader.csv"
    words = [
        "--exporter=autograder.lms.canvas.CanvasExport",
        f"--to={target}",
        f"--LmsExport.course_root={classroom.root}",
        f"--db=sqlite:///{classroom.root / 'gradebook.db'}",
        f'--assignment=["{NAME}"]',
    ]
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", *words],
        cwd=classroom.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rows_of(target) == exported(classroom, NAME, "--to", "canvas")
