"""Gives a submitted notebook back every field and locked cell that came with the assignment.

Grading goes by the source alone: what a student (or a tool) did to ids, nbgrader fields, tests
and given code changes nothing but the remarks.
"""

import ast
import copy
import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from nbformat import NotebookNode

NOT_THE_ASSIGNMENT = "the notebook has no cell of this assignment: is it another one?"
MAX_ADDED = 1000
MAX_CELL_LENGTH = 200_000  # characters; what reads code outside the wall has no clock
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_NBGRADER_OWN = {"cell_type", "schema_version", "checksum"}
MAX_NAMED = 5  # cells that a remark names one by one; of more it tells the number


class Repair(Enum):
    """What may have been done to cells of the assignment: said of one, and of many."""

    PUT_BACK = "cell {} was missing and was put back", "{} cells were missing and were put back"
    CHANGED = (
        "cell {} had been changed and was restored",
        "{} cells had been changed and were restored",
    )
    FIELDS = (
        "the nbgrader fields of cell {} were restored",
        "the nbgrader fields of {} cells were restored",
    )
    ADDED = (
        "a second cell {} was kept as an added cell",
        "second copies of {} cells were kept as added cells",
    )
    LEFT_OUT = "a second cell {} was left out", "second copies of {} cells were left out"
    RECOGNISED = (
        "cell {} was recognised by the function it defines",
        "{} cells were recognised by the functions they define",
    )

    def told(self, grade_ids: list[str]) -> list[str]:
        """The remarks on cells that this was done to."""
        one, many = self.value
        if len(grade_ids) > MAX_NAMED:
            return [many.format(len(grade_ids))]
        return [one.format(grade_id) for grade_id in grade_ids]


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
    handed_in = [_plain(cell) for cell in submitted.cells]
    work = _Restoration(source, {_grade_id(c) for c in handed_in})
    cells = [kept for cell in handed_in for kept in work.take(cell)]
    notebook = NotebookNode({k: copy.deepcopy(v) for k, v in source.items() if k != "cells"})
    notebook.cells = work.put_back_missing(cells)
    _make_ids_unique(notebook.cells)
    return Restored(notebook, work.told())


class _Restoration:
    def __init__(self, source: NotebookNode, claimed: set[str]) -> None:
        """claimed: the grade ids found in the submission, whichever cells bear them."""
        self._order = [_grade_id(c) for c in source.cells if _grade_id(c)]
        self._source = {_grade_id(c): c for c in source.cells if _grade_id(c)}
        self._by_id = {c.id: _grade_id(c) for c in source.cells if _grade_id(c)}
        solutions = [c for c in source.cells if _is_solution(c) and _defined_name(c)]
        self._solves = {_defined_name(c): _grade_id(c) for c in solutions}
        demos = [c for c in source.cells if "demo" in c.metadata.get("tags", [])]
        self._demo_sources = {_squeezed(c.source) for c in demos}
        self._claimed = claimed
        self._taken: set[str] = set()
        self._free_ids = {c.id for c in source.cells if not _grade_id(c)}
        self._added_count = 0
        self._notes: list[str] = []
        self._repairs: dict[Repair, list[str]] = {}

    def note(self, words: str) -> None:
        """Remember something once."""
        if words not in self._notes:
            self._notes.append(words)

    def _repaired(self, repair: Repair, grade_id: str) -> None:
        cells = self._repairs.setdefault(repair, [])
        if grade_id not in cells:
            cells.append(grade_id)

    def told(self) -> list[str]:
        """What is to be remarked, a sentence each."""
        if not self._taken:
            return [NOT_THE_ASSIGNMENT, *self._notes]
        repairs = [words for repair, ids in self._repairs.items() for words in repair.told(ids)]
        return [*repairs, *self._notes]

    def take(self, cell: NotebookNode) -> list[NotebookNode]:
        """What becomes of one submitted cell: usually one cell, sometimes none or two."""
        grade_id = self._identify(cell)
        if grade_id is None:
            return self._added(cell)
        original = self._source[grade_id]
        if grade_id in self._taken:
            if _is_solution(original):
                self._repaired(Repair.ADDED, grade_id)
                return self._added(cell)
            self._repaired(Repair.LEFT_OUT, grade_id)
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
            self.note(f"cell {grade_id} had become a {cell.cell_type} cell")
        if _is_solution(original):
            restored.source = self._bounded(cell.source)
        if _fields(cell) != _fields(original):
            self._repaired(Repair.FIELDS, grade_id)
        if _is_solution(original) or _squeezed(cell.source) == _squeezed(original.source):
            return [restored]
        self._repaired(Repair.CHANGED, grade_id)
        return [restored, *self._added(cell)] if cell.source.strip() else [restored]

    def _identify(self, cell: NotebookNode) -> str | None:
        """Which cell of the source this is: by grade id, by cell id, by what it defines."""
        claimed = _grade_id(cell)
        if claimed in self._source:
            return claimed
        # A cell that bears the grade id, even further down, has the better right to it.
        spoken_for = self._claimed | self._taken
        by_id = self._by_id.get(cell.id)
        if by_id is not None and by_id not in spoken_for:
            return by_id
        if cell.cell_type != "code":
            return None
        solves = self._solves.get(_defined_name(cell))
        if solves is not None and solves not in spoken_for:
            self._repaired(Repair.RECOGNISED, solves)
            return solves
        return None

    def _added(self, cell: NotebookNode) -> list[NotebookNode]:
        """A cell of the student's own, or a demonstration, without any field of ours."""
        self._added_count += 1
        if self._added_count > MAX_ADDED:
            self.note(f"the notebook has more than {MAX_ADDED} added cells; the rest was left out")
            return []
        text = self._bounded(cell.source)
        if cell.cell_type == "code":
            added = _code_cell(text)
            if _squeezed(text) in self._demo_sources or _only_demos(text):
                added.metadata["tags"] = ["demo"]
        else:
            added = NotebookNode(cell_type="markdown", metadata=NotebookNode(), source=text)
        # nbformat makes up random ids where it finds none, or one twice. The result of a submission
        # is stored by its cells, so the same submission must get the same ids each time.
        known = cell.id in self._free_ids
        self._free_ids.discard(cell.id)  # a copy of the cell is another one
        added.id = cell.id if known else f"added-{sha256(text.encode()).hexdigest()[:8]}"
        return [added]

    def _bounded(self, text: str) -> str:
        if len(text) <= MAX_CELL_LENGTH:
            return text
        self.note(f"the text of a cell was longer than {MAX_CELL_LENGTH} characters and left out")
        return ""

    def put_back_missing(self, cells: list[NotebookNode]) -> list[NotebookNode]:
        """Insert the source's cells that were not there, each after its predecessor."""
        for position, grade_id in enumerate(self._order):
            if grade_id in self._taken:
                continue
            self._repaired(Repair.PUT_BACK, grade_id)
            before = self._order[:position]
            places = [i for i, c in enumerate(cells) if _grade_id(c) in before]
            cells.insert(max(places) + 1 if places else 0, self._missing(grade_id, cells))
        return cells

    def _missing(self, grade_id: str, cells: list[NotebookNode]) -> NotebookNode:
        """A missing cell as it came, unless its stub would undo an answer given elsewhere."""
        original = copy.deepcopy(self._source[grade_id])
        name = _defined_name(original) if _is_solution(original) else ""
        if name and any(name in _defined_names(c.source) for c in cells if c.cell_type == "code"):
            original.source = f"# {name} is defined in another cell"
        return original


