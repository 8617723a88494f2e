"""Building: what is derived, that it is derived the same way twice, and by the formgrader too."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.build import make
from autograder.build.make import Built, build, generate_assignment_with, install
from autograder.course import Course, CourseError, Repository
from autograder.nbgrader_plugin import configure
from tests.build.tiny import NAME, TinyCourse, cell_of, declared, released
from visionlab.checking.records import load_records

BUILT_FILES = [
    f"notebooks/{NAME}/{NAME}.checks",
    f"notebooks/{NAME}/{NAME}.ipynb",
    f"solutions/{NAME}/{NAME}.checks",
    f"solutions/{NAME}/{NAME}.ipynb",
]


def build_quietly(repository: Repository, scratch: Path, *, force: bool = False) -> Built:
    with declared():
        return build(repository, NAME, scratch, force=force, say=lambda step: None)


def contents(built: Built) -> dict[str, bytes]:
    return {str(file): (built.root / file).read_bytes() for file in built.files()}


def test_four_files_are_built(tiny: TinyCourse) -> None:
    assert [str(file) for file in tiny.built.files()] == BUILT_FILES


def test_the_solution_is_executed_and_passes_its_own_checks(tiny: TinyCourse) -> None:
    notebook = nbformat.read(tiny.repository.solution_notebook(NAME), as_version=4)
    for exercise in ("scale", "row_means"):
        (output,) = cell_of(notebook, f"check-{exercise}").outputs
        assert "✓" in output.data["text/plain"]
    counts = [c.execution_count for c in notebook.cells if c.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_students_get_stubs_without_outputs(tiny: TinyCourse) -> None:
    notebook = released(tiny.repository)
    stub = cell_of(notebook, "solve-scale").source
    assert stub.splitlines() == [
        "def scale(x, factor):",
        '    """Multiply. x: (H, W). Returns (H, W)."""',
        f"    {make.STUB}",
    ]
    assert not any(c.outputs for c in notebook.cells if c.cell_type == "code")


def test_students_get_public_cases_only(tiny: TinyCourse) -> None:
    records = load_records(tiny.repository.public_checks(NAME))
    assert [r.name for r in records] == ["scale", "row_means"]
    assert all(case.public for r in records for case in r.cases)


def test_building_again_changes_no_byte(tiny: TinyCourse, tmp_path: Path) -> None:
    again = build_quietly(tiny.repository, tmp_path)
    assert contents(again) == contents(tiny.built)
    assert install(again, tiny.repository) == []


def test_executing_again_changes_no_byte(tiny: TinyCourse, tmp_path: Path) -> None:
    again = build_quietly(tiny.repository, tmp_path, force=True)
    assert contents(again) == contents(tiny.built)


def test_outputs_are_kept_while_the_source_is_the_same(
    tiny: TinyCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Path] = []
    monkeypatch.setattr(make, "_execute", lambda notebook, folder: ran.append(folder))
    copy = tiny.copy(tmp_path / "copy")
    build_quietly(copy, tmp_path / "kept")
    assert ran == []
    source = copy.source(NAME)
    source.write_text(source.read_text().replace("a picture", "another picture"))
    build_quietly(copy, tmp_path / "changed")
    assert len(ran) == 1


def test_a_solution_that_fails_is_one_clear_line(tiny: TinyCourse, tmp_path: Path) -> None:
    copy = tiny.copy(tmp_path / "copy")
    source = copy.source(NAME)
    source.write_text(source.read_text().replace('print("a picture")', "1 / 0"))
    with pytest.raises(CourseError, match=r"^the solution notebook fails: ZeroDivisionError: div"):
        build_quietly(copy, tmp_path / "scratch")


def visible(notebook: NotebookNode) -> list[dict[str, object]]:
    return [
        {k: c.get(k) for k in ("id", "cell_type", "source", "metadata")} for c in notebook.cells
    ]


def test_the_formgrader_generates_the_same_notebook(tiny: TinyCourse, tmp_path: Path) -> None:
    copy = tiny.copy(tmp_path / "copy")
    config = Config()
    configure(config, copy, Course(tmp_path / "course"))
    copy.released_notebook(NAME).unlink()
    outcome = generate_assignment_with(config, NAME)
    assert outcome["success"], outcome
    assert visible(released(copy)) == visible(released(tiny.repository))
    files = sorted(p.name for p in copy.released_folder(NAME).iterdir())
    assert files == [f"{NAME}.checks", f"{NAME}.ipynb"]
