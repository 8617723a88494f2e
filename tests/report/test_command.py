"""The report of a small class that was really graded, from the command line."""

import csv
import io
import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.build.tiny import NAME, Said, TinyCourse, autograder
from tests.report.conftest import FORMULA, TAG
from tests.report.test_page import Tables

POINTS = """
select submitted_assignment.student_id, base_cell.name,
       coalesce(grade.manual_score, grade.auto_score, 0) + coalesce(grade.extra_credit, 0)
from grade
join submitted_notebook on submitted_notebook.id = grade.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
join base_cell on base_cell.id = grade.cell_id
"""


@pytest.fixture
def reported(tiny: TinyCourse, graded: Path, tmp_path: Path) -> Path:
    """The page, in a folder of its own."""
    page = tmp_path / "page.html"
    report(tiny, graded, NAME, "--output", page)
    return page


def report(tiny: TinyCourse, course: Path, *words: str | Path) -> Said:
    place = tiny.repository.root / "solutions"
    return autograder("report", *words, "--course", course, cwd=place)


def booked(course: Path) -> dict[str, dict[str, float]]:
    """Student -> cell -> points, as the gradebook's tables have them."""
    found: dict[str, dict[str, float]] = {}
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        for student, cell, points in gradebook.execute(POINTS):
            found.setdefault(student, {})[cell] = points
    return found


def table(page: Path, caption: str) -> list[list[str]]:
    (rows,) = [t for c, t in Tables(page.read_text()).tables.items() if c.startswith(caption)]
    return rows[1:]


def test_everyones_points_are_the_gradebooks(graded: Path, reported: Path) -> None:
    wanted = {student: sum(cells.values()) for student, cells in booked(graded).items()}
    assert set(wanted.values()) == {0, 2, 3}
    shown = {row[0]: row[1] for row in table(reported, "Points as in the gradebook")}
    assert shown == {student: f"{points:.2f} of 3" for student, points in wanted.items()}
    data = json.loads(reported.with_suffix(".json").read_text())["assignments"][0]
    assert {s["student"]: s["score"] for s in data["submissions"]} == wanted


def test_the_mean_and_the_share_of_each_exercise_are_the_gradebooks(
    graded: Path, reported: Path
) -> None:
    cells = booked(graded)
    mean = sum(sum(c.values()) for c in cells.values()) / len(cells)
    assert f"mean {mean:.2f} of 3," in reported.read_text()
    readable = [c for student, c in cells.items() if student != "s004"]
    for name, points in (("scale", 2), ("row_means", 1)):
        share = sum(c[f"check-{name}"] for c in readable) / points / len(readable)
        (row,) = [r for r in table(reported, "Difficulty") if r[1] == name]
        assert row[5] == f"{100 * share:.0f} %"


def test_points_changed_in_the_formgrader_are_the_reports(
    tiny: TinyCourse, graded: Path, tmp_path: Path
) -> None:
    book = tmp_path / "changed.db"
    book.write_bytes((graded / "gradebook.db").read_bytes())
    with sqlite3.connect(book) as gradebook:
        gradebook.execute("update grade set manual_score = 0.75 where auto_score = 2")
    words = (NAME, "--db", f"sqlite:///{book}", "--output", tmp_path / "page.html")
    report(tiny, graded, *words)
    shown = {row[0]: row[1] for row in table(tmp_path / "page.html", "Points as in the")}
    assert shown["s001"] == "1.75 of 3"
    assert "a person set the points of scale to 0.75" in re.sub(
        "<[^>]*>", "", (tmp_path / "page.html").read_text()
    )


def test_the_misconception_is_counted_with_its_hint(reported: Path) -> None:
    (row,) = table(reported, "Known misconceptions")
    assert row[:2] == ["scale", "2"]
    assert row[3:] == [
        "The sign of the factor is lost: do you take its size only?",
        "drops the sign",
    ]


def test_facets_are_of_those_who_tried(reported: Path) -> None:
    rows = {(r[0], r[1]): (r[2], r[3]) for r in table(reported, "How many passed each facet")}
    assert rows == {
        ("scale", "values"): ("4", "4"),
        ("scale", "sign"): ("2", "4"),
        ("row_means", "values"): ("3", "3"),
    }


