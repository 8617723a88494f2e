"""Tests the tests: every known mistake must cost points and be named, every right answer pass."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.build.source import given_imports
from autograder.course import Repository, declared_assignment
from autograder.exercise import Exercise
from autograder.reference import Namespace, hidden_records, reference_namespace, with_answer
from visionlab.checking.judge import ExerciseResult, judge
from visionlab.checking.probing import ask
from visionlab.checking.reading import forbidden_use
from visionlab.checking.records import ExerciseRecord

AUDIT_SECRET = "audit"


@dataclass(frozen=True)
class Audited:
    """What the audit found about one exercise. The lists name misconceptions and alternatives.

    survived: misconceptions with full points; unnamed: misconceptions whose own hint is not the
    one shown; rejected: alternatives that lost points; admitted: borrowed answers with points;
    unfair: words on a blank with points.
    """

    assignment: str
    exercise: str
    cases: int
    misconceptions: int
    alternatives: int
    borrowed: int
    survived: list[str]
    unnamed: list[str]
    rejected: list[str]
    admitted: list[str]
    unfair: list[str]

    @property
    def passed(self) -> bool:
        """Whether nothing is left to mend."""
        return not any((self.survived, self.unnamed, self.rejected, self.admitted, self.unfair))


def audit(repository: Repository, name: str, secret: str = AUDIT_SECRET) -> list[Audited]:
    """Audit every exercise of an assignment on its public cases and on hidden ones of `secret`."""
    source = repository.source(name)
    namespace = reference_namespace(source)
    given = given_imports(source)
    records = {r.name: r for r in hidden_records(repository, name, secret)}
    with contextlib.chdir(source.parent):  # where the files lie that the reference hands in
        return [
            _audit_exercise(name, e, records[e.name], namespace, given)
            for e in declared_assignment(name).exercises
        ]


def _audit_exercise(
    assignment: str, exercise: Exercise, record: ExerciseRecord, namespace: Namespace, given: str
) -> Audited:
    def result(source: str, asked: ExerciseRecord) -> ExerciseResult:
        return graded(asked, namespace, given, source)

    # To lose points where a detector is trained is easy: a mistake must be found without.
    exact = record.without_scored()
    wrong = {m.name: result(m.source, exact) for m in exercise.misconceptions}
    right = {a.name: result(a.source, record) for a in exercise.alternatives}
    borrowed = {b.name: result(b.source, exact) for b in exercise.borrowed}
    blank = judge(record, [])
    return Audited(
        assignment=assignment,
        exercise=exercise.name,
        cases=len(record.cases),
        misconceptions=len(wrong),
        alternatives=len(right),
        borrowed=len(borrowed),
        survived=[m for m, result in wrong.items() if result.score >= result.max_score],
        unnamed=[m for m, result in wrong.items() if named_mistake(result) != m],
        rejected=[a for a, result in right.items() if result.score < result.max_score],
        admitted=[b for b, result in borrowed.items() if result.score > 0],
        unfair=[] if blank.score == 0 else [f"a blank gets {blank.score:g} points"],
    )


def graded(record: ExerciseRecord, namespace: Namespace, given: str, code: str) -> ExerciseResult:
    """The result of a student's code for one exercise, all else being the reference.

    given: the imports of the notebook. For code of our own only: it runs in this process.
    """
    changed = with_answer(namespace, code)
    answers = [ask(question, changed) for question in record.questions()]
    return judge(record, answers, forbidden_use([given, code], record.name, record.forbidden))


def named_mistake(result: ExerciseResult) -> str:
    """The misconception most verdicts name, or ""."""
    named = Counter(v.mistake for v in result.verdicts if v.mistake)
    return named.most_common(1)[0][0] if named else ""


def totals(audited: Sequence[Audited]) -> tuple[float, float, float]:
    """Shares of misconceptions killed, of misconceptions named, of alternatives accepted."""
    wrong = sum(a.misconceptions for a in audited) or 1
    right = sum(a.alternatives for a in audited) or 1
    return (
        1 - sum(len(a.survived) for a in audited) / wrong,
        1 - sum(len(a.unnamed) for a in audited) / wrong,
        1 - sum(len(a.rejected) for a in audited) / right,
    )
