"""What a command takes: time, processor time, and the memory of all its processes."""

import contextlib
import os
import platform
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil
import torch

PERIOD_SECONDS = 1.0  # to look takes time itself


@dataclass(frozen=True)
class Usage:
    """seconds: by the clock; cpu_seconds: of all its processes; peak_bytes, sandboxed_bytes:
    largest sums of proportional set sizes (shared pages count once) of all its processes, and of
    those in sandboxes alone."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    sandboxed_bytes: int


def measured(words: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end. Raises CalledProcessError, with its output, when it fails."""
    before = os.times()
    started = time.monotonic()
    process = subprocess.Popen(
        words, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    peaks = [0, 0]
    watcher = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.monotonic() - started
    watcher.join()
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, words, output[-4000:])
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return Usage(seconds, used, *peaks)


def _watch(process: subprocess.Popen[bytes], peaks: list[int]) -> None:
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(process.pid)
            below = root.children(recursive=True)
            walls = [one for one in below if one.name() == "bwrap"]
            walled = {inner.pid for wall in walls for inner in wall.children(recursive=True)}
            sizes = {one.pid: _size(one) for one in [root, *below]}
            peaks[0] = max(peaks[0], sum(sizes.values()))
            peaks[1] = max(peaks[1], sum(size for pid, size in sizes.items() if pid in walled))
        time.sleep(PERIOD_SECONDS)


def _size(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0  # it has ended meanwhile


def describe_machine() -> str:
    """Processor, cores, versions and the day."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{date.today()}, {cores} cores of {model}, {memory:.0f} GiB, Python "
        f"{platform.python_version()}, torch {torch.__version__}."
    )
