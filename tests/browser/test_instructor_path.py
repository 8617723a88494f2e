"""An instructor's path in the formgrader, from the student version to feedback and export.

The steps are fixtures that follow one another; what each test looks at is what its step left.
"""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Locator, expect

from autograder.course import Course
from autograder.nbgrader_plugin import COURSE_ID
from tests.browser.classroom import NAME, ROOT, Classroom
from tests.browser.conftest import Artefact, NewPage
from tests.browser.formgrader import Formgrader, open_formgrader
from tests.browser.graded import Graded, shown_points
from tests.browser.handing_in import (
    BLANK,
    MISTAKEN,
    SEES_GRADEBOOK,
    WRITTEN,
    hand_in,
    known_hint,
    student_place,
    student_work,
)
from tests.browser.server import run_as, running_lab

POINTS_BY_HAND = 0.25
COMMENT = "Well said. And for windows of $2^{2}$ pixels?"
ROSTER = "id,last_name,first_name\n{mistaken},Mistaken,Student\n{blank},Blank,Student\n"


@pytest.fixture(scope="module")
def requested() -> list[str]:
    """The addresses that the instructor's pages asked for."""
    return []


@pytest.fixture(scope="module")
def formgrader(
    classroom: Classroom, new_page: NewPage, requested: list[str]
) -> Iterator[Formgrader]:
    """The formgrader of a course with two students and nothing generated."""
    shutil.rmtree(classroom.repository / "notebooks" / NAME)
    roster = classroom.folder / "roster.csv"
    roster.write_text(ROSTER.format(mistaken=classroom.student, blank=BLANK))
    classroom.autograder("roster", str(roster))
    # The tests hand in for both students as one user.
    settings = f"{classroom.settings}c.ExchangeCollect.check_owner = False\n"
    with running_lab(classroom.repository, classroom.instructor.home, settings) as lab:
        page = new_page(viewport={"width": 1400, "height": 900})
        page.on("request", lambda request: requested.append(request.url))
        yield open_formgrader(page, lab)


@pytest.fixture(scope="module")
def generated(formgrader: Formgrader, classroom: Classroom, artefact: Artefact) -> Path:
    """The student version, made with the button Generate."""
    dialog = formgrader.press(NAME, "Generate")
    formgrader.page.screenshot(path=artefact("instructor-1-generated"))
    formgrader.close(dialog)
    expect(formgrader.cell(NAME, "Status")).to_have_text("draft")
    return classroom.repository / "notebooks" / NAME


@pytest.fixture(scope="module")
def released(
    generated: Path, formgrader: Formgrader, classroom: Classroom, artefact: Artefact
) -> Path:
    """What students can fetch after the button Release."""
    formgrader.do(NAME, "Release")
    expect(formgrader.cell(NAME, "Status")).to_have_text("released")
    formgrader.page.screenshot(path=artefact("instructor-2-released"))
    return classroom.exchange / COURSE_ID / "outbound" / NAME


@pytest.fixture(scope="module")
def collected(
    released: Path, formgrader: Formgrader, classroom: Classroom, artefact: Artefact
) -> str:
    """How many submissions the table shows after the button Collect."""
    hand_in(classroom)
    formgrader.do(NAME, "Collect")
    formgrader.page.screenshot(path=artefact("instructor-3-collected"))
    return formgrader.cell(NAME, "# Submissions").inner_text()


@pytest.fixture(scope="module")
def graded(
    collected: str, formgrader: Formgrader, classroom: Classroom, artefact: Artefact
) -> Graded:
    """Both submissions after the button Autograde."""
    formgrader.follow(collected, "Manage Submissions")
    score, status = {}, {}
    for student in (classroom.student, BLANK):
        expect(formgrader.cell(student, "Status")).to_have_text("needs autograding")
        formgrader.do(student, "Autograde")
        expect(formgrader.cell(student, "Status")).not_to_have_text("needs autograding")
        score[student] = formgrader.cell(student, "Score").inner_text()
        status[student] = formgrader.cell(student, "Status").inner_text()
    formgrader.page.screenshot(path=artefact("instructor-4-autograded"))
    return Graded(Course(classroom.course), score, status)


