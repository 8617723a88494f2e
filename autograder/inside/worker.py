"""Runs one submission's cells, then puts the questions to its functions. Trusts nobody.

Requests and events are frames on two pipes that the student's code is not given. Every request
to ask is answered in a forked child, so that a crash or an endless loop there ends only that.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import torch

from autograder.inside.frames import (
    LENGTH,
    MAX_FRAME,
    PATIENCE,
    FrameError,
    read_frame,
    write_bytes,
    write_frame,
)
from autograder.inside.leftovers import Leftovers
from autograder.inside.shell import NotebookShell
from visionlab.checking.codec import CodecError
from visionlab.checking.forbidden import Forbidden
from visionlab.checking.probing import Answer, ask_through, unpack_questions
from visionlab.checking.sieve import Sieve
from visionlab.devices import exact_arithmetic

NOT_PLAIN = "NotPlain"
_PROCESSOR_TIME = 2  # of a process, in the numbers of clocks (clock_getcpuclockid)


def serve(shell: NotebookShell, requests: int, events: int) -> None:
    """Answer requests until the other side closes the pipe."""
    sieve = Sieve(())
    leftovers = Leftovers()
    while True:
        try:
            request = read_frame(lambda n: os.read(requests, n))
        except FrameError:
            return
        match request["do"]:
            case "start":
                write_frame(events, {"event": "ready", "ticket": request["ticket"]})
            case "run":
                sieve.lift()  # cells may call what they like
                leftovers.tidy = request.get("tidy") is True  # from here on, for calls too
                _run_cell(shell, request, events, leftovers)
            case "ask":
                operators = {o for some in request["forbidden"] for o in some}
                if not sieve.holds(operators):
                    sieve.lift()
                    sieve = Sieve(operators)  # once for all children: it takes 15 ms
                _ask_in_child(shell, request, (requests, events), sieve, leftovers)


def _run_cell(
    shell: NotebookShell, request: dict[str, Any], events: int, leftovers: Leftovers
) -> None:
    started = time.monotonic()
    itself = os.getpid()
    succeeded = shell.run(request["source"], request["seconds"])
    _leave_unless(itself)
    seconds = time.monotonic() - started
    ended = leftovers.end()
    leftovers.wait_for_watchdog()
    event = {
        "event": "ran",
        "ticket": request["ticket"],
        "succeeded": succeeded,
        "seconds": seconds,
        "ended": ended,
        "left": leftovers.remain(),
        "outputs": shell.outputs.items,
        "cut": shell.outputs.cut,
    }
    try:
        write_frame(events, event)
    except CodecError:  # an output too deep or too long to send
        write_frame(events, {**event, "outputs": [], "cut": True})


def _ask_in_child(
    shell: NotebookShell,
    request: dict[str, Any],
    channel: tuple[int, int],
    sieve: Sieve,
    leftovers: Leftovers,
) -> None:
    """channel: to the grader and back; it is closed in the child, which has a pipe of its own."""
    events = channel[1]
    answers, child_end = os.pipe()
    cells_left = leftovers.remain()
    child = _fork(leftovers)
    if child == 0:
        try:
            for ours in channel:
                os.close(ours)
            answer = _answer_together if request["together"] else _answer_each
            answer(shell, request, child_end, sieve)
        finally:
            os._exit(0)
    os.close(child_end)
    ended = _relay(child, answers, events, request["seconds"], request["seconds_in_all"])
    os.close(answers)
    if cells_left:  # a call may need it
        leftovers.end()
    elif leftovers.remain():
        leftovers.end_all()  # of a call: no other has to do with it
    write_frame(events, {"event": "asked", "ticket": request["ticket"], "ended": ended})


def _fork(leftovers: Leftovers) -> int:
    """os.fork, also where what a cell left has taken all the places: without, no call counts."""
    try:
        return os.fork()
    except BlockingIOError:
        leftovers.end_all()
        return os.fork()


def _answer_each(shell: NotebookShell, request: dict[str, Any], events: int, sieve: Sieve) -> None:
    """In the child: answer question by question, so that what was answered survives a crash."""
    for exercise in _exercises(request):
        for answer in _answers(shell, exercise, sieve):
            event = {"event": "answers", "ticket": request["ticket"]}
            try:
                write_frame(events, {**event, "answers": [answer.to_plain()]})
            except (CodecError, FrameError) as error:
                answer = Answer(error=NOT_PLAIN, message=f"the answer cannot be graded: {error}")
                write_frame(events, {**event, "answers": [answer.to_plain()]})


def _answer_together(
    shell: NotebookShell, request: dict[str, Any], events: int, sieve: Sieve
) -> None:
    """In the child: answer exercise by exercise; what cannot be sent ends it, to be asked again."""
    for exercise in _exercises(request):
        answers = [answer.to_plain() for answer in _answers(shell, exercise, sieve)]
        event = {"event": "answers", "ticket": request["ticket"], "answers": answers}
        try:
            write_frame(events, event)
        except (CodecError, FrameError):
            return


def _exercises(request: dict[str, Any]) -> Iterator[tuple[str, Forbidden, torch.Tensor]]:
    """(name, what is forbidden, packed questions) of every exercise in a request."""
    forbidden = [Forbidden(frozenset(operators)) for operators in request["forbidden"]]
    sizes = [exercise["size"] for exercise in request["exercises"]]
    packed = request["questions"].split(sizes)
    for exercise, questions in zip(request["exercises"], packed, strict=True):
        yield exercise["name"], forbidden[exercise["forbids"]], questions


def _answers(
    shell: NotebookShell, exercise: tuple[str, Forbidden, torch.Tensor], sieve: Sieve
) -> Iterator[Answer]:
    """The answers to an exercise's questions, one after the other."""
    sys.stdin = open(os.devnull)  # noqa: SIM115 (closed with the process)
    name, forbidden, packed = exercise
    itself = os.getpid()
    with exact_arithmetic():
        for question in unpack_questions(packed, name, forbidden):
            answer = ask_through(sieve, question, shell.user_ns)
            _leave_unless(itself)
            yield answer


