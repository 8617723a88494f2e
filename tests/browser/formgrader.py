"""nbgrader's formgrader as an instructor sees it: tables with buttons, dialogs, a page to grade."""

import re
from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.gestures import choose
from tests.browser.server import Lab

WORK_MILLISECONDS = 120_000  # an autograding starts a sandbox and runs a notebook


@dataclass(frozen=True)
class Formgrader:
    """The formgrader's tab in JupyterLab; rows and columns go by what stands in the tables."""

    page: Page

    @property
    def frame(self) -> FrameLocator:
        """The pages of the formgrader."""
        return self.page.locator("#formgrader iframe").content_frame

    def heading(self, text: str) -> Locator:
        """A heading of the page."""
        return self.frame.get_by_role("heading", name=text, exact=True)

    def row(self, name: str) -> Locator:
        """The row of an assignment or a student."""
        named = self.page.get_by_role("gridcell", name=name, exact=True)
        return self.frame.locator("#main-table").get_by_role("row").filter(has=named)

    def cell(self, name: str, column: str) -> Locator:
        """What a row has in a column."""
        row = self.row(name)
        row.wait_for()
        heads = self.frame.get_by_role("columnheader").all_inner_texts()
        return row.get_by_role("gridcell").nth([head.strip() for head in heads].index(column))

    def press(self, name: str, column: str) -> Locator:
        """Press a row's button; the dialog that comes up at the end, which says Success."""
        self.cell(name, column).get_by_role("link").click()
        dialog = self.frame.get_by_role("dialog")
        # Not before it has faded in: a picture would show half of it.
        expect(dialog).to_have_css("opacity", "1", timeout=WORK_MILLISECONDS)
        assert dialog.get_by_role("heading").inner_text() == "Success", dialog.inner_text()
        return dialog

    def close(self, dialog: Locator) -> None:
        """Press OK."""
        dialog.get_by_role("button", name="OK").click()
        expect(self.frame.locator(".modal, .modal-backdrop")).to_have_count(0)

    def do(self, name: str, column: str) -> None:
        """Press a row's button and close the dialog."""
        self.close(self.press(name, column))

    def follow(self, link: str, heading: str) -> None:
        """Follow a link of this name to a page with this heading, until its table is filled."""
        self.frame.get_by_role("link", name=link, exact=True).last.click()
        self.heading(heading).wait_for()
        expect(self.frame.locator("#main-table")).not_to_contain_text("Loading")

    def wait_for_fields(self) -> None:
        """Wait until the page of a submission knows the points and comments there are so far.

        It shows its fields before that, but does not save what is typed into them.
        """
        for text in (re.compile(r"^[\d.]+$"), re.compile("[a-z]")):
            self.frame.locator(".nbgrader_cell").get_by_placeholder(text).first.wait_for()

    def type_and_save(self, text: str, kind: str) -> None:
        """Type into the field that has the focus and leave it with Tab; kind: grade or comment."""
        self.page.keyboard.type(text)
        with self.page.expect_response(re.compile(f"/formgrader/api/{kind}/")) as answer:
            self.page.keyboard.press("Tab")
        assert answer.value.ok

    def panel(self, grade_id: str) -> Locator:
        """On the page of a submission: the frame around a cell that has points."""
        points = self.page.locator("#" + grade_id)
        return self.frame.locator(".nbgrader_cell").filter(has=points)


def open_formgrader(page: Page, lab: Lab) -> Formgrader:
    """Start JupyterLab and choose Nbgrader > Formgrader."""
    page.goto(lab.url())
    choose(page, "Nbgrader", "Formgrader")
    formgrader = Formgrader(page)
    formgrader.heading("Manage Assignments").wait_for()
    return formgrader
