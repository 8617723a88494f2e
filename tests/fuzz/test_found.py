"""What the fuzzing found once, each by itself."""

import struct
from typing import Any

import numpy as np
import pytest
import torch

from autograder import outputs
from autograder.inside.frames import LENGTH
from autograder.outputs import is_quick_to_clean, safe_outputs
from tests.fuzz.messages import TENSORS, block, message
from tests.fuzz.targets import targets
from visionlab.checking import codec
from visionlab.checking.codec import CodecError, Foreign, pack, unpack

MENTION = b'{"t":"tensor","k":"0","layout":"contiguous"}'
ARRAY = np.array([1.0, 2.0])


def test_an_array_in_place_of_a_ticket_is_no_answer() -> None:
    packed = pack({"event": "ran", "ticket": ARRAY})
    (receive,) = [target for target in targets() if target.name == "Session.receive"]
    receive.take(LENGTH.pack(len(packed)) + packed)
    assert receive.refused == 1


def shown(html: str, limit: int = 2**20) -> list[Any]:
    data = {"text/html": html, "text/plain": "table"}
    return safe_outputs([{"output_type": "display_data", "data": data}], limit)


@pytest.mark.parametrize("field", ["output_type", "name"])
def test_an_array_in_place_of_a_word_is_no_output(field: str) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "hello"}
    assert safe_outputs([{**stream, field: ARRAY}], 100) == []
    assert len(safe_outputs([stream], 100)) == 1


@pytest.mark.parametrize(("claimed", "kept"), [(True, 1), (-1, 0), (7, 7)])
def test_an_execution_count_is_made_valid(claimed: int, kept: int) -> None:
    result = {"output_type": "execute_result", "data": {"text/plain": "5"}}
    (output,) = safe_outputs([{**result, "execution_count": claimed}], 100)
    assert output["execution_count"] == kept and not isinstance(output["execution_count"], bool)


def test_lines_of_a_traceback_that_are_no_text_are_left_out() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["line", ARRAY, [1]]}
    (output,) = safe_outputs([error], 100)
    assert output["traceback"] == ["line"]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 100_000, id="nested"),
        pytest.param("".join(f"<p><b id={n}>" for n in range(5000)), id="reopened"),
        pytest.param("".join(f"<P><FONT id={n}>" for n in range(5000)), id="reopened, in capitals"),
        pytest.param("<a " + " ".join(f"x{n}" for n in range(100_000)), id="attributes"),
        pytest.param("<a " + "".join(f"x{n}=''" for n in range(100_000)), id="attributes, quoted"),
        pytest.param("<a/" + "/".join(f"x{n}" for n in range(100_000)), id="attributes, slashed"),
    ],
)
def test_html_that_takes_long_to_clean_is_dropped(html: str) -> None:
    assert not is_quick_to_clean(html)
    (output,) = shown(html)
    assert list(output["data"]) == ["text/plain"]


def test_ordinary_html_is_kept() -> None:
    row = "<tr>" + "<td>0.123456</td>" * 20 + "</tr>"
    picture = f'<img src="data:image/png;base64,{"A" * 900_000}">'
    for html in (f"<table>{row * 60}</table>", picture, "<p>many words</p>" * 3000):
        (output,) = shown(html)
        assert "text/html" in output["data"]


def test_the_tags_of_all_outputs_of_a_cell_are_counted_together() -> None:
    half = "<div>" * (outputs.MAX_TAGS // 2)
    data = {"text/html": half, "text/plain": "x"}
    kept = safe_outputs([{"output_type": "display_data", "data": data}] * 4, 2**20)
    assert ["text/html" in output["data"] for output in kept] == [True, True, False, False]


def test_html_is_not_cleaned_when_there_is_no_room_for_it() -> None:
    assert shown("<p>" + "x" * 200, limit=100) == []


def test_a_tensor_of_very_many_dimensions_is_refused() -> None:
    for dimensions, known in ((codec.MAX_DIMENSIONS, True), (codec.MAX_DIMENSIONS + 1, False)):
        data = message(MENTION, block({"0": ("U8", [1] * dimensions)}))
        if known:
            assert unpack(data).dim() == dimensions
        else:
            with pytest.raises(CodecError, match="dimensions"):
                unpack(data)


def test_of_a_tensor_of_very_many_dimensions_only_the_type_is_sent() -> None:
    assert isinstance(unpack(pack(torch.zeros([1] * 65))), Foreign)


@pytest.mark.parametrize("unit", [b"[],", b"{},", b'{"":0},', b"1,", b'"",'])
def test_a_text_of_very_many_parts_is_refused_before_it_is_read(unit: bytes) -> None:
    with pytest.raises(CodecError, match="too many parts"):
        unpack(message(b"[" + unit * (codec.MAX_JSON // len(unit) - 10) + b"0]"))


@pytest.mark.parametrize("text", [",", "[", '"', '\\",', "{:"])
def test_a_text_that_was_printed_may_be_full_of_signs(text: str) -> None:
    printed = text * (codec.MAX_TEXT // len(text))
    assert unpack(pack([printed] * 2)) == [printed] * 2


def test_a_long_list_of_tensors_is_refused() -> None:
    head = b"{" + b" " * codec.MAX_JSON + b"}"
    with pytest.raises(CodecError, match="list of the tensors"):
        unpack(message(b"null", struct.pack("<Q", len(head)) + head))
    assert unpack(message(b"null", TENSORS)) is None


def test_very_many_small_tensors_arrive() -> None:
    values = [torch.tensor([float(n), 1.0, 2.0]) for n in range(codec.MAX_NODES // 4)]
    assert len(unpack(pack(values))) == len(values)


def test_the_gaps_of_a_strided_tensor_count_as_memory() -> None:
    tree = b"[" + b",".join([MENTION.replace(b"contiguous", b"strided")] * 3) + b"]"
    shape = [2**22, 2, 2]  # 64 MiB; with gaps 4.5 times as much
    with pytest.raises(CodecError, match="too large together"):
        unpack(message(tree, block({"0": ("F32", shape)})))