@pytest.fixture(scope="module")
def page_to_grade(graded: Graded, formgrader: Formgrader, artefact: Artefact) -> Formgrader:
    """The page of the one submission that waits for a person."""
    formgrader.follow("Manual Grading", "Manual Grading")
    formgrader.follow(NAME, "Manual Grading")
    formgrader.follow(NAME, "Manual Grading")
    formgrader.frame.get_by_role("searchbox").fill("needs manual grade")
    submissions = formgrader.frame.get_by_role("link", name=re.compile("^Submission #"))
    expect(submissions).to_have_count(1)
    formgrader.page.screenshot(path=artefact("instructor-5-waiting"))
    submissions.click()
    formgrader.wait_for_fields()
    return formgrader


def points_field(formgrader: Formgrader) -> Locator:
    """Where the points of the answer in words go."""
    return formgrader.panel(WRITTEN).get_by_role("spinbutton").first


@pytest.fixture(scope="module")
def marked(page_to_grade: Formgrader, artefact: Artefact) -> str:
    """The score in the table of submissions, after the answer in words got points and comment."""
    page, panel = page_to_grade.page, page_to_grade.panel(WRITTEN)
    page_to_grade.wait_for_fields()
    page_to_grade.panel(f"check-{MISTAKEN}").scroll_into_view_if_needed()
    page.screenshot(path=artefact("instructor-6-verdicts"))
    points_field(page_to_grade).click()
    page_to_grade.type_and_save(str(POINTS_BY_HAND), "grade")
    panel.get_by_role("textbox").click()
    page_to_grade.type_and_save(COMMENT, "comment")
    panel.scroll_into_view_if_needed()
    page.screenshot(path=artefact("instructor-7-by-hand"))
    page_to_grade.follow("Manual Grading", "Manual Grading")
    page_to_grade.follow("Manage Assignments", "Manage Assignments")
    page_to_grade.follow("2", "Manage Submissions")
    page.screenshot(path=artefact("instructor-8-marked"))
    return page_to_grade.cell("Mistaken, Student", "Score").inner_text()


@pytest.fixture(scope="module")
def feedback(marked: str, formgrader: Formgrader, classroom: Classroom, artefact: Artefact) -> Path:
    """The page of feedback that the student fetches."""
    formgrader.follow("Manage Assignments", "Manage Assignments")
    formgrader.do(NAME, "Generate Feedback")
    dialog = formgrader.press(NAME, "Release Feedback")
    formgrader.page.screenshot(path=artefact("instructor-9-feedback-released"))
    formgrader.close(dialog)
    work = student_work(classroom, classroom.student)
    run_as(student_place(classroom, classroom.student), work, "nbgrader", "fetch_feedback", NAME)
    (page,) = (work / NAME).glob(f"feedback/*/{NAME}.html")
    return page


def test_generate_makes_the_student_version_that_is_committed(generated: Path) -> None:
    committed = {path.name: path.read_bytes() for path in (ROOT / "notebooks" / NAME).iterdir()}
    assert {path.name: path.read_bytes() for path in generated.iterdir()} == committed


def test_release_gives_students_the_generated_files_alone(released: Path, generated: Path) -> None:
    given = {path.name: path.read_bytes() for path in released.iterdir()}
    assert given == {path.name: path.read_bytes() for path in generated.iterdir()}


def test_collect_finds_both_submissions(collected: str, classroom: Classroom) -> None:
    assert collected == "2"
    submitted = (classroom.course / "submitted").glob(f"*/{NAME}/{NAME}.ipynb")
    assert {path.parts[-3] for path in submitted} == {classroom.student, BLANK}


def test_the_table_shows_what_grade_file_gives(graded: Graded, classroom: Classroom) -> None:
    file = Course(classroom.course).submission(classroom.student, NAME)
    said = classroom.autograder("grade-file", str(file), "--json")
    alone = json.loads(said[said.index("{") :])
    points, most = shown_points(graded.score[classroom.student])
    assert points == pytest.approx(alone["score"], abs=0.005)  # the table has two decimals
    assert most == alone["max_score"] + 1  # for the answer in words
    exact = graded.result(classroom.student).to_json()["exercises"]
    assert exact == alone["exercises"]
    assert 0 < alone["score"] < alone["max_score"]


