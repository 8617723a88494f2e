"""Small tables of numbers, shown as HTML and readable as plain text."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import torch


class Table:
    """A table for display: columns are headings, rows hold one value per heading.

    Raises ValueError when a row has another length than the headings.
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.columns = [str(column) for column in columns]
        values = [list(row) for row in rows]
        for row in values:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"The table has {len(self.columns)} columns but the row {row} has "
                    f"{len(row)} values: give each row one value per column."
                )
        self.rows = [[_text(value) for value in row] for row in values]
        self._words = [isinstance(value, str) for value in values[0]] if values else []

    def __repr__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        head = self._line("th", self.columns)
        body = "".join(self._line("td", row) for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _line(self, tag: str, cells: Sequence[str]) -> str:
        """One row of HTML; words start at the left, numbers end at the right."""
        sides = ["left" if words else "right" for words in self._words] or ["left"] * len(cells)
        inside = "".join(
            f'<{tag} style="text-align: {side}">{escape(cell)}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        )
        return f"<tr>{inside}</tr>"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Show rows of values under headings; integers get a space at every thousand."""
    from IPython.display import display

    display(Table(columns, rows))


def _text(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return _text(value.item()) if value.ndim == 0 else _numbers(value.tolist())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}")
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def _numbers(value: Any) -> str:
    """Write nested lists as in the lectures: a slash between rows."""
    if isinstance(value, list):
        separator = " / " if value and isinstance(value[0], list) else " "
        return separator.join(_numbers(item) for item in value)
    return f"{value:g}"
