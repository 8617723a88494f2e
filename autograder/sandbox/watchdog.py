"""Counts a submission's memory and processes from outside, and ends it when it takes too much."""

import contextlib
import os
import subprocess
import threading

import psutil

from autograder.sandbox.limits import Limits
from autograder.sandbox.processes import below, kill_below, workers

PERIOD_SECONDS = 0.1
URGENT = -10  # as a nice value
TOO_MANY, TOO_MUCH = "it started more than", "it used more than"
_PAGE = os.sysconf("SC_PAGE_SIZE")


def is_verdict(why: str) -> bool:
    """Whether a session was lost because the watchdog ended it."""
    return why.startswith((TOO_MANY, TOO_MUCH))


class Watchdog:
    """Watches what a warm process serves; kills it past the limits.

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
            self.verdict = self._too_much()
            if self.verdict:
                kill_below(self._process)
                return

    def _too_much(self) -> str:
        family = self._family()
        if self._too_many(family):
            return f"{TOO_MANY} {self._limits.processes} processes"
        if sum(map(_resident, family)) <= self._limits.memory_bytes:
            return ""
        # Forked processes share memory: count exactly before a verdict.
        shares: dict[int, int] = {}
        for pid in family:
            shares[pid] = _proportional(pid)
            family = self._family()
            if self._too_many(family):  # this count is slow enough for a fork bomb to grow
                return f"{TOO_MANY} {self._limits.processes} processes"
        if sum(shares.get(pid, 0) for pid in family) <= self._limits.memory_bytes:
            return ""
        return f"{TOO_MUCH} {self._limits.memory_bytes / 2**30:.3g} GiB of memory"

    def _family(self) -> list[int]:
        return [pid for worker in workers(self._process) for pid in [worker, *below(worker)]]

    def _too_many(self, family: list[int]) -> bool:
        most = self._limits.processes + 1  # the worker itself
        # Twice: what a cell left may have been ended by now, and another cell run already.
        return len(family) > most and len(self._family()) > most


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * _PAGE
    return 0


def _proportional(pid: int) -> int:
    with contextlib.suppress(psutil.Error, OSError):
        return int(psutil.Process(pid).memory_full_info().pss)
    return 0
