"""Puts the questions of all exercises to a session, until each has an answer or a reason."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session, SessionLostError
from visionlab.checking.judge import is_right, same_answer
from visionlab.checking.probing import (
    CRASHED,
    NOT_DEFINED,
    NOT_IMPLEMENTED,
    TIMED_OUT,
    Answer,
    pack_questions,
)
from visionlab.checking.records import ExerciseRecord

GRACE_SECONDS = 3
HURRIED_SECONDS = 2  # of a call while all exercises are asked in one child
MAX_INTERRUPTIONS = 2  # endless or crashing calls of one exercise before the rest is left
OUT_OF_TIME = Answer(error=TIMED_OUT, message="the time of the submission was used up")

Answers = list[Answer | None]


@dataclass
class Asking:
    """Questions of one kind, public or hidden, of all exercises; outlives a killed session.

    records: with the cases of this kind only; choices: exercises that are questions to the student,
    to be answered once; deadline: of the submission, monotonic seconds;
    note: takes a remark on an exercise; cut_short: exercise -> its endless or crashing calls so
    far, in questions of the other kind too. answers: by exercise, as far as known; current: the
    exercise that is asked by itself now.
    """

    records: list[ExerciseRecord]
    choices: frozenset[str]
    limits: Limits
    deadline: float
    note: Callable[[str], None]
    cut_short: dict[str, int]
    answers: dict[str, Answers] = field(default_factory=dict)
    current: str = ""
    _hurried: bool = False

    def ask_all(self, session: Session) -> None:
        """Ask what is not answered yet.

        First all exercises in one child, which is fast. What is not right there may have been
        spoilt by an exercise before it, so it is asked in a second child, the last exercise first:
        wrong in the same way after those before and after those behind, it is wrong by itself. The
        few that are left get a child of their own each.
        """
        if not self._hurried:
            self._hurried = True
            wrong = self._ask_together(session, self._unanswered(), {})
            again = self._unanswered()[::-1]
            # The first without answers is where the child ended: it would end this one too.
            stuck = [r for r in again if r.name not in wrong][-1:]
            again = [r for r in again if r not in stuck]
            if len(again) > 1:
                self._ask_together(session, again, wrong)
        for record in self._unanswered():
            self.current = record.name
            self._ask(session, record)
        self.current = ""

    def _unanswered(self) -> list[ExerciseRecord]:
        return [r for r in self.records if r.cases and r.name not in self.answers]

    def _ask_together(
        self, session: Session, records: list[ExerciseRecord], before: dict[str, list[Answer]]
    ) -> dict[str, list[Answer]]:
        """Keep the answers that are right when exercises are asked in one go, or as wrong as
        `before`; returns the others, as far as they are complete."""
        records = [r for r in records if r.name not in self.cut_short]
        answers: Answers = []
        seconds = min(HURRIED_SECONDS, self.limits.question_seconds)
        asked = [(r, r.packed_questions) for r in records]
        self._ask_once(session, asked, sum(len(r.cases) for r in records), answers, seconds, True)
        others = {}
        for record in records:
            count = len(record.cases)
            own, answers = [a for a in answers[:count] if a is not None], answers[count:]
            if len(own) < count:
                continue
            same = record.name in before and all(map(same_answer, before[record.name], own))
            if same or is_right(record, own) or _unwritten(own) or record.name in self.choices:
                self.answers[record.name] = list(own)
            else:
                others[record.name] = own
        return others

    def _ask(self, session: Session, record: ExerciseRecord) -> None:
        """Ask one exercise's questions; past a crash or an endless call go on with the next."""
        total, name = len(record.cases), record.name
        answers = self.answers.setdefault(name, [])
        while len(answers) < total and self.cut_short.get(name, 0) < MAX_INTERRUPTIONS:
            if time.monotonic() > self.deadline:
                answers.append(OUT_OF_TIME)
                break
            left = [(record, pack_questions(record.questions()[len(answers) :]))]
            seconds = self.limits.question_seconds
            ended = self._ask_once(session, left, total - len(answers), answers, seconds)
            if len(answers) < total:
                self.cut_short[name] = self.cut_short.get(name, 0) + 1
                answers.append(self._interruption(ended))
                self.note(f"{name}: {answers[-1].message}")  # type: ignore[union-attr]
        if len(answers) < total:
            answers += [answers[-1] if answers else _CUT_SHORT] * (total - len(answers))

    def _ask_once(
        self,
        session: Session,
        asked: list[tuple[ExerciseRecord, torch.Tensor]],
        count: int,
        answers: Answers,
        seconds: float,
        together: bool = False,
    ) -> str:
        """Ask `count` packed questions in one child; says how that ended.

        Each is due within `seconds`, or, when they come together, all of an exercise.
        """
        most = len(answers) + count
        exercises = [
            {"name": r.name, "operators": sorted(r.forbidden.operators), "questions": packed}
            for r, packed in asked
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
            return OUT_OF_TIME
        if ended == "timed out":
            seconds = self.limits.question_seconds
            return Answer(error=TIMED_OUT, message=f"a call ran longer than {seconds:g} seconds")
        # Which signal it was is the student's choice, and could tell of a hidden case.
        return Answer(error=CRASHED, message="the call ended the Python process")

    def blame(self, why: str) -> None:
        """After a lost session: leave out what was asked then."""
        if not self.current:
            return  # all exercises were asked together: next time each by itself
        record = next(r for r in self.records if r.name == self.current)
        lost = Answer(error=CRASHED, message=f"{why} during the call")
        answers = self.answers[record.name]
        answers += [lost] * (len(record.cases) - len(answers))
        self.cut_short[record.name] = MAX_INTERRUPTIONS
        self.note(f"{record.name}: {lost.message}")
        self.current = ""

    def give_up(self) -> None:
        """No time is left: say so for every question without an answer."""
        for record in self._unanswered():
            self.answers[record.name] = [OUT_OF_TIME] * len(record.cases)


_CUT_SHORT = Answer(error=CRASHED, message="calls before had ended the Python process or hung")


def _unwritten(answers: list[Answer]) -> bool:
    """Whether there is nothing to ask again: no exercise before can have taken it away."""
    return all(a.error in (NOT_IMPLEMENTED, NOT_DEFINED) for a in answers)


def _as_answer(claimed: Any) -> Answer | None:
    try:
        return Answer.from_plain(claimed)
    except ValueError:
        return None
