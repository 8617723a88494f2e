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
_ARRAYS = (torch.Tensor, np.ndarray)
_MAX_SHOWN = 120
_MAX_DIMENSIONS = 8


class Kind(Enum):
    """What sort of difference there is; checked in this order."""

    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    VALUES = "values"


@dataclass(frozen=True)
class Difference:
    """The first way in which an answer differs from the expected one.

    words: one sentence on what differs; detail: a second one with the worst entry and both
    values, or ""; expected, got: the tensors that differ, where VALUES differ.
    """

    kind: Kind
    words: str
    detail: str = ""
    expected: torch.Tensor | None = None
    got: torch.Tensor | None = None


def difference(expected: Plain, got: Plain, where: str = "") -> Difference | None:
    """Compare an answer with the expected one: type, then shape, then dtype, then values.

    Tolerances follow the dtype of the expected tensor: 1e-10 for float64, 1e-4 for float32
    (relative to the largest finite expected entry and to 1), exact for whole numbers. Infinity
    and NaN are right only where they are expected. A number may come as Python, numpy or
    zero-dimensional torch number, a tuple as a list. Returns None when they agree; raises
    nothing, whatever plain data `got` is.
    """
    if isinstance(expected, _ARRAYS):
        return _arrays(expected, got, where)
    if isinstance(expected, dict):
        return _dicts(expected, got, where)
    if isinstance(expected, list | tuple):
        return _sequences(expected, got, where)
    expected, got = _as_python(expected), _as_python(got)
    if isinstance(expected, bool | str | None):
        return _exact(expected, got, where)
    if isinstance(expected, int | float):
        return _numbers(expected, got, where)
    return _wrong_type(expected, got, where)  # nothing equals what could not cross the wall


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
    sizes = expected.abs()
    largest = torch.where(sizes.isfinite(), sizes, torch.zeros_like(sizes)).max()
    return _RELATIVE[expected.dtype] * max(1.0, float(largest))


def _as_python(value: Plain) -> Plain:
    """Numpy numbers and zero-dimensional tensors as the Python numbers they stand for."""
    if isinstance(value, np.generic) or (isinstance(value, _ARRAYS) and value.ndim == 0):
        return value.item()
    return value


def _as_tensor(value: torch.Tensor | np.ndarray) -> torch.Tensor:
    """The same values on the CPU, without a graph; TypeError for what torch cannot hold."""
    if isinstance(value, np.ndarray):
        # A copy: torch takes no negative strides, and warns of arrays that cannot be written.
        return torch.from_numpy(np.array(value, order="C"))
    return value.detach().cpu()


def _wrong_type(expected: Plain, got: Plain, where: str) -> Difference:
    wanted = "None" if expected is None else name_of(expected)
    return Difference(Kind.TYPE, f"{where}{wanted} is expected, your answer is {name_of(got)}")


def _arrays(expected: torch.Tensor | np.ndarray, got: Plain, where: str) -> Difference | None:
    kind = torch.Tensor if isinstance(expected, torch.Tensor) else np.ndarray
    if not isinstance(got, kind):
        return _wrong_type(expected, got, where)
    if expected.shape != got.shape:
        words = f"{where}the shape is {_shape(got)}, expected {_shape(expected)}"
        return Difference(Kind.SHAPE, words)
    if expected.dtype != got.dtype:
        words = f"{where}the dtype is {_dtype(got)}, expected {_dtype(expected)}"
        return Difference(Kind.DTYPE, words)
    return _values(_as_tensor(expected), _as_tensor(got), where)


def _values(expected: torch.Tensor, got: torch.Tensor, where: str) -> Difference | None:
    if torch.equal(expected, got):  # to the last bit, as most right answers are: one call
        return None
    wrong = _wrong_entries(expected, got)
    count = int(wrong.sum())
    if count == 0:
        return None
    total = expected.numel()
    words = (
        f"{where}{count} of {total} entries differ" if total > 1 else f"{where}the value differs"
    )
    if expected.dtype in _RELATIVE and bool((got.isnan() & wrong).any()):
        words += ", some are not a number (NaN)" if total > 1 else ": it is not a number (NaN)"
    return Difference(Kind.VALUES, words, _worst(expected, got, wrong), expected, got)


