"""What a feedback page would run, load and tell."""

import re
from html.parser import HTMLParser
from typing import Any

import torch

RUNNING_TAGS = {"iframe", "object", "embed", "base", "form", "link", "meta", "svg"}


class Dangers(HTMLParser):
    """Collects scripts, event handlers and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in_script = tag == "script"
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}={value}")
            if name in {"src", "href", "srcset", "data", "action", "formaction", "style"}:
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


def tensors_in(value: Any) -> list[torch.Tensor]:
    """All tensors in plain data."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for item in value for t in tensors_in(item)] if isinstance(value, list) else []


def tells(page: str, tensor: torch.Tensor) -> bool:
    """Whether the numbers of a tensor stand in a page one after the other, however written."""
    wanted = [float(x) for x in tensor.flatten()]
    text = re.sub(r"<[^>]*>", " ", page)
    found = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", text)]
    return any(found[i : i + len(wanted)] == wanted for i in range(len(found)))
