"""Length-prefixed messages over a pair of pipes, the same on both sides of the wall."""

import os
import struct
from collections.abc import Callable

from visionlab.checking.codec import CodecError, Plain, pack, unpack

LENGTH = struct.Struct("<Q")
MAX_FRAME = 64 * 2**20
# A call has its seconds of the processor, so that a busy machine is not held against it, but at
# most this many times as long by the clock.
PATIENCE = 3


class FrameError(Exception):
    """The other side closed the pipe, or a message is too large to send."""


def write_frame(fd: int, value: Plain) -> None:
    """Send plain data. Raises CodecError before anything is sent when it is not plain."""
    body = pack(value)
    if len(body) > MAX_FRAME:
        raise FrameError("the message is too large")
    write_bytes(fd, LENGTH.pack(len(body)) + body)


def write_bytes(fd: int, message: bytes) -> None:
    """Write all of `message`."""
    view = memoryview(message)
    while view:
        view = view[os.write(fd, view) :]


def read_frame(read: Callable[[int], bytes]) -> Plain:
    """Receive plain data. `read(n)` returns 1 to n bytes, or b"" at the end of the stream.

    Raises FrameError at the end of the stream, CodecError for what is not a message.
    """
    (length,) = LENGTH.unpack(_read_exactly(read, LENGTH.size))
    if length > MAX_FRAME:
        raise CodecError("a message claims to be larger than allowed")
    return unpack(_read_exactly(read, length))


def _read_exactly(read: Callable[[int], bytes], count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = read(min(count - len(parts), 2**20))
        if not part:
            raise FrameError("the stream ended")
        parts += part
    return bytes(parts)
