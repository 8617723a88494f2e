"""Results are written and read, whole or in short."""

import json

from autograder.results import Result
from visionlab.checking.judge import ExerciseResult, Verdict
from visionlab.checking.records import Hint

RIGHT = Verdict("values", True, True)
WRONG = Verdict("values", False, False, "off by one", Hint("count again", "from 0"), "off-by-one")
SHAPE = Verdict("shape", True, True)
RESULT = Result(
    "01_tiny",
    [
        ExerciseResult("scale", 1.0, 2.0, [RIGHT, WRONG, SHAPE]),
        ExerciseResult("shift", 1.0, 1.0, [RIGHT, SHAPE]),
    ],
    seconds=0.25,
    notes=["cell solve-scale ran too long and was stopped"],
    outputs={"a": [{"output_type": "stream", "name": "stdout", "text": "hello"}]},
    versions={"scale": "1", "shift": "2"},
)


def test_a_result_comes_back_as_it_was_written() -> None:
    assert Result.loads(RESULT.dumps()) == RESULT


def test_what_a_case_has_nothing_to_say_of_is_not_written() -> None:
    first = json.loads(RESULT.dumps())["exercises"][0]["cases"][0]
    assert first == {"facet": "values", "public": True, "passed": True}


def test_a_summary_keeps_points_remarks_and_facets() -> None:
    short = RESULT.summary()
    assert (short.score, short.max_score, short.notes) == (2.0, 3.0, RESULT.notes)
    assert short.versions == RESULT.versions
    assert [e.facets() for e in short.exercises] == [e.facets() for e in RESULT.exercises]
    assert [e.passed for e in short.exercises] == [False, True]


def test_a_summary_tells_no_reason_and_no_output() -> None:
    text = RESULT.summary().dumps()
    assert not [w for w in ("off by one", "count again", "off-by-one", "hello") if w in text]


def test_a_summary_may_be_read_without_the_whole() -> None:
    assert Result.loads_summary(RESULT.dumps()) == RESULT.summary()
