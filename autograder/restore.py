"""Gives a submitted notebook back every field and locked cell that came with the assignment.

Grading goes by the source alone: what a student (or a tool) did to ids, nbgrader fields, tests
and given code changes nothing but the remarks.
"""

import ast
import copy
import re
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

MAX_CELLS = 1000
_NBGRADER_OWN = {"cell_type", "schema_version", "checksum"}


@dataclass
class Restored:
    """A notebook fit for grading, and what had to be done to make it so."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)


def restore(submitted: NotebookNode, source: NotebookNode) -> Restored:
    """Merge the student's own cells into the released notebook's structure.

    submitted: what was handed in; source: the released notebook. Solution cells keep the
    student's text, all other nbgrader cells get the source's; missing ones come back, cells the
    student added stay where they are, a copy of a solution cell becomes an added cell.
    Restoring twice changes nothing more.
    """
    work = _Restoration(source)
    cells = [kept for cell in submitted.cells[:MAX_CELLS] for kept in work.take(cell)]
    if len(submitted.cells) > MAX_CELLS:
        work.note(f"the notebook has more than {MAX_CELLS} cells; the rest was left out")
    notebook = copy.deepcopy(source)
    notebook.cells = work.put_back_missing(cells)
    _make_ids_unique(notebook.cells)
    return Restored(notebook, work.notes)


class _Restoration:
    def __init__(self, source: NotebookNode) -> None:
        self._order = [_grade_id(c) for c in source.cells if _grade_id(c)]
        self._source = {_grade_id(c): c for c in source.cells if _grade_id(c)}
        self._by_id = {c.id: _grade_id(c) for c in source.cells if _grade_id(c)}
        self._solves = {_defined_name(c): _grade_id(c) for c in source.cells if _is_solution(c)}
        demos = [c for c in source.cells if "demo" in c.metadata.get("tags", [])]
        self._demo_sources = {_squeezed(c.source) for c in demos}
        self._taken: set[str] = set()
        self.notes: list[str] = []

    def note(self, words: str) -> None:
        """Remember something once."""
        if words not in self.notes:
            self.notes.append(words)

    def take(self, cell: NotebookNode) -> list[NotebookNode]:
        """What becomes of one submitted cell: usually one cell, sometimes none or two."""
        grade_id = self._identify(cell)
        if grade_id is None:
            return [self._added(cell)]
        original = self._source[grade_id]
        if grade_id in self._taken:
            if _is_solution(original):
                self.note(f"a second cell {grade_id} was kept as an added cell")
                return [self._added(cell)]
            self.note(f"a second cell {grade_id} was left out")
            return []
        self._taken.add(grade_id)
        return self._restored(cell, original, grade_id)

    def _restored(
        self, cell: NotebookNode, original: NotebookNode, grade_id: str
    ) -> list[NotebookNode]:
        """The source's cell; a changed locked cell follows as an added one, for it may have been
        merged with an answer."""
        restored = copy.deepcopy(original)
        if cell.cell_type != original.cell_type:
            self.note(f"cell {grade_id} had become a {_plain(cell.cell_type)} cell")
        if _is_solution(original):
            restored.source = _text(cell)
        if _fields(cell) != _fields(original):
            self.note(f"the nbgrader fields of cell {grade_id} were restored")
        if _is_solution(original) or _squeezed(_text(cell)) == _squeezed(original.source):
            return [restored]
        self.note(f"cell {grade_id} had been changed and was restored")
        return [restored, self._added(cell)] if _text(cell).strip() else [restored]

    def _identify(self, cell: NotebookNode) -> str | None:
        """Which cell of the source this is: by grade id, by cell id, by what it defines."""
        claimed = _grade_id(cell)
        if claimed in self._source:
            return claimed
        by_id = self._by_id.get(cell.get("id", ""))
        if by_id is not None and by_id not in self._taken:
            return by_id
        solves = self._solves.get(_defined_name(cell))
        if solves is not None and solves not in self._taken and cell.cell_type == "code":
            self.note(f"cell {solves} was recognised by the function it defines")
            return solves
        return None

    def _added(self, cell: NotebookNode) -> NotebookNode:
        """A cell of the student's own, or a demonstration, without any field of ours."""
        if cell.cell_type == "code":
            added = new_code_cell(_text(cell))
            if _squeezed(_text(cell)) in self._demo_sources or _only_demos(_text(cell)):
                added.metadata["tags"] = ["demo"]
        else:
            added = new_markdown_cell(_text(cell))
        added.id = cell.get("id") or "added"
        return added

    def put_back_missing(self, cells: list[NotebookNode]) -> list[NotebookNode]:
        """Insert the source's cells that were not there, each after its predecessor."""
        for position, grade_id in enumerate(self._order):
            if grade_id in self._taken:
                continue
            self.note(f"cell {grade_id} was missing and was put back")
            before = self._order[:position]
            places = [i for i, c in enumerate(cells) if _grade_id(c) in before]
            cells.insert(max(places) + 1 if places else 0, self._missing(grade_id, cells))
        return cells

    def _missing(self, grade_id: str, cells: list[NotebookNode]) -> NotebookNode:
        """A missing cell as it came, unless its stub would undo an answer given elsewhere."""
        original = copy.deepcopy(self._source[grade_id])
        name = _defined_name(original) if _is_solution(original) else ""
        if name and any(name in _defined_names(_text(c)) for c in cells if c.cell_type == "code"):
            original.source = f"# {name} is defined in another cell"
        return original


def _grade_id(cell: NotebookNode) -> str:
    fields = _fields(cell)
    grade_id = fields.get("grade_id", "") if isinstance(fields, dict) else ""
    return grade_id if isinstance(grade_id, str) else ""


def _fields(cell: NotebookNode) -> Any:
    fields = cell.get("metadata", {}).get("nbgrader", {})
    if not isinstance(fields, dict):
        return {}
    # nbgrader itself adds or drops these; they say nothing about the student.
    return {k: v for k, v in fields.items() if k not in _NBGRADER_OWN}


def _is_solution(cell: NotebookNode) -> bool:
    return bool(_fields(cell).get("solution"))


def _text(cell: NotebookNode) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _plain(text: object) -> str:
    return re.sub(r"[^a-z]", "", str(text))[:20]


def _squeezed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _defined_name(cell: NotebookNode) -> str:
    """The one top-level function or class a cell defines, or ""."""
    names = _defined_names(_text(cell))
    return names[0] if len(names) == 1 else ""


def _defined_names(text: str) -> list[str]:
    """Top-level functions and classes a cell defines, even when it does not parse."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE)
    return [n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)]


def _only_demos(text: str) -> bool:
    """Whether a cell holds nothing but functions decorated with `demo`."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(body) and all(
        isinstance(n, ast.FunctionDef) and any("demo" in ast.dump(d) for d in n.decorator_list)
        for n in body
    )


def _make_ids_unique(cells: list[NotebookNode]) -> None:
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        wanted = re.sub(r"[^A-Za-z0-9_-]", "-", str(cell.get("id", "")))[:56] or "added"
        cell.id = wanted if wanted not in seen else f"{wanted}-{index}"
        seen.add(cell.id)
