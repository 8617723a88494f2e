"""Compares answers with expected ones and says what each is worth, and which mistake it shows."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from visionlab.checking import probing
from visionlab.checking.calls import describe
from visionlab.checking.compare import Difference, Kind, difference
from visionlab.checking.probing import Answer
from visionlab.checking.records import CaseRecord, ExerciseRecord, Hint

NO_HINT = Hint("", "")
_NO_ANSWER = Answer(error=probing.UNANSWERED, message="no answer came back")

# Of a hidden case only these words are said. Anything the student's code chooses, a message or a
# shape or the name of a type, could carry the hidden inputs out.
_HIDDEN_ERRORS = {
    probing.NOT_IMPLEMENTED: "not implemented yet",
    probing.NOT_DEFINED: "it is not defined",
    probing.TIMED_OUT: "the call ran too long",
    probing.CRASHED: "the call ended the Python process",
    probing.UNANSWERED: "no answer came back",
    probing.NOT_PLAIN: "the answer cannot be graded",
    probing.FORBIDDEN: "it calls what this exercise does not allow",
}
_HIDDEN_DIFFERENCES = {
    Kind.TYPE: "the answer is of another type than expected",
    Kind.SHAPE: "the shape is not the expected one",
    Kind.DTYPE: "the dtype is not the expected one",
    Kind.VALUES: "the values are not the expected ones",
}


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one case. reason and hint are "" when it passed.

    reason: may be shown to the student, for hidden cases too; call: the inputs in words,
    public cases only; difference: with the two arrays. The last two do not outlive the process.
    """

    facet: str
    public: bool
    passed: bool
    reason: str = ""
    hint: Hint = NO_HINT
    mistake: str = ""
    difference: Difference | None = None
    call: str = ""


@dataclass(frozen=True)
class ExerciseResult:
    """All verdicts of one exercise and its points."""

    name: str
    score: float
    max_score: float
    verdicts: list[Verdict]

    @property
    def passed(self) -> bool:
        """Whether there are cases and every one passed."""
        return bool(self.verdicts) and all(v.passed for v in self.verdicts)

    def facets(self) -> dict[str, bool]:
        """Facet name -> whether all its cases passed, in the order of the declaration."""
        return passed_facets(self.verdicts)


def judge(
    record: ExerciseRecord, answers: Sequence[Answer | None], forbidden_use: str = ""
) -> ExerciseResult:
    """Judge the answers to `record.questions()`; a missing answer is a failed case.

    forbidden_use: words on a forbidden call found by reading the code; then no case passes.
    """
    if forbidden_use:
        answers = [Answer(error=probing.FORBIDDEN, message=forbidden_use)] * len(record.cases)
    padded = [a or _NO_ANSWER for a in answers[: len(record.cases)]]
    padded += [_NO_ANSWER] * (len(record.cases) - len(padded))
    wrong = [_wrong(c, a) for c, a in zip(record.cases, padded, strict=True)]
    mistakes = _recognise(record, padded, [w is not None for w in wrong])
    verdicts = [
        Verdict(case.facet, case.public, True)
        if found is None
        else _failure(record, case, found, mistake)
        for case, found, mistake in zip(record.cases, wrong, mistakes, strict=True)
    ]
    if forbidden_use:  # found in the text alone: it tells nothing of hidden inputs
        words = _forbidden_words(record, forbidden_use)
        verdicts = [replace(v, reason=words, call="") for v in verdicts]
    score = _score(record, passed_facets(verdicts))
    return ExerciseResult(record.name, score, record.points, verdicts)


def is_right(record: ExerciseRecord, answers: Sequence[Answer]) -> bool:
    """Whether there is a right answer for every case; quicker than the whole judgement."""
    if len(answers) != len(record.cases):
        return False
    return all(_wrong(c, a) is None for c, a in zip(record.cases, answers, strict=True))


def failed_facets(record: ExerciseRecord, answers: Sequence[Answer | None]) -> set[str]:
    """The facets with a wrong answer, or without one."""
    pairs = zip_longest(record.cases, answers[: len(record.cases)])
    return {case.facet for case, answer in pairs if answer is None or _wrong(case, answer)}


def passed_facets(verdicts: Sequence[Verdict]) -> dict[str, bool]:
    """Facet name -> whether all its cases passed."""
    facets: dict[str, bool] = {}
    for verdict in verdicts:
        facets[verdict.facet] = facets.get(verdict.facet, True) and verdict.passed
    return facets


def _score(record: ExerciseRecord, facets: dict[str, bool]) -> float:
    """Each facet whose cases all pass earns its weight's share of the points."""
    total = sum(record.weights.values()) or 1.0  # before grading a question weighs nothing
    earned = sum(w for facet, w in record.weights.items() if facets.get(facet, False))
    return round(record.points * earned / total, 4)


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with an answer: it has an error, differs, or came with changed inputs."""

    answer: Answer
    difference: Difference | None


def _wrong(case: CaseRecord, answer: Answer) -> _Wrong | None:
    """None when the answer is right."""
    found = None if answer.error else case.difference(answer.value)
    if answer.error or answer.changed or found is not None:
        return _Wrong(answer, found)
    return None


def _failure(record: ExerciseRecord, case: CaseRecord, wrong: _Wrong, mistake: str) -> Verdict:
    hint = record.hints.get(mistake, NO_HINT)
    if not case.public:
        return Verdict(case.facet, False, False, _hidden_reason(wrong), hint, mistake)
    reason = one_line(_public_reason(record, wrong))
    call = describe(case.inputs, case.source)
    return Verdict(case.facet, True, False, reason, hint, mistake, wrong.difference, call)


def _public_reason(record: ExerciseRecord, wrong: _Wrong) -> str:
    if wrong.answer.error:
        return _error_words(record, wrong.answer)
    if wrong.difference is None:
        return f"the answer is right, but the call changed its input {wrong.answer.changed[0]}"
    return "; ".join(filter(None, [wrong.difference.words, wrong.difference.detail]))


def _hidden_reason(wrong: _Wrong) -> str:
    if wrong.answer.error:
        kind = wrong.answer.error
        builtin = isinstance(vars(builtins).get(kind), type)
        return _HIDDEN_ERRORS.get(kind, kind if builtin else "an exception was raised")
    if wrong.difference is None:
        return "the answer is right, but the call changed its inputs"
    return _HIDDEN_DIFFERENCES[wrong.difference.kind]


def _error_words(record: ExerciseRecord, answer: Answer) -> str:
    match answer.error:
        case probing.NOT_IMPLEMENTED:
            return "not implemented yet"
        case probing.FORBIDDEN:
            return _forbidden_words(record, answer.message)
        case error if error in _HIDDEN_ERRORS:
            return answer.message
    place = f" (in the line: {answer.line})" if answer.line else ""
    return f"{answer.error}: {answer.message}".rstrip(": ") + place


def _forbidden_words(record: ExerciseRecord, used: str) -> str:
    return f"{used}. {record.forbidden.reason}".rstrip(". ") + "."


def one_line(text: str) -> str:
    """The text without line breaks and what else would move a terminal's cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


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
