"""The system calls that student code may not make: ways around the limits and out of sight."""

import contextlib
import errno
import os
import platform
import struct
from collections.abc import Iterator
from typing import NamedTuple

_INSTRUCTION = struct.Struct("<HBBI")  # struct sock_filter of linux/filter.h
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.ENOSYS
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # in struct seccomp_data
_X32 = 0x40000000  # the numbers of x86_64's second table start here


class _Machine(NamedTuple):
    architecture: int  # AUDIT_ARCH_* of linux/audit.h
    refused: dict[str, int]


# Memory that no process has mapped is counted nowhere (memfd, SysV and message queues); keyrings
# are shared with the instructor's session; the rest are large doors into the kernel.
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        {
            "memfd_create": 319,
            "memfd_secret": 447,
            "shmget": 29,
            "msgget": 68,
            "mq_open": 240,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "bpf": 321,
            "perf_event_open": 298,
            "userfaultfd": 323,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": _Machine(
        0xC00000B7,
        {
            "memfd_create": 279,
            "memfd_secret": 447,
            "shmget": 194,
            "msgget": 186,
            "mq_open": 180,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "bpf": 280,
            "perf_event_open": 241,
            "userfaultfd": 282,
            "io_uring_setup": 425,
        },
    ),
}


def filter_program(machine: str) -> bytes:
    """A seccomp filter for bubblewrap; "" on machines whose numbers are not listed here.

    A refused call fails as if the kernel did not know it, so that libraries fall back.
    """
    if machine not in _MACHINES:
        return b""
    architecture, refused = _MACHINES[machine]
    numbers = list(refused.values())
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_AT_LEAST, len(numbers) + 1, 0, _X32),
    ]
    lines += [(_JUMP_IF_EQUAL, len(numbers) - i, 0, n) for i, n in enumerate(numbers)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(_INSTRUCTION.pack(*line) for line in lines)


@contextlib.contextmanager
def open_filter() -> Iterator[int | None]:
    """A file descriptor from which bubblewrap reads the filter, or None where there is none."""
    program = filter_program(platform.machine())
    if not program:
        yield None
        return
    read_end, write_end = os.pipe()
    try:
        os.write(write_end, program)  # far smaller than a pipe's buffer
        os.close(write_end)
        yield read_end
    finally:
        os.close(read_end)
