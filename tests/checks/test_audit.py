"""The gate: known mistakes lose points and are named, right answers pass, blanks get nothing."""

from dataclasses import replace

import pytest

from autograder.audit import Audited, audit, totals
from autograder.course import Repository, declared_assignment
from autograder.exercise import Alternative, Borrowed, Exercise, Misconception

REPOSITORY = Repository.find()
NAMES = REPOSITORY.assignment_names()


@pytest.fixture(scope="module", params=NAMES)
def audited(request: pytest.FixtureRequest) -> list[Audited]:
    return audit(REPOSITORY, request.param, secret="a secret of this test")


def test_every_misconception_loses_points(audited: list[Audited]) -> None:
    assert {a.exercise: a.survived for a in audited if a.survived} == {}


def test_every_misconception_is_told_its_own_hint(audited: list[Audited]) -> None:
    assert {a.exercise: a.unnamed for a in audited if a.unnamed} == {}


def test_every_alternative_gets_full_points(audited: list[Audited]) -> None:
    assert {a.exercise: a.rejected for a in audited if a.rejected} == {}


def test_every_borrowed_answer_gets_nothing(audited: list[Audited]) -> None:
    assert {a.exercise: a.admitted for a in audited if a.admitted} == {}


def test_a_blank_gets_nothing(audited: list[Audited]) -> None:
    assert {a.exercise: a.unfair for a in audited if a.unfair} == {}


def test_every_exercise_has_its_bank(audited: list[Audited]) -> None:
    assignment = declared_assignment(audited[0].assignment)
    for a in audited:
        wanted = 5 if assignment.exercise(a.exercise).points >= 2 else 3
        assert a.misconceptions >= wanted, a.exercise
        assert a.alternatives >= 3, a.exercise


def _spoilt(monkeypatch: pytest.MonkeyPatch, **changes: object) -> Audited:
    """The audit of conv_out when its bank is changed; those of the other exercises are empty."""
    assignment = declared_assignment("01_convolution")
    exercises = [
        replace(e, **changes)  # type: ignore[arg-type]
        if e.name == "conv_out"
        else replace(e, misconceptions=[], alternatives=[], borrowed=[])
        for e in assignment.exercises
    ]
    spoilt = replace(assignment, exercises=tuple(exercises))
    for module in ("autograder.audit", "autograder.reference"):
        monkeypatch.setattr(f"{module}.declared_assignment", lambda _name: spoilt)
    found = audit(REPOSITORY, "01_convolution")
    return next(a for a in found if a.exercise == "conv_out")


def _conv_out() -> Exercise:
    return declared_assignment("01_convolution").exercise("conv_out")


def test_the_audit_finds_a_misconception_that_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    right = _conv_out().alternatives[0].source
    tame = Misconception("tame", "No mistake at all.", "", right)
    found = _spoilt(monkeypatch, misconceptions=[*_conv_out().misconceptions, tame])
    assert found.survived == ["tame"]
    assert not found.passed


def test_the_audit_finds_two_misconceptions_that_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _conv_out().misconceptions[0]
    twin = Misconception("twin", "The same in other words.", "", first.source)
    found = _spoilt(monkeypatch, misconceptions=[*_conv_out().misconceptions, twin])
    assert found.unnamed == ["twin"]


def test_the_audit_finds_an_alternative_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Alternative("wrong", _conv_out().misconceptions[0].source)
    found = _spoilt(monkeypatch, alternatives=[wrong])
    assert found.rejected == ["wrong"]


def test_the_audit_finds_a_borrowed_answer_with_points(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Borrowed("own", _conv_out().alternatives[0].source)
    found = _spoilt(monkeypatch, borrowed=[own])
    assert found.admitted == ["own"]
    assert not found.passed


def test_totals_are_shares() -> None:
    one = Audited("01_x", "f", 4, 4, 2, 0, ["a"], ["a", "b"], ["c"], [], [])
    assert totals([one]) == (0.75, 0.5, 0.5)
