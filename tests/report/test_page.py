"""The page: whole in itself, escaped, readable by people and by screen readers."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder.reporting.evidence import Absent, Evidence, Mark, MarkedSubmission, Question
from autograder.reporting.pages import report_page
from autograder.reporting.section import Section
from autograder.results import Result
from tests.cli.pages import Dangers
from tests.report.classes import evidence, judged, large_class, wrong

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "</bdi></td></table><h1>all have full marks</h1>",
]


def page(*found: Evidence) -> str:
    return report_page([Section(e) for e in found], "A report", anonymous=False)


def quoting(text: str) -> Evidence:
    """A class in which `text` stands wherever a student can put words."""
    result = Result("90_tiny", [judged("q1", 0, wrong(text, text, text, reason=text))])
    told = MarkedSubmission(text, {"q1": Mark(0)}, result, repairs=(text,), remarks=(text,))
    lost = MarkedSubmission(text, {"q1": Mark(0)}, unreadable=text)
    return Evidence("90_tiny", [Question("q1", 1)], [told, lost], [Absent(text, text)])


class Tables(HTMLParser):
    """Collects the tables of a page as rows of cell texts, by caption."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.unlabelled: list[str] = []
        self.open: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"meta", "rect", "line"}:
            return
        self.open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append("")
        if tag == "th" and dict(attrs).get("scope") not in {"row", "col"}:
            self.unlabelled.append(str(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"rect", "line"}:
            return
        assert self.open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if "caption" in self.open:
            self._caption += data
        elif {"td", "th"} & set(self.open):
            self._rows[-1][-1] += data.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_students_are_shown_and_nothing_else(text: str) -> None:
    harmless, hostile = page(quoting("harmless")), page(quoting(text))
    before, after = Dangers(harmless), Dangers(hostile)
    assert after.scripts == before.scripts
    assert (after.handlers, after.tags) == ([], before.tags)
    assert Tables(hostile).open == []
    rows = Tables(hostile).tables[
        "What was noted while grading; repairs are cells put back as they were released"
    ]
    assert [" ".join(text.split())] * 2 == [row[0] for row in rows[1:3]]


def test_nothing_is_loaded_from_anywhere() -> None:
    text = page(large_class(20))
    assert all(address.startswith("#") for address in Dangers(text).addresses)
    assert not re.search(r"url\(|@import|https?:", text)


def test_the_policy_lets_only_the_pages_own_script_and_style_run() -> None:
    text = page(large_class(3))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, source in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{source} 'sha256-{digest}'" in policy


def test_every_table_has_a_caption_and_every_head_a_scope() -> None:
    found = Tables(page(large_class(40)))
    assert len(found.tables) == 8
    assert "" not in found.tables
    assert found.unlabelled == []


def test_every_row_is_as_long_as_its_head() -> None:
    for rows in Tables(page(large_class(10), large_class(4, seed=1))).tables.values():
        assert {len(row) for row in rows} == {len(rows[0])}


def test_ids_are_unique_and_all_that_refers_to_one_finds_it() -> None:
    other = replace(large_class(5, seed=1), assignment="02_other")
    text = page(large_class(5), other)
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    named = " ".join(re.findall(r'aria-labelledby="([^"]*)"', text)).split()
    assert set(named) | set(re.findall(r'href="#([^"]*)"', text)) <= set(ids)


def test_the_chart_is_told_in_words_too() -> None:
    (words,) = re.findall(r"<desc[^>]*>(.*?)</desc>", page(evidence([[0], [4], [4]], [4])))
    counts = [int(n) for n in re.findall(r"points: (\d+)", words)]
    assert counts == [1] + [0] * (len(counts) - 2) + [2]


def test_a_class_of_two_hundred_is_below_two_megabytes() -> None:
    assert len(page(large_class(200)).encode()) < 2e6


def test_a_long_remark_is_cut_on_the_page() -> None:
    text = page(quoting("x" * 5000))
    assert "x" * 301 not in re.sub(r"<bdi>x{5000}</bdi>", "", text.split("Remarks and repairs")[1])


def test_many_remarks_are_counted() -> None:
    told = replace(quoting("a").submissions[0], remarks=tuple(f"remark {i}" for i in range(1000)))
    text = page(replace(quoting("a"), submissions=[told]))
    assert "and 992 more" in text
    assert "remark 8<" not in text


def test_nearly_all_is_not_rounded_to_all() -> None:
    rows = [[1.0]] * 399 + [[0.0]]
    table = Tables(page(evidence(rows, [1]))).tables[
        "Difficulty and discrimination of each exercise"
    ]
    assert "99.8 %" in table[1]


def test_an_assignment_section_stands_for_each() -> None:
    names = ["01_one", "02_two"]
    text = page(*(replace(large_class(3), assignment=name) for name in names))
    assert re.findall(r'<h2 id="[^"]*">([^<]*)', text) == names
    assert [row[0] for row in Tables(text).tables["All assignments"][1:]] == names
