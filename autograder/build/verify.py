"""`autograder build --check`: is what is committed what the sources give, and does it leak?"""

import ast
import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.build.make import Built
from autograder.build.source import is_solution, read_source
from autograder.course import Repository, declared_assignment
from visionlab.checking.records import SUFFIX, load_records

MIN_TELLING = 24  # shorter lines ("return y", "for i in range(n):") tell nothing
DIFF_LINES = 12
_SOLVED = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)


def problems(repository: Repository, built: Built) -> Iterator[str]:
    """Everything that is wrong with an assignment as committed, a line or short diff each."""
    yield from _stale(repository, built)
    yield from _leaks(repository, built.name)
    yield from _changed_stubs(repository, built.name)


def _stale(repository: Repository, built: Built) -> Iterator[str]:
    for file in built.files():
        committed, fresh = repository.root / file, built.root / file
        if not committed.exists():
            yield f"{file} is missing: run 'make notebooks'"
        elif committed.read_bytes() != fresh.read_bytes():
            yield f"{file} is not what the sources give: run 'make notebooks'"
            yield from _short_diff(committed, fresh)


def _short_diff(committed: Path, fresh: Path) -> Iterator[str]:
    if committed.suffix != ".ipynb":
        return
    before, after = (p.read_text().splitlines() for p in (committed, fresh))
    diff = difflib.unified_diff(before, after, "committed", "from the sources", lineterm="", n=1)
    for _, line in zip(range(DIFF_LINES), diff, strict=False):
        yield f"    {line[:110]}"


def _leaks(repository: Repository, name: str) -> Iterator[str]:
    secrets = _solution_lines(repository, name) | _bank_lines(repository, name)
    for folder in ("notebooks", "lib"):
        for path in sorted((repository.root / folder).rglob("*")):
            if path.suffix in {".py", ".ipynb", ".md", ".json"}:
                text = _searchable(path)
                for line in sorted(secrets):
                    if line in text:
                        yield f"{path.relative_to(repository.root)} leaks an answer: {line}"
    for path in sorted((repository.root / "notebooks").rglob(f"*{SUFFIX}")):
        if any(not case.public for record in load_records(path) for case in record.cases):
            yield f"{path.relative_to(repository.root)} holds hidden cases"


def _searchable(path: Path) -> str:
    if path.suffix != ".ipynb":
        return path.read_text()
    cells = nbformat.read(path, as_version=4).cells
    outputs = [json.dumps(cell.get("outputs", []), ensure_ascii=False) for cell in cells]
    return "\n".join([*(cell.source for cell in cells), *outputs])


def _solution_lines(repository: Repository, name: str) -> set[str]:
    """Telling lines between the marks, unless the lesson itself shows them elsewhere."""
    notebook = read_source(repository.source(name))
    shown = "\n".join(c.source for c in notebook.cells if not is_solution(c))
    lines: set[str] = set()
    for cell in notebook.cells:
        if is_solution(cell):
            for part in _SOLVED.findall(cell.source):
                lines |= _telling(part)
    return {line for line in lines if line not in shown}


def _bank_lines(repository: Repository, name: str) -> set[str]:
    """Telling lines of misconceptions and alternatives that students are not given anyway."""
    lines: set[str] = set()
    for exercise in declared_assignment(name).exercises:
        sources = [m.source for m in exercise.misconceptions]
        sources += [a.source for a in exercise.alternatives]
        for source in sources:
            lines |= _telling(source)
    cells = read_source(repository.source(name)).cells
    given = "\n".join(_SOLVED.sub("", cell.source) for cell in cells)  # stubs and the lesson
    return {line for line in lines if line not in given and not line.startswith("def ")}


def _telling(text: str) -> set[str]:
    lines = (line.split("  # ")[0].strip() for line in text.splitlines())
    return {x for x in lines if len(x) >= MIN_TELLING and not x.startswith(("#", '"""'))}


def _changed_stubs(repository: Repository, name: str) -> Iterator[str]:
    path = repository.released_notebook(name)
    if not path.exists():
        return
    solved = dict(_signatures(repository.source(name)))
    released = dict(_signatures(path))
    for function, signature in solved.items():
        if released.get(function) != signature:
            yield f"the stub of {function} differs from the solution in signature or docstring"


def _signatures(path: Path) -> Iterator[tuple[str, str]]:
    """Name -> signatures and docstrings of each solution cell's definition."""
    notebook = read_source(path) if path.suffix == ".py" else nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        fields = cell.metadata.get("nbgrader", {})
        if is_solution(cell) or (cell.cell_type == "code" and fields.get("solution")):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    yield node.name, _surface(node)


def _surface(node: ast.FunctionDef | ast.ClassDef) -> str:
    """Signature and docstring; of a class, those of its methods too."""
    methods = node.body if isinstance(node, ast.ClassDef) else []
    public = [node, *(m for m in methods if isinstance(m, ast.FunctionDef))]
    parts = [ast.get_docstring(n) or "" for n in public]
    parts += [ast.dump(n.args) for n in public if isinstance(n, ast.FunctionDef)]
    return "\n".join(parts)
