"""Points are for facets; what is missing or malformed fails; known mistakes are recognised."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.checking.samples import HINTS, X, case, plain, scale_record
from visionlab.checking import probing
from visionlab.checking.codec import Foreign
from visionlab.checking.forbidden import Forbidden
from visionlab.checking.judge import ExerciseResult, judge
from visionlab.checking.probing import Answer

RECORD = scale_record(case("values", 3.0), case("values", 4.0), case("negative", -2.0))
RIGHT = [Answer(value=c.expected) for c in RECORD.cases]


def test_right_answers_earn_all() -> None:
    result = judge(RECORD, RIGHT)
    assert (result.score, result.max_score, result.passed) == (4.0, 4.0, True)
    assert result.facets() == {"values": True, "negative": True}
    assert all(v.reason == v.mistake == v.call == "" for v in result.verdicts)


def test_a_facet_earns_its_share_when_all_its_cases_pass() -> None:
    assert judge(RECORD, [RIGHT[0], RIGHT[1], Answer(value=0)]).score == 3.0
    assert judge(RECORD, [RIGHT[0], Answer(value=0), RIGHT[2]]).score == 1.0
    assert judge(RECORD, [Answer(value=0)] * 3).score == 0.0


@pytest.mark.parametrize("given_answers", [[], [None], [None, None, None]], ids=len)
def test_missing_answers_fail(given_answers: list[Answer | None]) -> None:
    result = judge(RECORD, given_answers)
    assert result.score == 0 and not result.passed
    assert {v.reason for v in result.verdicts} == {"no answer came back"}


def test_a_missing_answer_costs_no_other_facet() -> None:
    assert judge(RECORD, RIGHT[:2]).score == 3.0
    assert judge(RECORD, [None, *RIGHT[1:]]).score == 1.0


def test_answers_beyond_the_questions_count_for_nothing() -> None:
    wrong = Answer(value=X)
    assert judge(RECORD, [*RIGHT, *RIGHT]).score == 4.0
    assert judge(RECORD, [wrong, wrong, wrong, *RIGHT]).score == 0.0


def test_no_cases_are_no_pass() -> None:
    record = replace(RECORD, cases=[])
    assert judge(record, []).score == 0.0 and not judge(record, []).passed
    assert not ExerciseResult("scale", 0, 1, []).passed


@pytest.mark.parametrize("changed", [("x",), ("no such input",), ("x",) * 20, ("<b>",)])
def test_an_answer_that_changed_its_input_fails(changed: tuple[str, ...]) -> None:
    result = judge(RECORD, [replace(RIGHT[0], changed=changed), *RIGHT[1:]])
    assert result.score == 1.0
    assert "the call changed its input" in result.verdicts[0].reason


def test_points_are_rounded_and_never_above_the_maximum() -> None:
    thirds = [case(name, 3.0) for name in ("values", "b", "c")]
    record = replace(scale_record(*thirds), weights=dict.fromkeys(["values", "b", "c"], 1.0))
    answers = [Answer(value=c.expected) for c in thirds]
    assert judge(record, answers).score == 4.0
    assert judge(record, [*answers[:1], None, None]).score == 1.3333


@given(st.lists(st.one_of(st.none(), plain.map(lambda v: Answer(value=v))), max_size=5))
def test_no_answer_is_worth_less_than_nothing(answers: list[Answer | None]) -> None:
    result = judge(RECORD, answers)
    assert 0.0 <= result.score <= result.max_score
    assert len(result.verdicts) == len(RECORD.cases)


@given(plain, st.text(max_size=10), st.lists(st.text(max_size=5), max_size=2))
def test_hostile_answers_are_judged(value: Any, error: str, changed: list[str]) -> None:
    forged = Answer.from_plain(
        {"value": value, "error": error, "message": error, "line": "", "changed": changed}
    )
    assert not judge(RECORD, [forged] * 3).passed


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"value": 1, "error": None, "message": "", "line": "", "changed": []},
        {"value": 1, "error": "", "message": "", "line": "", "changed": [1]},
        {"value": 1, "error": "", "message": "", "line": "", "changed": "x"},
    ],
)
def test_what_is_no_answer_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        Answer.from_plain(data)


def test_a_long_answer_is_cut() -> None:
    long = "x" * 10_000
    forged = {"value": 0, "error": long, "message": long, "line": long, "changed": [long] * 50}
    answer = Answer.from_plain(forged)
    assert len(answer.error + answer.message + answer.line) + len("".join(answer.changed)) < 3000


def test_a_known_mistake_is_recognised() -> None:
    added = [Answer(value=X + c.inputs["factor"]) for c in RECORD.cases]
    result = judge(RECORD, added)
    assert [v.mistake for v in result.verdicts] == ["adds"] * 3
    assert result.verdicts[0].hint == HINTS["adds"]


def test_an_unknown_mistake_gets_no_hint() -> None:
    result = judge(RECORD, [Answer(value=X - 17)] * 3)
    assert {v.mistake for v in result.verdicts} == {""}
    assert not any(v.hint.first for v in result.verdicts)


def test_the_mistake_that_explains_everything_is_preferred() -> None:
    """Both known mistakes agree on the first case; only one is wrong exactly where this is."""
    both = case("values", 3.0)
    alike = {name: Answer(value=X + 3) for name in HINTS}
    only_adds = replace(case("negative", -2.0), mistakes={"adds": Answer(value=X - 2)})
    record = scale_record(replace(both, mistakes=alike), only_adds)
    answers = [Answer(value=X + 3), Answer(value=X * -2.0)]
    assert judge(record, answers).verdicts[0].mistake == "doubles"
    answers = [Answer(value=X + 3), Answer(value=X - 2)]
    assert [v.mistake for v in judge(record, answers).verdicts] == ["adds", "adds"]


def test_mistakes_that_raise_or_change_inputs_are_recognised() -> None:
    raises = Answer(error="IndexError", message="too far")
    changes = Answer(value=X * 3.0, changed=("x",))
    record = scale_record(
        replace(case("values", 3.0), mistakes={"adds": raises, "doubles": changes})
    )
    assert judge(record, [replace(raises, line="x[9]")]).verdicts[0].mistake == "adds"
    assert judge(record, [replace(raises, message="other")]).verdicts[0].mistake == ""
    assert judge(record, [changes]).verdicts[0].mistake == "doubles"
    doubled = replace(changes, value=X * 2.0)
    unlike = scale_record(replace(case("values", 3.0), mistakes={"doubles": doubled}))
    assert judge(unlike, [doubled]).verdicts[0].mistake == "doubles"
    assert judge(unlike, [replace(doubled, changed=())]).verdicts[0].mistake == ""


def test_a_mistake_that_is_not_plain_does_no_harm() -> None:
    odd = {"adds": Answer(value=Foreign("generator")), "doubles": Answer(value=X * 2)}
    record = scale_record(replace(case("values", 3.0), mistakes=odd))
    for value in (1, 2.5, Foreign("generator"), None, "a", {1: 2}):
        assert judge(record, [Answer(value=value)]).score == 0


def test_forbidden_use_gives_nothing_even_for_right_answers() -> None:
    record = replace(RECORD, forbidden=Forbidden(frozenset(), frozenset({"mul"}), "Write it."))
    result = judge(record, RIGHT, "it uses torch.mul (line 2 of its cell)")
    assert result.score == 0 and result.facets() == {"values": False, "negative": False}
    reasons = {v.reason for v in result.verdicts}
    assert reasons == {"it uses torch.mul (line 2 of its cell). Write it."}
    noticed = judge(record, [Answer(error=probing.FORBIDDEN, message="it calls mul")] * 3)
    assert noticed.verdicts[0].reason == "it calls mul. Write it."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(error=probing.NOT_IMPLEMENTED), "not implemented yet"),
        (Answer(error=probing.TIMED_OUT, message="a call ran too long"), "a call ran too long"),
        (
            Answer(error="KeyError", message="3", line="d[3]"),
            "KeyError: 3 (in the line: d[3])",
        ),
        (Answer(error="AssertionError"), "AssertionError"),
        (Answer(error="E", message="two\nlines\x1b[2J"), "E: two lines [2J"),
        (Answer(value=X[:1] * 3), "the shape is (1, 2), expected (2, 2)"),
        (
            Answer(value=X * 3 + torch.tensor([[0, 0], [0, 1.0]])),
            "1 of 4 entries differ; at [1, 1]: expected 12, got 13",
        ),
    ],
)
def test_reasons_of_public_cases_name_the_fault(answer: Answer, reason: str) -> None:
    verdict = judge(RECORD, [answer, *RIGHT[1:]]).verdicts[0]
    assert verdict.reason == reason
    assert verdict.call == "x: (2, 2) float32, factor=3.0"


SECRET = "123454321"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(error="ValueError", message=SECRET, line=SECRET),
        Answer(error=SECRET),
        Answer(error=probing.TIMED_OUT, message=SECRET),
        Answer(error=probing.FORBIDDEN, message=SECRET),
        Answer(error=probing.NOT_DEFINED, message=SECRET),
        Answer(value=Foreign(SECRET)),
        Answer(value=SECRET),
        Answer(value={SECRET: 1}),
        Answer(value=torch.zeros(0, int(SECRET))),
        Answer(value=torch.full((2, 2), float(SECRET))),
        Answer(value=X * 3.0, changed=(SECRET,)),
    ],
)
def test_of_hidden_cases_only_fixed_words_are_said(answer: Answer) -> None:
    """A student's code sees the hidden inputs, so nothing it chooses may reach the student."""
    record = scale_record(case("values", 3.0, public=False))
    (verdict,) = judge(record, [answer]).verdicts
    assert verdict.reason and SECRET not in verdict.reason
    assert verdict.call == "" and verdict.difference is None and not verdict.passed
