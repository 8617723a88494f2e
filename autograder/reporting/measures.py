"""What the evidence of a class says, by definitions that books on testing use.

Difficulty and discrimination: Crocker and Algina, "Introduction to Classical and Modern Test
Theory" (1986), chapter 14; Moodle's quiz statistics report computes the same two. The correction,
correlating with the rest instead of the total: Henrysson, "Correction of item-total correlations in
item analysis", Psychometrika 28 (1963). Submissions that could not be read are left out of both.
"""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.reporting.evidence import Evidence, MarkedSubmission, Question
from visionlab.checking.judge import ExerciseResult

FEWEST_FOR_CORRELATION = 3  # two points always lie on a line
# The last quarter of the exercises unwritten, at least two: one left out is not yet a stop.
_STOPPED_SHARE, _STOPPED_FEWEST = 0.25, 2
_MOST_BINS = 12
_BIN_WIDTHS = (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Bin:
    """Submissions with at least `low` and less than `high` points; the last bin has no end."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Distribution:
    """Points of all submissions. deviation: of the population, not a sample."""

    count: int
    mean: float
    median: float
    lower_quartile: float
    upper_quartile: float
    least: float
    most: float
    deviation: float
    bins: list[Bin]


def distribution(values: Sequence[float], points: float) -> Distribution | None:
    """How `values` lie between 0 and `points`; None when there are none."""
    if not values:
        return None
    quartiles = [values[0]] * 3
    if len(values) > 1:
        quartiles = statistics.quantiles(values, n=4, method="inclusive")
    return Distribution(
        count=len(values),
        mean=statistics.fmean(values),
        median=statistics.median(values),
        lower_quartile=quartiles[0],
        upper_quartile=quartiles[2],
        least=min(values),
        most=max(values),
        deviation=statistics.pstdev(values),
        bins=_bins(values, points),
    )


def _bins(values: Sequence[float], points: float) -> list[Bin]:
    """Bins of one round width; full marks, and more, count into the last."""
    width = next((w for w in _BIN_WIDTHS if points <= w * _MOST_BINS), points / _MOST_BINS)
    number = max(1, math.ceil(points / width - 1e-9))
    counts = Counter(min(max(0, int(value / width + 1e-9)), number - 1) for value in values)
    return [Bin(i * width, min((i + 1) * width, points), counts[i]) for i in range(number)]


@dataclass(frozen=True)
class QuestionFigures:
    """One question over all readable submissions in which it has been marked.

    tried: how many wrote an answer; right: how many earned all points; difficulty: mean share of
    the points, 1 when all have them (the literature's p: the larger, the easier); among_tried: the
    same over those who wrote an answer; discrimination: correlation of its points with the points
    of all other exercises, -1 to 1. None: not defined, for lack of answers or of variance.
    """

    question: Question
    marked: int
    waiting: int
    tried: int
    right: int
    difficulty: float | None
    among_tried: float | None
    discrimination: float | None


def question_figures(evidence: Evidence) -> list[QuestionFigures]:
    """The figures of every question, in the notebook's order."""
    exercises = [q.name for q in evidence.exercises]
    return [_figures(q, evidence.readable, exercises) for q in evidence.questions]


def _figures(
    question: Question, submissions: Sequence[MarkedSubmission], exercises: Sequence[str]
) -> QuestionFigures:
    name = question.name
    having = [s for s in submissions if name in s.marks]
    # What nobody has looked at yet has no points, which is not the same as none earned.
    marked = [s for s in having if not (question.by_hand and s.marks[name].waits)]
    earned = [s.marks[name].points for s in marked]
    tried = [s.marks[name].points for s in marked if s.marks[name].written]
    others = [e for e in exercises if e != name]
    rest = [sum(s.marks[e].points for e in others if e in s.marks) for s in marked]
    return QuestionFigures(
        question=question,
        marked=len(marked),
        waiting=sum(s.marks[name].waits for s in having),
        tried=len(tried),
        right=sum(points >= question.points for points in earned),
        difficulty=_share(earned, question.points),
        among_tried=_share(tried, question.points),
        discrimination=correlation(earned, rest),
    )


def _share(earned: Sequence[float], points: float) -> float | None:
    return statistics.fmean(earned) / points if earned and points else None


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's r; None for fewer than three pairs or when either does not vary."""
    # Sums of the same points in another order differ in their last bits, which is no variance.
    a, b = [round(x, 6) for x in first], [round(x, 6) for x in second]
    if len(a) < FEWEST_FOR_CORRELATION or len(set(a)) < 2 or len(set(b)) < 2:
        return None
    return statistics.correlation(a, b)


@dataclass(frozen=True)
class FacetFigures:
    """How many passed all cases of a facet, of those who wrote an answer to the exercise."""

    exercise: str
    facet: str
    passed: int
    of: int


@dataclass(frozen=True)
class MistakeFigures:
    """How many showed a known misconception in an exercise, of those who wrote an answer."""

    exercise: str
    mistake: str
    hint: str
    students: int
    of: int


def facet_figures(evidence: Evidence) -> list[FacetFigures]:
    """Every facet in the order of the notebook."""
    return [
        FacetFigures(exercise.name, facet, sum(passed), len(passed))
        for exercise in evidence.exercises
        for facet, passed in _by_facet(tries(evidence, exercise.name)).items()
    ]


def _by_facet(tried: Sequence[ExerciseResult]) -> dict[str, list[bool]]:
    facets: dict[str, list[bool]] = {}
    for result in tried:
        for facet, passed in result.facets().items():
            facets.setdefault(facet, []).append(passed)
    return facets


def mistake_figures(evidence: Evidence) -> list[MistakeFigures]:
    """Every misconception that was seen, the commonest first."""
    found = []
    for exercise in evidence.exercises:
        tried = tries(evidence, exercise.name)
        counts = Counter(pair for result in tried for pair in mistakes(result).items())
        for (mistake, hint), students in counts.items():
            found.append(MistakeFigures(exercise.name, mistake, hint, students, len(tried)))
    return sorted(found, key=lambda m: -m.students)


def mistakes(result: ExerciseResult) -> dict[str, str]:
    """The misconceptions that a student showed in an exercise, with their hints."""
    return {v.mistake: v.hint.first for v in result.verdicts if v.mistake and not v.passed}


def tries(evidence: Evidence, exercise: str) -> list[ExerciseResult]:
    """The results of those who wrote an answer to an exercise."""
    found = []
    for submission in evidence.readable:
        mark = submission.marks.get(exercise)
        result = submission.result.exercise(exercise) if submission.result else None
        if mark is not None and mark.written and result is not None:
            found.append(result)
    return found


@dataclass(frozen=True)
class Stop:
    """A student who wrote nothing more after an exercise. after: "" when nothing was written."""

    student: str
    after: str
    unwritten: int


def stops(evidence: Evidence) -> list[Stop]:
    """Who left the last quarter of the exercises unwritten, at least two, or all of them."""
    names = [q.name for q in evidence.exercises]
    enough = max(_STOPPED_FEWEST, math.ceil(_STOPPED_SHARE * len(names)))
    found = []
    for submission in evidence.readable:
        written = [i for i, n in enumerate(names) if n in submission.marks]
        written = [i for i in written if submission.marks[names[i]].written]
        last = max(written, default=-1)
        if len(names) - 1 - last >= enough or (names and last < 0):
            after = names[last] if last >= 0 else ""
            found.append(Stop(submission.student, after, len(names) - 1 - last))
    return sorted(found, key=lambda s: (-s.unwritten, s.student))


def seconds(evidence: Evidence) -> list[float]:
    """What grading took, a submission at a time; what was never run is left out."""
    return [s.result.seconds for s in evidence.readable if s.result and s.result.seconds > 0]
