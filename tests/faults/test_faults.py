"""Whatever is wrong with a submission, its right parts count, and both sides are told why."""

import re

import pytest

from tests.faults.code import CODE
from tests.faults.conftest import FAULTS, PAGES
from tests.faults.fault import Fault
from tests.faults.graded import GradedClass
from tests.faults.places import REFUSED
from tests.faults.tampering import TAMPERING

every_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
# What came changed, called what is forbidden, or was ended for what it did.
NOTED = [fault for fault in (*TAMPERING, *CODE) if fault.told]
LOST = [fault for fault in FAULTS if fault.lost]


def test_there_are_many_faults_of_different_names() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40


def test_the_run_itself_goes_well(graded: GradedClass) -> None:
    assert (graded.feedback.status, graded.feedback.err) == (0, "")
    assert graded.report.err.count("\n") == 1  # the one below


def test_what_cannot_be_chosen_is_refused_in_one_line(graded: GradedClass) -> None:
    (told,) = REFUSED.told
    assert graded.grade.status == 1
    assert graded.grade.err == f"autograder: {REFUSED.name}: {told}\n"
    assert REFUSED.name not in graded.booked


@every_fault
def test_the_right_parts_earn_their_points(graded: GradedClass, fault: Fault) -> None:
    assert graded.booked[fault.name] == pytest.approx(fault.points)
    assert graded.table[fault.name][0] == f"{fault.points:.2f} of 20"
    assert float(graded.reported[fault.name]["score"]) == pytest.approx(fault.points)


@every_fault
def test_the_student_is_told_what_was_wrong_and_no_more(graded: GradedClass, fault: Fault) -> None:
    remarks = graded.remarks(fault.name)
    assert [[t for t in fault.told if t in remark] for remark in remarks] == [
        [t] for t in fault.told
    ]


@every_fault
def test_the_instructor_is_told_what_was_wrong(graded: GradedClass, fault: Fault) -> None:
    row = " ".join(graded.reported[fault.name].values())
    for told in fault.told:
        assert told in graded.table[fault.name][-1]
        assert told in row


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
def test_a_lost_exercise_says_why_under_its_check(graded: GradedClass, fault: Fault) -> None:
    assert fault.reason in graded.under_check(fault.name, fault.lost[0])
    assert f"points lost in {', '.join(fault.lost)}" in graded.table[fault.name][-1]


@pytest.mark.parametrize("student", PAGES)
def test_the_feedback_page_opens_with_the_remarks(graded: GradedClass, student: str) -> None:
    (told,) = (fault.told for fault in FAULTS if fault.name == student)
    page = graded.page(student)
    assert ("About this submission" in page) == bool(told)
    assert all(words in page for words in told)


def test_nobody_is_missing_from_the_report(graded: GradedClass) -> None:
    assert set(graded.reported) <= set(graded.table)
    assert set(graded.reported) | {REFUSED.name} >= {f.name for f in FAULTS}
    assert REFUSED.name in graded.report.err + graded.class_page


@pytest.mark.parametrize("fault", NOTED, ids=lambda fault: fault.name)
def test_what_looks_like_tampering_is_in_the_result_and_in_the_class_report(
    graded: GradedClass, fault: Fault
) -> None:
    (told,) = fault.told
    assert any(told in note for note in graded.notes(fault.name))
    assert told in graded.class_page


ACCUSING = re.compile(r"cheat|forge|fraud|attack|tamper|plagia|suspic|manipulat", re.IGNORECASE)


@every_fault
def test_no_remark_accuses(graded: GradedClass, fault: Fault) -> None:
    assert not ACCUSING.search(" ".join(graded.notes(fault.name)))
