"""The zip on a machine that has only what students install: every notebook runs.

The environment is a new one, into which the bundle is installed with pip. Torch and the other
libraries (6 GB) are not installed again but reached in the environment of the tests; the autograder
and the course's own library are out of its reach, and a test says so.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.bundle.contents import built_assignments, collect
from autograder.bundle.online import Hosting
from autograder.bundle.writing import FOLDER, write_zip
from autograder.course import Course, Repository
from autograder.leaks.search import search
from autograder.leaks.secrets import Secrets
from tests.bundle.conftest import ROOT

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]
NAMES = built_assignments(Repository(ROOT), [])
HOSTING = Hosting.parse("https://github.com/owner/name")
RUN = """
import sys, nbformat
from nbclient import NotebookClient
path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, "executed.ipynb")
"""


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as a student has it after the first of the README's two commands."""
    folder = tmp_path_factory.mktemp("machine")
    repository = Repository(ROOT)
    write_zip(collect(repository, NAMES, HOSTING), folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        archive.extractall(folder)
    bundle = folder / FOLDER
    venv.create(bundle / ".venv")
    own = Path(sysconfig.get_path("purelib", vars={"base": str(bundle / ".venv")}))
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    # The borrowed environment holds the course under this name, and must keep it.
    offline = ["--no-deps", "--no-build-isolation", "--ignore-installed"]
    python(bundle, bundle, "-m", "pip", "install", "--quiet", *offline, "--editable", ".")
    return bundle


def python(bundle: Path, folder: Path, *words: str) -> str:
    """What the student's Python prints; the test fails where it fails."""
    done = subprocess.run(
        [bundle / ".venv" / "bin" / "python", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "", "JUPYTER_PLATFORM_DIRS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_grader_is_out_of_reach_and_the_library_is_the_bundles(unzipped: Path) -> None:
    ask = (
        "import importlib.util as u, visionlab; "
        "print(u.find_spec('autograder'), visionlab.__file__)"
    )
    nothing, library = python(unzipped, unzipped, "-c", ask).split()
    assert nothing == "None"
    assert Path(library).is_relative_to(unzipped / "lib")


def test_the_doctor_finds_nothing_amiss(unzipped: Path) -> None:
    findings = json.loads(python(unzipped, unzipped, "-m", "visionlab", "doctor", "--json"))
    assert [f for f in findings if f["status"] != "ok"] == []
    assert "Validate button" not in {f["topic"] for f in findings}


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_top_to_bottom(unzipped: Path, name: str) -> None:
    folder = unzipped / "notebooks" / name
    python(unzipped, folder, "-c", RUN, f"{name}.ipynb")
    executed = folder / "executed.ipynb"
    cells = nbformat.read(executed, as_version=4).cells
    executed.unlink()
    checks = [c for c in cells if c.metadata.get("nbgrader", {}).get("points") is not None]
    checks = [c for c in checks if c.cell_type == "code"]
    assert checks
    for cell in checks:
        assert "not implemented" in json.dumps(cell.outputs), cell.source
    # Where it is not Colab, the cell for Colab does nothing.
    assert next(c for c in cells if c.id == "set-up-on-colab").outputs == []


def test_no_secret_of_the_course_is_in_it(unzipped: Path, tmp_path: Path) -> None:
    course = Course(tmp_path / "course")
    course.secret()
    with zipfile.ZipFile(unzipped.parent / "bundle.zip") as archive:
        archive.extractall(tmp_path / "fresh")
    secrets = Secrets.gather(Repository(ROOT), [course])
    assert secrets.lines
    assert secrets.runs
    assert list(search(tmp_path / "fresh", secrets)) == []


def test_this_machine_would_find_the_grader_if_it_were_in_reach() -> None:
    ask = "import importlib.util as u; print(u.find_spec('autograder') is not None)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
