"""Runs a restored notebook and its questions in the sandbox, whatever the code in it does."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.build.source import DEMO
from autograder.outputs import safe_outputs
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session, SessionLostError
from visionlab.checking.judge import judge
from visionlab.checking.probing import (
    CRASHED,
    NOT_DEFINED,
    NOT_IMPLEMENTED,
    TIMED_OUT,
    Answer,
    Question,
)
from visionlab.checking.records import ExerciseRecord

GRACE_SECONDS = 3
ASKING_SHARE = 0.4  # of the time a session finds is kept for the questions
HURRIED_SECONDS = 2  # of a call while all exercises are asked in one child
MAX_INTERRUPTIONS = 2  # endless or crashing calls of one exercise before the rest is left


@dataclass
class Ran:
    """What running a submission gave: outputs by cell id, answers by exercise, remarks."""

    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, list[Answer | None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def run_submission(
    notebook: NotebookNode,
    records: list[ExerciseRecord],
    limits: Limits,
    workdir_files: list[Path],
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
            with Session(limits, workdir_files, walled=walled) as session:
                run.cells(session, [c for c in cells if c.id not in run.deadly])
                run.questions(session)
                return run.ran
        except SessionLostError as lost:
            run.blame(str(lost))  # one cell or exercise less: this ends
    run.give_up()
    return run.ran


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
        self._current = ""
        self._place = ""
        self._hurried = False

    def note(self, words: str) -> None:
        """Remember something once."""
        if words not in self.ran.notes:
            self.ran.notes.append(words)

    def cells(self, session: Session, cells: list[NotebookNode]) -> None:
        """Run cells in order; errors stop nothing."""
        start = time.monotonic()
        stop = start + (1 - ASKING_SHARE) * (self.deadline - start)
        for cell in cells:
            left = stop - time.monotonic()
            if left <= 0:
                self.note("the time for the whole notebook was used up; later cells did not run")
                break
            self._current, self._place = cell.id, _place(cell)
            seconds = min(self._limits.cell_seconds, left)
            session.send({"do": "run", "source": cell.source, "seconds": seconds})
            event = session.receive(time.monotonic() + seconds + GRACE_SECONDS, "ran")
            self._keep(cell, event)
        self._current = ""

    def _keep(self, cell: NotebookNode, event: dict[str, Any]) -> None:
        outputs = safe_outputs(event.get("outputs"), self._limits.output_bytes)
        self.ran.outputs[cell.id] = [dict(o) for o in outputs]
        if event.get("cut"):
            self.note(f"the output of {_place(cell)} was too long and was cut")
        if any(o.get("ename") == "CellTimeout" for o in outputs):
            self.note(f"{_place(cell)} ran too long and was stopped")

    def questions(self, session: Session) -> None:
        """Ask the questions of all exercises that are not answered yet.

        First all of them in one child, which is fast; then once more, each exercise in a child of
        its own, what was not right there: an earlier exercise may have spoilt it.
        """
        waiting = [r for r in self._records if r.name not in self.ran.answers]
        if not self._hurried:
            self._hurried = True
            self._ask_together(session, waiting)
        for record in waiting:
            if record.name not in self.ran.answers:
                self._current = record.name
                self._ask(session, record)
        self._current = ""

    def _ask_together(self, session: Session, records: list[ExerciseRecord]) -> None:
        """Keep the answers of exercises that are right when all are asked in one go."""
        answers: list[Answer | None] = []
        seconds = min(HURRIED_SECONDS, self._limits.question_seconds)
        self._ask_once(session, [(r, r.questions()) for r in records], answers, seconds, True)
        for record in records:
            own, answers = answers[: len(record.cases)], answers[len(record.cases) :]
            if len(own) == len(record.cases) and (_unwritten(own) or judge(record, own).passed):
                self.ran.answers[record.name] = own

    def _ask(self, session: Session, record: ExerciseRecord) -> None:
        """Ask one exercise's questions; past a crash or an endless call go on with the next."""
        total = len(record.cases)
        answers = self.ran.answers.setdefault(record.name, [])
        interruptions = 0
        while len(answers) < total and interruptions < MAX_INTERRUPTIONS:
            if time.monotonic() > self.deadline:
                answers.append(_OUT_OF_TIME)
                break
            left = [(record, record.questions()[len(answers) :])]
            ended = self._ask_once(session, left, answers, self._limits.question_seconds)
            if len(answers) < total:
                interruptions += 1
                answers.append(self._interruption(ended))
                self.note(f"{record.name}: {answers[-1].message}")  # type: ignore[union-attr]
        if answers and len(answers) < total:
            answers += [answers[-1]] * (total - len(answers))

    def _ask_once(
        self,
        session: Session,
        asked: list[tuple[ExerciseRecord, list[Question]]],
        answers: list[Answer | None],
        seconds: float,
        together: bool = False,
    ) -> str:
        """Ask questions in one child; says how that ended.

        Each is due within `seconds`, or, when they come together, all of an exercise.
        """
        most = len(answers) + sum(len(questions) for _, questions in asked)
        exercises = [
            {
                "name": record.name,
                "operators": sorted(record.forbidden.operators),
                "questions": [{"inputs": q.inputs, "probe": q.probe} for q in questions],
            }
            for record, questions in asked
        ]
        left = max(0.0, self.deadline - time.monotonic())
        limits = {"seconds": seconds, "seconds_in_all": left}
        session.send({"do": "ask", "exercises": exercises, "together": together, **limits})
        while True:
            due = min(time.monotonic() + seconds, self.deadline)
            event = session.receive(due + GRACE_SECONDS, "answers", "asked")
            if event["event"] == "asked":
                return str(event.get("ended"))
            claims = event.get("answers")
            answers += map(_as_answer, claims if isinstance(claims, list) else [None])
            if len(answers) > most:
                raise SessionLostError("it gave more answers than there were questions")

    def _interruption(self, ended: str) -> Answer:
        if time.monotonic() > self.deadline:
            return _OUT_OF_TIME
        if ended == "timed out":
            seconds = self._limits.question_seconds
            return _interrupted(TIMED_OUT, f"a call ran longer than {seconds:g} seconds")
        how = f" ({ended})" if re.fullmatch(r"signal \d{1,3}", ended) else ""
        return _interrupted(CRASHED, f"the call ended the Python process{how}")

    def blame(self, why: str) -> None:
        """After a lost session: leave out what was running then."""
        if not self._current:
            return  # all exercises were asked together: next time each by itself
        record = next((r for r in self._records if r.name == self._current), None)
        if record is None:
            self.deadly.add(self._current)
            self.ran.notes.append(f"{self._place} was left out: {why} while it ran")
        else:
            lost = _interrupted(CRASHED, f"{why} during the call")
            answers = self.ran.answers[record.name]
            answers += [lost] * (len(record.cases) - len(answers))
            self.note(f"{record.name}: {lost.message}")
        self._current = ""

    def give_up(self) -> None:
        """No time is left: say so for every question without an answer."""
        self.note(_OUT_OF_TIME.message)
        for record in self._records:
            self.ran.answers.setdefault(record.name, [_OUT_OF_TIME] * len(record.cases))


def _unwritten(answers: list[Answer | None]) -> bool:
    """Whether there is nothing to ask again: no exercise before can have taken it away."""
    return all(a is not None and a.error in (NOT_IMPLEMENTED, NOT_DEFINED) for a in answers)


def _as_answer(claimed: Any) -> Answer | None:
    try:
        return Answer.from_plain(claimed)
    except ValueError:
        return None


def _interrupted(kind: str, words: str) -> Answer:
    return Answer(error=kind, message=words)


_OUT_OF_TIME = _interrupted(TIMED_OUT, "the time of the submission was used up")


def _place(cell: NotebookNode) -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    first_line = cell.source.strip().partition("\n")[0][:40]
    return f"cell {grade_id}" if grade_id else f"the added cell '{first_line}'"
