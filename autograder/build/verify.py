"""`autograder build --check`: is what is committed what the sources give, and does it leak?"""

import ast
import difflib
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.build.make import Built
from autograder.build.source import is_solution, read_source
from autograder.course import Repository
from autograder.leaks.answers import answer_lines
from autograder.leaks.content import read_content
from visionlab.checking.records import SUFFIX, load_records

DIFF_LINES = 12


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
    secrets = answer_lines(repository, name)
    for folder in ("notebooks", "lib"):
        for path in sorted((repository.root / folder).rglob("*")):
            if path.suffix in {".py", ".ipynb", ".md", ".json"}:
                text = read_content(path).text
                for line in sorted(secrets):
                    if line in text:
                        yield f"{path.relative_to(repository.root)} leaks an answer: {line}"
    for path in sorted((repository.root / "notebooks").rglob(f"*{SUFFIX}")):
        if any(not case.public for record in load_records(path) for case in record.cases):
            yield f"{path.relative_to(repository.root)} holds hidden cases"


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
