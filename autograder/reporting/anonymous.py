"""The evidence of a class with nobody in it: labels for names, and no words a student chose."""

import hmac
import math
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from autograder.reporting.evidence import Evidence, MarkedSubmission
from autograder.results import Result
from visionlab.checking.judge import ExerciseResult

_UNREADABLE, _NO_MARK = "the file could not be read", "no mark"
_DAY = 24 * 60 * 60
_LABEL_LENGTH = 6  # 30 bits; longer where two students would share one


def labels(students: Iterable[str], secret: str) -> dict[str, str]:
    """Student -> a label that only who has the course's secret can tell.

    The same student has the same label in every report of a course, but for the longer labels
    that tell two students apart whose labels begin alike. HMAC-SHA256, RFC 2104.
    """
    codes = {student: _code(student, secret) for student in sorted(set(students))}
    length = _LABEL_LENGTH
    while len({code[:length] for code in codes.values()}) < len(codes):
        length += 1
    # A letter first: a spreadsheet would take 234567 or 22E567 for numbers.
    return {student: f"S{code[:length]}" for student, code in codes.items()}


def anonymous(evidence: Evidence, names: dict[str, str]) -> Evidence:
    """The evidence under labels, in their order.

    Remarks may quote a student's code, and a verdict's reason its messages: both go. Repairs stay
    as a number. Why somebody has no mark may hold a file's name: only that there is none stays.
    """
    submissions = [_anonymous(s, names[s.student]) for s in evidence.submissions]
    absent = [replace(a, student=names[a.student], reason=_NO_MARK) for a in evidence.absent]
    return replace(
        evidence,
        submissions=sorted(submissions, key=lambda s: s.student),
        absent=sorted(absent, key=lambda a: a.student),
    )


def _anonymous(submission: MarkedSubmission, label: str) -> MarkedSubmission:
    repaired = len(submission.repairs)
    words = f"{repaired} repair{'' if repaired == 1 else 's'} to the notebook"
    return replace(
        submission,
        student=label,
        result=_wordless(submission.result) if submission.result else None,
        unreadable=_UNREADABLE if submission.unreadable else "",
        repairs=(words,) if repaired else (),
        remarks=(),
        # Friends know who handed in at what hour.
        seconds_late=math.ceil(submission.seconds_late / _DAY) * _DAY,
    )


def _wordless(result: Result) -> Result:
    exercises = [
        ExerciseResult(
            e.name, e.score, e.max_score, [replace(v, reason="", call="") for v in e.verdicts]
        )
        for e in result.exercises
    ]
    return replace(result, exercises=exercises, notes=[], outputs={})


def _code(student: str, secret: str) -> str:
    named = f"report/{student}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(secret.encode(), named, sha256)
    return b32encode(digest).decode()
