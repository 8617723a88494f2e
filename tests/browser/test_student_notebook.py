"""A student in JupyterLab: reads 01, runs it, writes conv2d wrong and right, moves the figure."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.classroom import NAME, Classroom, solution
from tests.browser.conftest import Artefact, NewPage
from tests.browser.gestures import (
    RUN_MILLISECONDS,
    NotebookPage,
    choose,
    finished,
    open_notebook,
    palette,
    press_tab_until,
    prompt,
    search,
    type_lines,
)
from tests.browser.looks import illegible, overhang
from tests.browser.server import Lab, running_lab

NOTEBOOK = f"{NAME}/{NAME}.ipynb"
EXERCISES = 22
UNWRITTEN = "not implemented yet"
FIGURE = "widgets.explore(step=9, K=3, stride=2, pad=1, dilation=1)"
PHONE = {"width": 390, "height": 844}
STRIDE_SLIDER = 2
SLIDER_STEP = 48  # pixels from stride 2 to stride 3
FLIPPED = solution("conv2d").replace("    span =", "    w = w.flip(2, 3)\n    span =")
# The header and what comes after the docstring.
TYPED = [solution("conv2d").splitlines()[0], *solution("conv2d").split('"""')[2].split("\n")[1:]]
LONG_WORD = "def conv2d(*inputs, **named):\n    raise ValueError('x' * 80)\n"
# Right but for one case, whose eight columns of long numbers are the widest a check shows.
EIGHT_COLUMNS = f"""{solution("max_unpool")}
almost = max_unpool

def max_unpool(x, idx, out_size):
    return almost(x, idx, out_size) + 0.1234 * (out_size[1] == 8)
"""


@pytest.fixture(scope="module")
def lab(classroom: Classroom) -> Iterator[Lab]:
    """The student's JupyterLab, with 01 as it comes in the bundle."""
    classroom.give_assignment()
    home = classroom.folder / "home"
    with running_lab(classroom.student_folder, home, classroom.settings) as server:
        yield server


@pytest.fixture(scope="module")
def notebook(lab: Lab, new_page: NewPage) -> NotebookPage:
    """The unsolved notebook after Run All."""
    opened = open_notebook(new_page(), lab, NOTEBOOK)
    opened.run_all()
    return opened


@pytest.fixture(scope="module")
def page(notebook: NotebookPage) -> Page:
    return notebook.page


def shown(notebook: NotebookPage, path: object, exercise: str = "conv2d") -> None:
    """Bring an exercise's check into sight and keep a picture of the window."""
    notebook.check(exercise).scroll_into_view_if_needed()
    notebook.page.screenshot(path=str(path))


def test_the_unsolved_notebook_runs_to_its_end(
    notebook: NotebookPage, page: Page, artefact: Artefact
) -> None:
    shown(notebook, artefact("student-unsolved"))
    prompts = notebook.code_cells.locator(".jp-InputPrompt").all_text_contents()
    assert prompts == [f"[{n}]:" for n in range(1, len(prompts) + 1)]
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0


def test_every_unsolved_exercise_says_so(notebook: NotebookPage, page: Page) -> None:
    reports = page.locator(".visionlab-check")
    expect(reports).to_have_count(EXERCISES)  # the last ones come after the kernel is idle
    assert [text for text in reports.all_text_contents() if UNWRITTEN not in text] == []


def test_a_wrong_conv2d_shows_pictures_and_the_hint(
    notebook: NotebookPage, artefact: Artefact
) -> None:
    report = notebook.try_out("conv2d", FLIPPED)
    shown(notebook, artefact("student-wrong-conv2d"))
    expect(report.get_by_text("conv2d: 7 of 10 checks pass")).to_be_visible()
    expect(report.get_by_text("The kernel is flipped")).to_be_visible()
    expect(report.get_by_role("img", name="failed")).to_have_count(3)
    captions = report.locator("figcaption").all_inner_texts()
    assert [words.split(" at ")[0] for words in captions] == [
        "expected",
        "yours",
        "yours minus expected",
    ]
    for table in report.get_by_role("table").all():
        expect(table).to_be_visible()


def test_a_right_conv2d_turns_the_marks(notebook: NotebookPage, artefact: Artefact) -> None:
    wrong = notebook.try_out("conv2d", FLIPPED)
    expect(wrong.get_by_role("img", name="failed")).not_to_have_count(0)
    right = notebook.try_out("conv2d", solution("conv2d"))
    shown(notebook, artefact("student-right-conv2d"))
    expect(right.get_by_text("conv2d: all 10 checks pass")).to_be_visible()
    expect(right.get_by_role("img", name="passed")).to_have_count(10)
    expect(right.get_by_role("img", name="failed")).to_have_count(0)


