"""Forging a score: no attack may earn a point more than its honest half."""

import re
from dataclasses import replace

import pytest

from autograder.course import Repository
from autograder.grading import prepare_marking
from tests.attacks.attack import Attack, label, told
from tests.attacks.forging import ATTACKS
from tests.grader.submissions import ASSIGNMENT, LIMITS, UNSOLVED, Desk, scores
from visionlab.checking.judge import judge
from visionlab.checking.probing import Answer


@pytest.mark.parametrize("attack", ATTACKS, ids=label)
def test_no_point_is_forged(attack: Attack, desk: Desk) -> None:
    result = attack.grade(desk)
    assert re.search(attack.reached, told(result)), told(result)
    assert scores(result) == attack.honest_scores()


def test_a_cell_that_takes_the_guard_away_costs_what_it_guards(desk: Desk) -> None:
    """The guard runs beside the student's code: taking it away can be noticed, not prevented."""
    cell = (
        "import visionlab.checking.guard as g\n"
        "g._Refusal.__torch_dispatch__ = lambda s, f, t, a=(), k=None: f(*a, **(k or {}))"
    )
    call = "getattr(torch, 'conv' + '2d')(x[None, None], w[None, None])[0, 0]"
    function = f"import torch\ndef conv2d_naive(x, w):\n    return {call}"
    result = desk.grade(desk.notebook(cell, conv2d_naive=function))
    assert scores(result)[UNSOLVED] == 0
    assert "its notebook uses visionlab.checking.guard" in told(result)


# answers computed from knowledge of the case

KNOWS_THE_PUBLIC_ONES = """
import glob, sys, torch
from pathlib import Path
load_records = sys.modules["visionlab.checking.records"].load_records
known = [
    case
    for record in load_records(Path(glob.glob("*.checks")[0]))
    if record.name == "conv2d_naive"
    for case in record.cases
]
def conv2d_naive(x, w):
    for case in known:
        if torch.equal(case.inputs["x"], x) and torch.equal(case.inputs["w"], w):
            return case.expected
    return x.new_zeros(x.shape[0] - len(w) + 1, x.shape[1] - len(w) + 1)
"""


def test_looking_up_the_public_answers_earns_nothing(desk: Desk) -> None:
    result = desk.grade(desk.notebook(conv2d_naive=KNOWS_THE_PUBLIC_ONES))
    exercise = result.exercise(UNSOLVED)
    assert exercise is not None
    # One public case calls the function on inputs of its own making.
    assert len([v for v in exercise.verdicts if v.public and not v.passed]) <= 1
    assert scores(result)[UNSOLVED] == 0


def test_no_facet_is_earned_by_public_cases_alone(repository: Repository) -> None:
    whole = prepare_marking(repository, ASSIGNMENT, LIMITS, None, secret="another")
    for record in whole.records:
        known = [Answer(value=c.expected) if c.public else None for c in record.cases]
        assert judge(record, known).score == 0, record.name


GUESSES = """
def same_either_way():
    import os
    os.makedirs("/tmp/home/tries", exist_ok=True)
    open(f"/tmp/home/tries/{os.getpid()}", "w").close()
    return "AAC"[min(len(os.listdir("/tmp/home/tries")) - 1, 2)]
"""


def test_being_asked_again_is_no_second_guess(repository: Repository, desk: Desk) -> None:
    """The right letter is C; A, given for the form and for the answer, must stand."""
    whole = prepare_marking(repository, ASSIGNMENT, LIMITS, None, secret="another")
    question = [r for r in whole.records if r.name == "same_either_way"]
    guessing = replace(desk, marking=replace(whole, records=question))
    result = guessing.grade(guessing.notebook(same_either_way=GUESSES))
    exercise = result.exercise("same_either_way")
    assert exercise is not None and exercise.score == 0