def test_a_blank_notebook_gets_nothing_and_waits_for_nobody(graded: Graded) -> None:
    assert (graded.score[BLANK], graded.status[BLANK]) == ("0 / 21", "graded")


def test_an_answer_in_words_waits_for_a_person(graded: Graded, classroom: Classroom) -> None:
    assert graded.status[classroom.student] == "needs manual grading"


def test_what_ran_was_the_sandboxed_walk(graded: Graded, classroom: Classroom) -> None:
    assert graded.result(classroom.student).sandboxed
    cells = graded.notebook(classroom.student).cells
    (looking,) = [cell for cell in cells if SEES_GRADEBOOK in cell.source]
    assert (classroom.course / "gradebook.db").exists()
    assert [output.text for output in looking.outputs] == [f"{SEES_GRADEBOOK} False\n"]


def test_the_page_to_grade_shows_verdicts_and_the_hint(page_to_grade: Formgrader) -> None:
    cells = page_to_grade.frame.locator(".code_cell")
    verdicts = cells.filter(has=page_to_grade.page.locator(f"#check-{MISTAKEN}"))
    expect(verdicts).to_contain_text("✗padding")
    expect(verdicts).to_contain_text(known_hint())


def test_formulas_are_drawn_on_the_page_to_grade(page_to_grade: Formgrader) -> None:
    answer = page_to_grade.panel(WRITTEN)
    expect(answer.locator("math msub").first).to_be_visible()
    expect(answer).not_to_contain_text("$")


def test_the_keyboard_moves_to_the_next_submission_and_back(page_to_grade: Formgrader) -> None:
    where = page_to_grade.frame.get_by_text(re.compile("^Submission [12] / 2$"))
    here = where.inner_text()
    there, away, back = (
        ("Submission 2 / 2", ".", ",") if "1 /" in here else ("Submission 1 / 2", ",", ".")
    )
    for key, place in ((away, there), (back, here)):
        page_to_grade.wait_for_fields()
        points_field(page_to_grade).click()
        page_to_grade.page.keyboard.press(f"Control+{key}")
        expect(where).to_have_text(place)


def test_points_by_hand_raise_the_score(marked: str, graded: Graded, classroom: Classroom) -> None:
    by_machine, most = shown_points(graded.score[classroom.student])
    now, still_most = shown_points(marked)
    assert now == pytest.approx(by_machine + POINTS_BY_HAND)
    assert still_most == most


def test_nobody_waits_any_longer(marked: str, formgrader: Formgrader) -> None:
    expect(formgrader.cell("Mistaken, Student", "Status")).to_have_text("graded")


def test_feedback_holds_the_comment_the_hint_and_the_score(feedback: Path, marked: str) -> None:
    text = feedback.read_text()
    assert "Well said. And for windows of" in text
    assert known_hint() in text
    assert f"(Score: {shown_points(marked)[0]:g} / 21.0)" in text


def test_feedback_reads_well_without_a_network(
    feedback: Path, new_page: NewPage, artefact: Artefact
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(feedback.as_uri())
    comment = page.locator(".panel-footer").filter(has_text="Well said")
    expect(comment.locator("math msup")).to_be_visible()
    comment.scroll_into_view_if_needed()
    page.screenshot(path=artefact("instructor-10-feedback"))
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_export_has_that_score(marked: str, graded: Graded, classroom: Classroom) -> None:
    file = classroom.folder / "grades.csv"
    classroom.autograder("export", NAME, "--to", "csv", "--output", str(file))
    with file.open(newline="") as rows:
        points = {row["id"]: float(row[f"{NAME} (of 21)"]) for row in csv.DictReader(rows)}
    with Gradebook(graded.course.db_url) as gradebook:
        exact = gradebook.find_submission(NAME, classroom.student).score
    assert points == {classroom.student: pytest.approx(exact, abs=0.005), BLANK: 0}
    assert exact == pytest.approx(shown_points(marked)[0], abs=0.005)


def test_the_pages_ask_nobody_but_this_machine(feedback: Path, requested: list[str]) -> None:
    away = re.compile(r"https?://(?!127\.0\.0\.1:|localhost:)")
    assert [url for url in requested if away.match(url)] == []
    assert any("/formgrader/submissions/" in url for url in requested)
