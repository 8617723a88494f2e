"""The site shows the lecture with its outputs, and neither answers nor links to nowhere."""

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.course import CourseError, Repository
from autograder.site.links import broken_links
from autograder.site.stage import lecture, stage
from tests.build.tiny import NAME, Said, TinyCourse, autograder, cell_of, declared, shared

ROOT = Path(__file__).parents[2]
ANSWER = "the_scaled_tensor = x * factor"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    return shared(tmp_path_factory)


@pytest.fixture
def repository(tiny: TinyCourse, tmp_path: Path) -> Repository:
    """90_tiny with pages of its own and the course's settings for Sphinx."""
    copy = tiny.copy(tmp_path / "repository")
    for path in (copy.released_notebook(NAME), copy.solution_notebook(NAME)):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[0].source += "\n## Exercises"  # their headings are of the third level
        nbformat.write(notebook, path)
    (copy.root / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "conf.py", copy.root / "docs")
    shutil.copy(ROOT / "docs" / "index.md", copy.root / "docs")
    (copy.root / "docs" / "more.md").write_text("# More\n\nBack to the [readme](../README.md).\n")
    (copy.root / "benchmarks").mkdir()
    (copy.root / "benchmarks" / "results.md").write_text("# Results\n\n$$\\arg\\min_x x^2$$\n")
    (copy.root / "SECURITY.md").write_text("# Security\n")
    (copy.root / "LICENSE").write_text("MIT\n")
    notebook = f"notebooks/{NAME}/{NAME}.ipynb"
    readme = f"# Readme\n\n[tiny]({notebook}), [licence](LICENSE), [more](docs/more.md)\n"
    (copy.root / "README.md").write_text(readme)
    return copy


def site(repository: Repository, output: Path) -> Said:
    return autograder("site", "--output", output, cwd=repository.root)


def test_a_lecture_has_the_outputs_of_its_demonstrations(repository: Repository) -> None:
    shown = [c for c in lecture(repository, NAME).cells if c.get("outputs")]
    texts = [c.outputs[0].text for c in shown]
    assert texts[:2] == ["twice: [2.0, 2.0]\n", "a picture\n"]
    assert not any(c.metadata.get("nbgrader", {}).get("solution") for c in shown)
    assert not any(c.source.startswith("check(") for c in shown)


def test_a_lecture_leaves_the_exercise_open(repository: Repository) -> None:
    source = cell_of(lecture(repository, NAME), "solve-scale").source
    assert "raise NotImplementedError" in source
    assert ANSWER not in source


def test_notebooks_of_two_builds_are_not_mixed(repository: Repository) -> None:
    path = repository.solution_notebook(NAME)
    solved = nbformat.read(path, as_version=4)
    solved.metadata["built_from"] = "another source"
    nbformat.write(solved, path)
    with pytest.raises(CourseError, match=f"run 'autograder build {NAME}'"):
        lecture(repository, NAME)


def test_an_output_that_tells_an_answer_stops_the_site(
    repository: Repository, tmp_path: Path
) -> None:
    path = repository.solution_notebook(NAME)
    solved = nbformat.read(path, as_version=4)
    demonstration = next(c for c in solved.cells if c.source.startswith("@demo"))
    demonstration.outputs[0].text = f"{ANSWER}\n"
    nbformat.write(solved, path)
    with declared(), pytest.raises(CourseError, match=f"would tell answers: .*{NAME}"):
        stage(repository, [NAME], tmp_path / "sources")


def test_the_site_is_built_from_pages_and_notebooks(repository: Repository, tmp_path: Path) -> None:
    said = site(repository, tmp_path / "site")
    assert said.status == 0, said.err
    page = (tmp_path / "site" / "notebooks" / NAME / f"{NAME}.html").read_text()
    assert "twice: " in page
    assert "the_scaled_tensor" not in page
    assert f'href="notebooks/{NAME}/{NAME}.html"' in (tmp_path / "site/README.html").read_text()
    formula = (tmp_path / "site" / "benchmarks" / "results.html").read_text()
    assert "<math" in formula
    assert "\\arg" not in formula


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# More\n\n[gone](nowhere.md)\n", "nowhere.md"),
        ("# More\n\n$\\notacommand x$\n", "MathML has no \\notacommand"),
        (
            "# More\n\n<a href='nowhere.html'>gone</a>\n",
            "docs/more.html: nowhere.html is not there",
        ),
    ],
    ids=["warning", "formula", "link in HTML"],
)
def test_what_is_wrong_with_a_page_is_an_error(
    repository: Repository, tmp_path: Path, text: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (repository.root / "docs" / "more.md").write_text(text)
    said = site(repository, tmp_path / "site")
    assert said.status == 1
    assert words in said.err + capfd.readouterr().err


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("there.html", []),
        ("there.html#place", []),
        ("#here", []),
        ("https://example.org/x", []),
        ("gone.html", ["index.html: gone.html is not there"]),
        ("there.html#gone", ["index.html: there.html#gone has no such place"]),
        ("#gone", ["index.html: #gone has no such place"]),
    ],
)
def test_links_are_followed(tmp_path: Path, link: str, says: list[str]) -> None:
    (tmp_path / "index.html").write_text(f'<p id="here"><a href="{link}">x</a></p>')
    (tmp_path / "there.html").write_text('<p id="place"></p>')
    assert list(broken_links(tmp_path)) == says


def test_a_folder_that_is_no_site_is_left_alone(repository: Repository, tmp_path: Path) -> None:
    output = tmp_path / "thesis"
    output.mkdir()
    (output / "thesis.tex").write_text("years of work")
    said = site(repository, output)
    assert said.status == 1
    assert f"{output} holds something that is no site" in said.err
    assert (output / "thesis.tex").exists()


def test_a_site_that_fails_leaves_the_one_before(repository: Repository, tmp_path: Path) -> None:
    output = tmp_path / "site"
    assert site(repository, output).status == 0
    (repository.root / "docs" / "more.md").write_text("# More\n\n[gone](nowhere.md)\n")
    assert site(repository, output).status == 1
    assert "readme" in (output / "docs" / "more.html").read_text()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("jupyter")] == []
