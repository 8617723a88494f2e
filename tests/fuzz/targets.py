"""The functions that read what a sandbox sent, each with what it may raise and what it promises."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import torch
from hypothesis import strategies as st

from autograder.inside.frames import FrameError, read_frame
from autograder.outputs import safe_outputs
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session, SessionLostError
from autograder.sandbox.watchdog import Watchdog
from tests.fuzz import values
from tests.fuzz.messages import huge, messages, streams
from visionlab.checking.codec import CodecError, Foreign, unpack
from visionlab.checking.compare import Difference, difference
from visionlab.checking.forbidden import NOTHING
from visionlab.checking.judge import judge, one_line
from visionlab.checking.probing import Answer
from visionlab.checking.records import CaseRecord, ExerciseRecord, Hint

OUTPUT_LIMIT = 2000
LONGEST_WORDS = 1000


class RefusedError(Exception):
    """The input was refused as documented."""


class EscapedError(AssertionError):
    """An exception came out that is not declared."""


@dataclass
class Target:
    """run: feeds one input and checks what comes out; declared: what it may raise; share: of all
    inputs of a long run. taken, refused: how many inputs so far."""

    name: str
    inputs: st.SearchStrategy[bytes]
    run: Callable[[bytes], None]
    declared: tuple[type[Exception], ...]
    share: float
    taken: int = 0
    refused: int = 0

    def take(self, data: bytes) -> None:
        """Feed one input. Raises EscapedError for what is not declared, AssertionError for a
        broken promise."""
        self.taken += 1
        try:
            self.run(data)
        except AssertionError:
            raise
        except BaseException as error:  # a panic of a parser in Rust is no Exception
            if isinstance(error, (RefusedError, *self.declared)):
                self.refused += 1
                return
            raise EscapedError(f"{type(error).__name__} came out of {self.name}") from error


def _read_message(data: bytes) -> None:
    _require_plain(unpack(data))


def _require_plain(value: Any) -> None:
    """Nothing but what cannot run comes out of the decoder."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) in (list, tuple):
            waiting += one
        elif type(one) is dict:
            waiting += [*one, *one.values()]
        else:
            known = (type(None), bool, int, float, str, torch.Tensor, np.ndarray, Foreign)
            assert type(one) in known, type(one)


def _read_stream(data: bytes) -> None:
    place = frames = 0

    def read(count: int) -> bytes:
        nonlocal place
        part = data[place : place + min(count, 100 + place)]  # a pipe gives what it has
        place += len(part)
        return part

    while place < len(data) or not frames:
        read_frame(read)
        frames += 1


def _receive(data: bytes) -> None:
    session = Session(Limits())
    session._events, session._ticket = os.memfd_create("events"), values.TICKET
    session._watchdog = cast(Watchdog, SimpleNamespace(verdict=""))
    try:
        os.write(session._events, data)
        os.lseek(session._events, 0, os.SEEK_SET)
        event = session.receive(time.monotonic() + 60, "ran", "answers", "asked")
    finally:
        os.close(session._events)
    assert event["ticket"] == values.TICKET and event["event"] != "ready"


def _decoded(data: bytes) -> Any:
    try:
        return unpack(data)
    except CodecError:
        raise RefusedError from None


def _show(data: bytes) -> None:
    kept = safe_outputs(_decoded(data), OUTPUT_LIMIT)  # nbformat checks what it makes
    assert sum(len(str(text)) for output in kept for text in _texts(output)) <= OUTPUT_LIMIT
    assert not any("<script" in str(output).lower() for output in kept)


def _texts(output: Any) -> list[str]:
    data = output.get("data", {}).values()
    return [*data, output.get("text", ""), *output.get("traceback", [])]


_X = torch.tensor([[1.5, math.nan], [-math.inf, 2.0]], dtype=torch.float64)
EXPECTED: list[Any] = [
    *(_X, _X.float(), _X.half(), _X.bfloat16(), _X.nan_to_num().long(), torch.tensor([True] * 3)),
    *(torch.tensor(1.0), torch.ones(2, 2, dtype=torch.complex64), _X.numpy(), np.float64(2)),
    *(None, True, 3, 10**398, 2.5, math.nan, math.inf, "text", [], (1, _X), [_X, _X.float()]),
    *({"a": 1, "b": _X}, {1: "x"}, Foreign("set"), {"a": {"b": [1, None]}}),
]


def _compare(data: bytes) -> None:
    value = _decoded(data)
    for expected in EXPECTED:
        found = difference(expected, value)
        assert found is None or len(found.words) + len(found.detail) <= LONGEST_WORDS


_SCENES = {
    "boxes": [torch.tensor([[0.0, 0.0, 2.0, 2.0]])],
    "labels": [torch.tensor([1])],
}


def _record() -> ExerciseRecord:
    known = {"mistaken": Answer(value=_X + 1), "raising": Answer(error="ValueError", message="")}
    cases = [
        CaseRecord("f", number % 2 == 0, "", {"x": _X}, "", expected, known)
        for number, expected in enumerate(EXPECTED)
    ]
    cases += [CaseRecord("scenes", True, "", {}, "", _SCENES, {}, at_least=0.5)]
    hints = {name: Hint("first", "more") for name in known}
    return ExerciseRecord("f", 4.0, NOTHING, {"f": 3.0, "scenes": 1.0}, hints, cases)


RECORD = _record()


def _judge(data: bytes) -> None:
    try:
        answer: Answer | None = Answer.from_plain(_decoded(data))
    except ValueError as error:
        assert str(error) == "not an answer"
        answer = None
    result = judge(RECORD, [answer] * len(RECORD.cases))
    assert 0 <= result.score <= 1  # no one answer is right everywhere: the first facet fails
    assert len(result.verdicts) == len(RECORD.cases)
    for verdict in result.verdicts:
        assert verdict.reason == one_line(verdict.reason)
        assert len(verdict.reason) <= 2 * LONGEST_WORDS
        assert isinstance(verdict.difference, Difference | None)


def targets() -> list[Target]:
    """All of them, with nothing taken yet."""
    plain: tuple[type[Exception], ...] = (CodecError,)
    lost = (SessionLostError,)
    return [
        Target("codec.unpack", messages, _read_message, plain, 0.3),
        Target("codec.unpack, huge", huge(), _read_message, plain, 0.005),
        Target("frames.read_frame", streams(), _read_stream, (FrameError, CodecError), 0.15),
        Target("Session.receive", streams(values.events), _receive, lost, 0.15),
        Target("safe_outputs", values.outputs, _show, (), 0.15),
        Target("compare.difference", values.near, _compare, (), 0.1),
        Target("Answer.from_plain, judge", values.answers, _judge, (), 0.15),
    ]
