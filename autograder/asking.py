"""Puts the questions of all exercises to a session, until each has an answer or a reason."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.inside.frames import PATIENCE
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session, SessionLostError
from visionlab.checking.judge import failed_facets, is_right, same_answer
from visionlab.checking.probing import CRASHED, TIMED_OUT, Answer, pack_questions
from visionlab.checking.records import ExerciseRecord

GRACE_SECONDS = 3
HURRIED_SECONDS = 2  # of a call while all exercises are asked in one child
MAX_ROUNDS = 3  # of asking together what an endless or crashing call left without answers
MAX_INTERRUPTIONS = 2  # endless or crashing calls of one exercise before the rest is left
OUT_OF_TIME = Answer(error=TIMED_OUT, message="the time of the submission was used up")

Answers = list[Answer | None]


@dataclass
class Asking:
    """Questions of one kind, public or hidden, of all exercises; outlives a killed session.

    records: with the cases of this kind only; backwards: the last exercise is asked first;
    limits, deadline: of the submission, monotonic seconds; note: takes a remark on an exercise;
    cut_short: exercise -> its endless or crashing calls so far, in questions of the other kind
    too. answers: by exercise, as far as known; current: the exercise that is asked by itself now;
    in_company: those whose answers came while others were asked in the same child.
    """

    records: list[ExerciseRecord]
    backwards: bool
    limits: Limits
    deadline: float
    note: Callable[[str], None]
    cut_short: dict[str, int]
    answers: dict[str, Answers] = field(default_factory=dict)
    current: str = ""
    in_company: set[str] = field(default_factory=set)
    _hurried: bool = False
    _doubted: dict[str, Answers] = field(default_factory=dict)

    def ask_all(self, session: Session) -> None:
        """Ask what is not answered yet: all in one child, which is fast; after a call that crashes
        or does not end, the others; what is left then, in a child of its own each."""
        left = [] if self._hurried else self._unanswered()
        self._hurried = True  # should the session be lost now: each by itself
        for _ in range(MAX_ROUNDS):
            left = [r for r in left if r.name not in self.cut_short]
            if left:
                self._ask_together(session, left)
            # The first without answers is where the child ended: it would end the next one too.
            left = [r for r in left if r.name not in self.answers][1:]
        for record in self._unanswered():
            self.current = record.name
            self._ask(session, record)
        self.current = ""

    def doubt(self, names: Collection[str]) -> None:
        """Take these answers for spoilt by another exercise: ask once more, the other way round.

        What is wrong in the same way then, after those before and after those behind, is wrong by
        itself. What is not, gets a child of its own.
        """
        for name in names:
            self._doubted[name] = self.answers.pop(name)
        self.in_company -= set(names)
        self.backwards, self._hurried = not self.backwards, False

    def failed(self) -> dict[str, set[str]]:
        """Exercise -> the facets that its answers fail."""
        return {r.name: failed_facets(r, self.answers.get(r.name, [])) for r in self.records}

    def _unanswered(self) -> list[ExerciseRecord]:
        records = reversed(self.records) if self.backwards else self.records
        return [r for r in records if r.cases and r.name not in self.answers]

    def _ask_together(self, session: Session, records: list[ExerciseRecord]) -> None:
        """Keep the answers of exercises asked in one go, as far as they are complete."""
        answers: Answers = []
        seconds = min(HURRIED_SECONDS, self.limits.question_seconds)
        asked = [(r, r.packed_questions) for r in records]
        self._ask_once(session, asked, sum(len(r.cases) for r in records), answers, seconds, True)
        for record in records:
            count = len(record.cases)
            own, answers = [a for a in answers[:count] if a is not None], answers[count:]
            if len(own) == count and self._is_certain(record, own):
                self.answers[record.name] = list(own)
                if record.name not in self._doubted:
                    self.in_company.add(record.name)

    def _is_certain(self, record: ExerciseRecord, answers: list[Answer]) -> bool:
        before = self._doubted.get(record.name)
        if before is None or is_right(record, answers):
            return True
        return all(
            b is not None and same_answer(b, a) for b, a in zip(before, answers, strict=True)
        )

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

        Each may take `seconds` of the processor, or, when they come together, all of an exercise.
        """
        most = len(answers) + count
        left = max(0.0, self.deadline - time.monotonic())
        limits = {"seconds": seconds, "seconds_in_all": left}
        session.send({"do": "ask", "together": together, **limits, **_as_request(asked)})
        while True:
            due = min(time.monotonic() + PATIENCE * seconds, self.deadline)
            event = session.receive(due + GRACE_SECONDS, "answers", "asked")
            if event["event"] == "asked":
                ended = event.get("ended")
                return ended if isinstance(ended, str) else ""
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
            doubted = self._doubted.get(record.name)
            self.answers[record.name] = doubted or [OUT_OF_TIME] * len(record.cases)


_CUT_SHORT = Answer(error=CRASHED, message="calls before had ended the Python process or hung")


def _as_request(asked: list[tuple[ExerciseRecord, torch.Tensor]]) -> dict[str, Any]:
    """Exercises with their packed questions, as one tensor, and lists of forbidden operators, which
    many share: one tensor is sent in half the time of many."""
    forbidden = list({r.forbidden.operators: None for r, _ in asked})
    exercises = [
        {"name": r.name, "forbids": forbidden.index(r.forbidden.operators), "size": len(packed)}
        for r, packed in asked
    ]
    return {
        "exercises": exercises,
        "forbidden": [sorted(operators) for operators in forbidden],
        "questions": torch.cat([packed for _, packed in asked]),
    }


def _as_answer(claimed: Any) -> Answer | None:
    try:
        return Answer.from_plain(claimed)
    except ValueError:
        return None
