"""Plain data to bytes and back: the only form in which anything crosses the wall.

A message is a JSON text with its tensors beside it in a safetensors block. Nothing in it can
run: decoding builds numbers, strings, lists, dicts and tensors, and refuses the rest.
"""

import json
import re
import struct
from itertools import islice
from typing import Any

import numpy as np
import safetensors.torch
import torch

from visionlab.checking.layouts import spread

Plain = Any  # None, bool, int, float, str, list, tuple, dict, Tensor, ndarray or Foreign

MAX_DEPTH = 12
MAX_NODES = 100_000
MAX_TEXT = 2**21  # a longer text is cut; the outputs of one cell have room
MAX_DIGITS = 400
MAX_DIMENSIONS = 64  # numpy's own bound; every dimension of every tensor takes memory, too
MAX_JSON = 2**24  # bytes of the text, and of the names and shapes of the tensors
MAX_PARTS = 12 * MAX_NODES  # strings, brackets and commas; the encoder writes ten for a tensor
MAX_BYTES = 256 * 2**20  # of all tensors of a message, each counted as often as it occurs
_PART = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[,\[{]', re.DOTALL)
_HEADER = struct.Struct("<I")
_TENSORS_HEADER = struct.Struct("<Q")  # safetensors' own
# As tuples: making a union takes longer than asking.
_BOOLS, _INTS, _FLOATS = (bool, np.bool_), (int, np.integer), (float, np.floating)
_ARRAYS = (torch.Tensor, np.ndarray)
_KEYS = str | int | float | bool | np.integer | np.floating | None
# Whole numbers up to here are written as they are: other readers of JSON would round larger ones.
_PLAIN_INT = 2**53


class CodecError(ValueError):
    """The data is not plain, too large, or not a message at all."""


class Foreign:
    """Stands for a value that cannot cross the wall; only the name of its type does."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name


class _Encoder:
    def __init__(self) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        self._keys: dict[tuple[Any, ...], str] = {}
        self._nodes = 0

    def encode(self, value: Plain, depth: int = 0) -> Any:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise CodecError("the value is nested too deep or has too many parts")
        if value is None or isinstance(value, _BOOLS):
            return None if value is None else bool(value)
        if isinstance(value, _INTS):
            return self._encode_int(int(value))
        if isinstance(value, _FLOATS):
            return float(value)
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, _ARRAYS):
            return self._encode_array(value)
        return self._encode_container(value, depth)

    @staticmethod
    def _encode_int(value: int) -> Any:
        if abs(value) < _PLAIN_INT:
            return value
        if value.bit_length() > 3 * MAX_DIGITS:
            raise CodecError("a whole number has too many digits")
        return {"t": "int", "v": str(value)}

    def _encode_container(self, value: Plain, depth: int) -> Any:
        if isinstance(value, list):
            return [self.encode(v, depth + 1) for v in value]
        if isinstance(value, tuple):
            return {"t": "tuple", "v": [self.encode(v, depth + 1) for v in value]}
        if isinstance(value, dict):
            pairs = [[self._encode_key(k), self.encode(v, depth + 1)] for k, v in value.items()]
            return {"t": "dict", "v": pairs}
        return _foreign(value)

    def _encode_key(self, key: Plain) -> Any:
        if isinstance(key, _KEYS):
            return self.encode(key)
        raise CodecError("a dict has a key that is neither a string nor a number")

    def _encode_array(self, value: torch.Tensor | np.ndarray) -> Any:
        kind = "tensor" if isinstance(value, torch.Tensor) else "array"
        try:
            if value.ndim > MAX_DIMENSIONS:
                return _foreign(value)
            if isinstance(value, np.ndarray):
                value = np.array(value, order="C")  # torch takes no negative strides
            x = torch.as_tensor(value).detach().resolve_conj().resolve_neg().cpu()
            layout = _layout(x)
            if x.is_complex():  # safetensors has only some complex types: store pairs
                return {"t": kind, "k": self._store(torch.view_as_real(x)), "pairs": layout}
            return {"t": kind, "k": self._store(x), "layout": layout}
        except Exception:  # sparse, object or otherwise unusual: it cannot cross
            return _foreign(value)

    def _store(self, x: torch.Tensor) -> str:
        """Equal tensors are stored once: misconceptions often agree with each other."""
        # Not contiguous(): it keeps the odd strides that one entry or none may have.
        x = x.clone(memory_format=torch.contiguous_format)
        identity = (x.dtype, tuple(x.shape), x.reshape(-1).view(torch.uint8).numpy().tobytes())
        if identity not in self._keys:
            key = str(len(self.tensors))
            self._keys[identity] = key
            self.tensors[key] = x
        return self._keys[identity]


def _foreign(value: object) -> Any:
    return {"t": "foreign", "v": _text(type(value).__name__[:100])}


def _text(value: str) -> str:
    """The text, cut where it is too long, and without what UTF-8 cannot write to a file."""
    if type(value) is str and len(value) <= MAX_TEXT and value.isascii():
        return value
    return str(value[:MAX_TEXT]).encode("utf-8", "replace").decode()


def _layout(x: torch.Tensor) -> str:
    if x.is_contiguous():
        return "contiguous"
    if x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last):
        return "channels_last"
    return "strided"


def _with_layout(x: torch.Tensor, layout: Any) -> torch.Tensor:
    if layout == "channels_last" and x.dim() == 4:
        return x.contiguous(memory_format=torch.channels_last)
    if layout == "strided":
        return spread(x)
    return x


def pack(value: Plain) -> bytes:
    """Encode plain data. Raises CodecError when it is too deep, too long or too large.

    What is not plain becomes Foreign. Tensors keep values, dtype and the kind of their memory
    layout; they come back on the CPU and without a graph.
    """
    encoder = _Encoder()
    try:
        tree = encoder.encode(value)
    except CodecError:
        raise
    except Exception as error:  # a container of the student's own making may do anything
        raise CodecError(f"the value cannot be read: {type(error).__name__}") from None
    text = json.dumps(tree, separators=(",", ":")).encode()
    if len(text) > MAX_JSON:
        raise CodecError("the value has too much text")
    return _HEADER.pack(len(text)) + text + safetensors.torch.save(encoder.tensors)


def unpack(message: bytes) -> Plain:
    """Decode what `pack` wrote. Raises CodecError, and nothing else, on any other bytes."""
    try:
        (length,) = _HEADER.unpack_from(message)
        if length > MAX_JSON:
            raise CodecError("the text of the message is too long")
        text = message[_HEADER.size : _HEADER.size + length]
        if _has_many_parts(text):
            raise CodecError("the message has too many parts")
        tree = json.loads(text.decode())
        return _Decoder(_load(message[_HEADER.size + length :])).decode(tree)
    except CodecError:
        raise
    except Exception as error:  # whatever hostile bytes provoke in the parsers ends here
        raise CodecError(f"not a message: {type(error).__name__}") from None


def _has_many_parts(text: bytes) -> bool:
    """Whether a JSON text may become too many objects: small ones take thirty times its memory."""
    if sum(map(text.count, (b",", b"[", b"{"))) <= MAX_PARTS:
        return False
    # What a student printed may be full of commas: a string is one part.
    return next(islice(_PART.finditer(text), MAX_PARTS, None), None) is not None


def _load(block: bytes) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors block whose head is not too large."""
    (length,) = _TENSORS_HEADER.unpack_from(block)
    start = _TENSORS_HEADER.size
    if length > MAX_JSON or _has_many_parts(block[start : start + length]):
        raise CodecError("the list of the tensors is too long")
    tensors: dict[str, torch.Tensor] = safetensors.torch.load(block)
    if any(x.dim() > MAX_DIMENSIONS for x in tensors.values()):
        raise CodecError("a tensor has too many dimensions")
    return tensors


class _Decoder:
    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self._tensors = tensors
        self._given: set[str] = set()
        self._bytes = 0
        self._nodes = 0

    def decode(self, tree: Any, depth: int = 0) -> Plain:
        self._nodes += 1
        if depth > 2 * MAX_DEPTH or self._nodes > 3 * MAX_NODES:
            raise CodecError("the message is nested too deep or has too many parts")
        if isinstance(tree, str):
            return _text(tree)
        if isinstance(tree, list):
            return [self.decode(v, depth + 1) for v in tree]
        if isinstance(tree, dict):
            return self._decode_tagged(tree, depth)
        if isinstance(tree, int) and abs(tree) >= _PLAIN_INT:
            raise CodecError("a whole number has too many digits")
        return tree

    def _decode_tagged(self, tree: dict[str, Any], depth: int) -> Plain:
        match tree:  # in the order in which they are frequent
            case {"t": "dict", "v": list(pairs)}:
                return {self._key(k): self.decode(v, depth + 1) for k, v in pairs}
            case {"t": ("tensor" | "array") as kind, "k": str(key)}:
                return self._decode_tensor(kind, key, tree)
            case {"t": "tuple", "v": list(items)}:
                return tuple(self.decode(v, depth + 1) for v in items)
            case {"t": "int", "v": str(digits)} if len(digits) <= MAX_DIGITS:
                return int(digits)
            case {"t": "foreign", "v": str(name)}:
                return Foreign(_text(name[:100]))
        raise CodecError("the message has a part of unknown kind")

    def _decode_tensor(self, kind: str, key: str, tree: dict[str, Any]) -> Plain:
        x = self._take(key)
        if "pairs" in tree:
            x = torch.view_as_complex(x)
        spaced = _with_layout(x, tree.get("pairs", tree.get("layout")))
        if spaced is not x:  # gaps between the entries take memory, too
            self._count(spaced.untyped_storage().nbytes() - x.nbytes)
        return spaced.numpy() if kind == "array" else spaced

    def _take(self, key: str) -> torch.Tensor:
        """A tensor of its own for every mention, so that changing one changes no other."""
        x = self._tensors[key]
        self._count(x.nbytes)
        if key in self._given:
            return x.clone()
        self._given.add(key)
        return x

    def _count(self, nbytes: int) -> None:
        self._bytes += nbytes
        if self._bytes > MAX_BYTES:
            raise CodecError("the tensors of the message are too large together")

    def _key(self, tree: Any) -> Plain:
        key = self.decode(tree)
        if isinstance(key, _KEYS):
            return key
        raise CodecError("a dict has a key that is neither a string nor a number")