def test_a_picture_that_needed_conv2d_comes_once_it_is_right(
    notebook: NotebookPage, artefact: Artefact
) -> None:
    notebook.try_out("conv2d", solution("conv2d"))
    demo = notebook.cell("def feature_maps():")
    notebook.run(demo)
    expect(demo.get_by_role("img", name="A photograph, and its edges")).to_be_visible()
    demo.scroll_into_view_if_needed()
    notebook.page.screenshot(path=artefact("student-feature-maps"))


def test_the_figure_follows_a_slider_that_is_dragged(
    notebook: NotebookPage, page: Page, artefact: Artefact
) -> None:
    figure = notebook.cell(FIGURE)
    expect(figure.get_by_role("img", name="A 3 by 3 kernel with stride 2")).to_be_visible()
    handle = figure.get_by_role("slider").nth(STRIDE_SLIDER)
    handle.hover()
    box = handle.bounding_box()
    assert box is not None
    page.mouse.down()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + SLIDER_STEP, y, steps=6)
    page.mouse.up()
    picture = figure.get_by_role("img", name="A 3 by 3 kernel with stride 3")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    page.screenshot(path=artefact("student-figure-moved"))


def test_validate_lists_what_is_missing_and_not_what_is_right(
    notebook: NotebookPage, page: Page, artefact: Artefact
) -> None:
    notebook.try_out("conv2d", solution("conv2d"))
    page.get_by_role("button", name="Validate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=RUN_MILLISECONDS)
    page.screenshot(path=artefact("student-validate"))
    expect(dialog).to_contain_text(f"param_counts: {UNWRITTEN}")
    expect(dialog).to_contain_text("You did not provide a response.")
    expect(dialog).not_to_contain_text("check(conv2d)")
    dialog.get_by_role("button", name="Ok").click()


# Light comes last: the next test finds the page as it was.
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_check_and_points_are_legible_in_both_themes(
    notebook: NotebookPage, page: Page, artefact: Artefact, theme: str
) -> None:
    choose(page, "Settings", "Theme", f"JupyterLab {theme}")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", f"JupyterLab {theme}")
    report = notebook.try_out("conv2d", FLIPPED)
    shown(notebook, artefact(f"student-{theme.lower()}-theme"))
    assert illegible(report) == []
    points = notebook.cell("progress()")
    notebook.run(points)
    assert illegible(points.locator(".jp-OutputArea-output")) == []


@pytest.fixture(scope="module")
def phone(lab: Lab, new_page: NewPage) -> NotebookPage:
    """The same notebook in a window as wide as a phone, without the file browser beside it."""
    opened = open_notebook(new_page(viewport=PHONE), lab, NOTEBOOK, workspace="phone")
    opened.page.keyboard.press("Control+b")
    expect(opened.page.get_by_role("region", name="File Browser Section")).not_to_be_visible()
    opened.run(opened.code_cells.first)
    return opened


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("conv2d", FLIPPED), ("conv2d", LONG_WORD), ("max_unpool", EIGHT_COLUMNS)],
    ids=["numbers", "long-word", "eight-columns"],
)
def test_a_phone_wide_window_has_room_for_the_check(
    phone: NotebookPage,
    artefact: Artefact,
    request: pytest.FixtureRequest,
    exercise: str,
    answer: str,
) -> None:
    report = phone.try_out(exercise, answer)
    shown(phone, artefact(f"student-phone-{request.node.callspec.id}"), exercise)
    expect(report.get_by_role("img", name="failed").first).to_be_visible()
    assert overhang(report) == []


def test_the_keyboard_alone_suffices(
    notebook: NotebookPage, page: Page, artefact: Artefact
) -> None:
    keys, before = page.keyboard, prompt(notebook.code_cells.last)
    palette(page, "Run All Cells")
    finished(notebook.code_cells.last, before)
    search(page, "def conv2d(")
    keys.press("Enter")
    keys.press("Control+A")
    type_lines(page, TYPED)
    keys.press("Shift+Enter")
    keys.press("Shift+Enter")
    expect(notebook.report("conv2d").get_by_text("all 10 checks pass")).to_be_visible()
    search(page, "widgets.explore(")
    figure = notebook.cell(FIGURE)
    press_tab_until(page, figure.get_by_role("slider").first)
    keys.press("ArrowLeft")
    expect(figure.get_by_role("img", name="step 9 of 16")).to_be_visible()
    page.screenshot(path=artefact("student-keyboard"))
    keys.press("Control+S")
    expect(page.locator(".jp-mod-current.jp-mod-dirty")).to_have_count(0)
