"""Turns claimed outputs into valid notebook outputs that are safe to store and to show."""

import re
from typing import Any

import nh3
from nbformat import NotebookNode
from nbformat.v4 import new_output

MAX_OUTPUTS = 200
MAX_TAGS = 10_000  # of all HTML of a cell: a browser's rules make some texts quadratic in them
MAX_REOPENED = 1_000_000  # of a text: elements that the rules for <b>, <a> and the like may add
MAX_WORDS = 20_000  # between two tags: so many attributes a tag may have
_REOPENED = re.compile(
    r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?![a-z0-9])", re.IGNORECASE
)
_WORD_ENDS = re.compile(r"[\s/\"']+")
_TEXT_KINDS = ("text/plain", "text/latex")
_PICTURE_KINDS = ("image/png", "image/jpeg")


def safe_outputs(claimed: Any, limit: int) -> list[NotebookNode]:
    """Valid outputs of at most `limit` characters in all, built anew from what came over the
    wall; the rest is dropped.

    HTML is cleaned of scripts, styles, handlers and remote parts, and dropped where cleaning it
    would take long; SVG, JavaScript and widgets do not pass, for a browser would run them on the
    instructor's page. Raises nothing, whatever plain data `claimed` is.
    """
    if not isinstance(claimed, list):
        return []
    kept, room, tags = [], limit, MAX_TAGS
    for output in claimed[:MAX_OUTPUTS]:
        # Before anything is made of it: what is too long is also slow to clean.
        if not isinstance(output, dict) or _length(output) > limit:
            continue
        rebuilt = _safe(output, tags)
        tags -= opened if (opened := _tags_of(output)) <= tags else 0
        if rebuilt is not None and (room := room - _length(rebuilt)) >= 0:
            kept.append(rebuilt)
    return kept


def _safe(output: dict[Any, Any], tags: int) -> NotebookNode | None:
    """tags: so many its HTML may have."""
    if not isinstance(output.get("output_type"), str):  # an array would be compared by its entries
        return None
    match output:
        case {"output_type": "stream", "name": str(name), "text": str(text)}:
            known = name in ("stdout", "stderr")
            return new_output("stream", name=name, text=text) if known else None
        case {"output_type": "error", "ename": str(n), "evalue": str(v), "traceback": list(lines)}:
            said = [line for line in lines if isinstance(line, str)]
            return new_output("error", ename=n, evalue=v, traceback=said)
        case {"output_type": "display_data", "data": dict(data)}:
            return _display(data, {"output_type": "display_data"}, tags)
        case {"output_type": "execute_result", "data": dict(data), "execution_count": int(count)}:
            fields = {"output_type": "execute_result", "execution_count": max(0, int(count))}
            return _display(data, fields, tags)
    return None


def _display(data: dict[Any, Any], fields: dict[str, Any], tags: int) -> NotebookNode | None:
    kept: dict[str, str] = {}
    for kind, value in data.items():
        if not isinstance(value, str):
            continue
        if kind in _TEXT_KINDS or (kind in _PICTURE_KINDS and _is_base64(value)):
            kept[kind] = value
        elif kind == "text/html" and is_quick_to_clean(value, tags):
            kept[kind] = clean_html(value)
    return new_output(**fields, data=kept, metadata={}) if kept else None


def is_quick_to_clean(text: str, tags: int = MAX_TAGS) -> bool:
    """Whether cleaning some HTML takes a second at most, and little memory.

    A parser must heal what is wrong with HTML as browsers do. That looks through all open elements
    for a tag, through all attributes for an attribute, and opens every <b> again in every <p>.
    tags: so many it may have.
    """
    opened = _opened(text)
    if opened > tags or opened * len(_REOPENED.findall(text)) > MAX_REOPENED:
        return False
    return all(len(_WORD_ENDS.findall(part)) <= MAX_WORDS for part in text.split("<"))


def _tags_of(output: dict[Any, Any]) -> int:
    data = output.get("data")
    html = data.get("text/html") if isinstance(data, dict) else None
    return _opened(html) if isinstance(html, str) else 0


def _opened(text: str) -> int:
    return text.count("<") - text.count("</")


def clean_html(text: str) -> str:
    """HTML without anything that runs, styles or loads: tables, text and inline pictures stay."""
    return nh3.clean(text, url_schemes={"data"}, strip_comments=True)


def _length(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(_length, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str) else 0


def _is_base64(text: str) -> bool:
    return all(c.isalnum() or c in "+/=\n" for c in text)
