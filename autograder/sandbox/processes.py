"""The processes of a sandbox as the kernel lists them, fast enough to ask ten times a second."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

import psutil

END_SECONDS = 5


def children(pid: int) -> list[int]:
    """The processes that a process started and that still are; none when it is gone itself."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found: list[int] = []
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
        except FileNotFoundError:
            if os.path.exists(f"/proc/{pid}/task/{thread}"):  # a kernel that keeps no such lists
                with contextlib.suppress(psutil.Error):
                    return [child.pid for child in psutil.Process(pid).children()]
        except OSError:
            continue  # the thread ended meanwhile
    return found


def below(pid: int) -> Iterator[int]:
    """All processes below one, children before their own children."""
    for child in children(pid):
        yield child
        yield from below(child)


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    """The worker of the submission that a warm process serves: at most one.

    Above it are its keeper, the warm process itself and, behind the wall, bubblewrap.
    """
    walled = _name(process.pid) == "bwrap"
    for warm in children(process.pid) if walled else [process.pid]:
        return [worker for keeper in children(warm) for worker in children(keeper)]
    return []


def _name(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/comm") as file:
        return file.read().strip()
    return ""


def kill_below(process: subprocess.Popen[bytes]) -> None:
    """Kill a submission's worker, and with it all it started; its keeper ends by itself.

    The worker is the first process of its namespace: the kernel ends the others with it. Without
    the wall there is no namespace, and they are killed one by one.
    """
    for worker in workers(process):
        for pid in [worker, *below(worker)]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a warm process from the inside out.

    Bubblewrap's child is the first process of the sandbox: it ends after everything in there,
    and bubblewrap itself after it. Killed the other way round, processes would outlive the call.
    """
    if process.poll() is None:
        inner = children(process.pid) if _name(process.pid) == "bwrap" else []
        for pid in inner or list(below(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if inner:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
