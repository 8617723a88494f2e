"""What students do with an unsolved notebook: run all of it, validate it, get something wrong."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata
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


class Watched(Validator):
    """nbgrader's Validate button; keeps the notebook as it was when its cells had run."""

    ran: NotebookNode

    def _preprocess(self, notebook: NotebookNode) -> NotebookNode:
        self.ran = super()._preprocess(notebook)
        return self.ran


@dataclass(frozen=True)
class Validated:
    """What Validate found. failing: the checks it lists; ran: the notebook with its outputs."""

    name: str
    failing: list[str]
    ran: NotebookNode

    @classmethod
    def of(cls, name: str, path: Path, **settings: object) -> "Validated":
        """Press the button. settings: traits of the Validator."""
        config = Config()
        config.Execute.timeout = CELL_SECONDS
        button = Watched(config=config, **settings)
        found = button.validate(str(path))
        assert set(found) <= {"failed"}, "locked cells must not count as changed"
        sources = [cell["source"] for cell in found.get("failed", [])]
        return cls(name, [s for s in sources if s.startswith("check(")], button.ran)


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def unsolved(request: pytest.FixtureRequest) -> Validated:
    """The notebook that students get. To validate it is to run all of it, whatever fails."""
    return Validated.of(request.param, REPOSITORY.released_notebook(request.param))


@pytest.mark.slow
def test_run_all_reports_every_exercise_as_not_implemented(unsolved: Validated) -> None:
    errors = [o for c in unsolved.ran.cells for o in c.get("outputs", ()) if "ename" in o]
    assert errors == []
    cells = check_cells(unsolved.ran)
    assert list(cells) == [e.name for e in declared_assignment(unsolved.name).exercises]
    for exercise, cell in cells.items():
        assert f"{exercise}: not implemented yet" in shown_text(cell)


@pytest.mark.slow
def test_validate_lists_every_exercise_of_the_unsolved_notebook(unsolved: Validated) -> None:
    exercises = declared_assignment(unsolved.name).exercises
    assert unsolved.failing == [f"check({e.name})" for e in exercises]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_cell_can_tell_run_all_from_validate(name: str) -> None:
    """Else the tests above would say nothing of Run All."""
    library = sorted((REPOSITORY.root / "lib").rglob("*.py"))
    for path in (REPOSITORY.released_notebook(name), REPOSITORY.solution_notebook(name), *library):
        assert "NBGRADER_" not in path.read_text(), path


# All others run in full in the nightly tests: by day it is enough that nbval finds the committed
# outputs right (test_solutions.py), and that Validate is content with these.
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [FIRST, *(pytest.param(n, marks=pytest.mark.nightly) for n in ASSIGNMENTS if n != FIRST)],
)
def test_validate_is_content_with_the_solution(name: str, tmp_path: Path) -> None:
    # In a copy: what it writes (a trained network) is not to replace what is committed.
    folder = shutil.copytree(REPOSITORY.source(name).parent, tmp_path / name)
    path = folder / REPOSITORY.solution_notebook(name).name
    assert Validated.of(name, path).failing == []


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_validate_is_content_with_the_outputs_of_the_solution(name: str) -> None:
    path = REPOSITORY.solution_notebook(name)
    assert Validated.of(name, path, preprocessors=[CheckCellMetadata]).failing == []
    for cell in check_cells(read(path)).values():  # nbval passes over none of them
        assert cell.outputs
        assert "nbval" not in f"{cell.source} {cell.metadata.get('tags', [])}".lower()


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
