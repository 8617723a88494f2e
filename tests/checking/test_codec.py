"""What crosses the wall arrives as it was; what is not a message is refused and nothing else."""

import json
import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from tests.checking.samples import DTYPES, SHAPES, filled, plain
from visionlab.checking import codec
from visionlab.checking.codec import CodecError, Foreign, pack, unpack


def same(a: Any, b: Any) -> bool:
    """Whether two plain values are the same, types and dtypes included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        equal = torch.allclose(a, b, rtol=0, atol=0, equal_nan=True) if a.numel() else True
        return a.dtype == b.dtype and a.shape == b.shape and equal
    if isinstance(a, np.ndarray):
        nan = a.dtype.kind in "fc"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=nan)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(map(same, a, b)) and all(map(same, a.values(), b.values()))
    return bool(a == b or (a != a and b != b))


def message(tree: Any, tensors: dict[str, torch.Tensor] | None = None) -> bytes:
    """The bytes of a message that says `tree`, be it well formed or not."""
    text = json.dumps(tree).encode()
    return struct.pack("<I", len(text)) + text + safetensors.torch.save(tensors or {})


@given(plain)
@example({"nested": [({1: [2.5, float("nan")]}, True), None], 2**60: -(2**80), "": float("-inf")})
def test_plain_values_arrive_as_they_were(value: Any) -> None:
    assert same(unpack(pack(value)), value)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_dtype_and_shape_crosses(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    x = filled(shape, dtype)
    assert same(unpack(pack(x)), x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex128], ids=str)
def test_memory_layouts_are_kept(dtype: torch.dtype) -> None:
    x = filled((2, 3, 4, 5), dtype)
    last = unpack(pack(x.contiguous(memory_format=torch.channels_last)))
    assert last.is_contiguous(memory_format=torch.channels_last) and not last.is_contiguous()
    strided = unpack(pack(x.transpose(1, 2)))
    assert not strided.is_contiguous() and same(strided, x.transpose(1, 2))
    assert unpack(pack(x)).is_contiguous()


def test_tensors_leave_their_graph_behind() -> None:
    x = torch.ones(2, requires_grad=True)
    assert not unpack(pack(x * 2)).requires_grad
    assert unpack(pack(torch.nn.Parameter(x))).tolist() == [1, 1]


def test_unusual_arrays_cross_where_they_can() -> None:
    assert unpack(pack(np.arange(4)[::-1])).tolist() == [3, 2, 1, 0]
    assert unpack(pack(np.broadcast_to(np.float32(2), (2, 2)))).tolist() == [[2, 2], [2, 2]]
    assert unpack(pack((torch.ones(2) * 1j).conj())).tolist() == [-1j, -1j]
    assert [unpack(pack(v)) for v in (np.int8(3), np.float32(0.5), np.True_)] == [3, 0.5, True]


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, 1j, np.array([None]), np.array(["a"]), torch.eye(2).to_sparse(), len],
    ids=lambda v: type(v).__name__,
)
def test_of_what_is_not_plain_the_type_is_told(value: Any) -> None:
    arrived = unpack(pack({"v": value}))["v"]
    assert isinstance(arrived, Foreign) and arrived.type_name == type(value).__name__


class Hostile(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([[]] * (codec.MAX_NODES + 1), id="many parts"),
        pytest.param(10**500, id="digits"),
        pytest.param({(1, 2): 3}, id="tuple key"),
        pytest.param(Hostile(a=1), id="own container"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_is(value: Any) -> None:
    with pytest.raises(CodecError):
        pack(value)


def test_depth_is_bounded_on_both_sides() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(CodecError, match="nested too deep"):
        pack(loop)
    for depth in (100, 100_000):
        text = ("[" * depth + "]" * depth).encode()
        with pytest.raises(CodecError):
            unpack(struct.pack("<I", len(text)) + text + safetensors.torch.save({}))


def test_a_text_is_cut_and_can_be_written_to_a_file() -> None:
    assert len(unpack(pack("x" * (codec.MAX_TEXT + 5)))) == codec.MAX_TEXT
    assert unpack(message("a\ud800b")).encode() == b"a?b"
    assert unpack(pack("a\ud800b")) == "a?b"


def test_equal_tensors_travel_once_and_arrive_apart() -> None:
    x = torch.zeros(1000)
    packed = pack([x, x.clone(), x])
    assert len(packed) < 1.5 * x.nbytes
    first, second, third = unpack(packed)
    first += 1
    assert second.sum() == third.sum() == 0


FORGED = [
    {"t": "dict", "v": [[[1], 2]]},
    {"t": "dict", "v": [[{"t": "dict", "v": []}, 2]]},
    {"t": "dict", "v": [[1]]},
    {"t": "dict", "v": [7]},
    {"t": "dict", "v": {"a": 1}},
    {"t": "tensor", "k": "missing", "layout": "strided"},
    {"t": "tensor", "k": 0, "layout": "contiguous"},
    {"t": "tensor", "k": "0", "pairs": "contiguous"},
    {"t": "array", "k": "bfloat16"},
    {"t": "int", "v": "9" * (codec.MAX_DIGITS + 1)},
    {"t": "int", "v": "0x10"},
    {"t": "int", "v": 5},
    {"t": ["int"], "v": "5"},
    {"v": 1},
    10**400,
]


@pytest.mark.parametrize("tree", FORGED, ids=lambda t: str(t)[:40])
def test_forged_parts_are_refused(tree: Any) -> None:
    tensors = {"0": torch.zeros(3), "bfloat16": torch.zeros(1, dtype=torch.bfloat16)}
    with pytest.raises(CodecError):
        unpack(message(tree, tensors))


def test_odd_but_harmless_parts_are_read() -> None:
    assert unpack(message({"t": "dict", "v": [["a", 1], ["a", 2]]})) == {"a": 2}
    nan = unpack(message({"t": "dict", "v": [[float("nan"), 1]]}))
    assert list(nan.values()) == [1]
    x = unpack(message({"t": "tensor", "k": "0", "layout": "channels_last"}, {"0": torch.ones(2)}))
    assert x.tolist() == [1, 1]
    empty = {"0": torch.zeros(2**40, 0, dtype=torch.uint8)}
    assert unpack(message({"t": "tensor", "k": "0", "layout": "strided"}, empty)).numel() == 0


@pytest.mark.parametrize("layout", ["contiguous", "strided"])
def test_one_tensor_named_often_does_not_fill_the_memory(layout: str) -> None:
    tree = [{"t": "tensor", "k": "0", "layout": layout}] * 10_000
    with pytest.raises(CodecError, match="too large"):
        unpack(message(tree, {"0": torch.zeros(2**17)}))  # 1 MiB, 10 GiB if believed


@pytest.mark.parametrize("claim", [2**31, 2**62])
def test_huge_claims_take_no_memory(claim: int) -> None:
    header = json.dumps({"0": {"dtype": "F32", "shape": [claim], "data_offsets": [0, 4 * claim]}})
    block = struct.pack("<Q", len(header)) + header.encode()
    tracemalloc.start()
    for bad in (
        b"\xff\xff\xff\xff",
        struct.pack("<I", 4) + b"null" + struct.pack("<Q", claim),
        struct.pack("<I", 4) + b"null" + block,
    ):
        with pytest.raises(CodecError):
            unpack(bad)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


VALID = pack({"x": torch.arange(6.0).reshape(2, 3), "n": 2**60, "l": [1, None, "é", (True, 0.5)]})


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@given(st.integers(0, len(VALID) - 1))
def test_a_message_cut_short_is_refused(length: int) -> None:
    with pytest.raises(CodecError):
        unpack(VALID[:length])


@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=6))
def test_a_changed_message_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(VALID)
    for place, byte in changes:
        data[place] = byte
    read_or_refuse(bytes(data))


KINDS = st.sampled_from(["int", "tuple", "dict", "tensor", "array", "foreign", "other"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries({"t": KINDS, "v": inner}),
        st.fixed_dictionaries({"t": KINDS, "k": st.sampled_from(["0", "1"]), "layout": inner}),
        st.fixed_dictionaries({"t": KINDS, "k": st.sampled_from(["0", "1"]), "pairs": inner}),
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_json_is_read_or_refused(tree: Any) -> None:
    read_or_refuse(message(tree, {"0": torch.zeros(2, 2), "1": torch.zeros(0, 2)}))


def read_or_refuse(data: bytes) -> None:
    try:
        value = unpack(data)
    except CodecError:
        return
    assert same(unpack(pack(value)), value) or "Foreign" in repr(value)
