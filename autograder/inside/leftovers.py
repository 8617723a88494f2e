"""What a cell or a call leaves running when it has ended, which would be held against the next."""

import contextlib
import ctypes
import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

LOOK_SECONDS = 0.5  # in which the watchdog outside has looked for certain
_KEPT = 0.75  # of all processes allowed: cells may leave so many, or nobody else finds a place
_SUBREAPER = 36  # of linux/prctl.h
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Leftovers:
    """Processes that student code in this one started, and what else outlives a cell.

    tidy: end every process that is left, not only where they are too many.
    """

    def __init__(self) -> None:
        self.tidy = False
        # Behind the wall this is the first process of its namespace, and all others in there are
        # the submission's. Without the wall, those below this one are; orphans are to stay there.
        self._first = os.getpid() == 1
        if not self._first:
            ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
        self._most = int(_KEPT * resource.getrlimit(resource.RLIMIT_NPROC)[0])
        self._much = resource.getrlimit(resource.RLIMIT_DATA)[0] // 2
        self._threads = _threads()

    def remain(self) -> bool:
        """Whether any process is left; takes a microsecond."""
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True

    def end(self) -> bool:
        """End what is left, unless there is room for it; True where something was ended."""
        if self.remain() and (self.tidy or self._are_too_many()):
            return self.end_all()
        return False

    def end_all(self) -> bool:
        """End all processes of the submission but this one; True where there were any."""
        ended = False
        while True:
            self._kill()  # again and again: a thread may start others meanwhile
            try:
                _, status = os.waitpid(-1, 0)  # an orphan becomes a child of this process
            except ChildProcessError:
                return ended
            ended |= os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def wait_for_watchdog(self) -> None:
        """Where a cell left what cannot be ended, a thread or much memory in this process, have
        the watchdog see it now: later it would lay it to another cell."""
        before, self._threads = self._threads, _threads()
        if self.tidy and (self._threads > before or _resident() > self._much):
            time.sleep(LOOK_SECONDS)

    def _are_too_many(self) -> bool:
        return any(number >= self._most for number, _ in enumerate(_below("self")))

    def _kill(self) -> None:
        for pid in [-1] if self._first else list(_below("self")):
            with contextlib.suppress(OSError):  # it ended by itself, or nobody is left
                os.kill(pid, signal.SIGKILL)


def _below(pid: int | str) -> Iterator[int]:
    """The numbers that /proc gives to all processes below one."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # the thread ended meanwhile
            continue
        for child in map(int, found):
            yield from _below(child)
            yield child


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
