"""Turns claimed outputs into valid notebook outputs that are safe to store and to show."""

from typing import Any

import nh3
from nbformat import NotebookNode
from nbformat.v4 import new_output

MAX_OUTPUTS = 200
_TEXT_KINDS = ("text/plain", "text/latex")
_PICTURE_KINDS = ("image/png", "image/jpeg")


def safe_outputs(claimed: Any, limit: int) -> list[NotebookNode]:
    """Valid outputs of at most `limit` characters in all, built anew from what came over the
    wall; the rest is dropped.

    HTML is cleaned of scripts, styles, handlers and remote parts; SVG, JavaScript and widgets
    do not pass, for a browser would run them on the instructor's page.
    """
    if not isinstance(claimed, list):
        return []
    kept, room = [], limit
    for output in claimed[:MAX_OUTPUTS]:
        rebuilt = _safe(output)
        if rebuilt is not None and (room := room - _length(rebuilt)) >= 0:
            kept.append(rebuilt)
    return kept


def _safe(output: Any) -> NotebookNode | None:
    match output:
        case {"output_type": "stream", "name": ("stdout" | "stderr") as name, "text": str(text)}:
            return new_output("stream", name=name, text=text)
        case {"output_type": "error", "ename": str(n), "evalue": str(v), "traceback": list(lines)}:
            return new_output("error", ename=n, evalue=v, traceback=[str(x) for x in lines])
        case {"output_type": "display_data", "data": dict(data)}:
            return _display(data, {"output_type": "display_data"})
        case {"output_type": "execute_result", "data": dict(data), "execution_count": int(count)}:
            return _display(data, {"output_type": "execute_result", "execution_count": count})
    return None


def _display(data: dict[str, Any], fields: dict[str, Any]) -> NotebookNode | None:
    kept: dict[str, str] = {}
    for kind, value in data.items():
        if not isinstance(value, str):
            continue
        if kind in _TEXT_KINDS or (kind in _PICTURE_KINDS and _is_base64(value)):
            kept[kind] = value
        elif kind == "text/html":
            kept[kind] = clean_html(value)
    return new_output(**fields, data=kept, metadata={}) if kept else None


def clean_html(text: str) -> str:
    """HTML without anything that runs, styles or loads: tables, text and inline pictures stay."""
    return nh3.clean(text, url_schemes={"data"}, strip_comments=True)


def _length(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(_length, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str) else 0


def _is_base64(text: str) -> bool:
    return all(c.isalnum() or c in "+/=\n" for c in text)
