"""The system calls that student code may not make: ways around the limits and out of sight."""

import contextlib
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

_INSTRUCTION = struct.Struct("<HBBI")  # struct sock_filter of linux/filter.h
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.ENOSYS
_NO_SUCH_FAMILY = 0x00050000 | errno.EAFNOSUPPORT
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # in struct seccomp_data
_FIRST_ARGUMENT_AT = 16  # its lower half: both machines below are little-endian
_X32 = 0x40000000  # the numbers of x86_64's second table start here


# A network namespace of its own does not shut out every family: AF_VSOCK of a virtual machine
# reaches its host. Netlink is how libc lists the interfaces.
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)


class _Machine(NamedTuple):
    architecture: int  # AUDIT_ARCH_* of linux/audit.h
    refused: dict[str, int]
    sockets: tuple[int, int]  # the numbers of socket and socketpair


# Memory that no process has mapped is counted nowhere (memfd, SysV and message queues); keyrings
# are shared with the instructor's session; syslog reads the machine's kernel messages; the calls
# from ptrace on look into other processes; the rest are large doors into the kernel.
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
            "syslog": 103,
            "ptrace": 101,
            "process_vm_writev": 311,
            "pidfd_getfd": 438,
            "open_by_handle_at": 304,
            "bpf": 321,
            "perf_event_open": 298,
            "userfaultfd": 323,
            "io_uring_setup": 425,
        },
        (41, 53),
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
            "syslog": 116,
            "ptrace": 117,
            "process_vm_writev": 271,
            "pidfd_getfd": 438,
            "open_by_handle_at": 265,
            "bpf": 280,
            "perf_event_open": 241,
            "userfaultfd": 282,
            "io_uring_setup": 425,
        },
        (198, 199),
    ),
}


def filter_program(machine: str) -> bytes:
    """A seccomp filter for bubblewrap; "" on machines whose numbers are not listed here.

    A refused call fails as if the kernel did not know it, so that libraries fall back.
    """
    if machine not in _MACHINES:
        return b""
    architecture, refused, sockets = _MACHINES[machine]
    sockets_part = _socket_part(sockets)
    numbers = list(refused.values())
    to_the_end = len(numbers) + len(sockets_part)
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_AT_LEAST, to_the_end, 0, _X32),
    ]
    lines += [(_JUMP_IF_EQUAL, to_the_end - i - 1, 0, n) for i, n in enumerate(numbers)]
    lines += [*sockets_part, (_RETURN, 0, 0, _REFUSE)]
    return b"".join(_INSTRUCTION.pack(*line) for line in lines)


def _socket_part(sockets: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """With a call's number loaded: sockets of the families above, and all other calls, may pass."""
    count = len(_FAMILIES)
    return [
        (_JUMP_IF_EQUAL, 1, 0, sockets[0]),
        (_JUMP_IF_EQUAL, 0, count + 2, sockets[1]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        *((_JUMP_IF_EQUAL, count - i, 0, family) for i, family in enumerate(_FAMILIES)),
        (_RETURN, 0, 0, _NO_SUCH_FAMILY),
        (_RETURN, 0, 0, _ALLOW),
    ]


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
