"""What a user does in JupyterLab, by mouse and keyboard, and what they then see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.server import Lab

RUN_MILLISECONDS = 120_000
_DONE = re.compile(r"\[\d+\]:")


@dataclass(frozen=True)
class NotebookPage:
    """A notebook that is open in JupyterLab."""

    page: Page

    @property
    def cells(self) -> Locator:
        """All cells, in order."""
        return self.page.get_by_role("feed", name="Cells").locator(".jp-Cell")

    @property
    def code_cells(self) -> Locator:
        """The code cells, in order."""
        return self.page.get_by_role("feed", name="Cells").locator(".jp-CodeCell")

    def cell(self, line: str) -> Locator:
        """The code cell that has this line (spaces around it do not count)."""
        code = self.page.locator(".cm-line").filter(
            has_text=re.compile(rf"^\s*{re.escape(line)}\s*$")
        )
        return self.code_cells.filter(has=code)

    def solution(self, exercise: str) -> Locator:
        """The cell that a student writes an exercise in: the last one before its check."""
        return self.code_cells.nth(self._place(self.check(exercise)) - 1)

    def check(self, exercise: str) -> Locator:
        """The cell that checks an exercise."""
        return self.cell(f"check({exercise})")

    def report(self, exercise: str) -> Locator:
        """What the check of an exercise shows."""
        return self.check(exercise).locator(".visionlab-check")

    def _place(self, cell: Locator) -> int:
        expect(cell).to_have_count(1)
        found = cell.evaluate(
            "cell => [...cell.parentElement.querySelectorAll('.jp-CodeCell')].indexOf(cell)"
        )
        return int(found)

    def run_all(self) -> None:
        """Run > Run All Cells, to the end."""
        before = prompt(self.code_cells.last)
        choose(self.page, "Run", "Run All Cells")
        finished(self.code_cells.last, before)
        kernel_is_idle(self.page)

    def write(self, cell: Locator, text: str) -> None:
        """Put a text in the place of a cell's code."""
        click_into(cell)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def run(self, cell: Locator) -> None:
        """Run a cell with Shift+Enter, to its end."""
        before = prompt(cell)
        click_into(cell)
        self.page.keyboard.press("Shift+Enter")
        finished(cell, before)

    def try_out(self, exercise: str, text: str) -> Locator:
        """Write an exercise, run it and its check; what the check shows."""
        cell = self.solution(exercise)
        self.write(cell, text)
        self.run(cell)
        self.run(self.check(exercise))
        return self.report(exercise)

    def save(self) -> None:
        """Ctrl+S, until the tab shows the notebook as saved."""
        self.page.keyboard.press("Control+S")
        expect(self.page.locator(".jp-mod-current.jp-mod-dirty")).to_have_count(0)


def open_notebook(page: Page, lab: Lab, path: str, workspace: str = "default") -> NotebookPage:
    """Open a notebook by its address; ready when its kernel is."""
    page.goto(lab.url(path, workspace))
    opened = NotebookPage(page)
    expect(opened.cells.first).to_be_visible()
    kernel_is_idle(page)
    return opened


def kernel_is_idle(page: Page) -> None:
    """Wait until the kernel of the notebook in front does nothing."""
    expect(page.locator(".jp-Spinner:visible")).to_have_count(0)
    status = page.get_by_text("Python 3 (ipykernel) | Idle")
    expect(status).to_be_visible(timeout=RUN_MILLISECONDS)


def choose(page: Page, *names: str) -> None:
    """Choose from the menus: choose(page, "Settings", "Theme", "JupyterLab Dark")."""
    page.get_by_role("menubar").get_by_role("menuitem", name=names[0], exact=True).click()
    for name in names[1:]:
        # Not by role: what opens a further menu is no menuitem.
        page.get_by_role("menu").last.get_by_text(name, exact=True).click()


def palette(page: Page, command: str) -> None:
    """Choose a command by keyboard: Ctrl+Shift+C, its name, Enter."""
    page.keyboard.press("Control+Shift+C")
    box = page.get_by_placeholder("Search").and_(page.locator(":focus"))
    expect(box).to_be_visible()
    page.keyboard.type(command)
    found = page.locator(".lm-CommandPalette-item.lm-mod-active")
    expect(found).to_have_text(re.compile(f"^{re.escape(command)}"))
    page.keyboard.press("Enter")


def search(page: Page, text: str) -> None:
    """Make the first code cell with this text the active one, by keyboard: Ctrl+F, text, Escape."""
    page.keyboard.press("Control+F")
    box, counter = page.get_by_placeholder("Find"), page.locator(".jp-DocumentSearch-index-counter")
    expect(box).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(counter).to_have_text("-/-")
    page.keyboard.type(text)
    expect(counter).to_have_text(re.compile(r"^(-|\d+)/\d+$"))
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(box).not_to_be_visible()
    expect(page.locator(".jp-CodeCell.jp-mod-active").filter(has_text=text)).to_have_count(1)


def type_lines(page: Page, lines: Iterable[str]) -> None:
    """Type lines of code as one does, the editor indenting: only right after a colon it changes."""
    for number, line in enumerate(lines):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.type(line.strip())


def press_tab_until(page: Page, wanted: Locator, most: int = 30) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} times Tab did not come to {wanted}")


def click_into(cell: Locator) -> None:
    """Click the end of a cell's first line of code."""
    cell.locator(".cm-line").first.click()


def prompt(cell: Locator) -> str:
    """What stands left of a cell, such as "[3]:"."""
    return cell.locator(".jp-InputPrompt").text_content() or ""


def finished(cell: Locator, before: str) -> None:
    """Wait until a cell that showed the prompt `before` has been run once more."""
    shown = cell.locator(".jp-InputPrompt")
    expect(shown).not_to_have_text(before, timeout=RUN_MILLISECONDS)
    expect(shown).to_have_text(_DONE, timeout=RUN_MILLISECONDS)
