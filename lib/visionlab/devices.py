"""Which device to compute on, and how exactly."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import torch

OVERRIDE = "VISIONLAB_DEVICE"
"""Environment variable that decides the device whatever a notebook prefers."""

GIBIBYTE = 2**30


def best_device(prefer: str | None = None) -> torch.device:
    """Return the device to compute on: CUDA where there is one, then MPS, then the CPU.

    prefer: "cpu", "cuda", "cuda:1", "mps" or None for the best there is. The environment variable
    VISIONLAB_DEVICE, where set, decides instead.

    MPS has no float64, so what needs it (such as an exact comparison) belongs on the CPU.
    Raises ValueError if the device asked for is no device name or is not on this machine.
    """
    override = os.environ.get(OVERRIDE, "").strip()
    if override:
        return _checked(override, f"{OVERRIDE}={override}")
    if prefer is not None:
        return _checked(prefer, f"best_device({prefer!r})")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def _checked(name: str, asked: str) -> torch.device:
    """Return the device called `name`; `asked` says in the error who wanted it."""
    try:
        device = torch.device(name.lower())
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cpu", "cuda", "mps"):
        raise ValueError(f"{asked}: no such device; use cpu, cuda, cuda:0 (or another GPU) or mps.")
    # The CPU is answered first, because asking CUDA for anything starts its driver, and a process
    # that has done so can no longer fork.
    if device.type == "cpu":
        return device
    if device.type == "mps":
        available = int(torch.backends.mps.is_available())
    else:
        available = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if (device.index or 0) >= available:
        instead = f"has {available} of its kind" if available else "has none; use cpu"
        raise ValueError(f"{asked}: this machine {instead}.")
    return device


@contextmanager
def exact_arithmetic() -> Iterator[None]:
    """Compute float32 products in full float32 within the block, as comparisons need.

    By default cuDNN rounds the inputs of float32 convolutions to TF32 (10 bits of mantissa), an
    error near 1e-3 that is no student's mistake; on the CPU, oneDNN may be allowed bfloat16. The
    settings found are put back at the end, also after an error. Within the block,
    torch.backends.cudnn.allow_tf32 must not be read: torch refuses to mix it with the newer
    fp32_precision that is set here.
    """
    # By name, because torch's own type hints do not know these.
    products_of = attrgetter(
        "cuda.matmul", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul", "mkldnn.conv", "mkldnn.rnn"
    )
    backends: tuple[Any, ...] = products_of(torch.backends)
    found = [backend.fp32_precision for backend in backends]
    for backend in backends:
        backend.fp32_precision = "ieee"
    try:
        yield
    finally:
        for backend, precision in zip(backends, found, strict=True):
            backend.fp32_precision = precision


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch from spreading each small step over all cores, which then wait for each other.

    On a busy machine of two cores that made drawing and labelling scenes twenty times slower.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def describe(device: torch.device) -> str:
    """Return a device's name and memory in words, such as "NVIDIA H100 (cuda), 79 GiB".

    The memory is the whole of it, used or not, and is left out where the system does not tell.
    """
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return f"{properties.name} ({device}), {properties.total_memory / GIBIBYTE:.0f} GiB"
    name = "Apple GPU" if device.type == "mps" else f"{torch.get_num_threads()} CPU threads"
    memory = _main_memory()
    label = f"{name} ({platform.machine()})"
    return label if memory is None else f"{label}, {memory / GIBIBYTE:.0f} GiB"


def _main_memory() -> int | None:
    """Return the bytes of main memory, which an Apple GPU shares; None if the system won't say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
