"""A browser, pages that are watched, a classroom, and where pictures of it are kept."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.classroom import ROOT, Classroom, make_classroom
from tests.browser.watch import Watch

ARTEFACTS = ROOT / "test-artefacts"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WAIT_MILLISECONDS = 30_000
Artefact = Callable[[str], Path]
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium: the system's, for Playwright's own is a download."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "no Chromium: install chromium (Debian: apt-get install chromium)"
    # As root Chromium has no sandbox of its own; pages here come from this machine alone.
    words = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=WAIT_MILLISECONDS)  # a busy machine takes more than the usual 5 s
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=words)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def watch() -> Watch:
    """What went wrong in the pages of this module."""
    return Watch()


@pytest.fixture(scope="module")
def new_page(browser: Browser, watch: Watch) -> Iterator[NewPage]:
    """Opens a watched page with cookies of its own; words go to Playwright's new_context."""
    contexts = []

    def opened(**words: object) -> Page:
        settings = {"viewport": {"width": 1280, "height": 900}, **words}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True)
def quiet_console(watch: Watch) -> Iterator[None]:
    """Every test of a page also tests that the page had nothing to complain about."""
    yield
    assert watch.take() == []


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A fresh course, its exchange and a student."""
    return make_classroom(tmp_path_factory.mktemp("classroom"))


@pytest.fixture(scope="session")
def artefact() -> Artefact:
    """artefact("name") is the path of the screenshot test-artefacts/name.png."""
    ARTEFACTS.mkdir(exist_ok=True)

    def path(name: str) -> Path:
        assert re.fullmatch("[a-z0-9-]+", name), f"{name}: lower-case words with hyphens, please"
        return ARTEFACTS / f"{name}.png"

    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a test of the browser, marked so or not."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
