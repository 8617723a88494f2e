"""A progress bar in a notebook that leaves nothing behind, or what the caller leaves."""

import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

Item = TypeVar("Item")

_PERIOD = 0.2  # seconds between two pictures of a bar
_WAIT = 0.5  # seconds before a bar shows: what is faster needs none


class Bar:
    """A bar of `total` steps; outside a notebook it shows nothing.

    It replaces its own picture, so that an executed notebook keeps no trace of times.
    """

    def __init__(self, total: int, title: str = "") -> None:
        self._total, self._title = max(total, 1), title
        self._handle: Any = None
        self._started = self._drawn = time.monotonic()

    def update(self, done: int, words: str = "") -> None:
        """Draw the state after `done` steps, at most five times a second."""
        now = time.monotonic()
        if now - self._started < _WAIT or now - self._drawn < _PERIOD:
            return
        self._drawn = now
        left = (now - self._started) * (self._total - done) / max(done, 1)
        self._show(done, f"{words} · {left:.0f} s left" if words else f"{left:.0f} s left")

    def _show(self, done: int, words: str) -> None:
        text = f"{self._title} {done} of {self._total}".strip()
        bar = f'<progress value="{done}" max="{self._total}"></progress>'
        page = f"<label>{text} {bar}</label> {words}"
        self._display(_Shown(page, f"{text} {words}"))

    def replace(self, thing: Any) -> None:
        """Put something else, such as a picture of the result, where the bar was."""
        if in_notebook():
            self._display(thing)

    def close(self) -> None:
        """Take the bar away."""
        if self._handle is not None:
            self._display(_Shown("", ""))

    def _display(self, thing: Any) -> None:
        if not in_notebook():
            return
        from IPython.display import display

        if self._handle is None:
            self._handle = display(thing, display_id=True)
        else:
            self._handle.update(thing)


class _Shown:
    """HTML for a browser and the same as text."""

    def __init__(self, page: str, text: str) -> None:
        self._page, self._text = page, text

    def _repr_html_(self) -> str:
        return self._page

    def __repr__(self) -> str:
        return self._text


def in_notebook() -> bool:
    """Whether the code runs in a Jupyter kernel, where pictures can be replaced."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def track(items: Iterable[Item], title: str = "", total: int | None = None) -> Iterator[Item]:
    """Go through `items` under a progress bar that goes away at the end.

    total: how many there are, where `items` has no length.
    """
    if total is None:
        total = len(items) if isinstance(items, Sized) else 0
    bar = Bar(total, title)
    try:
        for done, item in enumerate(items):
            bar.update(done)
            yield item
    finally:
        bar.close()
