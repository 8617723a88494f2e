"""Reports say the same in text and in HTML, show the fault, and keep hidden inputs hidden."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
import torch

from tests.checking.samples import X, case, scale_record
from visionlab.checking.judge import ExerciseResult, Verdict, judge
from visionlab.checking.pictures import as_html, as_text, planes
from visionlab.checking.probing import Answer
from visionlab.checking.records import CaseRecord, Hint
from visionlab.checking.report import Report

RECORD = scale_record(
    case("values", 3.0, source="lecture 003"),
    case("negative", -2.0),
    case("negative", -5.0, public=False),
)
RIGHT = [Answer(value=c.expected) for c in RECORD.cases]
ADDED = [Answer(value=X + c.inputs["factor"]) for c in RECORD.cases]


class Reader(HTMLParser):
    """What a page says, its tags, and the words that stand for pictures and marks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.alternatives: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.alternatives += [v or "" for k, v in attrs if k in ("alt", "aria-label")]
        if tag != "img":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data} "


def words(text: str) -> list[str]:
    return re.findall(r"[^\s`]+", re.sub(r"([:,.;()])", r" \1 ", text))


def report(answers: list[Answer], **kw: Any) -> Report:
    return Report(judge(RECORD, list(answers)), **kw)


STATES = {
    "right": report(RIGHT),
    "values": report(ADDED, explicit=True),
    "shape": report([Answer(value=X[:1]), *RIGHT[1:]]),
    "exception": report([Answer(error="ValueError", message="a < b & 'c'", line="f(x)")] * 3),
    "hidden only": report([*RIGHT[:2], Answer(value=X)]),
    "blank": report([Answer(error="NotImplementedError")] * 3),
    "graded": report(ADDED, graded=True, explicit=True),
}


@pytest.mark.parametrize("state", STATES)
def test_text_and_html_say_the_same(state: str) -> None:
    shown = STATES[state]
    page = Reader(shown._repr_html_())
    marks = {"✓", "✗"}
    text = sorted(w for w in words(str(shown)) if w not in marks)
    assert sorted(w for w in words(page.text) if w not in marks) == text
    assert repr(shown) == str(shown)
    assert str(shown).count("✗") == page.alternatives.count("failed")
    assert str(shown).count("✓") == page.alternatives.count("passed")


def test_the_first_failure_shows_the_call_and_both_arrays() -> None:
    text = str(STATES["values"])
    assert text == (
        "scale: 0 of 2 checks pass\n"
        "  ✗ values: 4 of 4 entries differ; worst at [1, 1]: expected 12, got 7\n"
        "      tried with numbers of lecture 003: x: (2, 2) float32, factor=3.0\n"
        "      expected   yours   yours minus expected\n"
        "       3  6      4 5      1 -1\n"
        "       9 12      6 7     -3 -5\n"
        "  ✗ negative: 4 of 4 entries differ; worst at [1, 1]: expected -8, got 2\n"
        "Hint: You add where you should multiply.\n"
        "Hint: Replace `+` by `*`."
    )
    page = Reader(STATES["values"]._repr_html_())
    assert page.tags.count("table") == 3
    assert "expected: 2 by 2 entries from 3 to 12" in page.alternatives


def test_a_wrong_shape_is_told_with_both_shapes() -> None:
    assert "✗ values: the shape is (1, 2), expected (2, 2)" in str(STATES["shape"])
    assert "<table" not in STATES["shape"]._repr_html_()


def test_one_reason_for_all_is_said_once() -> None:
    record = replace(RECORD, cases=RECORD.cases[:2])
    same = Report(judge(record, [Answer(error="ValueError", message="no")] * 2))
    assert str(same).count("ValueError: no") == same._repr_html_().count("ValueError: no") == 1
    assert "every check" in str(same)


def test_hidden_failures_are_named_as_such() -> None:
    assert "✗ negative: the values are not the expected ones (on hidden inputs)" in str(
        STATES["hidden only"]
    )
    public_too = report([RIGHT[0], Answer(value=X), Answer(value=X)])
    assert "(on hidden inputs)" not in str(public_too)


def test_graded_reports_count_points_and_keep_hidden_inputs() -> None:
    secret = 7654321.0
    hidden = replace(
        case("values", 3.0, public=False), inputs={"x": X, "factor": secret}, expected=X * secret
    )
    record = scale_record(hidden)
    echo = Answer(error="ValueError", message=f"factor {secret}", line=f"f({secret})")
    for answer in (echo, Answer(value=X + secret), Answer(value=str(secret))):
        shown = Report(judge(record, [answer]), graded=True, explicit=True)
        both = str(shown) + shown._repr_html_()
        assert str(shown).startswith("scale: 0 of 4 points")
        assert "7654321" not in both and "7.65" not in both
        assert "tried with" not in both and "<table" not in both and "<img" not in both


