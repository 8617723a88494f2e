"""The solution notebooks run again as they were committed.

That they earn all points is shown by a class that is graded: tests/cli/test_every_assignment.py.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import declared_assignment
from tests.notebooks.kernels import ASSIGNMENTS, REPOSITORY, check_cells, read, shown

NO_CONFIGURATION = ["-c", os.devnull, "-p", "no:cacheprovider"]
SANITIZE = Path(__file__).with_name("nbval_sanitize.cfg")


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_solution_gives_its_committed_outputs(name: str, tmp_path: Path) -> None:
    # In a copy: what it writes (a trained network) is not to replace what is committed.
    folder = shutil.copytree(REPOSITORY.source(name).parent, tmp_path / name)
    path = folder / REPOSITORY.solution_notebook(name).name
    nbval = ["--nbval", "--nbval-cell-timeout", "600", "--nbval-sanitize-with", str(SANITIZE)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *NO_CONFIGURATION, *nbval, path.name],
        cwd=path.parent,  # where the check data lies
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    code_cells = [c for c in read(path).cells if c.cell_type == "code"]
    assert f"{len(code_cells)} passed" in done.stdout


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_check_of_the_solution_is_green(name: str) -> None:
    cells = check_cells(read(REPOSITORY.solution_notebook(name)))
    assert list(cells) == [e.name for e in declared_assignment(name).exercises]
    for exercise, cell in cells.items():
        assert f"{exercise}: " in shown(cell)
        assert "✓" in shown(cell)
        assert "✗" not in shown(cell)
