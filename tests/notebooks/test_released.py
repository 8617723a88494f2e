"""What students do with an unsolved notebook: run all of it, validate it, get something wrong."""

from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.validator import Validator
from traitlets.config import Config

from autograder.course import declared_assignment
from tests.notebooks.kernels import ASSIGNMENTS, CELL_SECONDS, REPOSITORY, check_cells, read, run
from tests.notebooks.kernels import shown as shown_text

FIRST = "01_convolution"
WITHOUT_PADDING = """\
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    span = dilation * (w.shape[-1] - 1) + 1
    taps = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", taps, w)
    return y if b is None else y + b[:, None, None]
"""


def validated(path: Path) -> list[str]:
    """The exercises nbgrader's Validate button calls failing."""
    config = Config()
    config.Execute.timeout = CELL_SECONDS
    found = Validator(config=config).validate(str(path))
    assert set(found) <= {"failed"}, "locked cells must not count as changed"
    sources = [cell["source"] for cell in found.get("failed", [])]
    return [source for source in sources if source.startswith("check(")]


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_run_all_reports_every_exercise_as_not_implemented(name: str) -> None:
    notebook = read(REPOSITORY.released_notebook(name))
    ran = run(notebook, REPOSITORY.released_folder(name))
    cells = check_cells(ran)
    assert list(cells) == [e.name for e in declared_assignment(name).exercises]
    for exercise, cell in cells.items():
        assert f"{exercise}: not implemented yet" in shown_text(cell)


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_validate_lists_every_exercise_of_the_unsolved_notebook(name: str) -> None:
    exercises = declared_assignment(name).exercises
    failed = validated(REPOSITORY.released_notebook(name))
    assert failed == [f"check({e.name})" for e in exercises]


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_validate_is_content_with_the_solution(name: str) -> None:
    assert validated(REPOSITORY.solution_notebook(name)) == []


def shortened(notebook: NotebookNode, exercise: str, answer: str) -> NotebookNode:
    """Imports, one answer and its check: what it takes to see one hint."""
    wanted = {f"solve-{exercise}", f"check-{exercise}"}
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    kept = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") in wanted]
    imports = next(c for c in cells if "import torch" in c.source)
    notebook.cells = [imports, *kept]
    notebook.cells[1].source = answer
    return notebook


def test_a_forgotten_padding_is_recognised() -> None:
    notebook = shortened(read(REPOSITORY.released_notebook(FIRST)), "conv2d", WITHOUT_PADDING)
    ran = run(notebook, REPOSITORY.released_folder(FIRST))
    text = shown_text(check_cells(ran)["conv2d"])
    (hint,) = [line for line in text.splitlines() if line.startswith("Hint: ")]
    assert "padding" in hint
    wrong = [line for line in text.splitlines() if line.startswith("  ✗ ")]
    assert any("padding" in line for line in wrong)
    assert "  ✓ " in text


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_released_cell_holds_outputs_or_answers(name: str) -> None:
    for cell in read(REPOSITORY.released_notebook(name)).cells:
        assert not cell.get("outputs")
        assert "BEGIN SOLUTION" not in cell.source
