"""Bytes as a hostile sandbox may send them: messages that are valid, changed, forged or huge."""

import json
import struct
from typing import Any

from hypothesis import strategies as st

from autograder.inside.frames import LENGTH, MAX_FRAME
from visionlab.checking.codec import MAX_JSON, pack

MIB = 2**20
# Names of safetensors' own, with the bytes of an entry; the last is none.
_TYPES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I8": 1, "U8": 1}
_TYPES |= {"U16": 2, "U64": 8, "BOOL": 1, "C64": 8, "F8_E4M3": 1, "F8_E5M2": 1, "X": 1}
_SHAPES: tuple[list[int], ...] = ([], [0], [1], [3], [2, 2], [3, 2, 2, 2], [0, 2**40], [1] * 64)
_FLOATS = struct.pack("<4d", 1.5, float("nan"), float("-inf"), 1e300)


def block(tensors: dict[str, tuple[str, list[int]]], data: bytes = _FLOATS) -> bytes:
    """What safetensors reads, of tensors by dtype and shape, each on a few bytes of `data`."""
    head, end = {}, 0
    for key, (kind, shape) in tensors.items():
        start, size = end, _TYPES.get(kind, 1)
        for length in shape:
            size *= length
        end = start + size
        head[key] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(head).encode()
    data *= end // len(data) + 1
    return struct.pack("<Q", len(text)) + text + data[:end]


def _of_every_kind() -> dict[str, tuple[str, list[int]]]:
    """Few enough to be read when an input is printed."""
    known = [(kind, shape) for kind in _TYPES for shape in ([], [3], [2, 2]) if kind != "X"]
    known += [("F32", shape) for shape in _SHAPES]
    return {f"{kind}{len(shape)}{shape[:1]}": (kind, shape) for kind, shape in known}


_EVERY_KIND = _of_every_kind()
TENSORS = block(_EVERY_KIND)
KEYS = st.sampled_from([*_EVERY_KIND])
PLAIN_KEYS = st.sampled_from([key for key in _EVERY_KIND if not key.startswith(("BF", "F8"))])


def message(text: bytes, tensors: bytes = TENSORS) -> bytes:
    """A message of some JSON text and some safetensors block, be they what they may."""
    return struct.pack("<I", len(text)) + text + tensors


def tagged(**parts: Any) -> st.SearchStrategy[Any]:
    """JSON of a dict with some text keys, as the encoder writes it."""
    return st.fixed_dictionaries(parts).map(
        lambda fields: {"t": "dict", "v": [[key, value] for key, value in fields.items()]}
    )


_LAYOUTS = st.sampled_from(["contiguous", "channels_last", "strided", "odd", None, 7])
_TEXTS = st.one_of(st.text(max_size=6), st.sampled_from(["", "a\ud800", "\x1b[2J", "<b>x"]))
_ODD_DIGITS = st.sampled_from(["9" * 400, "-", "٣", "1_0", "0x10", "9" * 401])
_ODD_KEYS = st.one_of(KEYS, st.just("missing"), st.integers())


def _part(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"t": st.just(kind), **fields})


_numbers = st.one_of(st.integers(-9, 9), st.integers(-(2**52), 2**52), st.floats())
_keys = st.one_of(st.none(), st.booleans(), _numbers, _TEXTS)
leaves = st.one_of(
    _keys,
    _part("int", v=st.one_of(st.integers().map(str), st.sampled_from(["9" * 400, "٣", "1_0"]))),
    _part("tensor", k=KEYS, layout=_LAYOUTS),
    _part("array", k=PLAIN_KEYS, layout=_LAYOUTS),
    _part("foreign", v=_TEXTS),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        _part("tuple", v=st.lists(inner, max_size=4)),
        _part("dict", v=st.lists(st.tuples(_keys, inner), max_size=4)),
    ),
    max_leaves=8,
)
# Of which not all are what the encoder may write.
_TAGS = st.sampled_from(["tuple", "dict", "int", "tensor", "foreign", "other"])
_odd_leaves = st.one_of(
    leaves,
    _part("int", v=st.sampled_from(["-", "0x10", "9" * 401, 5, None])),
    _part("tensor", k=st.one_of(st.just("missing"), st.integers()), layout=_LAYOUTS),
    _part("tensor", k=KEYS, pairs=_LAYOUTS),
    _part("array", k=KEYS, layout=_LAYOUTS),
    st.sampled_from([2**53, -(10**400), {}, {"v": 1}]),
)
_odd_trees = st.recursive(
    _odd_leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        _part("dict", v=st.lists(st.tuples(inner, inner), max_size=3)),
        st.fixed_dictionaries({"t": _TAGS, "v": inner}),
    ),
    max_leaves=6,
)
_sometimes = st.sampled_from([False] * 7 + [True])


