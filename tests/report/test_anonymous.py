"""Reports to show to the class name nobody and quote nobody."""

import json
from dataclasses import replace

import pytest

from autograder.reporting.anonymous import anonymous, labels
from autograder.reporting.evidence import Absent, Evidence, Mark, MarkedSubmission, Question
from autograder.reporting.exports import report_json
from autograder.reporting.pages import report_page
from autograder.reporting.section import Section
from autograder.results import Result
from tests.report.classes import judged, wrong

SECRET = "a secret of the tests"
QUOTES = {
    "remark": "the added cell 'my_own_words = 1' was left out",
    "repair": "cell my_own_words had been changed",
    "reason": "NameError: my_own_words",
    "unreadable": "my_own_words is no notebook",
    "absent": "there is no notebook, but my_own_words.ipynb",
}


def quoting() -> Evidence:
    """A class whose every text comes from a student."""
    result = Result(
        "90_tiny",
        [judged("q1", 0, wrong("a", "flips", "It is flipped.", reason=QUOTES["reason"]))],
        notes=[QUOTES["remark"]],
        outputs={"x": [{"text": "my_own_words"}]},
    )
    told = MarkedSubmission(
        "s001",
        {"q1": Mark(0)},
        result,
        repairs=(QUOTES["repair"],),
        remarks=(QUOTES["remark"],),
        seconds_late=4321,
    )
    lost = MarkedSubmission("s002", {"q1": Mark(0)}, unreadable=QUOTES["unreadable"])
    absent = [Absent("s003", QUOTES["absent"], handed_in=True)]
    return Evidence("90_tiny", [Question("q1", 1)], [told, lost], absent)


def nameless(evidence: Evidence) -> Evidence:
    return anonymous(evidence, labels([*(s.student for s in evidence.submissions), "s003"], SECRET))


def shown(evidence: Evidence) -> str:
    """Page and data as one text."""
    section = Section(nameless(evidence))
    return report_page([section], "t", anonymous=True) + report_json([section], anonymous=True)


@pytest.mark.parametrize("told", ["s001", "s002", "s003", "my_own_words", "4321"])
def test_no_name_and_no_words_of_a_student_are_left(told: str) -> None:
    named = report_json([Section(quoting())], anonymous=False)
    assert told in named
    assert told not in shown(quoting())
    assert told not in str(nameless(quoting()))


def test_hints_and_figures_stay() -> None:
    text = shown(quoting())
    assert "It is flipped." in text
    assert "1 repair to the notebook" in text


def test_labels_are_the_same_each_time_and_differ_between_students() -> None:
    students = [f"s{i:03d}" for i in range(500)]
    found = labels(students, SECRET)
    assert found == labels(reversed(students), SECRET)
    assert len(set(found.values())) == 500


def test_a_label_does_not_depend_on_the_others() -> None:
    assert labels(["s001", "s002"], SECRET)["s001"] == labels(["s001"], SECRET)["s001"]


def test_without_the_secret_labels_are_others() -> None:
    assert labels(["s001"], SECRET) != labels(["s001"], "a guess")


def test_no_label_is_a_number_to_a_spreadsheet() -> None:
    assert all(v.startswith("S") for v in labels(map(str, range(200)), SECRET).values())


def test_names_that_no_file_can_hold_have_labels_of_their_own() -> None:
    assert len(set(labels(["s\udc80", "s\udc81"], SECRET).values())) == 2


def test_the_order_of_names_is_lost() -> None:
    students = [MarkedSubmission(f"s{i:03d}", {"q1": Mark(i)}) for i in range(50)]
    whole = replace(quoting(), submissions=students, absent=[])
    names = labels([s.student for s in students], SECRET)
    found = anonymous(whole, names)
    assert [s.student for s in found.submissions] == sorted(names.values())
    assert [s.points for s in found.submissions] != list(range(50))
    assert json.loads(report_json([Section(found)], anonymous=True))["anonymous"]
