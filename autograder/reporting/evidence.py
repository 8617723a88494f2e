"""What is known of a class in one assignment: marks, verdicts, remarks, and who is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import Result


@dataclass(frozen=True)
class Question:
    """One thing that earns points. by_hand: a person gives them, for an answer in words."""

    name: str
    points: float
    by_hand: bool = False


@dataclass(frozen=True)
class Mark:
    """What a student got for one question, as the gradebook has it.

    waits: a person has yet to look; changed: a person gave other points than the grader;
    written: there is an answer.
    """

    points: float
    waits: bool = False
    changed: bool = False
    written: bool = True


@dataclass(frozen=True)
class MarkedSubmission:
    """One student's graded submission.

    marks: question -> mark; result: the verdicts, None where they are lost; unreadable: why the
    file could not be read, or ""; repairs: what was put right in the notebook, remarks: what else
    was noted, a sentence each; seconds_late: past the due date; penalty: points that costs.
    """

    student: str
    marks: dict[str, Mark]
    result: Result | None = None
    unreadable: str = ""
    repairs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds_late: float = 0.0
    penalty: float = 0.0

    @property
    def points(self) -> float:
        """Points for all questions together, before what being late costs."""
        return round(sum(m.points for m in self.marks.values()), 4)

    @property
    def final(self) -> float:
        """Points that remain after what being late costs, by nbgrader's rule."""
        return max(0.0, round(self.points - self.penalty, 4))

    @property
    def waiting(self) -> list[str]:
        """The questions a person has yet to look at."""
        return [name for name, mark in self.marks.items() if mark.waits]


@dataclass(frozen=True)
class Absent:
    """A student without a mark, and why. handed_in: there is a submission all the same."""

    student: str
    reason: str
    handed_in: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that a report on one assignment is made from. questions: in the notebook's order."""

    assignment: str
    questions: Sequence[Question]
    submissions: Sequence[MarkedSubmission]
    absent: Sequence[Absent] = ()

    @property
    def points(self) -> float:
        """Points to earn, those given by hand included."""
        return round(sum(q.points for q in self.questions), 4)

    @property
    def exercises(self) -> list[Question]:
        """The questions that the grader marks."""
        return [q for q in self.questions if not q.by_hand]

    @property
    def readable(self) -> list[MarkedSubmission]:
        """The submissions that could be read."""
        return [s for s in self.submissions if not s.unreadable]
