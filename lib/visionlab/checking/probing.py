"""Calls a student's code on the inputs of a case and returns plain data.

Runs on the student's side of the wall: nothing here knows an expected answer.
"""

import copy
import inspect
import random
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, SimpleNamespace
from typing import Any

import numpy as np
import torch

from visionlab.checking.codec import CodecError, Plain, pack, unpack
from visionlab.checking.forbidden import NOTHING, Forbidden
from visionlab.checking.guard import ForbiddenCallError, Guard
from visionlab.checking.sieve import Sieve
from visionlab.devices import exact_arithmetic

UNANSWERED = "Unanswered"
NOT_IMPLEMENTED = NotImplementedError.__name__
NOT_DEFINED = "NotDefined"
FORBIDDEN = ForbiddenCallError.__name__
TIMED_OUT = "TimedOut"
CRASHED = "Crashed"
NOT_PLAIN = "NotPlain"
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


def pack_questions(questions: Sequence[Question]) -> torch.Tensor:
    """Inputs and probes as bytes, (n,) uint8, to be sent to whoever answers."""
    message = pack([{"inputs": q.inputs, "probe": q.probe} for q in questions])
    return torch.frombuffer(bytearray(message), dtype=torch.uint8)


def unpack_questions(
    packed: torch.Tensor, exercise: str, forbidden: Forbidden
) -> Iterator[Question]:
    """The questions of an exercise out of `pack_questions`."""
    for item in unpack(packed.numpy().tobytes()):
        yield Question(exercise, item["inputs"], item["probe"], forbidden)


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
    """Put one question to the code in `namespace`; an exception becomes an answer too.

    The random numbers of this process go on as if nothing had been asked.
    """
    with _random_state_kept(), exact_arithmetic():
        return _ask(question, namespace, question.forbidden)


def ask_through(sieve: Sieve, question: Question, namespace: Mapping[str, Any]) -> Answer:
    """The same, and faster, in a process that does nothing but answer, with exact_arithmetic.

    sieve: lifted when it catches something, to ask this question once more.
    """
    answer = _ask(question, namespace, sieve.left_to_guard(question.forbidden))
    if not sieve.caught:
        return answer
    sieve.lift()
    return _ask(question, namespace, question.forbidden)


def _ask(question: Question, namespace: Mapping[str, Any], forbidden: Forbidden) -> Answer:
    if question.exercise not in namespace:
        return Answer(error=NOT_DEFINED, message=f"{question.exercise} is not defined")
    before, inputs = question.inputs, _copied(question.inputs)
    try:
        with _controlled(forbidden):
            value = _call(question, namespace, inputs)
    except ForbiddenCallError as error:
        return Answer(error=FORBIDDEN, message=str(error))
    except (Exception, SystemExit) as error:
        return _as_answer(error, question.exercise, namespace)
    changed = tuple(name for name in before if not _same(before[name], inputs[name]))
    return Answer(value=value, changed=changed)


@contextmanager
def _controlled(forbidden: Forbidden) -> Iterator[None]:
    """Seeded, and guarded where something is forbidden."""
    # torch.manual_seed would also ask for every GPU, which is slow.
    torch.default_generator.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    if not forbidden.operators:
        yield
        return
    with Guard(forbidden):
        yield


@contextmanager
def _random_state_kept() -> Iterator[None]:
    """The notebook's own random numbers go on undisturbed after the block."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _call(question: Question, namespace: Mapping[str, Any], inputs: dict[str, Any]) -> Any:
    if not question.probe:
        return namespace[question.exercise](**inputs)
    scope: dict[str, Any] = {"torch": torch}
    exec(_compiled(question.probe), scope)
    return scope["probe"](SimpleNamespace(**namespace), **inputs)


@lru_cache(maxsize=256)
def _compiled(probe: str) -> CodeType:
    return compile(probe, "<probe>", "exec")


def _copied(inputs: dict[str, Any]) -> dict[str, Any]:
    """A deep copy. Tensors without gaps, which most are, need not go torch's long way."""
    copies = {
        id(x): _clone(x) for x in inputs.values() if type(x) is torch.Tensor and x.is_contiguous()
    }
    return copy.deepcopy(inputs, copies)


_clone = torch.Tensor.clone  # as it is before any cell has run


def _same(before: Any, after: Any) -> bool:
    """Whether an input is still what it was, to the last bit of its values."""
    if type(before) is not type(after):
        return False
    if isinstance(before, torch.Tensor):
        if before.shape != after.shape or before.dtype != after.dtype:
            return False
        # NaN, which is not equal to itself, is unchanged where it was there before.
        return bool(((before == after) | ((before != before) & (after != after))).all())
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[k], after[k]) for k in before)
    return bool(before == after or (before != before and after != after))


def globals_of(thing: Any) -> dict[str, Any] | None:
    """The names of the notebook or module in which a function or class was written."""
    try:
        written = inspect.unwrap(thing)  # a decorator's wrapper belongs to the decorator's module
    except ValueError:
        written = thing
    if hasattr(written, "__globals__"):
        found: dict[str, Any] = written.__globals__
        return found
    module = sys.modules.get(getattr(written, "__module__", None) or "")
    return None if module is None else vars(module)


def _as_answer(error: BaseException, exercise: str, namespace: Mapping[str, Any]) -> Answer:
    """The error with the last line of the student's own code, without our frames."""
    line = ""
    own = globals_of(namespace.get(exercise))
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is namespace or frame.f_globals is own:
            summary = traceback.FrameSummary(frame.f_code.co_filename, number, "")
            line = summary.line or ""
    try:
        message = str(error)
    except Exception:  # the student's own exception may fail to say what it means
        message = ""
    return Answer(
        error=type(error).__name__, message=message[:MAX_MESSAGE], line=line[:MAX_MESSAGE]
    )


def crossed(answer: Answer) -> Answer:
    """The answer as it would arrive on the other side of the wall."""
    try:
        return Answer.from_plain(unpack(pack(answer.to_plain())))
    except CodecError as error:
        return Answer(error=NOT_PLAIN, message=f"the answer cannot be graded: {error}")
