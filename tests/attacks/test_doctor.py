"""`autograder doctor` tries to escape, says that the wall holds, and says so when it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder import escapes as module
from autograder.doctor import escape_findings
from autograder.escapes import escapes, try_escape, weaknesses


def test_every_attempt_fails_and_what_is_weaker_is_said() -> None:
    findings = {f.topic: f for f in escape_findings()}
    tried = {escape.topic for escape in escapes([])}
    assert {t: f.status for t, f in findings.items() if t in tried} == dict.fromkeys(tried, "ok")
    assert set(findings) - tried == {"grader's user", "memory cgroup", "container"}


@pytest.mark.parametrize("topic", ["network", "course files", "memory limit", "fork bomb"])
def test_a_hole_is_a_problem(topic: str) -> None:
    """An attempt that gets at something, whatever it was after."""
    (escape,) = (e for e in escapes([]) if e.topic == topic)
    found = try_escape(replace(escape, code="print('the crown jewels')"))
    assert found.status == "problem"
    assert "the crown jewels" in found.found
    assert "SECURITY.md" in found.advice


def test_what_is_in_sight_is_named() -> None:
    (escape,) = (e for e in escapes(["/usr/bin", "/nowhere"]) if e.topic == "course files")
    assert try_escape(escape).found == "student code gets at /usr/bin"


def test_an_attempt_that_fails_by_itself_proves_nothing() -> None:
    (escape,) = (e for e in escapes([]) if e.topic == "network")
    assert try_escape(replace(escape, code="1 / 0")).status == "problem"
    assert try_escape(replace(escape, code="import os; os._exit(0)")).status == "problem"


def test_limits_that_do_not_hold_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    generous = replace(module.LIMITS, processes=1000)
    monkeypatch.setattr(module, "LIMITS", generous)
    (escape,) = (e for e in escapes([]) if e.topic == "fork bomb")
    assert "four times the processes" in try_escape(escape).found


@pytest.mark.parametrize(("user", "status"), [(0, "warning"), (1000, "ok")])
def test_grading_as_root_is_a_warning(
    user: int, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert next(iter(weaknesses())).status == status


def test_the_threat_model_says_how_to_report_a_hole() -> None:
    assert "report" in (Path(__file__).parents[2] / "SECURITY.md").read_text().lower()
