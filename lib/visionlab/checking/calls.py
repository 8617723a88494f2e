"""The inputs of a case in words, so that a student can try the same call."""

from typing import Any

import numpy as np
import torch

_MAX_VALUE = 40
_MAX_CALL = 300


def describe(inputs: dict[str, Any], source: str = "") -> str:
    """One line such as "x: (1, 1, 5, 5) float32, pad=1"; arrays by shape, the rest by value.

    source: the lecture the numbers come from, which then stands first.
    """
    words = ", ".join(_named(name, value) for name, value in inputs.items())
    parts = [f"numbers of {source}"] if source else []
    line = ": ".join([*parts, words] if words else parts)
    return line if len(line) <= _MAX_CALL else line[: _MAX_CALL - 1] + "…"


def _named(name: str, value: Any) -> str:
    if isinstance(value, torch.Tensor | np.ndarray):
        return f"{name}: {tuple(value.shape)} {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, list | tuple) and any(isinstance(v, torch.Tensor) for v in value):
        return f"{name}: {len(value)} tensors"
    text = repr(value)
    if len(text) > _MAX_VALUE or "tensor(" in text:
        return f"{name}: a {type(value).__name__} of {len(value)}"
    return f"{name}={text}"
