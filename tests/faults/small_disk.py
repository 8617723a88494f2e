"""A disk of a few MiB, seen by one process alone, that can be filled to the last byte."""

import ctypes
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


class NoDiskError(Exception):
    """This machine lets nobody mount a tmpfs here; the message says what refused."""


@dataclass(frozen=True)
class SmallDisk:
    """A tmpfs at `folder`; it is gone with the process that made it."""

    folder: Path

    @classmethod
    def mount(cls, folder: Path, size: int) -> "SmallDisk":
        """Mount one in namespaces of this process, which must have a single thread.

        Raises NoDiskError where neither root nor a user namespace may.
        """
        _own_mounts()
        folder.mkdir(exist_ok=True)
        _mount("--make-rprivate", "/")
        _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
        return cls(folder)

    def fill(self, left: int) -> None:
        """Leave so many bytes, by a file called filler."""
        free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free - left))

    def make_room(self) -> None:
        """Take the filler away."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


def _own_mounts() -> None:
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(_NEW_MOUNTS) == 0:
        return
    if _libc.unshare(_NEW_MOUNTS | _NEW_USER) != 0:
        raise NoDiskError(f"new namespaces: {os.strerror(ctypes.get_errno())}")
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    except OSError as error:
        raise NoDiskError(f"a user namespace: {error}") from None


def _mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoDiskError(done.stderr.strip() or "mount refuses")
