"""Plain values that come out of messages: answers, outputs and events, some of them spoilt."""

from typing import Any

from hypothesis import strategies as st

from tests.fuzz.messages import as_message, leaves, spoilt, tagged, trees

TICKET = "0011223344556677"
_words = st.one_of(st.text(max_size=12), st.sampled_from(["ValueError", "Crashed", "TimedOut", ""]))
_tensor = st.sampled_from(["F642[2]", "F322[2]", "F160[]", "BF162[2]", "I642[2]", "BOOL1[3]"])


def _mention(key: str) -> dict[str, str]:
    return {"t": "tensor", "k": key, "layout": "contiguous"}


_tensors = _tensor.map(_mention)
# Much like what is expected, so that comparing goes as deep as it can.
_near = st.one_of(
    _tensors,
    _tensors,
    st.lists(st.one_of(_tensors, leaves), max_size=3),
    st.lists(_tensors, min_size=3, max_size=3).map(lambda scene: [scene]),
    tagged(a=spoilt(st.integers(0, 3)), b=_tensors),
    st.fixed_dictionaries({"t": st.just("int"), "v": st.sampled_from(["9" * 399, "3"])}),
    leaves,
)
answer_trees = tagged(
    value=spoilt(_near),
    error=spoilt(st.one_of(st.just(""), st.just(""), _words)),
    message=spoilt(_words),
    line=spoilt(_words),
    changed=spoilt(st.one_of(st.just([]), st.lists(_words, max_size=3))),
)
_TAGS = ["<b>", "<p>", "</b>", "<table><td>", "<a href='x'>", "<svg>", "<!--", "<script>", "x"]
_html = st.lists(st.sampled_from(_TAGS), max_size=8).map("".join)
_data = tagged(
    **{
        "text/plain": spoilt(_words),
        "text/html": spoilt(_html),
        "image/png": spoilt(st.sampled_from(["aGk=", "<", "\ud800"])),
        "image/svg+xml": leaves,
    }
)
output_trees = spoilt(
    tagged(
        output_type=spoilt(
            st.sampled_from(["stream", "error", "display_data", "execute_result", "update"])
        ),
        name=spoilt(st.sampled_from(["stdout", "stderr", "stdin"])),
        text=spoilt(_words),
        ename=spoilt(_words),
        evalue=spoilt(_words),
        traceback=spoilt(st.lists(spoilt(_words), max_size=3)),
        data=spoilt(_data),
        execution_count=spoilt(st.sampled_from([1, 0, -1, True, 2**52])),
    )
)
outputs_trees = spoilt(st.lists(output_trees, max_size=4))
_array = {"t": "array", "k": "F642[2]", "layout": "contiguous"}
tickets = spoilt(st.sampled_from([TICKET, TICKET, TICKET, "", _array]))
event_trees = tagged(
    event=spoilt(st.sampled_from(["ran", "answers", "asked", "ready"])),
    ticket=tickets,
    outputs=outputs_trees,
    answers=spoilt(st.lists(answer_trees, max_size=2)),
)


def messages_of(tree: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Messages that say a tree."""
    return tree.map(as_message)


answers = messages_of(spoilt(answer_trees))
outputs = messages_of(outputs_trees)
near = messages_of(st.one_of(_near, trees))
events = messages_of(spoilt(event_trees))