def test_a_graded_report_is_the_same_from_the_store() -> None:
    """What does not outlive the process must make no difference there."""
    result = judge(RECORD, ADDED)
    stored = [replace(v, difference=None, call="") for v in result.verdicts]
    again = Report(replace(result, verdicts=stored), graded=True, explicit=True)
    assert str(again) == str(STATES["graded"])
    assert again._repr_html_() == STATES["graded"]._repr_html_()


ATTACK = "<script>alert(1)</script><img src=x onerror='f()'>\" onmouseover=\"f()"


def test_nothing_a_student_writes_becomes_html() -> None:
    answers = [Answer(error=ATTACK[:80], message=ATTACK, line=ATTACK)] * 3
    for graded in (False, True):
        page = report(answers, graded=graded)._repr_html_()
        assert "<script" not in page and "<img" not in page
    shown = report(answers)
    assert html.escape(ATTACK) in shown._repr_html_()
    verdict = Verdict(ATTACK, True, False, ATTACK, Hint(ATTACK, ATTACK), "m", None, ATTACK)
    page = Report(ExerciseResult(ATTACK, 0, 1, [verdict]), explicit=True)._repr_html_()
    assert set(Reader(page).tags) <= {"div", "p", "strong", "ul", "li", "span"}


def test_three_mistakes_are_hinted_at_in_their_order() -> None:
    verdicts = [
        Verdict(f"f{i}", True, False, "r", Hint(f"first {i}", f"more {i}"), f"m{i}")
        for i in (1, 1, 2, 3, 4)
    ]
    result = ExerciseResult("scale", 0, 1, verdicts)
    hints = [line for line in str(Report(result)).splitlines() if line.startswith("Hint")]
    assert hints == ["Hint: first 1", "Hint: first 2", "Hint: first 3"]
    explicit = str(Report(result, explicit=True))
    assert re.findall(r"Hint: (\w+ \d)", explicit) == [
        f"{word} {i}" for i in (1, 2, 3) for word in ("first", "more")
    ]


@pytest.mark.parametrize("shape", [(12, 9), (2, 3, 12, 64), (1, 1, 3, 9)], ids=str)
def test_larger_arrays_are_three_pictures_with_words(shape: tuple[int, ...]) -> None:
    expected = torch.arange(float(torch.tensor(shape).prod())).reshape(shape)
    got = expected.clone()
    got[..., -1, -1] += 50 if len(shape) == 2 else 0
    got[(-1,) * len(shape)] += 100
    page = Reader(as_html(planes(expected, got)))
    assert page.tags.count("img") == 3 and "table" not in page.tags
    rows, columns = shape[-2:]
    place = f" at [{', '.join([*(str(n - 1) for n in shape[:-2]), ':', ':'])}]"
    shown = place if len(shape) > 2 else ""
    assert page.alternatives[0].startswith(f"expected{shown}: {rows} by {columns} entries from ")
    assert page.alternatives == as_text(planes(expected, got))


@pytest.mark.parametrize(
    ("shape", "shown"),
    [((), 0), ((3,), 3), ((12,), 3), ((13,), 0), ((8, 8), 3), ((1, 2), 3), ((2, 9), 0),
     ((9, 2), 0), ((65, 65), 0), ((0, 3), 0), ((4, 0, 2, 2), 0)],
    ids=str,
)  # fmt: skip
def test_what_makes_no_picture_is_left_out(shape: tuple[int, ...], shown: int) -> None:
    drawn = planes(torch.zeros(shape), torch.ones(shape))
    assert len(drawn) == shown
    assert (as_html(drawn) == "") == (as_text(drawn) == []) == (shown == 0)


@pytest.mark.parametrize("size", [2, 10])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int64, torch.bool], ids=str)
def test_odd_values_are_drawn_without_a_warning(
    size: int, dtype: torch.dtype, recwarn: pytest.WarningsRecorder
) -> None:
    expected, got = torch.zeros(size, size), torch.ones(size, size)
    if dtype.is_floating_point:
        got[0] = torch.tensor([torch.nan, torch.inf] * (size // 2))
        expected[-1] = torch.tensor([torch.inf, -torch.inf] * (size // 2))
    drawn = planes(expected.to(dtype), got.to(dtype))
    assert len(drawn) == 3
    assert as_html(drawn) and as_text(drawn)
    assert not recwarn.list


def test_complex_arrays_make_no_picture() -> None:
    wrong = CaseRecord("values", True, "", {}, "", X * 1j)
    shown = Report(judge(scale_record(wrong), [Answer(value=X * 2j)]))
    assert "<table" not in shown._repr_html_() and "worst at [1, 1]" in str(shown)
