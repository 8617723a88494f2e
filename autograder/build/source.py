"""Reads a percent script and gives every cell its nbgrader fields by rule."""

import ast
import hashlib
import re
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from autograder.course import CourseError, declared_assignment
from autograder.exercise import Assignment, Exercise

DEMO = "demo"
_HEADING = re.compile(r"^### Exercise: (\w+)[ \t]*$", re.MULTILINE)
_CHECK = re.compile(r"check\((\w+)\)\s*")
_BEGIN = "### BEGIN SOLUTION"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read_source(path: Path) -> NotebookNode:
    """The notebook in a percent script, as written."""
    notebook: NotebookNode = jupytext.read(path, fmt="py:percent")
    return notebook


def given_imports(path: Path) -> str:
    """The import lines of a script's first code cell, on which all answers may rely."""
    first = next(c for c in read_source(path).cells if c.cell_type == "code")
    kept = (s for s in ast.parse(first.source).body if isinstance(s, ast.Import | ast.ImportFrom))
    return "\n".join(map(ast.unparse, kept)) + "\n"


def is_demo(cell: NotebookNode) -> bool:
    """Whether a cell only demonstrates or trains: it is skipped when grading."""
    return DEMO in cell.metadata.get("tags", []) or cell.source.lstrip().startswith("@demo")


def is_check(cell: NotebookNode) -> bool:
    """Whether a cell is the test cell of an exercise."""
    return checked_exercise(cell) != ""


def checked_exercise(cell: NotebookNode) -> str:
    """The exercise a test cell checks, or "" for other cells."""
    match = _CHECK.fullmatch(cell.source.strip()) if cell.cell_type == "code" else None
    return match.group(1) if match else ""


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell holds a reference solution."""
    return cell.cell_type == "code" and _BEGIN in cell.source


def solved_exercise(cell: NotebookNode) -> str:
    """The one function or class a solution cell defines. CourseError when it is not one."""
    names = [n.name for n in ast.parse(cell.source).body if isinstance(n, _DEFINITIONS)]
    if len(names) != 1:
        raise CourseError(f"a solution cell must define one function or class, not {names}")
    return names[0]


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def instructor_notebook(path: Path) -> NotebookNode:
    """The unexecuted instructor notebook: ids, tags, nbgrader fields, headings and points.

    Raises CourseError when cells and declaration do not belong together.
    """
    assignment = declared_assignment(path.stem)
    notebook = read_source(path)
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's note on blank lines
        _mark(cell, assignment)
        cell.id = _cell_id(cell, seen)
        if "nbgrader" in cell.metadata:  # equal cells need different grade ids too
            cell.metadata["nbgrader"]["grade_id"] = cell.id
        if cell.cell_type == "markdown":
            cell.source = _fill_in(cell.source, assignment)
    _require_every_exercise(notebook, assignment)
    notebook.metadata = NotebookNode(
        kernelspec=dict(KERNEL), language_info={"name": "python", "file_extension": ".py"}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _mark(cell: NotebookNode, assignment: Assignment) -> None:
    """nbgrader fields: solutions are editable, tests and given code locked, the rest free."""
    if cell.cell_type == "markdown":
        _mark_written(cell, assignment)
    elif cell.cell_type != "code":
        return
    elif is_demo(cell):
        cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), DEMO})
    elif is_solution(cell):
        name = assignment_exercise(assignment, solved_exercise(cell)).name
        cell.metadata["nbgrader"] = _fields(f"solve-{name}", solution=True)
    elif is_check(cell):
        exercise = assignment_exercise(assignment, checked_exercise(cell))
        fields = _fields(f"check-{exercise.name}", grade=True, locked=True)
        cell.metadata["nbgrader"] = {**fields, "points": exercise.points}
    else:
        cell.metadata["nbgrader"] = _fields(f"given-{_digest(cell.source)}", locked=True)


def _mark_written(cell: NotebookNode, assignment: Assignment) -> None:
    """A Markdown cell with a model answer is answered in words and graded by hand."""
    if _BEGIN not in cell.source:
        return
    name = cell.metadata.pop("written", "")
    written = next((w for w in assignment.written if w.name == name), None)
    if written is None:
        raise CourseError(f"{assignment.name} declares no written answer called {name!r}")
    fields = _fields(f"written-{name}", grade=True, solution=True)
    cell.metadata["nbgrader"] = {**fields, "points": written.points}


def _fields(grade_id: str, **true: bool) -> dict[str, Any]:
    flags = dict.fromkeys(("grade", "solution", "locked", "task"), False)
    return {**flags, **true, "grade_id": grade_id, "schema_version": 3}


def assignment_exercise(assignment: Assignment, name: str) -> Exercise:
    """The declared exercise `name`; CourseError when it is not declared."""
    try:
        return assignment.exercise(name)
    except KeyError as error:
        raise CourseError(error.args[0]) from None


def _cell_id(cell: NotebookNode, seen: dict[str, int]) -> str:
    """Stable ids: by role where there is one, else by content."""
    base = cell.metadata.get("nbgrader", {}).get("grade_id", f"text-{_digest(cell.source)}")
    base = re.sub(r"[^A-Za-z0-9_-]", "-", base)[:56]
    seen[base] = seen.get(base, 0) + 1
    return base if seen[base] == 1 else f"{base}-{seen[base]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _fill_in(text: str, assignment: Assignment) -> str:
    """Headings of exercises and totals, from the declarations."""
    numbers = {e.name: i for i, e in enumerate(assignment.exercises, start=1)}

    def heading(match: re.Match[str]) -> str:
        exercise = assignment_exercise(assignment, match.group(1))
        stars = "★" * exercise.stars + "☆" * (3 - exercise.stars)
        points = f"{exercise.points:g} point{'' if exercise.points == 1 else 's'}"
        return (
            f"### Exercise {numbers[exercise.name]} · `{exercise.name}` · "
            f"{points} · {stars} · {exercise.minutes} min"
        )

    minutes = sum(e.minutes for e in assignment.exercises)
    text = text.replace("{{points}}", f"{assignment.points:g}")
    text = text.replace("{{written}}", f"{sum(w.points for w in assignment.written):g}")
    return _HEADING.sub(heading, text.replace("{{minutes}}", str(minutes)))


def _require_every_exercise(notebook: NotebookNode, assignment: Assignment) -> None:
    declared = [e.name for e in assignment.exercises]
    solved = [solved_exercise(c) for c in notebook.cells if is_solution(c)]
    checked = [name for c in notebook.cells if (name := checked_exercise(c))]
    for role, found in (("solution", solved), ("check", checked)):
        if found != declared:
            odd = set(found) ^ set(declared) or {"their order"}
            raise CourseError(
                f"{assignment.name}: {role} cells and declared exercises differ in "
                f"{', '.join(sorted(odd))}"
            )
