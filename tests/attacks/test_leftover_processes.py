"""Processes that a cell or a call leaves behind are held against no other cell and no other call.

The watchdog looks ten times a second; what is left grows too large after a cell or a call ended.
"""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from textwrap import dedent
from typing import Any, cast

import pytest

from autograder.grading import grade_notebook
from autograder.results import Result
from autograder.running import SubmissionRun
from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.session import Session
from autograder.sandbox.watchdog import Watchdog
from tests.grader.submissions import ALL, SOLVED, UNSOLVED, Desk, printed, scores

PROCESSES = 16
SMALL = Limits(
    memory_bytes=1200 * MIB,
    processes=PROCESSES,
    cell_seconds=4,
    question_seconds=4,
    submission_seconds=40,
)
SLEEPERS = "for i in $(seq 40); do sleep 60 & done; wait"
GUILTY = "# guilty\n"
LEAVE = """
import subprocess
for _ in range({}):
    subprocess.Popen(["sleep", "60"])
"""
TOO_MANY = GUILTY + LEAVE.format(40)
NEARLY_ALL = GUILTY + LEAVE.format(PROCESSES - 2)
LATER = f"{GUILTY}import subprocess\n_ = subprocess.Popen({'sleep 0.2; ' + SLEEPERS!r}, shell=True)"
WHILE_IT_RUNS = f"{TOO_MANY}import time; time.sleep(3)"
INNOCENT = [f"import time; time.sleep(0.4); print({number})" for number in (1, 2, 3)]
UNHARMED = "1\n2\n3\n"
ENDED = "the processes that were left running after the added cell '# guilty' were ended"


def _grade(
    desk: Desk,
    first: str,
    *cells: str,
    walled: bool = True,
    instead: dict[str, str] | None = None,
) -> Result:
    """What comes of innocent cells and right answers behind a guilty cell."""
    marking = replace(desk.marking, limits=SMALL, walled=walled)
    answers = {**desk.solved(), **(instead or {})}
    notebook = desk.notebook(*cells, first=first, **answers)
    return grade_notebook(notebook, marking)[0]


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """The sessions that grading takes."""
    seen: list[Session] = []
    enter = Session.__enter__

    def spy(session: Session) -> Session:
        seen.append(session)
        return enter(session)

    monkeypatch.setattr(Session, "__enter__", spy)
    return seen


@pytest.mark.parametrize("walled", [True, False], ids=["walled", "without the wall"])
def test_what_grows_after_a_cell_costs_no_later_cell(walled: bool, desk: Desk) -> None:
    result = _grade(desk, LATER, *INNOCENT, walled=walled)
    assert printed(result) == UNHARMED
    assert scores(result) == ALL
    assert [n for n in result.notes if "sandbox" not in n] == [ENDED]


def test_too_many_processes_at_once_cost_no_later_cell(desk: Desk) -> None:
    result = _grade(desk, TOO_MANY, *INNOCENT)
    assert printed(result) == UNHARMED
    assert scores(result) == ALL
    assert all(GUILTY.strip() in note for note in result.notes)


def test_what_leaves_no_room_for_others_is_ended_on_the_spot(
    desk: Desk, sessions: list[Session]
) -> None:
    result = _grade(desk, NEARLY_ALL, *INNOCENT)
    assert result.notes == [ENDED]
    assert len(sessions) == 1


def test_a_cell_with_too_many_processes_while_it_runs_is_left_out_alone(desk: Desk) -> None:
    result = _grade(desk, WHILE_IT_RUNS, *INNOCENT)
    assert printed(result) == UNHARMED
    assert scores(result) == ALL
    why = f"it started more than {PROCESSES} processes while it ran"
    assert result.notes == [f"the added cell '# guilty' was left out: {why}"]


def test_two_guilty_cells_cost_no_innocent_one(desk: Desk) -> None:
    result = _grade(desk, LATER, INNOCENT[0], WHILE_IT_RUNS, *INNOCENT[1:])
    assert printed(result) == UNHARMED
    assert scores(result) == ALL


def test_memory_that_a_left_process_takes_later_costs_no_later_cell(desk: Desk) -> None:
    hoarder = """
    import mmap, os, time
    flags = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    for _ in range(4):
        if os.fork() == 0:
            time.sleep(0.2)
            hoard = mmap.mmap(-1, 400 * 2**20, flags)
            time.sleep(60)
            os._exit(0)
    """
    slow = INNOCENT[0].replace("0.4", "1.5")
    result = _grade(desk, GUILTY + dedent(hoarder), slow, *INNOCENT[1:])
    assert printed(result) == UNHARMED
    assert scores(result) == ALL
    assert result.notes == [ENDED]