def test_who_wrote_nothing_stopped_before_the_first_exercise(reported: Path) -> None:
    assert table(reported, "Students whose last exercises") == [["s003", "wrote nothing", "2"]]


def test_the_unreadable_file_is_named_with_its_reason(reported: Path) -> None:
    found = table(reported, "What was noted")
    (row,) = [r for r in found if r[1] == "unreadable"]
    assert row[0] == "s004"
    assert row[2].startswith("the file is not a Jupyter notebook")


def test_submissions_without_a_mark_are_listed_and_told(
    tiny: TinyCourse, graded: Path, reported: Path
) -> None:
    wanted = [
        ["s006", f"not graded yet: run 'autograder grade {NAME}'"],
        ["s007", f"there is no {NAME}.ipynb, but mine.ipynb"],
    ]
    assert table(reported, "Students of the course who have no mark") == wanted
    said = report(tiny, graded, NAME, "--csv")
    assert said.status == 1
    assert said.err.splitlines() == [f"autograder: {s}: {reason}" for s, reason in wanted]


def test_the_table_has_numbers_and_no_formulas(tiny: TinyCourse, graded: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(report(tiny, graded, NAME, "--csv").out, newline="")))
    scores = {row["student"]: float(row["score"]) for row in rows}
    assert scores[f"'{FORMULA}"] == 2
    assert scores[TAG] == 2
    assert {row["student"]: row["scale"] for row in rows}["s001"] == "2.0"


def test_printed_data_are_data_and_nothing_else(tiny: TinyCourse, graded: Path) -> None:
    data = json.loads(report(tiny, graded, NAME, "--json").out)
    assert [a["name"] for a in data["assignments"]] == [NAME]


def test_data_go_into_a_file(tiny: TinyCourse, graded: Path, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "grades.csv"
    said = report(tiny, graded, NAME, "--csv", "--output", path)
    assert said.out == ""
    assert [p.name for p in path.parent.iterdir()] == ["grades.csv"]
    assert path.read_bytes().count(b"\r\n") == 7


def test_without_a_name_all_graded_assignments_are_reported(tiny: TinyCourse, graded: Path) -> None:
    report(tiny, graded)
    assert f'<h2 id="{NAME.replace("_", "-")}"' in (graded / "reports/course.html").read_text()


def test_an_anonymous_report_lies_apart_and_names_nobody(tiny: TinyCourse, graded: Path) -> None:
    report(tiny, graded, NAME)
    said = report(tiny, graded, NAME, "--anonymous")
    reports = graded / "reports"
    for suffix in (".html", ".csv", ".json"):
        named = (reports / f"{NAME}{suffix}").read_text()
        nameless = (reports / f"{NAME}-anonymous{suffix}").read_text()
        for student in ("s001", "s002", "s004", "1+1", "onclick"):
            assert student in named
            assert student not in nameless
        assert "s006" not in nameless
    assert "submissions without a mark: 2" in said.err
    assert "s006" not in said.err


def test_the_terminal_shows_the_exercises(tiny: TinyCourse, graded: Path) -> None:
    said = report(tiny, graded, NAME)
    assert re.search(r"scale\W+4\W+60%", said.out)
    assert f"report: {graded / 'reports' / NAME}.html" in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--csv", "--json"], "choose one of --csv and --json"),
        (["--output", "grades.csv"], "--output grades.csv is for the page"),
        (["--db", "not a url"], "--db not a url is not a database URL"),
        (
            ["--db", "sqlite:////nowhere/grades.db"],
            "there is no gradebook at sqlite:////nowhere/grades.db",
        ),
    ],
)
def test_a_mistake_is_one_clear_line(
    tiny: TinyCourse, graded: Path, words: list[str], message: str
) -> None:
    said = report(tiny, graded, NAME, *words)
    assert (said.status, said.out) == (1, "")
    (line,) = said.err.splitlines()
    assert message in line


def test_a_course_without_grades_says_what_to_do(tiny: TinyCourse, tmp_path: Path) -> None:
    said = report(tiny, tmp_path / "course")
    assert (said.status, "nothing is graded yet" in said.err) == (1, True)
    assert not (tmp_path / "course").exists()
