"""Warm processes behind the wall, lent to one submission at a time and used again."""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import autograder
import visionlab
from autograder.sandbox.limits import Limits
from autograder.sandbox.processes import kill_all, kill_below
from autograder.sandbox.syscalls import open_filter
from autograder.sandbox.wall import (
    NoSandboxError,
    environment,
    kept_folders,
    wall_command,
    worker_command,
)

START_SECONDS = 120
END_SECONDS = 10
MAX_SERVED = 1000  # then a fresh one: what might build up in one that lives for ever, cannot


class StartError(NoSandboxError):
    """No worker could be started: the machine's fault, never the submission's."""


class Host:
    """One warm process. Raises StartError when it does not come up."""

    def __init__(self, walled: bool) -> None:
        self._walled = walled
        self.served = 0
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self.process = self._start(other)
        try:
            self._expect(b"warm", START_SECONDS)
        except (OSError, TimeoutError) as error:
            words = self.last_words() or str(error)
            self.close()
            raise StartError(f"the sandbox did not start ({words}); grade again") from None

    def _start(self, orders: socket.socket) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as stack:
            inherited: tuple[int, ...] = ()
            env: dict[str, str] = {}
            if self._walled:
                filter_fd = stack.enter_context(open_filter())
                inherited = () if filter_fd is None else (filter_fd,)
                command = wall_command(filter_fd)
            else:
                command = worker_command()
                sources = Path(visionlab.__file__).parents[1], Path(autograder.__file__).parents[1]
                env = environment("/tmp", os.pathsep.join(map(str, sources)))
            return subprocess.Popen(
                command,
                stdin=orders.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=env,
                cwd="/",
                start_new_session=True,
                pass_fds=inherited,
            )

    def begin(self, limits: Limits, files: Mapping[str, bytes], requests: int, events: int) -> None:
        """Have a child forked that reads `requests` and writes `events`. OSError when it cannot."""
        order = {
            "walled": self._walled,
            "limits": limits.to_plain(),
            "files": list(files),
            "kept": kept_folders(),
        }
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(_in_memory(name, files[name])) for name in files]
            text = json.dumps(order).encode()
            socket.send_fds(self._socket, [text], [requests, events, *opened])
        self.served += 1

    def end(self) -> bool:
        """Kill the child with all it started; True when this process can serve again."""
        kill_below(self.process)
        with contextlib.suppress(OSError, TimeoutError):
            self._expect(b"gone", END_SECONDS)
            return self.process.poll() is None and self.served < MAX_SERVED
        return False

    def _expect(self, word: bytes, seconds: float) -> None:
        self._socket.settimeout(seconds)
        got = self._socket.recv(16)
        if got != word:
            raise OSError("the warm process ended")

    def last_words(self) -> str:
        """The last line the process or bubblewrap wrote to standard error."""
        assert self.process.stderr
        os.set_blocking(self.process.stderr.fileno(), False)
        time.sleep(0.2)  # bubblewrap may still be writing
        with contextlib.suppress(BlockingIOError):
            text = os.read(self.process.stderr.fileno(), 4096).decode(errors="replace")
            return (text.strip().splitlines() or [""])[-1]
        return ""

    def close(self) -> None:
        """End the process and everything below it."""
        kill_all(self.process)
        self._socket.close()
        if self.process.stderr:
            self.process.stderr.close()


@contextlib.contextmanager
def _in_memory(name: str, content: bytes) -> Iterator[int]:
    """A descriptor of a file without a place on disk."""
    handle = os.memfd_create(name, os.MFD_CLOEXEC)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        yield handle


@dataclass
class Pool:
    """The warm processes of this program that serve nobody now, the latest used last."""

    idle: dict[bool, list[Host]] = field(default_factory=lambda: {True: [], False: []})
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def borrow(self, walled: bool) -> Iterator[Host]:
        """A warm process for one submission: an idle one, else a new one. Raises StartError."""
        host = self._take(walled)
        healthy = False
        try:
            yield host
            healthy = True
        finally:
            # Also after an error of ours: what the child did is unknown, but it is all gone.
            if host.end() and healthy:
                with self.lock:
                    self.idle[walled].append(host)
            else:
                host.close()

    def _take(self, walled: bool) -> Host:
        while True:
            with self.lock:
                host = self.idle[walled].pop() if self.idle[walled] else None
            if host is None:
                return Host(walled)
            if host.process.poll() is None:
                return host
            host.close()

    def forget(self) -> None:
        """In a forked process: the idle ones serve the parent, and its lock may be held there."""
        self.idle, self.lock = {True: [], False: []}, threading.Lock()

    def close(self) -> None:
        """End all idle processes."""
        with self.lock:
            hosts = [host for hosts in self.idle.values() for host in hosts]
            self.idle = {True: [], False: []}
        for host in hosts:
            host.close()


POOL = Pool()
atexit.register(POOL.close)
