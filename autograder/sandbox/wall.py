"""The bubblewrap command that puts a warm process behind the wall."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import autograder
import visionlab
from autograder.sandbox.limits import MIB
from autograder.sandbox.syscalls import open_filter

HOME = "/tmp/home"
_OURS = "/opt/course"  # where visionlab and the worker appear inside
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
_HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage"  # glibc asks here whether it may use them
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts")


class NoSandboxError(RuntimeError):
    """Bubblewrap is missing or cannot make a sandbox here; the message says what to do."""


def wall_command(filter_fd: int | None = None) -> list[str]:
    """The command line of a warm process inside bubblewrap.

    It keeps two privileges over the sandbox alone, to shut each submission into namespaces of
    its own. filter_fd: the open descriptor of a system call filter that bubblewrap inherits.
    Raises NoSandboxError when bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandboxError(
            "bubblewrap is not installed. Install it (Debian and Ubuntu: apt install bubblewrap; "
            "conda: conda install -c conda-forge bubblewrap), or use --no-sandbox only for "
            "notebooks you trust."
        )
    return [
        program,
        *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
        *("--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"),
        *("--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP"),
        # The warm process is the first of its namespace: a bwrap without privileges beside it
        # could be traced by a submission where that sees it (see enclosure.private_folders).
        *("--new-session", "--hostname", "sandbox", "--clearenv", "--as-pid-1"),
        *(("--seccomp", str(filter_fd)) if filter_fd is not None else ()),
        *_flags(_system_mounts()),
        *("--proc", "/proc", "--dev", "/dev"),
        *_private_folder("/dev/shm"),
        *_private_folder("/tmp"),
        *_flags(_python_mounts()),  # after /tmp, which may be where the environment lies
        *_flags(_our_mounts()),
        *("--dir", HOME, "--dir", "/run/fresh"),
        # /proc too: under a grader that runs as root, /proc/sys would be the host's to write.
        *("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"),
        *_flags(("--setenv", name, value) for name, value in environment(HOME, _OURS).items()),
        *("--chdir", HOME),
        *worker_command(),
    ]


def worker_command() -> list[str]:
    """The warm process itself; without the wall only for notebooks that are trusted."""
    return [sys.executable, "-B", "-s", "-P", "-m", "autograder.inside.host"]


def environment(home: str, python_path: str) -> dict[str, str]:
    """The worker's whole environment; nothing of the instructor's gets through."""
    threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {
        "HOME": home,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "TMPDIR": "/tmp",
        "PYTHONPATH": python_path,
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        **dict.fromkeys(threads, "1"),
        # All of Python's memory from malloc, and that in huge pages: a fork of a process that has
        # imported torch then copies page tables for 8 ms instead of 20.
        "PYTHONMALLOC": "malloc",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }


def _flags(groups: Iterator[tuple[str, ...]]) -> list[str]:
    return [word for group in groups for word in group]


def _private_folder(path: str) -> tuple[str, ...]:
    """For the warm process itself; every submission gets its own in this place."""
    return ("--perms", "0700", "--size", str(64 * MIB), "--tmpfs", path)


def kept_folders() -> list[str]:
    """Folders below /tmp that a submission must see: there may lie the Python environment."""
    prefixes = dict.fromkeys((sys.base_prefix, sys.prefix))
    return [prefix for prefix in prefixes if prefix.startswith("/tmp/")]


def _system_mounts() -> Iterator[tuple[str, ...]]:
    """The system's programs and libraries, read-only."""
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield "--symlink", os.readlink(path), name
        elif path.is_dir():
            yield "--ro-bind", name, name
    for name in _ETC:
        yield "--ro-bind-try", f"/etc/{name}", f"/etc/{name}"
    for name in ("enabled", "hpage_pmd_size"):
        yield "--ro-bind-try", f"{_HUGE_PAGES}/{name}", f"{_HUGE_PAGES}/{name}"


def _python_mounts() -> Iterator[tuple[str, ...]]:
    """The Python environment, read-only."""
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not prefix.startswith("/usr/") and prefix != "/usr":
            yield "--ro-bind", prefix, prefix


def _our_mounts() -> Iterator[tuple[str, ...]]:
    """visionlab and the worker, and nothing of the checks wherever they are installed."""
    grader = Path(autograder.__file__).parent
    if any(grader.is_relative_to(p) for p in (sys.prefix, sys.base_prefix, "/usr")):
        yield "--tmpfs", str(grader)
    library = Path(visionlab.__file__).parent
    yield "--ro-bind", str(library), f"{_OURS}/visionlab"
    yield "--ro-bind", str(grader / "inside"), f"{_OURS}/autograder/inside"


@lru_cache(maxsize=1)
def require_wall() -> None:
    """Make sure that a sandbox can be made here; NoSandboxError says what to do otherwise."""
    with open_filter() as filter_fd:
        command = wall_command(filter_fd)
        trial = [*command[: -len(worker_command())], "/usr/bin/env", "true"]
        inherited = () if filter_fd is None else (filter_fd,)
        done = subprocess.run(
            trial, capture_output=True, text=True, check=False, pass_fds=inherited
        )
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NoSandboxError(
            f"bubblewrap cannot make a sandbox here ({words}). In a container allow user "
            "namespaces; on Ubuntu 24.04 see README, 'Instructors'."
        )
