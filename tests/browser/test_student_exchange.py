"""A student in JupyterLab: fetches 01, submits it, later fetches the feedback and reads it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.classroom import NAME, Classroom, hand_back, release, solution
from tests.browser.conftest import Artefact, NewPage
from tests.browser.gestures import (
    RUN_MILLISECONDS,
    NotebookPage,
    choose,
    kernel_is_idle,
    palette,
    press_tab_until,
)
from tests.browser.looks import illegible
from tests.browser.server import Lab, running_lab


@pytest.fixture(scope="module")
def lab(classroom: Classroom) -> Iterator[Lab]:
    """The student's JupyterLab, on an empty folder; 01 is in the exchange."""
    release(classroom)
    home = classroom.folder / "home"
    with running_lab(classroom.student_folder, home, classroom.settings) as server:
        yield server


@pytest.fixture(scope="module")
def page(lab: Lab, new_page: NewPage) -> Page:
    """JupyterLab with the assignment list in front."""
    opened = new_page()
    opened.goto(lab.url())
    choose(opened, "Nbgrader", "Assignment List")
    return opened


@pytest.fixture(scope="module")
def fetched(page: Page, classroom: Classroom) -> Locator:
    """The assignment list after Fetch."""
    assignments = page.get_by_role("tabpanel", name="Assignments")
    assignments.get_by_role("button", name="Fetch", exact=True).click()
    expect(assignments.get_by_role("button", name="Submit")).to_be_visible()
    return assignments


@pytest.fixture(scope="module")
def submitted(page: Page, fetched: Locator) -> Locator:
    """The assignment list after conv2d was solved and 01 submitted."""
    fetched.get_by_role("button", name=NAME).click()
    fetched.get_by_role("link", name=NAME).click()
    notebook = NotebookPage(page)
    kernel_is_idle(page)
    notebook.run(notebook.code_cells.first)
    notebook.try_out("conv2d", solution("conv2d"))
    notebook.save()
    page.get_by_role("tab", name="Assignments").click()
    fetched.get_by_role("button", name="Submit").click()
    expect(fetched.get_by_role("button", name="Fetch Feedback")).to_be_visible()
    return fetched


def test_fetch_puts_the_assignment_into_the_students_folder(
    fetched: Locator, classroom: Classroom, artefact: Artefact
) -> None:
    fetched.page.screenshot(path=artefact("student-fetched"))
    expect(fetched.get_by_text("There are no assignments to fetch.")).to_be_visible()
    names = sorted(path.name for path in (classroom.student_folder / NAME).iterdir())
    assert names == [f"{NAME}.checks", f"{NAME}.ipynb"]


def test_submit_puts_what_was_written_into_the_exchange(
    submitted: Locator, classroom: Classroom, artefact: Artefact
) -> None:
    submitted.page.screenshot(path=artefact("student-submitted"))
    (inbox,) = classroom.exchange.glob(f"*/inbound/{classroom.student}+{NAME}+*")
    assert "torch.einsum" in (inbox / f"{NAME}.ipynb").read_text()


def test_feedback_is_fetched_and_read(
    page: Page, submitted: Locator, classroom: Classroom, artefact: Artefact
) -> None:
    hand_back(classroom)
    submitted.get_by_role("button", name="Fetch Feedback").click()
    submitted.get_by_text("(view feedback)").click()
    page.get_by_role("button", name=f"{NAME}.html").dblclick()
    feedback = page.frame_locator("iframe").locator("body")
    report = feedback.locator(".visionlab-check").filter(has_text="conv2d: 4 of 4 points")
    report.scroll_into_view_if_needed()
    page.screenshot(path=artefact("student-feedback"))
    expect(report).to_be_visible()
    assert illegible(report) == []


def test_the_keyboard_alone_validates_and_submits_again(
    page: Page, submitted: Locator, classroom: Classroom
) -> None:
    keys = page.keyboard
    palette(page, "Assignment List")
    expect(page.get_by_role("tab", name="Assignments")).to_have_attribute("aria-selected", "true")
    press_tab_until(page, submitted.get_by_role("button", name=NAME))
    keys.press("Enter")
    press_tab_until(page, submitted.get_by_role("button", name="Validate"))
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=RUN_MILLISECONDS)
    keys.press("Enter")
    expect(dialog).not_to_be_visible()
    palette(page, "Assignment List")
    press_tab_until(page, submitted.get_by_role("button", name="Submit"))
    keys.press("Enter")
    expect(submitted.get_by_text(" UTC")).to_have_count(2)
    assert len(list(classroom.exchange.glob(f"*/inbound/*+{NAME}+*"))) == 2
