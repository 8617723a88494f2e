"""Runs a restored notebook and its questions in the sandbox, whatever the code in it does."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from autograder.asking import GRACE_SECONDS, OUT_OF_TIME, Answers, Asking
from autograder.build.source import DEMO
from autograder.outputs import safe_outputs
from autograder.sandbox.limits import Limits
from autograder.sandbox.refusals import refusals
from autograder.sandbox.session import Session, SessionLostError
from autograder.sandbox.watchdog import is_verdict
from visionlab.checking.records import ExerciseRecord

ASKING_SHARE = 0.4  # of the time a session finds is kept for the questions


@dataclass
class Ran:
    """What running a submission gave: outputs by cell id, answers by exercise, remarks."""

    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, Answers] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def run_submission(
    notebook: NotebookNode,
    records: list[ExerciseRecord],
    limits: Limits,
    files: Mapping[str, bytes],
    *,
    walled: bool = True,
) -> Ran:
    """Run the cells, then ask every question; restart without a cell that kills the kernel.

    Test cells and demonstrations are not run. Whatever goes wrong costs at most the cells and
    questions it concerns. Raises StartError when the machine cannot start a sandbox.
    """
    cells = [c for c in notebook.cells if c.cell_type == "code" and not is_skipped(c)]
    run = SubmissionRun(records, limits, time.monotonic())
    while time.monotonic() < run.deadline:
        try:
            with Session(limits, files, walled=walled) as session:
                run.cells(session, [c for c in cells if c.id not in run.deadly])
                run.questions(session)
            if run.is_settled():
                return run.collect()
        except SessionLostError as lost:
            run.blame(str(lost))  # one cell or exercise less, or once tidier: this ends
    run.give_up()
    return run.collect()


def is_skipped(cell: NotebookNode) -> bool:
    """Whether grading leaves a cell out: tests are judged outside, demonstrations show only."""
    fields = cell.metadata.get("nbgrader", {})
    return bool(fields.get("grade")) or DEMO in cell.metadata.get("tags", [])


class SubmissionRun:
    """One submission on its way: what is known of it outlives a killed session."""

    def __init__(self, records: list[ExerciseRecord], limits: Limits, start: float) -> None:
        self.ran = Ran()
        self.deadly: set[str] = set()
        self.deadline = start + limits.submission_seconds
        self._records = records
        self._limits = limits
        self._tidy = False  # whether what a cell or a call leaves running is ended
        self._left = False  # whether cells have left something running in this session
        self._cell = ""
        self._place = ""
        cut_short: dict[str, int] = {}
        # All public questions come before the first hidden one: what a public case answers is
        # shown to the student, so nothing hidden may have come near it.
        self._askings = [
            Asking(
                [r.parts[hidden] for r in records],
                bool(hidden),
                limits,
                self.deadline,
                self.note,
                cut_short,
            )
            for hidden in (0, 1)
        ]
        self._choices = {r.name for r in records if _is_choice(r)}
        self._is_settled = False

    def note(self, words: str) -> None:
        """Remember something once."""
        if words not in self.ran.notes:
            self.ran.notes.append(words)

    def cells(self, session: Session, cells: list[NotebookNode]) -> None:
        """Run cells in order; errors stop nothing."""
        self._left = False
        start = time.monotonic()
        stop = start + (1 - ASKING_SHARE) * (self.deadline - start)
        for cell in cells:
            left = stop - time.monotonic()
            if left <= 0:
                self.note("the time for the whole notebook was used up; later cells did not run")
                break
            self._cell, self._place = cell.id, _place(cell)
            seconds = min(self._limits.cell_seconds, left)
            request = {"do": "run", "source": cell.source, "seconds": seconds}
            session.send({**request, "tidy": self._tidy})
            event = session.receive(time.monotonic() + seconds + GRACE_SECONDS, "ran")
            self._keep(cell, event)
        self._cell = ""

    def _keep(self, cell: NotebookNode, event: dict[str, Any]) -> None:
        outputs = safe_outputs(event.get("outputs"), self._limits.output_bytes)
        self.ran.outputs[cell.id] = [dict(o) for o in outputs]
        stopped = any(o.get("ename") == "CellTimeout" for o in outputs)
        if stopped and self._left and not self._tidy:
            raise SessionLostError("it ran out of time")
        if event.get("cut") is True:
            self.note(f"the output of {_place(cell)} was too long and was cut")
        if stopped:
            self.note(f"{_place(cell)} ran too long and was stopped")
        if event.get("ended") is True:
            self.note(f"the processes that were left running after {_place(cell)} were ended")
        for words in refusals(outputs):
            self.note(f"{_place(cell)} {words}")
        self._left = event.get("left") is True

    def questions(self, session: Session) -> None:
        """Ask all questions that are not answered yet.

        Public ones go forwards, hidden ones backwards. An exercise that fails the same facets
        both times fails them whatever is asked before it. Others may have been spoilt the one
        time, and are asked again; for public questions that needs a session into which nothing
        hidden has come: then this is not settled.
        """
        public, hidden = self._askings
        public.ask_all(session)
        hidden.ask_all(session)
        failed, hidden_failed = public.failed(), hidden.failed()
        spoilt = {n for n in public.in_company if failed[n] - hidden_failed[n]} - self._choices
        others = {n for n in hidden.in_company if hidden_failed[n] - failed[n]} - self._choices
        hidden.doubt(others)
        hidden.ask_all(session)
        public.doubt(spoilt)
        self._is_settled = not spoilt

    def is_settled(self) -> bool:
        """Whether the answers are what they are."""
        return self._is_settled

    def collect(self) -> Ran:
        """What is known now; the answers of an exercise in the order of its cases."""
        for record in self._records:
            public, hidden = (iter(a.answers.get(record.name, [])) for a in self._askings)
            both = [next(public if case.public else hidden, None) for case in record.cases]
            self.ran.answers[record.name] = both
        return self.ran

    def blame(self, why: str) -> None:
        """After a lost session: leave out what was running then.

        Not the first time where that may come from processes which something before had left:
        then it all starts again, and nothing is left running.
        """
        if not self._tidy and (self._left or is_verdict(why)):
            self._tidy = True
            self._forget_what_ran()
            return
        for asking in self._askings:
            asking.blame(why)
        if self._cell:
            self.deadly.add(self._cell)
            self.ran.notes.append(f"{self._place} was left out: {why} while it ran")
        self._cell = ""

    def _forget_what_ran(self) -> None:
        """Blame nobody: it runs once more."""
        for asking in self._askings:
            asking.answers.pop(asking.current, None)
            asking.cut_short.pop(asking.current, None)
            asking.current = ""
        self._cell = ""

    def give_up(self) -> None:
        """No time is left: say so for every question without an answer."""
        self.note(OUT_OF_TIME.message)
        for asking in self._askings:
            asking.give_up()


def _is_choice(record: ExerciseRecord) -> bool:
    """Whether it is a question of which nothing is told before grading: to ask it again would tell
    that the first answer was wrong."""
    return not any(record.weights[case.facet] for case in record.parts[0].cases)


def _place(cell: NotebookNode) -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    first_line = cell.source.strip().partition("\n")[0][:40]
    return f"cell {grade_id}" if grade_id else f"the added cell '{first_line}'"
