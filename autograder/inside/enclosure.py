"""Shuts one submission into namespaces of its own, inside the sandbox that is there already.

Bubblewrap makes the wall and keeps two privileges for the warm process behind it, to unshare and
to mount. A child of that process uses them once, for itself, and gives them up for ever. Then
nothing of one submission can reach the next: processes, files, memory and sockets end with it.
"""

import contextlib
import ctypes
import os
import resource
import shutil
import struct
import tempfile
from pathlib import Path
from typing import Any

# Constants of linux/sched.h, sys/mount.h, linux/prctl.h and linux/capability.h.
_NEW_NAMESPACES = 0x00020000 | 0x08000000 | 0x20000000 | 0x40000000  # mounts, IPC, PIDs, network
_NOSUID, _NODEV, _NOEXEC, _READ_ONLY = 2, 4, 8, 1
_BIND, _MOVE, _RECURSIVE = 4096, 8192, 16384
_DROP_BOUND, _AMBIENT, _CLEAR_ALL, _DEATH_SIGNAL = 24, 47, 4, 1
_SIGKILL = 9
_CAPABILITY_VERSION = 0x20080522
_LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")
_FRESH = "/run/fresh"  # an empty folder that bubblewrap makes
_INODES = 100_000

_libc = ctypes.CDLL(None, use_errno=True)


class EnclosureError(OSError):
    """The kernel does not allow what the separation of submissions needs."""


def _must(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise EnclosureError(number, f"{what}: {os.strerror(number)}")


def unshare() -> None:
    """New namespaces; the first child forked after this is the first process in them.

    Raises EnclosureError when the process lacks the privilege.
    """
    _must(_libc.unshare(_NEW_NAMESPACES), "new namespaces")


def die_with_parent() -> None:
    """End this process when the one that forked it ends."""
    _libc.prctl(_DEATH_SIGNAL, _SIGKILL, 0, 0, 0)


def private_folders(size: int, kept: list[str]) -> None:
    """Empty /tmp and /dev/shm of `size` bytes each, and a view of the own processes only.

    kept: folders below /tmp that must stay in sight (where the Python environment lies there).
    """
    bounds = f"size={size},nr_inodes={_INODES},mode=0700"
    _mount("tmpfs", _FRESH, "tmpfs", _NOSUID | _NODEV, bounds)
    for folder in kept:
        place = _FRESH + folder.removeprefix("/tmp")
        os.makedirs(place)
        _mount(folder, place, "", _BIND | _RECURSIVE, "")
    _mount(_FRESH, "/tmp", "", _MOVE, "")
    _mount("tmpfs", "/dev/shm", "tmpfs", _NOSUID | _NODEV, bounds)
    # Refused where parts of /proc are covered, as under a grader that runs as root. The outer one
    # stays, which is read-only too; the warm process and the keeper, which it also shows, have
    # privileges that a submission has not, and so cannot be looked into.
    with contextlib.suppress(EnclosureError):
        _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC | _READ_ONLY, "")


def _mount(source: str, target: str, kind: str, flags: int, data: str) -> None:
    words = [text.encode() or None for text in (source, target, kind, data)]
    result = _libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    _must(result, f"mounting {target}")


def drop_privileges() -> None:
    """Give up every capability, also for whatever is started later."""
    last = int(_LAST_CAPABILITY.read_text())
    for capability in range(last + 1):
        _must(_libc.prctl(_DROP_BOUND, capability, 0, 0, 0), "dropping a capability")
    _must(_libc.prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0), "dropping ambient capabilities")
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    _must(_libc.capset(header, bytes(24)), "dropping capabilities")


def limit_resources(limits: dict[str, Any]) -> None:
    """Hard limits of this process and all it starts; raising them again needs a privilege."""
    wanted = {
        resource.RLIMIT_DATA: limits["memory_bytes"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_FSIZE: limits["disk_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 512,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


class Home:
    """The working folder of one submission, with copies of the files that belong there.

    walled: /tmp/home of the private /tmp; otherwise a folder of the machine, to be removed.
    """

    def __init__(self, walled: bool) -> None:
        self._walled = walled
        self.path = os.environ["HOME"] if walled else tempfile.mkdtemp(prefix="submission-")

    def fill(self, files: dict[str, int]) -> None:
        """Copy open files, name -> descriptor, into the folder, and go there."""
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        for name, descriptor in files.items():
            with open(descriptor, "rb") as source, open(f"{self.path}/{name}", "wb") as copy:
                os.lseek(descriptor, 0, os.SEEK_SET)  # sandboxes share the offset
                shutil.copyfileobj(source, copy)
        if not self._walled:
            os.environ["HOME"] = self.path
        os.chdir(self.path)

    def remove(self) -> None:
        """Take the folder away where it does not end with its namespace."""
        if not self._walled:
            shutil.rmtree(self.path, ignore_errors=True)
