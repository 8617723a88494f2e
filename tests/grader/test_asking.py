"""The order of questions: none spoils another, and none is asked more often than needed."""

from typing import Any

import pytest

from autograder.sandbox.session import Session
from tests.grader.submissions import ALL, SOLVED, UNSOLVED, Desk, score, scores

SPOILING = """
_own_{name} = {name}
def {name}(*args, **kwargs):
    globals()["{other}"] = lambda *args, **kwargs: None
    return _own_{name}(*args, **kwargs)
"""
CLUMSY = "def {name}(*args, **kwargs):\n    return -1\n"


def _spoiling(desk: Desk, name: str, other: str) -> dict[str, str]:
    """Right answers, of which one breaks the other for whatever is asked after it."""
    solved = desk.solved()
    return {**solved, name: solved[name] + SPOILING.format(name=name, other=other)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[str], int]]:
    """What every session is asked: its number, the exercises, and how many bytes of questions."""
    seen: list[tuple[int, list[str], int]] = []
    sessions: list[Session] = []
    send = Session.send

    def spy(session: Session, request: dict[str, Any]) -> None:
        if session not in sessions:
            sessions.append(session)
        if request["do"] == "ask":
            names = [e["name"] for e in request["exercises"]]
            size = len(request["questions"])
            seen.append((sessions.index(session), names, size))
        send(session, request)

    monkeypatch.setattr(Session, "send", spy)
    return seen


@pytest.mark.parametrize(("name", "other"), [(UNSOLVED, SOLVED), (SOLVED, UNSOLVED)])
def test_an_exercise_that_breaks_another_costs_nothing(name: str, other: str, desk: Desk) -> None:
    assert scores(desk.grade(desk.notebook(**_spoiling(desk, name, other)))) == ALL


def test_what_is_wrong_by_itself_is_asked_once(desk: Desk, asked: list[Any]) -> None:
    result = desk.grade(desk.notebook(**{UNSOLVED: CLUMSY.format(name=UNSOLVED)}))
    assert score(result, UNSOLVED) < 0.5
    assert [names for _, names, _ in asked] == [[UNSOLVED, SOLVED], [SOLVED, UNSOLVED]]


def test_public_questions_are_asked_again_where_nothing_hidden_came(
    desk: Desk, asked: list[Any]
) -> None:
    desk.grade(desk.notebook(**_spoiling(desk, UNSOLVED, SOLVED)))
    public, hidden, again = asked
    assert public[0] == hidden[0] != again[0]
    assert again[1] == [SOLVED]
    assert again[2] < public[2]


def test_hidden_questions_are_asked_again_on_the_spot(desk: Desk, asked: list[Any]) -> None:
    desk.grade(desk.notebook(**_spoiling(desk, SOLVED, UNSOLVED)))
    public, hidden, again = asked
    assert public[0] == hidden[0] == again[0]
    assert again[1] == [UNSOLVED]


def test_an_endless_call_leaves_the_others_in_company(desk: Desk, asked: list[Any]) -> None:
    endless = f"def {UNSOLVED}(*args, **kwargs):\n    while True:\n        pass\n"
    result = desk.grade(desk.notebook(**{UNSOLVED: endless}), question_seconds=0.5)
    assert scores(result) == {UNSOLVED: 0.0, SOLVED: 1.0}
    assert asked[0][1] == [UNSOLVED, SOLVED]
    assert asked[1][1] == [SOLVED]


def test_a_call_is_not_late_while_it_waits_for_a_busy_machine(desk: Desk) -> None:
    """Sleep stands for a machine with other work: neither takes time of the processor."""
    code = desk.solved()[SOLVED].replace("def conv_out(", "def _own_conv_out(", 1)
    code += """
import time
calls = []
def conv_out(*args, **kwargs):
    calls.append(time.sleep(0.3 if not calls else 0))
    return _own_conv_out(*args, **kwargs)
"""
    assert score(desk.grade(desk.notebook(conv_out=code), question_seconds=0.2), SOLVED) == 1.0


def test_a_call_that_waits_for_ever_is_cut(desk: Desk) -> None:
    waiting = f"def {UNSOLVED}(*a, **k):\n    import time\n    time.sleep(1000)\n"
    result = desk.grade(desk.notebook(**{UNSOLVED: waiting}), question_seconds=0.2)
    assert scores(result) == {UNSOLVED: 0.0, SOLVED: 1.0}
