"""One submission's worker as the instructor's side sees it: a stream of claims."""

import contextlib
import os
import secrets
import select
import threading
import time
from collections.abc import Mapping
from typing import Any

from autograder.inside.frames import FrameError, read_frame, write_frame
from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.processes import kill_below
from autograder.sandbox.warm import POOL, START_SECONDS, StartError
from autograder.sandbox.watchdog import Watchdog
from visionlab.checking.codec import CodecError

MAX_BYTES = 256 * MIB
NO_FILES: Mapping[str, bytes] = {}


class SessionLostError(Exception):
    """The worker died, was stopped, or stopped making sense; the message says which."""


class Session:
    """A started worker. Use it as a context manager: on leaving, all its processes are gone.

    Entering raises StartError when the worker does not come up.
    """

    def __init__(
        self, limits: Limits, files: Mapping[str, bytes] = NO_FILES, *, walled: bool = True
    ) -> None:
        """files: name -> content of what lies in the worker's folder."""
        self._limits = limits
        self._files = files
        self._walled = walled
        self._received = 0
        self._ticket = ""

    def __enter__(self) -> "Session":
        with contextlib.ExitStack() as stack:
            self._host = stack.enter_context(POOL.borrow(self._walled))
            self._open_channel(stack)
            self._watchdog = Watchdog(self._host.process, self._limits)
            stack.callback(self._watchdog.stop)
            try:
                self.send({"do": "start"})
                self.receive(time.monotonic() + START_SECONDS, "ready")
            except SessionLostError as lost:
                words = self._host.last_words() or str(lost)
                raise StartError(f"the sandbox did not start ({words}); grade again") from None
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        # Losing the session says nothing against the host: its child is killed either way.
        self._stack.close()

    def _open_channel(self, stack: contextlib.ExitStack) -> None:
        """Two pipes; the host gets the far ends and passes them on."""
        far_requests, self._requests = os.pipe()
        self._events, far_events = os.pipe()
        for near in (self._requests, self._events):
            stack.callback(os.close, near)
        try:
            self._host.begin(self._limits, self._files, far_requests, far_events)
        except OSError as error:
            raise StartError(f"the sandbox does not answer ({error}); grade again") from None
        finally:
            os.close(far_requests)
            os.close(far_events)

    def send(self, request: dict[str, Any]) -> None:
        """Send a request. Raises SessionLostError when nobody reads any more."""
        # What answers this request must bear its ticket: frames written beforehand do not.
        self._ticket = secrets.token_hex(8)
        # A worker that is stopped but not dead would let us wait for ever.
        timer = threading.Timer(START_SECONDS, kill_below, [self._host.process])
        timer.start()
        try:
            write_frame(self._requests, {**request, "ticket": self._ticket})
        except OSError:
            raise SessionLostError(self._why()) from None
        finally:
            timer.cancel()

    def receive(self, deadline: float, *expected: str) -> dict[str, Any]:
        """The next event that answers the last request; expected: the kinds it may be of, if
        not any.

        Raises SessionLostError at the deadline (monotonic seconds), at the end of the stream, or
        when what comes is not such an event.
        """
        try:
            event = read_frame(lambda count: self._read(count, deadline))
        except CodecError:
            raise SessionLostError("it sent something that is not an answer") from None
        except FrameError:
            raise SessionLostError(self._why()) from None
        match event:
            # A text first: an array would be compared by its entries.
            case {"event": str(kind), "ticket": str(ticket)} if ticket == self._ticket:
                if not expected or kind in expected:
                    return event
        raise SessionLostError("it sent something that is not an answer")

    def _read(self, count: int, deadline: float) -> bytes:
        ready, _, _ = select.select([self._events], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise SessionLostError("it ran out of time")
        part = os.read(self._events, count)
        self._received += len(part)
        if self._received > MAX_BYTES:
            raise SessionLostError("it sent more data than allowed")
        return part

    def _why(self) -> str:
        if self._watchdog.verdict:
            return self._watchdog.verdict
        return "the kernel died"
