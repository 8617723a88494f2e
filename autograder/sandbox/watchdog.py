"""Counts a sandbox's memory and processes from outside, and ends it when it takes too much."""

import contextlib
import os
import signal
import subprocess
import threading

import psutil

from autograder.sandbox.limits import Limits

PERIOD_SECONDS = 0.1
END_SECONDS = 5
URGENT = -10  # as a nice value


class Watchdog:
    """Watches all processes below `process`; kills them past the limits.

    The limits set inside hold for each process; only from outside can they be added up, and
    only here do they bind when the grader itself runs as root.
    """

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.verdict = ""
        self._process = process
        self._limits = limits
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        # Among hundreds of busy processes its turn would come late; only root may, and only
        # root needs to: the kernel holds everyone else to the limit of processes.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), URGENT)
        while not self._stopped.wait(PERIOD_SECONDS):
            with contextlib.suppress(psutil.Error, OSError):
                self.verdict = self._too_much()
            if self.verdict:
                kill_all(self._process)
                return

    def _too_much(self) -> str:
        family = self._family()
        if self._too_many(family):
            return f"it started more than {self._limits.processes} processes"
        if sum(map(_resident, family)) <= self._limits.memory_bytes:
            return ""
        # Forked processes share memory: count exactly before a verdict.
        total = 0
        for process in family:
            total += _proportional(process)
            if self._too_many(self._family()):  # this count is slow enough for a fork bomb to grow
                return f"it started more than {self._limits.processes} processes"
        if total <= self._limits.memory_bytes:
            return ""
        return f"it used more than {self._limits.memory_bytes / 2**30:.3g} GiB of memory"

    def _family(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children(recursive=True)

    def _too_many(self, family: list[psutil.Process]) -> bool:
        return len(family) > self._limits.processes + 2  # bubblewrap's own two


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a sandbox from the inside out.

    Bubblewrap's child is the init of the sandbox: it ends after everything in there, and
    bubblewrap itself after it. Killed the other way round, processes would outlive the call.
    """
    with contextlib.suppress(psutil.Error, OSError, subprocess.TimeoutExpired):
        children = psutil.Process(process.pid).children()
        for child in children:
            child.kill()
        if children:
            process.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _resident(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error, OSError):
        return int(process.memory_info().rss)
    return 0


def _proportional(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error, OSError):
        return int(process.memory_full_info().pss)
    return 0
