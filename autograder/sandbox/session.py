"""One sandboxed worker as the instructor's side sees it: a process and a stream of claims."""

import contextlib
import os
import secrets
import select
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import autograder
import visionlab
from autograder.inside.frames import FrameError, read_frame, write_frame
from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.syscalls import open_filter
from autograder.sandbox.wall import NoSandboxError, environment, wall_command, worker_command
from autograder.sandbox.watchdog import Watchdog, kill_all
from visionlab.checking.codec import CodecError

START_SECONDS = 120
MAX_BYTES = 256 * MIB


class SessionLostError(Exception):
    """The worker died, was stopped, or stopped making sense; the message says which."""


class StartError(NoSandboxError):
    """No worker could be started: the machine's fault, never the submission's."""


class Session:
    """A started worker. Use it as a context manager: on leaving, all its processes are gone.

    Entering raises StartError when the worker does not come up.
    """

    def __init__(self, limits: Limits, workdir_files: list[Path], *, walled: bool = True) -> None:
        self._limits = limits
        self._files = workdir_files
        self._walled = walled
        self._received = 0
        self._ticket = ""

    def __enter__(self) -> "Session":
        self._stack = contextlib.ExitStack()
        self._process = self._stack.enter_context(self._start())
        self._watchdog = Watchdog(self._process, self._limits)
        self._stack.callback(self._end)
        assert self._process.stdin and self._process.stdout
        self._requests = self._process.stdin.fileno()
        self._events = self._process.stdout.fileno()
        try:
            self.send({"limits": self._limits.to_plain()})
            self.receive(time.monotonic() + START_SECONDS, "ready")
        except SessionLostError as lost:
            words = self.startup_words() or str(lost)
            self._stack.close()
            raise StartError(f"the sandbox did not start ({words}); grade again") from None
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def _start(self) -> Iterator[subprocess.Popen[bytes]]:
        with contextlib.ExitStack() as stack:
            inherited: tuple[int, ...] = ()
            if self._walled:
                filter_fd = stack.enter_context(open_filter())
                inherited = () if filter_fd is None else (filter_fd,)
                command = wall_command(self._limits, self._files, filter_fd)
                env, folder = {}, "/"
            else:
                command = worker_command()
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="submission-"))
                for file in self._files:
                    shutil.copy(file, folder)
                sources = Path(visionlab.__file__).parents[1], Path(autograder.__file__).parents[1]
                env = environment(folder, os.pathsep.join(map(str, sources)))
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                cwd=folder,
                start_new_session=True,
                pass_fds=inherited,
                bufsize=0,
            )
            yield process

    def _end(self) -> None:
        """Kill everything and wait until it is gone."""
        self._watchdog.stop()
        kill_all(self._process)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def send(self, request: dict[str, Any]) -> None:
        """Send a request. Raises SessionLostError when nobody reads any more."""
        # What answers this request must bear its ticket: frames written beforehand do not.
        self._ticket = secrets.token_hex(8)
        timer = threading.Timer(START_SECONDS, self._process.kill)
        timer.start()  # a worker that is stopped but not dead would let us wait for ever
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
            case {"event": str(kind), "ticket": self._ticket} if not expected or kind in expected:
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

    def startup_words(self) -> str:
        """The last line the worker or bubblewrap wrote to standard error before it died."""
        assert self._process.stderr
        ready, _, _ = select.select([self._process.stderr], [], [], 1.0)
        text = (
            os.read(self._process.stderr.fileno(), 4096).decode(errors="replace") if ready else ""
        )
        return (text.strip().splitlines() or [""])[-1]
