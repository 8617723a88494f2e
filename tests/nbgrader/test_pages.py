"""What students' Markdown becomes on the pages that other people read."""

from html import escape
from pathlib import Path

import nbgrader
import pytest
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from autograder.course import Course, Repository
from autograder.nbgrader_plugin import configure
from autograder.pages import clean_html, clean_markdown
from tests.cli.pages import Dangers


def test_a_formula_becomes_mathml() -> None:
    page = clean_markdown(r"It costs $C_{out}K^2$ parameters.")
    assert "<msub><mi>C</mi><mrow><mi>o</mi><mi>u</mi><mi>t</mi></mrow></msub>" in page
    assert "$" not in page


@pytest.mark.parametrize("text", ["$$\\frac{a}{b}$$", "\\begin{align}\\frac{a}{b}\\end{align}"])
def test_a_formula_of_its_own_stands_on_its_own(text: str) -> None:
    page = clean_markdown(text)
    assert '<math display="block">' in page
    assert "<mfrac>" in page


def test_a_dollar_sign_in_code_is_no_formula() -> None:
    assert clean_markdown("`$x$`") == "<p><code>$x$</code></p>\n"


@pytest.mark.parametrize("latex", ["a^", "a^b^c", "{" * 3000, "x" * 6000, r"\left("])
def test_a_formula_that_cannot_be_drawn_stays_as_typed(latex: str) -> None:
    assert clean_markdown(f"before ${latex}$ after") == (
        f"<p>before <code>{latex}</code> after</p>\n"
    )


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>steal()</script>}",
        r"\text{<img src=x onerror=steal()>}",
        r"\text{</mtext></math><script>steal()</script>}",
        r"\href{javascript:steal()}{x}",
        r"\frac{<script>steal()</script>",
    ],
)
def test_a_formula_runs_nothing(latex: str) -> None:
    found = Dangers(clean_markdown(f"${latex}$"))
    assert (found.scripts, found.handlers) == ([], [])
    assert not [address for address in found.addresses if "javascript:" in address]


@pytest.mark.parametrize(
    "latex", [r"\hspace{-50em}x", r"\hspace{500em}x", r"\raise{9em}{x}", r"\style{position:fixed}x"]
)
def test_a_formula_stays_in_its_place(latex: str) -> None:
    page = clean_markdown(f"${latex}$")
    assert not [word for word in ("width", "voffset", "position") if word in page]
    assert ">x</mi>" in page


def test_small_spaces_in_formulas_are_kept() -> None:
    assert '<mspace width="2em"' in clean_markdown(r"$a \qquad b$")


def test_html_in_a_formulas_place_is_cleaned_as_elsewhere() -> None:
    page = clean_html('<math><mtext><img src="http://tracker.invalid/p.png"></mtext></math>')
    assert "tracker" not in page


@pytest.mark.parametrize("text", ["# check-conv2d", '<p id="check-conv2d">here</p>'])
def test_no_text_takes_the_place_of_a_field_for_points(text: str) -> None:
    assert "id=" not in clean_markdown(text)


@pytest.mark.parametrize("name", ["full-credit", "nbgrader_cell", "modal-backdrop", "score"])
def test_no_text_looks_like_a_part_of_the_page(name: str) -> None:
    assert clean_markdown(f'<p class="{name}">here</p>').strip() == "<p>here</p>"


def test_highlighted_code_and_reports_keep_their_looks() -> None:
    assert '<span class="k">def</span>' in clean_markdown("```python\ndef f(): pass\n```")
    assert (
        clean_html('<div class="visionlab-check"></div>') == '<div class="visionlab-check"></div>'
    )


def test_markdown_that_would_take_long_to_clean_stays_as_typed() -> None:
    typed = "<b>" * 20_000
    assert clean_markdown(typed) == f"<pre>{escape(typed)}</pre>"


def mathjax_of(page: str, folder: Path) -> str:
    """What one of nbgrader's pages has in its head for formulas."""
    config = Config()
    configure(config, Repository(folder), Course(folder / "course"))
    templates = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
    exporter = HTMLExporter(
        config=config, template_name=page, extra_template_basedirs=[str(templates)]
    )
    return str(exporter.environment.get_template("mathjax.html.j2").module.mathjax())


def test_the_page_to_grade_hears_that_formulas_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    script = mathjax_of("formgrade", tmp_path)
    assert "window.MathJax" in script
    assert "src=" not in script


def test_feedback_has_no_script_for_formulas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert mathjax_of("feedback", tmp_path).strip() == ""


def test_other_pages_keep_their_mathjax(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert "mathjax" in mathjax_of("lab", tmp_path)