def _shape(value: torch.Tensor | np.ndarray) -> str:
    if value.ndim > _MAX_DIMENSIONS:
        return f"one of {value.ndim} dimensions"
    return str(tuple(value.shape))


def _dtype(value: torch.Tensor | np.ndarray) -> str:
    return _cut(str(value.dtype).removeprefix("torch."))


def _wrong_entries(expected: torch.Tensor, got: torch.Tensor) -> torch.Tensor:
    if expected.dtype not in _RELATIVE:
        return expected != got
    close = (got - expected).abs() <= tolerance(expected)
    same = (got == expected) | (got.isnan() & expected.isnan())  # infinities, NaN
    return ~(close | same)


def _worst(expected: torch.Tensor, got: torch.Tensor, wrong: torch.Tensor) -> str:
    wide = torch.complex128 if expected.is_complex() else torch.float64
    gap = (got.to(wide) - expected.to(wide)).abs().nan_to_num(nan=torch.inf)
    flat = int(torch.where(wrong, gap, -1.0).argmax())
    index = [int(i) for i in np.unravel_index(flat, tuple(expected.shape))]
    e, g = _apart(expected.flatten()[flat].item(), got.flatten()[flat].item())
    if not index:
        return f"expected {e}, got {g}"
    return f"{'worst ' if int(wrong.sum()) > 1 else ''}at {index}: expected {e}, got {g}"


def _apart(expected: complex, got: complex) -> tuple[str, str]:
    """Both numbers with as few digits as show that they differ."""
    if isinstance(expected, int) and isinstance(got, int):
        return _cut(str(expected)), _cut(str(got))
    pairs = ((f"{expected:.{n}g}", f"{got:.{n}g}") for n in (6, 9, 12, 17))
    return next((pair for pair in pairs if pair[0] != pair[1]), (str(expected), str(got)))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def _dicts(expected: dict[Any, Any], got: Plain, where: str) -> Difference | None:
    if not isinstance(got, dict):
        return _wrong_type(expected, got, where)
    if set(expected) != set(got):
        mine, wanted = (_cut(", ".join(sorted(map(repr, keys)))) for keys in (got, expected))
        return Difference(Kind.SHAPE, f"{where}the keys are {mine}; expected {wanted}")
    found = (difference(v, got[k], f"{where}entry {k!r}: ") for k, v in expected.items())
    return next((d for d in found if d), None)


def _sequences(expected: Any, got: Plain, where: str) -> Difference | None:
    if not isinstance(got, list | tuple):
        return _wrong_type(expected, got, where)
    if len(expected) != len(got):
        words = f"{where}there are {len(got)} values, expected {len(expected)}"
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
        f"expected {_cut(repr(expected))}, got {_cut(repr(got))}",
    )


def _numbers(expected: int | float, got: Plain, where: str) -> Difference | None:
    whole = isinstance(expected, int)
    if isinstance(got, bool) or not isinstance(got, int if whole else int | float):
        return _wrong_type(expected, got, where)
    if got == expected or (not whole and _is_close(float(expected), got)):
        return None
    e, g = _apart(expected, _as_float(got) if isinstance(expected, float) else got)
    return Difference(
        Kind.VALUES, f"{where}the number is not the expected one", f"expected {e}, got {g}"
    )


def _is_close(expected: float, got: int | float) -> bool:
    if np.isnan(expected):
        return bool(np.isnan(_as_float(got)))
    return np.isfinite(expected) and abs(_as_float(got) - expected) <= 1e-9 * max(1, abs(expected))


def _as_float(number: int | float) -> float:
    """The number as a float; what is too large for one is infinite."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
