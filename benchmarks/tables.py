"""Tables of measurements as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """A title, headings, and rows of words."""

    title: str
    heads: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """The first column to the left, numbers to the right."""
        lines = [f"## {self.title}", "", "| " + " | ".join(self.heads) + " |"]
        lines.append("|---" + "|---:" * (len(self.heads) - 1) + "|")
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"


def write_page(path: Path, machine: str, tables: Sequence[Table]) -> None:
    """Write all tables under what they were measured on."""
    head = f"# Measurements\n\nMade by `make bench`. {machine}\n"
    path.write_text("\n".join([head, *(table.markdown() for table in tables)]))
