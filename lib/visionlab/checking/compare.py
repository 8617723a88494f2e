"""Is this answer the expected one? If not, how does it differ, in words."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import torch

from visionlab.checking.codec import Foreign, Plain

_RELATIVE = {
    torch.float64: 1e-10,
    torch.float32: 1e-4,
    torch.float16: 1.6e-2,
    torch.bfloat16: 1.6e-2,
    torch.complex128: 1e-10,
    torch.complex64: 1e-4,
}


class Kind(Enum):
    """What sort of difference there is; checked in this order."""

    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    VALUES = "values"


@dataclass(frozen=True)
class Difference:
    """The first way in which an answer differs from the expected one.

    words: one sentence that may be shown for hidden cases too (no input values in it);
    detail: a second sentence with the worst entry and both values, for public cases;
    expected, got: the arrays that differ, where VALUES differ.
    """

    kind: Kind
    words: str
    detail: str = ""
    expected: torch.Tensor | None = None
    got: torch.Tensor | None = None


def difference(expected: Plain, got: Plain, where: str = "") -> Difference | None:
    """Compare an answer with the expected one: type, then shape, then dtype, then values.

    Tolerances follow the dtype of the expected tensor: 1e-10 for float64, 1e-4 for float32
    (relative to the largest expected entry and to 1), exact for whole numbers. A number may
    come as Python, numpy or zero-dimensional torch number. Returns None when they agree.
    """
    if isinstance(expected, torch.Tensor):
        return _tensors(expected, got, where)
    if isinstance(expected, np.ndarray):
        return _tensors(torch.from_numpy(expected), _as_tensor(got), where)
    if isinstance(expected, dict):
        return _dicts(expected, got, where)
    if isinstance(expected, list | tuple):
        return _sequences(expected, got, where)
    if isinstance(expected, bool | str | None):
        return _exact(expected, got, where)
    return _numbers(expected, got, where)


def name_of(value: Plain) -> str:
    """The type of a value in words a student knows."""
    if isinstance(value, Foreign):
        return f"an object of type {value.type_name}"
    if value is None:
        return "None (is a return missing?)"
    names = {
        bool: "a bool",
        int: "an int",
        float: "a float",
        str: "a string",
        list: "a list",
        tuple: "a tuple",
        dict: "a dict",
        torch.Tensor: "a torch.Tensor",
        np.ndarray: "a numpy array",
    }
    return next((words for kind, words in names.items() if isinstance(value, kind)), "an object")


def tolerance(expected: torch.Tensor) -> float:
    """The largest absolute difference that still counts as equal."""
    if expected.dtype not in _RELATIVE or expected.numel() == 0:
        return 0.0
    return _RELATIVE[expected.dtype] * max(1.0, float(expected.abs().max()))


def _as_tensor(value: Plain) -> Plain:
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


def _wrong_type(expected: Plain, got: Plain, where: str) -> Difference:
    return Difference(
        Kind.TYPE, f"{where}{name_of(expected)} is expected, your answer is {name_of(got)}"
    )


def _tensors(expected: torch.Tensor, got: Plain, where: str) -> Difference | None:
    if not isinstance(got, torch.Tensor):
        return _wrong_type(expected, got, where)
    if expected.shape != got.shape:
        words = f"{where}the shape is {tuple(got.shape)}, expected {tuple(expected.shape)}"
        return Difference(Kind.SHAPE, words)
    if expected.dtype != got.dtype:
        words = f"{where}the dtype is {_short(got.dtype)}, expected {_short(expected.dtype)}"
        return Difference(Kind.DTYPE, words)
    wrong = _wrong_entries(expected, got)
    count = int(wrong.sum())
    if count == 0:
        return None
    words = f"{where}{count} of {expected.numel()} entries differ"
    if expected.is_floating_point() and bool(got.isnan().any()):
        words += ", some are not a number (NaN)"
    return Difference(Kind.VALUES, words, _worst(expected, got, wrong), expected, got)


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _wrong_entries(expected: torch.Tensor, got: torch.Tensor) -> torch.Tensor:
    if expected.dtype not in _RELATIVE:
        return expected != got
    close = (got - expected).abs() <= tolerance(expected)
    return ~(close | (got == expected))  # an infinity equals itself; NaN is never close


def _worst(expected: torch.Tensor, got: torch.Tensor, wrong: torch.Tensor) -> str:
    wide = torch.complex128 if expected.is_complex() else torch.float64
    gap = (got.to(wide) - expected.to(wide)).abs().nan_to_num(nan=torch.inf)
    flat = int(torch.where(wrong, gap, -1.0).argmax())
    index = [int(i) for i in np.unravel_index(flat, tuple(expected.shape))]
    e, g = expected.flatten()[flat].item(), got.flatten()[flat].item()
    place = f" at {index}" if index else ""
    return f"worst{place}: expected {e:.6g}, got {g:.6g}"


def _dicts(expected: dict[Any, Any], got: Plain, where: str) -> Difference | None:
    if not isinstance(got, dict):
        return _wrong_type(expected, got, where)
    if set(expected) != set(got):
        words = (
            f"{where}the keys are {sorted(map(str, got))}, expected {sorted(map(str, expected))}"
        )
        return Difference(Kind.SHAPE, words)
    found = (difference(v, got[k], f"{where}entry {k!r}: ") for k, v in expected.items())
    return next((d for d in found if d), None)


def _sequences(expected: Any, got: Plain, where: str) -> Difference | None:
    if not isinstance(got, list | tuple):
        return _wrong_type(expected, got, where)
    if len(expected) != len(got):
        words = f"{where}{len(got)} values are returned, expected {len(expected)}"
        return Difference(Kind.SHAPE, words)
    pairs = enumerate(zip(expected, got, strict=True))
    found = (difference(e, g, f"{where}value {i}: ") for i, (e, g) in pairs)
    return next((d for d in found if d), None)


def _exact(expected: Plain, got: Plain, where: str) -> Difference | None:
    if type(expected) is not type(got):
        return _wrong_type(expected, got, where)
    if expected == got:
        return None
    return Difference(
        Kind.VALUES,
        f"{where}the value is not the expected one",
        f"expected {expected!r}, got {got!r}",
    )


def _numbers(expected: int | float, got: Plain, where: str) -> Difference | None:
    if isinstance(got, torch.Tensor | np.ndarray) and got.ndim == 0:
        got = got.item()
    whole = isinstance(expected, int)
    if isinstance(got, bool) or not isinstance(got, int if whole else int | float):
        return _wrong_type(expected, got, where)
    close = got == expected if whole else abs(got - expected) <= 1e-9 * max(1.0, abs(expected))
    if close:
        return None
    return Difference(
        Kind.VALUES,
        f"{where}the number is not the expected one",
        f"expected {expected}, got {got}",
    )
