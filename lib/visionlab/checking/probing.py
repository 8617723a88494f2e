"""Calls a student's code on the inputs of a case and returns plain data.

Runs on the student's side of the wall: nothing here knows an expected answer.
"""

import copy
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch

from visionlab.checking.codec import Plain
from visionlab.checking.forbidden import NOTHING, Forbidden
from visionlab.checking.guard import ForbiddenCallError, Guard
from visionlab.devices import exact_arithmetic

UNANSWERED = "Unanswered"
NOT_IMPLEMENTED = NotImplementedError.__name__
NOT_DEFINED = "NotDefined"
FORBIDDEN = ForbiddenCallError.__name__
TIMED_OUT = "TimedOut"
CRASHED = "Crashed"
MAX_MESSAGE = 400


@dataclass(frozen=True)
class Question:
    """One case as the student's side sees it: whom to call, how, and with what.

    probe: source text of `def probe(student, **inputs)`, or "" to call the function itself.
    """

    exercise: str
    inputs: dict[str, Any]
    probe: str = ""
    forbidden: Forbidden = NOTHING


@dataclass(frozen=True)
class Answer:
    """What came of a question: a value, or an error's kind, message and line of code.

    changed: the names of inputs that the call modified.
    """

    value: Plain = None
    error: str = ""
    message: str = ""
    line: str = ""
    changed: tuple[str, ...] = field(default=())

    def to_plain(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {**vars(self), "changed": list(self.changed)}

    @classmethod
    def from_plain(cls, data: Plain) -> "Answer":
        """Rebuild an answer from untrusted plain data; ValueError when it is not one."""
        match data:
            case {
                "value": value,
                "error": str(error),
                "message": str(message),
                "line": str(line),
                "changed": list(changed),
            } if all(isinstance(c, str) for c in changed):
                short = (error[:80], message[:MAX_MESSAGE], line[:MAX_MESSAGE])
                return cls(value, *short, changed=tuple(c[:80] for c in changed[:20]))
        raise ValueError("not an answer")


def ask(question: Question, namespace: Mapping[str, Any]) -> Answer:
    """Put one question to the code in `namespace`; an exception becomes an answer too."""
    if question.exercise not in namespace:
        return Answer(error=NOT_DEFINED, message=f"{question.exercise} is not defined")
    inputs = copy.deepcopy(question.inputs)
    before = copy.deepcopy(question.inputs)
    try:
        with _controlled(question.forbidden):
            value = _call(question, namespace, inputs)
    except ForbiddenCallError as error:
        return Answer(error=FORBIDDEN, message=str(error))
    except (Exception, SystemExit) as error:
        return _as_answer(error, question.exercise, namespace)
    changed = tuple(name for name in before if not _same(before[name], inputs[name]))
    return Answer(value=value, changed=changed)


@contextmanager
def _controlled(forbidden: Forbidden) -> Iterator[None]:
    """Seeded, without TF32, and guarded where something is forbidden."""
    with torch.random.fork_rng(devices=[]), exact_arithmetic():
        torch.default_generator.manual_seed(0)  # torch.manual_seed also asks for every GPU: slow
        if not forbidden.operators:
            yield
            return
        with Guard(forbidden):
            yield


def _call(question: Question, namespace: Mapping[str, Any], inputs: dict[str, Any]) -> Any:
    if not question.probe:
        return namespace[question.exercise](**inputs)
    scope: dict[str, Any] = {"torch": torch}
    exec(question.probe, scope)
    return scope["probe"](SimpleNamespace(**namespace), **inputs)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, torch.Tensor):
        return (
            isinstance(after, torch.Tensor)
            and before.shape == after.shape
            and torch.equal(before, after)
        )
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after)


def _as_answer(error: BaseException, exercise: str, namespace: Mapping[str, Any]) -> Answer:
    """The error with the last line of the student's own code, without our frames."""
    line = ""
    own = getattr(namespace.get(exercise), "__globals__", namespace)
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is own:
            summary = traceback.FrameSummary(frame.f_code.co_filename, number, "")
            line = summary.line or ""
    return Answer(
        error=type(error).__name__, message=str(error)[:MAX_MESSAGE], line=line[:MAX_MESSAGE]
    )
