"""Tables as CSV that no spreadsheet takes for formulas.

Spreadsheets run a cell that begins with one of a few characters. OWASP's page "CSV Injection" lists
them, advises a quote before them, and warns that a program set to another separator cuts fields
elsewhere than we did: so all text stands in double quotes as well.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

Cell = str | float | bool | None

_BEGINS_A_FORMULA = ("=", "+", "-", "@")
# The same as East Asian keyboards type them; some spreadsheets read them as the narrow ones.
_WIDE = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
_TRIMMED_BY_SOME = ("\t", "\r", "\n")


def defused(text: str) -> str:
    """The text with a quote before it where a spreadsheet would run it; half characters, which no
    file can hold, become question marks."""
    text = text.encode("utf-8", "replace").decode()
    runs = text.lstrip().startswith(_BEGINS_A_FORMULA + _WIDE)
    return f"'{text}" if runs or text.startswith(_TRIMMED_BY_SOME) else text


def write_csv(
    path_or_file: Path | TextIO, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write a table; text is defused, numbers stay numbers, None is an empty cell.

    path_or_file: a path, whose file is then there as a whole or not at all, or a file open for
    text, which wants `newline=""`. Lines end in CR LF (RFC 4180). Raises ValueError when a row is
    not as long as the header.
    """
    if isinstance(path_or_file, Path):
        partial = path_or_file.with_name(f"{path_or_file.name}.partial")
        with partial.open("w", encoding="utf-8", newline="") as file:
            write_csv(file, header, rows)
        partial.replace(path_or_file)
        return
    writer = csv.writer(path_or_file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([_cell(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells under {len(header)} heads")
        writer.writerow([_cell(value) for value in row])


def _cell(value: Cell) -> Cell:
    return defused(value) if isinstance(value, str) else value
