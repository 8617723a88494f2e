"""Random numbers that come out the same every time."""

import hashlib
import os
import random

import numpy as np
import torch

SEED_LIMIT = 2**63


def seed_everything(seed: int, deterministic: bool = False) -> None:
    """Seed Python, NumPy and torch (all devices) so that a notebook gives the same numbers again.

    seed: 0 <= seed < 2**63. NumPy's own global generator takes 32 bits and gets the lowest.
    deterministic: also choose repeatable algorithms on GPUs, slower; torch warns where it has none.

    The same numbers are promised on the same machine with the same versions only: between devices
    and versions of torch the last digits differ.
    Raises ValueError for a seed out of range.
    """
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(f"seed_everything({seed}): a seed is a whole number from 0 to 2**63 - 1.")
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    if deterministic:
        # cuBLAS reads this when it starts and is not repeatable without it.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)


def derive_seed(*parts: str | int | bytes) -> int:
    """Return a seed, 0 <= seed < 2**63, that depends on every part and on nothing else.

    It is the same on every machine and in every version of Python (unlike `hash`): the first 63
    bits of the SHA-256 of all parts, each with its type and length before it. So the order, the
    type and the borders of the parts count: ("ab", "c"), ("a", "bc") and ("abc",) all differ, as
    do 1 and "1". Who does not know a secret part cannot tell the seed from the other parts.

    Raises TypeError for a part of another type, ValueError if there are no parts.
    """
    if not parts:
        raise ValueError("derive_seed() needs something to derive the seed from.")
    digest = hashlib.sha256()
    for part in parts:
        kind, encoded = _encoded(part)
        digest.update(kind + len(encoded).to_bytes(8, "big") + encoded)
    return int.from_bytes(digest.digest()[:8], "big") >> 1


def _encoded(part: str | int | bytes) -> tuple[bytes, bytes]:
    """Return a letter for the type of `part`, and its content as bytes."""
    # By exact type: True is an int to Python, and a seed from a comparison is most likely a slip.
    if type(part) is str:
        return b"s", part.encode("utf-8", "surrogatepass")  # as in names of files
    if type(part) is int:
        return b"i", str(part).encode()
    if type(part) is bytes:
        return b"b", part
    raise TypeError(f"derive_seed() takes str, int and bytes, not {type(part).__name__}: {part!r}")
