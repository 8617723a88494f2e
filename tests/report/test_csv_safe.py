"""Tables that spreadsheets open without running anything."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.csv_safe import Cell, defused, write_csv

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    "\uff1d1+1",
    '=HYPERLINK("http://x","y")',
]


def written(*rows: Sequence[Cell]) -> str:
    """The text of a table of two columns."""
    file = io.StringIO(newline="")
    write_csv(file, ["student", "score"], rows)
    return file.getvalue()


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_gets_a_quote_before_it(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "s001", "1+1", "a=b", "e-mail@x", "'=1", "Zoë, 2"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_numbers_stay_numbers_even_below_zero() -> None:
    rows = csv.reader(io.StringIO(written(["s001", -1.5])), quoting=csv.QUOTE_NONNUMERIC)
    assert list(rows)[1] == ["s001", -1.5]


def test_nothing_is_an_empty_cell() -> None:
    assert list(csv.reader(io.StringIO(written(["s001", None]))))[1] == ["s001", ""]


def test_a_spreadsheet_with_semicolons_finds_no_cell_within_the_text() -> None:
    (_, row) = csv.reader(io.StringIO(written(["s;=1+1", 0])), delimiter=";")
    assert not any(cell.startswith("=") for cell in row)


def test_half_characters_become_question_marks(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ["student"], [["s\udcff"]])
    assert "s?" in path.read_text(encoding="utf-8")


def test_a_failed_table_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(ValueError, match="2 cells under 1"):
        write_csv(path, ["student"], [["s001", 1]])
    assert path.read_text() == "old"


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_every_cell_comes_back_defused(rows: list[tuple[str, str]]) -> None:
    back = list(csv.reader(io.StringIO(written(*rows), newline="")))
    assert back[1:] == [[defused(a), defused(b)] for a, b in rows]
    assert not any(cell.lstrip()[:1] in tuple("=+-@") and cell.strip() for r in back for cell in r)