def spoilt(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is meant, sometimes anything that the decoder lets pass."""
    return _sometimes.flatmap(lambda anything: trees if anything else value)


def as_message(tree: Any) -> bytes:
    """The message that says `tree`."""
    return message(json.dumps(tree).encode())


_VALID = pack({"x": [1, 2.5, None, "é", (True, 2**70)], "l": list(range(20))})
_valid = st.one_of(st.just(_VALID), trees.map(as_message), st.just(message(b"null")))


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A valid message after some edits: other bytes, some cut out, some doubled, the end lost."""
    data = bytearray(draw(_valid))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        if draw(st.booleans()):  # where the lengths and the JSON are
            place %= 200
        end = place + draw(st.integers(0, 12))
        doubled = bytes(data[place:end]) * 2
        new = draw(st.sampled_from([b"", doubled, b"\xff" * 8, b"]", b'"', b"e9"]))
        data[place:end] = draw(st.binary(max_size=8)) if draw(st.booleans()) else new
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


_claims = st.one_of(st.integers(-2, 9), st.sampled_from([2**31, 2**53, 2**63, 2**64 - 1, 1.5, "1"]))


@st.composite
def lying(draw: st.DrawFn) -> bytes:
    """A safetensors block whose head claims what is not so."""
    shape = st.lists(_claims, max_size=4)
    entry = {"dtype": st.sampled_from([*_TYPES]), "shape": shape, "data_offsets": shape}
    head = json.dumps(draw(st.dictionaries(KEYS, st.fixed_dictionaries(entry), max_size=3)))
    claim = draw(st.sampled_from([len(head), len(head), len(head) - 1, 2**40, 2**64 - 1, 0]))
    body = struct.pack("<Q", claim) + head.encode() + draw(st.binary(max_size=64))
    key = draw(KEYS)
    return message(json.dumps({"t": "tensor", "k": key, "layout": "strided"}).encode(), body)


messages = st.one_of(
    *(trees.map(as_message), trees.map(as_message), _odd_trees.map(as_message)),
    *(changed(), changed(), lying(), st.binary(max_size=300)),
)


@st.composite
def streams(draw: st.DrawFn, bodies: st.SearchStrategy[bytes] = messages) -> bytes:
    """Frames one after the other, some with a length that is not theirs."""
    parts = []
    for body in draw(st.lists(bodies, min_size=1, max_size=3)):
        size = len(body)
        claim = draw(st.sampled_from([size, size, size, size + 1, 0, MAX_FRAME, MAX_FRAME + 1]))
        parts.append(LENGTH.pack(claim) + body)
    return b"".join(parts)


_MENTION = b'{"t":"tensor","k":"0","layout":"strided"},'
_SMALL_PARTS = (b"[],", b"{},", b'{"":0},', b"1,", b'"",', b'["",1],', b"[[", b'{"t":', b'"\\"')


@st.composite
def huge(draw: st.DrawFn) -> bytes:
    """Few bytes again and again, up to what a frame may hold: much is to be made of them."""
    count = draw(st.integers(1, MAX_JSON // 3))
    match draw(st.sampled_from(["parts", "parts", "dimensions", "tensors", "mentions", "text"])):
        case "parts":
            unit = draw(st.sampled_from(_SMALL_PARTS))
            return message(b"[" + (unit * count)[: MAX_JSON - 8] + b"0]")
        case "dimensions":
            shape = [1] * min(count, draw(st.sampled_from([64, 1000, 10**6])))
            tree = b"[" + _MENTION * draw(st.integers(1, 50_000)) + b"0]"
            return message(tree, block({"0": ("U8", shape)}))
        case "tensors":
            many = {str(n): ("U8", [1]) for n in range(min(count, 250_000))}
            return message(b"[" + _MENTION + b"0]", block(many))
        case "mentions":
            shape = draw(st.sampled_from([[0], [1], [2, 2], [2**20, 2], [2**18, 2, 2]]))
            tree = b"[" + _MENTION * min(count, 150_000) + b"0]"
            return message(tree, block({"0": ("F32", shape)}))
    return message(json.dumps([draw(st.text(max_size=3)) * min(count, MIB)] * 3).encode())