def _leave_unless(itself: int) -> None:
    """End here in a copy of the process that a student's code forked and let go on: two would
    answer."""
    if os.getpid() != itself:
        os._exit(0)


class _Allowance:
    """The time a call has: seconds of the processor, for which a busy machine is no excuse, or
    PATIENCE times as many by the clock, for one that waits."""

    def __init__(self, child: int, seconds: float) -> None:
        self._clock = (~child << 3) | _PROCESSOR_TIME
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Begin anew with the next call."""
        self._worked, self._begun = self._work(), time.monotonic()

    def left(self) -> float:
        """Seconds in which it cannot be used up."""
        to_work = self._seconds - (self._work() - self._worked)
        to_wait = PATIENCE * self._seconds - (time.monotonic() - self._begun)
        return max(0.0, min(to_work, to_wait))

    def _work(self) -> float:
        return time.clock_gettime(self._clock)


def _relay(child: int, answers: int, events: int, seconds: float, seconds_in_all: float) -> str:
    """Pass on whole answers, each due within `seconds`; "done", "timed out" or "signal N".

    Half a message of a child that was killed must not reach the channel: all that follows
    would be misread.
    """
    waiting = bytearray()
    pidfd = os.pidfd_open(child)
    stop = time.monotonic() + seconds_in_all
    allowance = _Allowance(child, seconds)
    ended = ""
    while not ended:
        wait = min(allowance.left(), stop - time.monotonic())
        if wait <= 0:
            ended = "timed out"
            break
        ready, _, _ = select.select([answers, pidfd], [], [], wait)
        if answers in ready:
            waiting += (part := os.read(answers, 2**20))
            if not part or not _pass_on(waiting, events):
                ended = "done"
            allowance.renew()
        elif ready:
            ended = "done"
    os.kill(child, signal.SIGKILL)  # it is still a child of ours: the number cannot be reused
    _, status = os.waitpid(child, 0)
    os.close(pidfd)
    crashed = os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL
    return f"signal {os.WTERMSIG(status)}" if crashed and ended == "done" else ended


def _pass_on(waiting: bytearray, events: int) -> bool:
    """Forward every complete frame at the front of `waiting`; False when it is no frame."""
    while len(waiting) >= LENGTH.size:
        (length,) = LENGTH.unpack_from(waiting)
        if length > MAX_FRAME:
            return False
        size = LENGTH.size + length
        if len(waiting) < size:
            break
        write_bytes(events, bytes(waiting[:size]))
        del waiting[:size]
    return True
