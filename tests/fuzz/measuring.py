"""Feeds a target in a process of its own, and measures the memory that each input takes."""

import ctypes
import gc
import multiprocessing
import resource
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.targets import Target

KIB, MIB, GIB = 2**10, 2**20, 2**30
MEMORY_BOUND = 768 * MIB  # for one input; a frame may have 64 MiB, and its tensors 256 MiB
GROWN_BOUND = 256 * MIB  # after all of them; most of it is the generator's own
SAFETY_BOUND = 4 * GIB  # of the process: what breaks the first bound must not take the machine down
CHUNK = 1000  # inputs; then a fresh start, for the generator remembers all it made
_FORK = multiprocessing.get_context("fork")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Measured:
    """What came of feeding a target. memory: the most that one input took, in bytes; grown: what
    the process had more at the end than at the beginning; failure: what went wrong, or ""."""

    taken: int
    refused: int
    memory: int
    grown: int
    seconds: float
    failure: str = ""

    @property
    def problem(self) -> str:
        """Why this is not good, or ""."""
        if self.failure:
            return self.failure
        if self.memory > MEMORY_BOUND:
            return f"one input took {self.memory // MIB} MiB of memory"
        return f"{self.grown // MIB} MiB of memory were kept" if self.grown > GROWN_BOUND else ""


def measure(target: Target, inputs: int, first_seed: int) -> Measured:
    """Feed a target so many inputs at least, in a forked process: one that dies is found out."""
    here, there = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_feed, args=(target, inputs, first_seed, there))
    process.start()
    there.close()
    try:
        measured: Measured = here.recv()
    except EOFError:
        process.join()
        measured = Measured(0, 0, 0, 0, 0.0, f"the process died ({process.exitcode})")
    process.join()
    return measured


def _feed(target: Target, inputs: int, first_seed: int, told: Connection) -> None:
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # torch's, of dtypes that are new
    roof = _bytes_of("VmData") + SAFETY_BOUND
    resource.setrlimit(resource.RLIMIT_DATA, (roof, roof))
    watch = _Watch(target.take)
    before, start, failure = _bytes_of("VmRSS"), time.monotonic(), ""
    try:
        target.take(b"")  # what is loaded at the first call is no input's
        for chunk in range(first_seed, first_seed + inputs):
            if target.taken >= inputs:
                break
            _run(target, watch, min(CHUNK, inputs - target.taken), chunk)
    except BaseException:
        failure = traceback.format_exc()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free may still be the process's
    grown, seconds = _bytes_of("VmRSS") - before, time.monotonic() - start
    told.send(Measured(target.taken, target.refused, watch.most, grown, seconds, failure))


def _run(target: Target, watch: "_Watch", inputs: int, number: int) -> None:
    chosen = settings(
        max_examples=inputs,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(chosen(given(target.inputs)(watch.feed)))()


class _Watch:
    """Passes inputs on and remembers the most memory that one took."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self.most = 0
        self._take = take

    def feed(self, data: bytes) -> None:
        """Pass one input on."""
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
        before = _bytes_of("VmRSS")
        self._take(data)
        self.most = max(self.most, _bytes_of("VmHWM") - before)


def _bytes_of(field: str) -> int:
    """A line of this process's status, which the kernel gives in KiB."""
    for line in _STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * KIB
    raise OSError(f"the kernel does not tell {field}")
