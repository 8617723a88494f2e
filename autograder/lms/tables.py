"""Reads CSV files as people and learning management systems really save them."""

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from autograder.course import CourseError
from autograder.csv_safe import Cell, defused

MAX_TABLE_BYTES = 32 * 2**20
# An Excel that speaks German or French saves with semicolons, Blackboard downloads with tabs.
_DELIMITERS = ",;\t"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Row:
    """One line of a table. line: where it is in the file, counted from 1 as editors do."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, head: str) -> str:
        return self.cells.get(head, "")


@dataclass(frozen=True)
class Table:
    """A header and its rows. delimiter, encoding: how the file was written."""

    name: str
    header: list[str]
    rows: list[Row]
    delimiter: str = ","
    encoding: str = "utf-8"

    def has(self, *heads: str) -> bool:
        """Whether all these columns are there."""
        return set(heads) <= set(self.header)


def read_table(path: Path) -> Table:
    """Read a CSV file with a header: UTF-8 or UTF-16, separated by comma, semicolon or tab.

    Blank lines are left out, and blanks around cells. Raises CourseError when the file is not
    such a table: no header, a column twice, a row longer than the header, another encoding.
    """
    if not path.is_file():
        raise CourseError(f"there is no file {path}")
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise CourseError(f"{path} is larger than {MAX_TABLE_BYTES >> 20} MiB: is it a table?")
    text, encoding = _decoded(path)
    delimiter = _delimiter(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [head.strip() for head in next(reader, [])]
        _require_header(path, header)
        rows = []
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(path, header, cells, line))
            line = reader.line_num + 1
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: this is no CSV ({error})") from None
    return Table(path.name, header, rows, delimiter, encoding)


def _decoded(path: Path) -> tuple[str, str]:
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8: save it as 'CSV UTF-8'") from None
    return text, encoding if content.startswith((*_UTF16, codecs.BOM_UTF8)) else "utf-8"


def _delimiter(first_line: str) -> str:
    """The separator that splits the header into most columns."""

    def columns(delimiter: str) -> int:
        return len(next(csv.reader([first_line], delimiter=delimiter), []))

    return max(_DELIMITERS, key=columns)


def _require_header(path: Path, header: Sequence[str]) -> None:
    if not any(header):
        raise CourseError(f"{path} is empty: its first line must name the columns")
    for head in header:
        if head and header.count(head) > 1:
            raise CourseError(f"{path} has two columns '{head}': rename or remove one")


def _row(path: Path, header: Sequence[str], cells: Sequence[str], line: int) -> Row:
    if len(cells) > len(header):
        raise CourseError(
            f"{path}, line {line}: {len(cells)} cells under {len(header)} columns; a cell with "
            "a comma in it needs quotes around it"
        )
    return Row(line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))


def write_quoted(
    path: Path,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> None:
    """Write a table with quotes around every cell, for readers that insist on them.

    Text is defused; the file is there as a whole or not at all.
    """
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding=encoding, newline="") as file:
        _write_quoted(file, [header, *rows], delimiter)
    partial.replace(path)


def _write_quoted(file: TextIO, rows: Sequence[Sequence[Cell]], delimiter: str) -> None:
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
