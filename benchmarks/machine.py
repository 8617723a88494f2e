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

PERIOD_SECONDS = 0.2


@dataclass(frozen=True)
class Usage:
    """seconds: by the clock; cpu_seconds: of all its processes; peak_bytes: largest sum of
    proportional set sizes, so that shared pages count once."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measured(words: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end. Raises CalledProcessError, with its output, when it fails."""
    before = os.times()
    started = time.monotonic()
    process = subprocess.Popen(
        words, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.monotonic() - started
    watcher.join()
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, words, output[-4000:])
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return Usage(seconds, used, peak[0])


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    while process.poll() is None:
        total = 0
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(process.pid)
            for one in [root, *root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += one.memory_full_info().pss
        peak[0] = max(peak[0], total)
        time.sleep(PERIOD_SECONDS)


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
