"""What the other tests rely on: faults of a page are seen, and only those."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looks import illegible, overhang
from tests.browser.watch import Watch

WIDE = '<div style="width:900px">wide</div>'


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page(viewport={"width": 390, "height": 844})


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("color:#000;background:#fff", []),
        ("color:#999;background:#fff", ["words: 2.85"]),
        ("color:#000;background:rgba(0,0,0,.7)", ["words: 2.46"]),
        ("color:rgba(0,0,0,.3)", ["words: 2.11"]),
    ],
)
def test_pale_text_is_found_whatever_it_is_painted_with(
    page: Page, style: str, found: list[str]
) -> None:
    page.set_content(f'<main><p style="{style}">words</p></main>')
    assert illegible(page.locator("main")) == found


def test_a_sign_may_be_paler_than_words(page: Page) -> None:
    page.set_content('<main style="color:#888"><i role="img">✗</i><b>✗</b></main>')
    assert illegible(page.locator("main")) == ["✗: 3.54"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("short", []),
        (WIDE, ["DIV wide"]),
        (f'<div style="overflow-x:auto">{WIDE}</div>', []),
        ("x" * 100, ["#text " + "x" * 40]),
    ],
    ids=["short", "wide", "scrolls", "long-word"],
)
def test_what_sticks_out_is_found_unless_it_scrolls(
    page: Page, content: str, found: list[str]
) -> None:
    page.set_content(f"<main>{content}</main>")
    assert overhang(page.locator("main")) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("console.log('fine')", []),
        ("console.error('oh')", ["console: oh ()"]),
        ("setTimeout(() => { null.oh }, 0)", ["page: "]),
        ("fetch('http://127.0.0.1:9/')", ["request: GET http://127.0.0.1:9/", "console: "]),
    ],
    ids=["quiet", "console", "exception", "request"],
)
def test_what_a_page_complains_about_is_found(page: Page, script: str, found: list[str]) -> None:
    watch = Watch()
    watch.follow(page)
    page.set_content("<main></main>")
    page.evaluate(f"async () => {{ try {{ await ({script}) }} catch {{}} }}")
    page.evaluate("() => new Promise(done => setTimeout(done, 0))")
    troubles = watch.take()
    assert len(troubles) == len(found)
    for start in found:
        assert any(trouble.startswith(start) for trouble in troubles), troubles
    assert watch.take() == []
