"""`autograder build --check` sees what is stale, what leaks and what no longer fits together."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from autograder.build.make import STUB, Built
from autograder.build.verify import problems
from autograder.course import Repository
from tests.build.tiny import NAME, TinyCourse, autograder, cell_of, declared, released
from visionlab.checking.records import load_records, save_records

SOLUTION_LINE = "the_scaled_tensor = x * factor"
MISTAKE_LINE = "size_of_factor = factor if factor > 0 else -factor"
ALTERNATIVE_LINE = "return torch.stack([each_row.sum() / len(each_row) for each_row in x])"
Spoil = Callable[[Repository], None]


def found(repository: Repository, built: Built) -> list[str]:
    with declared():
        return list(problems(repository, built))


def test_nothing_is_wrong_with_a_fresh_build(tiny: TinyCourse) -> None:
    assert found(tiny.repository, tiny.built) == []


def test_the_command_line_says_so(tiny: TinyCourse) -> None:
    said = autograder("build", "--check", cwd=tiny.repository.root / "solutions")
    assert (said.status, said.out) == (0, "")


def change_released(repository: Repository) -> None:
    notebook = released(repository)
    notebook.cells[1].source += "\nimport os"
    nbformat.write(notebook, repository.released_notebook(NAME))


def change_checks(repository: Repository) -> None:
    path = repository.public_checks(NAME)
    first, *rest = load_records(path)
    save_records(path, [replace(first, points=5), *rest])


def remove_released(repository: Repository) -> None:
    repository.released_notebook(NAME).unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (change_released, f"notebooks/{NAME}/{NAME}.ipynb is not what the sources give"),
        (change_checks, f"notebooks/{NAME}/{NAME}.checks is not what the sources give"),
        (remove_released, f"notebooks/{NAME}/{NAME}.ipynb is missing"),
    ],
)
def test_what_is_not_as_built_is_named(
    tiny: TinyCourse, tmp_path: Path, spoil: Spoil, words: str
) -> None:
    copy = tiny.copy(tmp_path / "copy")
    spoil(copy)
    first, *_ = found(copy, tiny.built)
    assert first == f"{words}: run 'make notebooks'"


def test_the_command_line_shows_a_short_difference(tiny: TinyCourse, tmp_path: Path) -> None:
    copy = tiny.copy(tmp_path / "copy")
    change_released(copy)
    said = autograder("build", "--check", cwd=copy.root / "solutions")
    lines = said.out.splitlines()
    assert said.status == 1
    assert lines[0].startswith(f"{NAME}: notebooks/{NAME}/{NAME}.ipynb is not what")
    assert any(line.startswith("    -") and "import os" in line for line in lines)
    assert len(lines) <= 13
    assert "import os" in released(copy).cells[1].source, "a check must change nothing"


def test_a_changed_source_is_seen(tiny: TinyCourse, tmp_path: Path) -> None:
    copy = tiny.copy(tmp_path / "copy")
    source = copy.source(NAME)
    source.write_text(source.read_text().replace("Multiply every", "Scale every"))
    said = autograder("build", NAME, "--check", cwd=copy.root / "solutions")
    assert said.status == 1
    for file in (f"notebooks/{NAME}/{NAME}.ipynb", f"solutions/{NAME}/{NAME}.ipynb"):
        assert f"{file} is not what the sources give" in said.out
    assert any(line.startswith("    +") and "Scale every" in line for line in said.out.splitlines())


def into_library(repository: Repository, line: str) -> str:
    (repository.root / "lib" / "handy.py").write_text(f"def f(x, factor):\n    {line}\n")
    return "lib/handy.py"


def into_page(repository: Repository, line: str) -> str:
    (repository.root / "notebooks" / "README.md").write_text(f"Try `{line}`.\n")
    return "notebooks/README.md"


def into_cell(repository: Repository, line: str) -> str:
    notebook = released(repository)
    notebook.cells.append(new_markdown_cell(f"Hint: `{line}`", id="hint"))
    nbformat.write(notebook, repository.released_notebook(NAME))
    return f"notebooks/{NAME}/{NAME}.ipynb"


def into_output(repository: Repository, line: str) -> str:
    notebook = released(repository)
    output = nbformat.v4.new_output("stream", text=f"----> 4     {line}\n")
    cell_of(notebook, "check-scale").outputs = [output]
    nbformat.write(notebook, repository.released_notebook(NAME))
    return f"notebooks/{NAME}/{NAME}.ipynb"


@pytest.mark.parametrize("plant", [into_library, into_page, into_cell, into_output])
@pytest.mark.parametrize("line", [SOLUTION_LINE, MISTAKE_LINE, ALTERNATIVE_LINE])
def test_a_planted_answer_is_found(
    tiny: TinyCourse, tmp_path: Path, plant: Callable[[Repository, str], str], line: str
) -> None:
    copy = tiny.copy(tmp_path / "copy")
    file = plant(copy, line)
    assert f"{file} leaks an answer: {line}" in found(copy, tiny.built)


def test_hidden_cases_in_the_public_file_are_found(tiny: TinyCourse, tmp_path: Path) -> None:
    copy = tiny.copy(tmp_path / "copy")
    path = copy.public_checks(NAME)
    first, *rest = load_records(path)
    cases = [*first.cases, replace(first.cases[0], public=False)]
    save_records(path, [replace(first, cases=cases), *rest])
    assert f"notebooks/{NAME}/{NAME}.checks holds hidden cases" in found(copy, tiny.built)


@pytest.mark.parametrize(
    "stub",
    [
        f'def scale(x, by):\n    """Multiply. x: (H, W). Returns (H, W)."""\n    {STUB}',
        f'def scale(x, factor):\n    """Multiply. x: (H, W)."""\n    {STUB}',
        f'def scale(x, factor=2):\n    """Multiply. x: (H, W). Returns (H, W)."""\n    {STUB}',
    ],
    ids=["argument", "docstring", "default"],
)
def test_a_stub_unlike_its_solution_is_found(tiny: TinyCourse, tmp_path: Path, stub: str) -> None:
    copy = tiny.copy(tmp_path / "copy")
    notebook = released(copy)
    cell_of(notebook, "solve-scale").source = stub
    nbformat.write(notebook, copy.released_notebook(NAME))
    words = "the stub of scale differs from the solution in signature or docstring"
    assert words in found(copy, tiny.built)
