"""Compares answers with expected ones and says what each is worth, and which mistake it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from visionlab.checking import probing
from visionlab.checking.compare import Difference, difference
from visionlab.checking.probing import Answer
from visionlab.checking.records import CaseRecord, ExerciseRecord, Hint

NO_HINT = Hint("", "")
_NO_ANSWER = Answer(error=probing.UNANSWERED, message="no answer came back")


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one case. reason and hint are "" when it passed."""

    facet: str
    public: bool
    passed: bool
    reason: str = ""
    hint: Hint = NO_HINT
    mistake: str = ""
    difference: Difference | None = None


@dataclass(frozen=True)
class ExerciseResult:
    """All verdicts of one exercise and its points."""

    name: str
    score: float
    max_score: float
    verdicts: list[Verdict]

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return all(v.passed for v in self.verdicts)

    def facets(self) -> dict[str, bool]:
        """Facet name -> whether all its cases passed, in the order of the declaration."""
        return passed_facets(self.verdicts)


def judge(
    record: ExerciseRecord, answers: Sequence[Answer | None], forbidden_use: str = ""
) -> ExerciseResult:
    """Judge the answers to `record.questions()`; a missing answer is a failed case.

    forbidden_use: words on a forbidden call found by reading the code; then no case passes.
    """
    padded = [a or _NO_ANSWER for a in answers[: len(record.cases)]]
    padded += [_NO_ANSWER] * (len(record.cases) - len(padded))
    if forbidden_use:
        padded = [Answer(error=probing.FORBIDDEN, message=forbidden_use)] * len(record.cases)
    wrong = [_wrong(c, a) for c, a in zip(record.cases, padded, strict=True)]
    mistakes = _recognise(record, padded, [w is not None for w in wrong])
    verdicts = []
    for case, answer, found, mistake in zip(record.cases, padded, wrong, mistakes, strict=True):
        if found is None:
            verdicts.append(Verdict(case.facet, case.public, True))
            continue
        reason = _reason(record, answer) or _words(found, case.public)
        hint = record.hints.get(mistake, NO_HINT)
        verdicts.append(Verdict(case.facet, case.public, False, reason, hint, mistake, found[1]))
    score = _score(record, passed_facets(verdicts))
    return ExerciseResult(record.name, score, record.points, verdicts)


def passed_facets(verdicts: Sequence[Verdict]) -> dict[str, bool]:
    """Facet name -> whether all its cases passed."""
    facets: dict[str, bool] = {}
    for verdict in verdicts:
        facets[verdict.facet] = facets.get(verdict.facet, True) and verdict.passed
    return facets


def _score(record: ExerciseRecord, facets: dict[str, bool]) -> float:
    """Each facet whose cases all pass earns its weight's share of the points."""
    total = sum(record.weights.values())
    earned = sum(w for facet, w in record.weights.items() if facets.get(facet, False))
    return round(record.points * earned / total, 4)


def _wrong(case: CaseRecord, answer: Answer) -> tuple[str, Difference | None] | None:
    """None when the answer is right, else words on what is wrong and the difference."""
    if answer.error:
        return "", None
    found = difference(case.expected, answer.value)
    if found is not None:
        return "", found
    if answer.changed:
        return f"the answer is right, but the call changed its input {answer.changed[0]}", None
    return None


def _words(found: tuple[str, Difference | None], public: bool) -> str:
    words, gap = found
    if gap is None:
        return words
    return f"{gap.words}; {gap.detail}" if public and gap.detail else gap.words


def _reason(record: ExerciseRecord, answer: Answer) -> str:
    match answer.error:
        case "":
            return ""
        case probing.NOT_IMPLEMENTED:
            return "not implemented yet"
        case probing.NOT_DEFINED | probing.TIMED_OUT | probing.CRASHED | probing.UNANSWERED:
            return answer.message
        case probing.FORBIDDEN:
            return f"{answer.message}: {record.forbidden.reason}".rstrip(": ")
    place = f" (in the line: {answer.line})" if answer.line else ""
    return f"{answer.error}: {answer.message}{place}"


def _recognise(
    record: ExerciseRecord, answers: Sequence[Answer], wrong: Sequence[bool]
) -> list[str]:
    """For each wrong answer the misconception it shows, or "".

    A misconception that explains the whole picture (wrong exactly where the student is wrong,
    and with the same answers) is preferred to one that only agrees here and there.
    """
    agrees: dict[str, set[int]] = {}
    whole: dict[str, bool] = {}
    for name in record.hints:
        hits = {
            i
            for i, case in enumerate(record.cases)
            if wrong[i] and name in case.mistakes and same_answer(case.mistakes[name], answers[i])
        }
        predicted = {i for i, case in enumerate(record.cases) if name in case.mistakes}
        agrees[name] = hits
        whole[name] = hits == predicted and len(hits) == sum(wrong)
    ranked = sorted(agrees, key=lambda n: (not whole[n], -len(agrees[n])))
    return [
        next((name for name in ranked if i in agrees[name]), "") for i in range(len(record.cases))
    ]


def same_answer(known: Answer, given: Answer) -> bool:
    """Whether two wrong answers are the same: the same error, or the same value."""
    if known.error or given.error:
        return (known.error, known.message) == (given.error, given.message)
    return known.changed == given.changed and difference(known.value, given.value) is None
