"""Real attempts to get out of a sandbox, made before grading: does the wall hold here?"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.session import Session, SessionLostError
from visionlab.doctor import Finding

LIMITS = Limits(memory_bytes=1536 * MIB, processes=8, disk_bytes=16 * MIB, cell_seconds=10)
GRACE_SECONDS = 5
REPORT = "grade nothing here, and report it (SECURITY.md) with the version of bubblewrap above"


@dataclass(frozen=True)
class Escape:
    """topic: what is at stake; promise: what holds where the attempt fails; code: prints what it
    got hold of, and nothing where it was refused; limit: a word of the reason for which the
    sandbox may have to end it, or ""."""

    topic: str
    promise: str
    code: str
    limit: str = ""


def escapes(guarded: list[str]) -> list[Escape]:
    """What is tried. guarded: paths that must not be in sight."""
    return [
        Escape("network", "nothing is reached: no address, no interface", _NETWORK),
        Escape("course files", f"{len(guarded)} guarded places are out of sight", _look(guarded)),
        Escape("writing outside", "everything but its own /tmp is read-only", _WRITE),
        Escape("other processes", "none of this machine is in sight", _PROCESSES),
        Escape("memory limit", "a submission that takes too much is ended", _MEMORY, "memory"),
        Escape("fork bomb", "a submission of too many processes is ended", _FORKS, "processes"),
    ]


def try_escape(escape: Escape) -> Finding:
    """Make one attempt in a sandbox of its own. Raises NoSandboxError where there can be none."""
    with Session(LIMITS) as session:
        try:
            source, seconds = escape.code, LIMITS.cell_seconds
            session.send({"do": "run", "source": source, "seconds": seconds})
            event = session.receive(time.monotonic() + seconds + GRACE_SECONDS, "ran")
        except SessionLostError as lost:
            if escape.limit and escape.limit in str(lost):
                return Finding(escape.topic, "ok", escape.promise)
            return Finding(escape.topic, "problem", f"the attempt failed oddly: {lost}", REPORT)
    got = " ".join(str(o.get("text", "")).strip() for o in event["outputs"])
    error = next((str(o["ename"]) for o in event["outputs"] if "ename" in o), "")
    if error and not (escape.limit and error == "MemoryError"):
        return Finding(escape.topic, "problem", f"the attempt failed oddly: {error}", REPORT)
    if got.strip():
        return Finding(escape.topic, "problem", f"student code gets at {got.strip()[:200]}", REPORT)
    return Finding(escape.topic, "ok", escape.promise)


def weaknesses() -> Iterator[Finding]:
    """What is weaker on this machine than it could be, though the wall holds."""
    if os.geteuid() == 0:
        found = "root: only our watchdog, ten times a second, bounds processes and shared memory"
        yield Finding("grader's user", "warning", found, "grade as an ordinary user")
    else:
        yield Finding("grader's user", "ok", "not root: the kernel itself bounds processes")
    if _bounded_by_cgroup():
        yield Finding("memory cgroup", "ok", "bounds all that submissions make the kernel hold")
    else:
        found = "none: buffers of pipes and sockets are bounded by their number only"
        advice = "systemd-run --user --scope -p MemoryMax=8G autograder grade NN_NAME"
        yield Finding("memory cgroup", "warning", found, advice)
    if _in_container():
        found = "yes: the wall is as strong as the container allows; its other users may be near"
        yield Finding("container", "warning", found, "give the grader a container of its own")
    else:
        yield Finding("container", "ok", "none around the grader")


def _bounded_by_cgroup() -> bool:
    try:
        own = Path("/proc/self/cgroup").read_text().strip().splitlines()[-1].rpartition(":")[2]
        folder = Path("/sys/fs/cgroup") / own.lstrip("/")
        for place in (folder, *folder.parents):
            limit = place / "memory.max"
            if limit.is_file() and limit.read_text().strip() != "max":
                return True
    except (OSError, IndexError):
        pass
    return False


def _in_container() -> bool:
    marks = (Path("/.dockerenv"), Path("/run/.containerenv"))
    return any(mark.exists() for mark in marks) or "container" in os.environ


# Connecting a datagram socket sends nothing; it only asks for a route.
_NETWORK = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
        print("a route to", address)
    except OSError:
        pass
print(*(name for _, name in socket.if_nameindex() if name != "lo"))
"""
_WRITE = """
import os, sys
for folder in ("/", "/usr", "/etc", "/dev", "/opt/course", "/proc/sys/kernel", sys.prefix):
    try:
        open(os.path.join(folder, "escaped"), "w").close()
        print(folder)
    except OSError:
        pass
"""
# The warm process around a submission may be in sight; it holds nothing and cannot be looked into.
_PROCESSES = """
import os
for process in filter(str.isdigit, os.listdir("/proc")):
    words = open(f"/proc/{process}/cmdline").read().split(chr(0))
    if "autograder.inside.host" not in words:
        print(words[0])
"""
_MEMORY = f"""
hoard = []
for _ in range({2 * LIMITS.memory_bytes // 2**26}):
    hoard.append(bytearray(2**26))
print("twice the memory that it may have")
"""
_FORKS = f"""
import os, time
for _ in range({4 * LIMITS.processes}):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        break
else:
    time.sleep(1)
    print("four times the processes that it may have")
"""


def _look(paths: list[str]) -> str:
    return f"import os\nprint(*(p for p in {paths!r} if os.path.exists(p)))"
