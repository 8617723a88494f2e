"""Evidence of classes without grading anybody: small ones by hand, large ones drawn by chance."""

import random
from collections.abc import Sequence

from autograder.course import declared_assignment
from autograder.exercise import Exercise
from autograder.reporting.evidence import Absent, Evidence, Mark, MarkedSubmission, Question
from autograder.results import Result
from visionlab.checking.judge import NO_HINT, ExerciseResult, Verdict
from visionlab.checking.records import Hint

NAME = "01_convolution"


def evidence(points: Sequence[Sequence[float]], worth: Sequence[float]) -> Evidence:
    """One row of points a student s001, s002, …; None of the verdicts. Questions are q1, q2, …"""
    questions = [Question(f"q{i}", w) for i, w in enumerate(worth, start=1)]
    students = [
        MarkedSubmission(
            f"s{n:03d}", {q.name: Mark(p) for q, p in zip(questions, row, strict=True)}
        )
        for n, row in enumerate(points, start=1)
    ]
    return Evidence("90_tiny", questions, students)


def judged(name: str, points: float, *verdicts: Verdict) -> ExerciseResult:
    """A result of one exercise worth 1 point."""
    return ExerciseResult(name, points, 1, list(verdicts))


def right(facet: str) -> Verdict:
    """A case that passed."""
    return Verdict(facet, True, True)


def wrong(facet: str, mistake: str = "", hint: str = "", reason: str = "differs") -> Verdict:
    """A case that failed."""
    return Verdict(facet, True, False, reason, Hint(hint, ""), mistake)


def large_class(count: int, seed: int = 0) -> Evidence:
    """A class in the first assignment, of the size that real results have: each student right in
    some exercises, mistaken in others, and now and then gone halfway."""
    declared = declared_assignment(NAME)
    chance = random.Random(seed)
    questions = [Question(e.name, e.points) for e in declared.exercises]
    questions += [Question(w.name, w.points, by_hand=True) for w in declared.written]
    students = [_student(f"s{n:03d}", questions, chance) for n in range(1, count + 1)]
    absent = [Absent(f"s{count + 1:03d}", "handed in nothing")]
    return Evidence(NAME, questions, students, absent)


def _student(student: str, questions: list[Question], chance: random.Random) -> MarkedSubmission:
    ability, last = chance.betavariate(4, 2), len(questions)
    if chance.random() < 0.2:
        last = chance.randrange(last)
    marks, results = {}, []
    for index, question in enumerate(questions):
        if question.by_hand:
            points = chance.choice([None, 0.0, 0.5, 1.0])
            marks[question.name] = Mark(points or 0.0, waits=points is None)
            continue
        exercise = declared_assignment(NAME).exercise(question.name)
        verdicts = _verdicts(exercise, chance, ability if index < last else 0)
        passed = sum(v.passed for v in verdicts) / len(verdicts)
        results.append(ExerciseResult(question.name, passed * question.points, 1, verdicts))
        marks[question.name] = Mark(round(passed * question.points, 4), written=index < last)
    remarks = ("conv3d: a call ran longer than 10 seconds",) if chance.random() < 0.2 else ()
    result = Result(NAME, results, seconds=chance.gammavariate(2, 2))
    return MarkedSubmission(
        student, marks, result, remarks=remarks, seconds_late=chance.choice([0, 5e4])
    )


def _verdicts(exercise: Exercise, chance: random.Random, ability: float) -> list[Verdict]:
    mistake = chance.choice(exercise.misconceptions) if exercise.misconceptions else None
    hint = Hint(mistake.hint, mistake.more) if mistake else NO_HINT
    verdicts = []
    for facet in exercise.facets:
        for public in (True, False):
            passed = chance.random() < ability
            named = mistake.name if mistake and not passed and ability else ""
            reason = "" if passed else "the values are not the expected ones"
            verdicts.append(
                Verdict(facet.name, public, passed, reason, hint if named else NO_HINT, named)
            )
    return verdicts
