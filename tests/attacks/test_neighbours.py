"""Harming others: after every attack the next submission in the same warm process is graded as
if nothing had been, and finds nothing of the one before."""

import re

import psutil
import pytest

from autograder.sandbox.warm import POOL
from tests.attacks.attack import Attack, label, told
from tests.attacks.neighbours import ATTACKS, LOOKS_FOR_TRACES, SMALL
from tests.grader.submissions import ALL, Desk, printed, scores

# These take the time that a limit leaves them.
SLOW = {"all the inodes", "a fork bomb", "shared memory", "threads without end"}


@pytest.fixture(scope="module", autouse=True)
def _own_sandbox() -> None:
    POOL.close()


@pytest.mark.parametrize(
    "attack",
    [pytest.param(a, marks=[pytest.mark.nightly] if a.name in SLOW else []) for a in ATTACKS],
    ids=label,
)
def test_the_next_submission_is_unharmed(attack: Attack, desk: Desk) -> None:
    processes = len(psutil.Process().children(recursive=True))
    result = desk.grade(attack.notebook(desk), **{**SMALL, **attack.limits})
    assert re.search(attack.reached, told(result)), told(result)[-3000:]
    honest = attack.honest_scores()  # an attack may well cost its author more
    assert all(share <= honest[name] for name, share in scores(result).items())
    assert len(psutil.Process().children(recursive=True)) < processes + 12
    after = desk.grade(desk.notebook(LOOKS_FOR_TRACES, **desk.solved()))
    assert printed(after) == "traces: [] 0 3.0\n"
    assert (scores(after), after.notes) == (ALL, [])
