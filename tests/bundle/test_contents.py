"""The bundle holds notebooks, library, environment and README, and installs without the grader."""

import json
import tomllib

import nbformat
import pytest
from packaging.requirements import Requirement

from autograder.bundle.contents import Files, built_assignments, collect
from autograder.bundle.online import Hosting
from autograder.course import CourseError, Repository
from tests.build.tiny import NAME, declared
from tests.bundle.conftest import LIBRARY, ROOT

HOSTING = Hosting.parse("https://github.com/owner/name.git")
NOTEBOOK = f"notebooks/{NAME}/{NAME}.ipynb"


def bundled(repository: Repository, hosting: Hosting | None = None) -> Files:
    with declared():
        return collect(repository, [NAME], hosting)


def test_nothing_else_is_in_it(repository: Repository) -> None:
    own = {"README.md", "LICENSE", "pyproject.toml", "requirements.txt", "constraints.txt"}
    library = {f"lib/visionlab/{name}" for name in LIBRARY}
    checks = f"notebooks/{NAME}/{NAME}.checks"
    assert set(bundled(repository)) == own | library | {"environment.yml", NOTEBOOK, checks}


def test_notebook_and_checks_are_those_that_were_built(repository: Repository) -> None:
    assert bundled(repository)[NOTEBOOK] == repository.released_notebook(NAME).read_bytes()


def test_students_install_neither_grader_nor_nbgrader(repository: Repository) -> None:
    files = bundled(repository)
    project = tomllib.loads(files["pyproject.toml"].decode())
    wanted = project["project"]["dependencies"]
    wanted += project["project"]["optional-dependencies"]["students"]
    names = {Requirement(line).name for line in wanted}
    assert {"torch", "jupyterlab", "ipykernel"} <= names
    assert not names & {"nbgrader", "autograder", "convolutional-vision-course"}
    assert set(project["project"]["optional-dependencies"]) == {"students"}
    assert "scripts" not in project["project"]
    assert project["tool"]["setuptools"]["packages"]["find"] == {"where": ["lib"]}


def test_the_pins_are_those_students_can_meet(repository: Repository) -> None:
    pins = bundled(repository)["constraints.txt"].decode().splitlines()
    ours = (ROOT / "constraints.txt").read_text().splitlines()
    assert set(pins) <= set(ours)
    names = {pin.partition("==")[0].lower() for pin in pins}
    # torch and numpy are asked for, sympy by torch, tornado by JupyterLab's server.
    assert {"torch", "numpy", "sympy", "tornado"} <= names
    assert not names & {"nbgrader", "pytest", "ruff", "sqlalchemy", "typer"}


def test_the_readme_lists_the_notebook_and_starts_it(repository: Repository) -> None:
    readme = bundled(repository)["README.md"].decode()
    assert f"| [90 · Tiny]({NOTEBOOK}) | 3 | 10 |\n" in readme
    assert f"jupyter lab {NOTEBOOK}" in readme
    assert "Binder" not in readme


def test_a_published_bundle_has_badges(repository: Repository) -> None:
    readme = bundled(repository, HOSTING)["README.md"].decode()
    assert f"(https://colab.research.google.com/github/owner/name/blob/HEAD/{NOTEBOOK})" in readme
    path = f"lab%2Ftree%2Fnotebooks%2F{NAME}%2F{NAME}.ipynb"
    assert f"(https://mybinder.org/v2/gh/owner/name/HEAD?urlpath={path})" in readme


def test_on_colab_the_first_code_installs_the_library_and_fetches_the_checks(
    repository: Repository,
) -> None:
    notebook = nbformat.reads(bundled(repository, HOSTING)[NOTEBOOK].decode(), as_version=4)
    nbformat.validate(notebook)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    *_, condition, install, fetch = first.source.splitlines()
    assert condition == 'if "google.colab" in str(get_ipython()):'
    assert install == '    %pip install --quiet "git+https://github.com/owner/name.git"'
    assert fetch.endswith(f"https://github.com/owner/name/raw/HEAD/notebooks/{NAME}/{NAME}.checks")
    rest = [cell for cell in notebook.cells if cell is not first]
    released = json.loads(repository.released_notebook(NAME).read_text())
    assert [cell.id for cell in rest] == [cell["id"] for cell in released["cells"]]


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://gitlab.com/group/sub/name", "https://mybinder.org/v2/gl/group%2Fsub%2Fname/HEAD"),
        (
            "https://git.example.org/owner/name",
            "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Fowner%2Fname/HEAD",
        ),
    ],
)
def test_elsewhere_there_is_binder_and_no_colab(url: str, start: str) -> None:
    hosting = Hosting.parse(url)
    links = hosting.links(NOTEBOOK)
    assert f"({start}?urlpath=" in links
    assert "Colab" not in links
    assert hosting.colab_cell(NOTEBOOK) == ""


@pytest.mark.parametrize(
    "url",
    [
        "github.com/owner/name",
        "git@github.com:owner/name.git",
        "https://github.com/name",
        "https://someone:password@github.com/owner/name",
        'https://github.com/owner/name"; rm -r ~',
        "https://github.com/owner/$(whoami)",
        "https://github.com/owner/name?tab=readme",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(CourseError, match="is no address such as https://github.com/owner/name"):
        Hosting.parse(url)


def test_without_names_all_built_assignments_are_taken(repository: Repository) -> None:
    unbuilt = repository.root / "solutions" / "91_other" / "91_other.py"
    unbuilt.parent.mkdir()
    unbuilt.write_text("")
    assert built_assignments(repository, []) == [NAME]


def test_an_assignment_that_is_not_built_is_refused(repository: Repository) -> None:
    repository.public_checks(NAME).unlink()
    with pytest.raises(CourseError, match=f"{NAME} is not built: run 'autograder build {NAME}'"):
        built_assignments(repository, [NAME])


def test_an_unknown_assignment_is_refused(repository: Repository) -> None:
    with pytest.raises(CourseError, match="there is no assignment 99_more"):
        built_assignments(repository, ["99_more"])