def _code_cell(text: str) -> NotebookNode:
    """As nbformat makes it, which would check each against its schema, a millisecond a cell."""
    cell = NotebookNode(cell_type="code", metadata=NotebookNode(), source=text, outputs=[])
    cell.execution_count = None
    return cell


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


def _plain(cell: NotebookNode) -> NotebookNode:
    """What we read of a submitted cell, in the types we rely on, whatever its JSON held."""
    source, cell_id = cell.get("source", ""), cell.get("id", "")
    text = source if isinstance(source, str) else "".join(map(str, source))
    return NotebookNode(
        cell_type="code" if cell.cell_type == "code" else "markdown",
        # JSON can hold half characters, which no file can.
        source=text.encode("utf-8", "replace").decode(),
        id=cell_id if isinstance(cell_id, str) else "",
        metadata=NotebookNode(nbgrader=cell.get("metadata", {}).get("nbgrader", {})),
    )


def _squeezed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _defined_name(cell: NotebookNode) -> str:
    """The one top-level function or class a cell defines, or ""."""
    names = _defined_names(cell.source)
    return names[0] if len(names) == 1 else ""


@lru_cache(maxsize=128)  # the assignment's own cells are in every submission
def _defined_names(text: str) -> tuple[str, ...]:
    """Top-level functions and classes a cell defines, even when it does not parse."""
    try:
        body = ast.parse(text).body
    except _UNREADABLE:
        return tuple(re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE))
    return tuple(n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef))


def _only_demos(text: str) -> bool:
    """Whether a cell holds nothing but functions decorated with `demo`."""
    try:
        body = ast.parse(text).body
    except _UNREADABLE:
        return False
    return bool(body) and all(
        isinstance(n, ast.FunctionDef) and any(map(_is_demo, n.decorator_list)) for n in body
    )


def _is_demo(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "demo"


def _make_ids_unique(cells: list[NotebookNode]) -> None:
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        unique = wanted = re.sub(r"[^A-Za-z0-9_-]", "-", cell.id)[:64] or "added"
        while unique in seen:
            unique = f"{wanted[:56]}-{index}"
            index += 1
        cell.id = unique
        seen.add(unique)
