"""Puts the memory of the warm process into huge pages, so that forking it is cheap.

A fork copies an entry of 8 bytes per page. A process that has imported torch holds some 400 MB:
100,000 entries in pages of 4 KiB, 200 in pages of 2 MiB.
"""

import ctypes
import gc

_COLLAPSE = 25  # MADV_COLLAPSE of linux/mman.h, since Linux 6.1
_HUGE = 2**21

_libc = ctypes.CDLL(None, use_errno=True)


def settle() -> None:
    """Call once, after all imports: later collections and forks leave this memory alone."""
    gc.collect()
    gc.freeze()  # a child's first collection would otherwise copy the whole heap
    for start, end in _own_memory():
        first, past = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if first < past:  # an older kernel refuses, and the pages stay as they are
            _libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(past - first), _COLLAPSE)


def _own_memory() -> list[tuple[int, int]]:
    """(start, end) of the writable mappings without a file behind them."""
    found = []
    with open("/proc/self/maps") as lines:
        for line in lines:
            place, access, _, _, inode, *name = line.split(maxsplit=5)
            named = name[0].strip() if name else ""
            if access == "rw-p" and inode == "0" and named in ("", "[heap]"):
                start, _, end = place.partition("-")
                found.append((int(start, 16), int(end, 16)))
    return found