def test_memory_that_a_cell_takes_at_its_end_costs_that_cell_alone(desk: Desk) -> None:
    """It cannot be ended: it lies in the process of all cells."""
    hoarder = """
    import mmap, threading
    flags = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    hoard = [mmap.mmap(-1, 1000 * 2**20, flags)]
    def more():
        hoard.append(mmap.mmap(-1, 210 * 2**20, flags))
    threading.Timer(0.05, more).start()
    """
    result = _grade(desk, GUILTY + dedent(hoarder), *INNOCENT)
    assert printed(result) == UNHARMED
    assert scores(result) == ALL
    why = "it used more than 1.17 GiB of memory while it ran"
    assert result.notes == [f"the added cell '# guilty' was left out: {why}"]


def test_a_cell_that_others_keep_from_the_processor_runs_again_without_them(desk: Desk) -> None:
    """Fewer than the limit, but they can make an innocent cell run out of time."""
    leaves = "import subprocess\nhelper = subprocess.Popen(['sleep', '60'])"
    waits = "import time\nwhile helper.poll() is None: time.sleep(0.1)"
    result = _grade(desk, GUILTY + leaves, waits, *INNOCENT)
    assert printed(result) == UNHARMED
    assert result.notes == [ENDED]


def test_a_few_processes_may_stay_for_later_cells(desk: Desk) -> None:
    starts = "import subprocess\nhelper = subprocess.Popen(['sleep', '60'])"
    result = _grade(desk, starts, "print(helper.poll())")
    assert printed(result) == "None\n"
    assert result.notes == []


# What an exercise does at its first call.
LEAVES = f"import subprocess; subprocess.Popen({'sleep 0.2; ' + SLEEPERS!r}, shell=True)"
IS_SLOW = "import time; time.sleep(0.6)"


def _first(name: str, deed: str) -> str:
    return f"""
_own_{name}, _called_{name} = {name}, []
def {name}(*args, **kwargs):
    if not _called_{name}:
        _called_{name}.append(1)
        {deed}
    return _own_{name}(*args, **kwargs)
"""


@pytest.mark.parametrize(("name", "other"), [(UNSOLVED, SOLVED), (SOLVED, UNSOLVED)])
def test_what_a_call_leaves_costs_no_other_exercise(name: str, other: str, desk: Desk) -> None:
    solved = desk.solved()
    instead = {
        name: solved[name] + _first(name, LEAVES),
        other: solved[other] + _first(other, IS_SLOW),
    }
    assert scores(_grade(desk, "", instead=instead))[other] == 1.0


# Other processes are not allowed to exercises; so the module is not named in a way that is read.
LOOKS_FOR_THE_LAST = """
import os, sys
def look_for_the_last():
    if os.path.exists("left"):
        try: os.kill(int(open("left").read()), 0)
        except ProcessLookupError: return
        raise RuntimeError("it still runs")
    left = sys.modules["sub" + "process"].Popen(["sleep", "60"])
    with open("left", "w") as file:
        file.write(str(left.pid))
"""


def test_what_a_call_leaves_is_ended_before_the_next_questions(desk: Desk) -> None:
    looks = _first(SOLVED, "look_for_the_last()")
    instead = {SOLVED: desk.solved()[SOLVED] + looks}
    assert scores(_grade(desk, LOOKS_FOR_THE_LAST, instead=instead)) == ALL


def test_an_exercise_is_asked_anew_after_the_first_verdict_and_blamed_after_the_second(
    desk: Desk,
) -> None:
    verdict = "it started more than 16 processes"
    run = SubmissionRun(desk.marking.records, SMALL, time.monotonic())
    public, _ = run._askings
    for blamed in (False, True):
        public.current, public.answers[SOLVED] = SOLVED, []
        run.blame(verdict)
        assert (SOLVED in public.answers) is blamed
    assert run.ran.notes == [f"{SOLVED}: {verdict} during the call"]


def test_processes_that_have_ended_meanwhile_bring_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = range(2**23, 2**23 + 100)  # above every number of a process
    looks = iter([list(nobody), list[int]()])
    monkeypatch.setattr(Watchdog, "_watch", lambda _: None)
    monkeypatch.setattr(Watchdog, "_family", lambda _: next(looks))
    assert Watchdog(cast(Any, None), SMALL)._too_much() == ""


def test_without_a_place_for_the_calls_what_was_left_is_ended(desk: Desk) -> None:
    """The kernel refuses an ordinary user's fork where threads and processes are too many."""
    refuses = """
    import os, subprocess
    left, fork = subprocess.Popen(["sleep", "60"]), os.fork
    def refused():
        if left.poll() is None: raise BlockingIOError
        return fork()
    os.fork = refused
    """
    assert scores(_grade(desk, dedent(refuses))) == ALL


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the instructor's."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_without_the_wall_only_the_submissions_own_processes_are_ended(
    desk: Desk, bystander: subprocess.Popen[bytes]
) -> None:
    result = _grade(desk, NEARLY_ALL, *INNOCENT, walled=False)
    assert ENDED in result.notes
    assert bystander.poll() is None
