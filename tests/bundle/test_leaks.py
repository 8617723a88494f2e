"""Whatever kind of secret is planted in a bundle, the search finds it and names its file."""

import dataclasses
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import torch
from nbformat.v4 import new_output
from nbgrader.api import Gradebook

from autograder.build.make import reach_programs
from autograder.course import Course, Repository, declared_assignment
from autograder.draw import Draw
from autograder.exercise import Assignment, Exercise
from autograder.leaks import secrets
from autograder.leaks.search import search
from autograder.leaks.secrets import Secrets, courses_in, hidden_runs
from autograder.nbgrader_plugin import COURSE_ID
from tests.build.tiny import NAME, cell_of, declared, submit
from tests.bundle.conftest import ROOT
from visionlab.checking.records import load_records, save_records

TOKEN = "5ec2e7" * 10
STUDENT = "s0417"


@pytest.fixture
def course(repository: Repository) -> Course:
    """A running course with a secret, a submission and a gradebook of another student."""
    course = Course(repository.root / "course")
    submit(course.root, STUDENT, "{}")
    submit(course.root, "blank", "{}")  # a simulated one; the word is everywhere
    course.secret_file.write_text(TOKEN)
    reach_programs()
    with Gradebook(course.db_url, COURSE_ID) as gradebook:
        gradebook.add_student("s9", first_name="Name", last_name="Unlikely", email="u@example.org")
    return course


@pytest.fixture
def bundle(repository: Repository) -> Path:
    """The parts of a bundle that a leak could be in."""
    folder = repository.root.parent / "bundle"
    for part in ("notebooks/90_tiny/90_tiny.ipynb", "notebooks/90_tiny/90_tiny.checks", "LICENSE"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository.root / part, folder / part)
    shutil.copytree(
        repository.root / "lib", folder / "lib", ignore=shutil.ignore_patterns("*.pyc", ".*")
    )
    (folder / "README.md").write_text("Leave no cell blank.\n")
    return folder


def found(repository: Repository, bundle: Path) -> list[str]:
    with declared():
        return list(search(bundle, Secrets.gather(repository, courses_in(bundle.parent / "none"))))


def found_in_course(repository: Repository, bundle: Path) -> list[str]:
    with declared():
        courses = courses_in(repository.root / "course")
        return list(search(bundle, Secrets.gather(repository, courses)))


def test_nothing_is_found_in_a_good_bundle(
    repository: Repository, course: Course, bundle: Path
) -> None:
    assert found_in_course(repository, bundle) == []


@pytest.mark.parametrize(
    "answer",
    [
        "the_scaled_tensor = x * factor",
        "size_of_factor = factor if factor > 0 else -factor",
        "return torch.stack([each_row.sum() / len(each_row) for each_row in x])",
    ],
    ids=["solution", "misconception", "alternative"],
)
@pytest.mark.parametrize("file", ["README.md", "lib/visionlab/new.py", "notes.csv"])
def test_a_line_of_an_answer_is_found(
    repository: Repository, bundle: Path, answer: str, file: str
) -> None:
    (bundle / file).write_text(f"def f():\n    {answer}\n")
    assert found(repository, bundle) == [f"{file}: an answer: {answer}"]


def test_a_solution_of_short_lines_is_found_as_a_whole(
    repository: Repository, bundle: Path
) -> None:
    source = repository.source(NAME)
    short = "    y = x * factor\n    y = y + 0\n    return y\n"
    long = "    the_scaled_tensor = x * factor\n    return the_scaled_tensor\n"
    source.write_text(source.read_text().replace(long, short))
    (bundle / "help.py").write_text(f"def g(x, factor):\n{short}")
    assert found(repository, bundle) == ["help.py: an answer: y = x * factor; y = y + 0; return y"]


def test_an_answer_in_words_is_found(repository: Repository, bundle: Path) -> None:
    words = "Because each entry is multiplied by the same number."
    source = repository.source(NAME)
    cell = f"\n# %% [markdown]\n# ### BEGIN SOLUTION\n# {words}\n# ### END SOLUTION\n"
    source.write_text(source.read_text() + cell)
    (bundle / "README.md").write_text(words)
    assert found(repository, bundle) == [f"README.md: an answer: {words}"]


def test_an_answer_in_an_output_is_found(repository: Repository, bundle: Path) -> None:
    path = bundle / "notebooks" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    text = "----> 4     the_scaled_tensor = x * factor\n"
    cell_of(notebook, "check-scale").outputs = [new_output("stream", text=text)]
    nbformat.write(notebook, path)
    said = found(repository, bundle)
    assert f"notebooks/{NAME}/{NAME}.ipynb: an answer: the_scaled_tensor = x * factor" in said


@pytest.mark.parametrize("mark", ["BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS"])
def test_marks_are_found(repository: Repository, bundle: Path, mark: str) -> None:
    (bundle / "lib" / "visionlab" / "new.py").write_text(f"### {mark}\n")
    assert found(repository, bundle) == [f"lib/visionlab/new.py: the mark {mark}"]


def test_the_instructors_notebook_is_found(repository: Repository, bundle: Path) -> None:
    shutil.copy(repository.solution_notebook(NAME), bundle / "notebooks" / NAME / f"{NAME}.ipynb")
    said = found(repository, bundle)
    where = f"notebooks/{NAME}/{NAME}.ipynb"
    assert f"{where}: a copy of an instructor's file" in said
    assert f"{where}: the mark BEGIN SOLUTION" in said
    assert f"{where}: a notebook with outputs: it was run, and not built" in said


def test_a_notebook_that_somebody_solved_is_found(repository: Repository, bundle: Path) -> None:
    path = bundle / "notebooks" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell_of(notebook, "solve-row_means").source = "def row_means(x):\n    return x.mean(1)"
    nbformat.write(notebook, path)
    where = path.relative_to(bundle)
    assert found(repository, bundle) == [f"{where}: a notebook with an answer in solve-row_means"]


def plant_grader_folder(bundle: Path) -> str:
    (bundle / "autograder").mkdir()
    (bundle / "autograder" / "new.py").write_text("")
    return "autograder/new.py"


def plant_import(bundle: Path) -> str:
    (bundle / "lib" / "visionlab" / "new.py").write_text("from autograder.draw import Draw\n")
    return "lib/visionlab/new.py"


@pytest.mark.parametrize("plant", [plant_grader_folder, plant_import])
def test_a_part_of_the_grader_is_found(
    repository: Repository, bundle: Path, plant: Callable[[Path], str]
) -> None:
    file = plant(bundle)
    assert found(repository, bundle) == [f"{file}: a part of the autograder"]


def test_a_renamed_file_of_the_grader_is_found(repository: Repository, bundle: Path) -> None:
    text = "GRADES = dict(right=1, wrong=0)  # what the grader goes by, and nobody else\n"
    (repository.root / "autograder" / "grades.py").write_text(text)
    (bundle / "lib" / "visionlab" / "points.py").write_text(text)
    assert found(repository, bundle) == ["lib/visionlab/points.py: a copy of an instructor's file"]


def test_the_courses_secret_is_found(repository: Repository, course: Course, bundle: Path) -> None:
    (bundle / "seed.txt").write_text(f"seed={TOKEN}")
    assert found_in_course(repository, bundle) == ["seed.txt: the course's secret"]


def test_the_secret_of_the_demonstration_is_found(repository: Repository, bundle: Path) -> None:
    demo = repository.root / "course" / "demo"
    demo.mkdir(parents=True)
    (demo / "secret").write_text(TOKEN)
    (bundle / "seed.txt").write_text(TOKEN)
    assert found_in_course(repository, bundle) == ["seed.txt: the course's secret"]


def test_a_gradebook_is_found_under_any_name(repository: Repository, bundle: Path) -> None:
    with sqlite3.connect(bundle / "data.bin") as database:
        database.execute("create table grades (score)")
    assert found(repository, bundle) == ["data.bin: a database, such as the gradebook"]


@pytest.mark.parametrize("who", [STUDENT, "Name Unlikely", "u@example.org"])
def test_a_student_is_found(repository: Repository, course: Course, bundle: Path, who: str) -> None:
    (bundle / "README.md").write_text(f"Thanks to {who}, who found this.")
    assert found_in_course(repository, bundle) == [f"README.md: a student: {who}"]


def test_a_students_id_within_a_longer_word_is_none(
    repository: Repository, course: Course, bundle: Path
) -> None:
    (bundle / "README.md").write_text(f"x{STUDENT}y")
    assert found_in_course(repository, bundle) == []


def test_hidden_cases_in_check_data_are_found(repository: Repository, bundle: Path) -> None:
    path = bundle / "notebooks" / NAME / f"{NAME}.checks"
    first, *rest = load_records(path)
    cases = [*first.cases, replace(first.cases[0], public=False)]
    save_records(path, [replace(first, cases=cases), *rest])
    assert found(repository, bundle) == [f"{path.relative_to(bundle)}: hidden cases"]


LESSON = "01_convolution"


@pytest.fixture(scope="module")
def hidden() -> Secrets:
    """The hidden numbers of a real assignment, whose inputs are larger than those of 90_tiny."""
    empty: frozenset[str] = frozenset()
    names = [field.name for field in dataclasses.fields(Secrets)]
    nothing = Secrets(**dict.fromkeys(names, empty))  # type: ignore[arg-type]
    return replace(nothing, runs=frozenset(hidden_runs(LESSON, [TOKEN])))


def a_hidden_input() -> torch.Tensor:
    """The first image of a hidden case, drawn as grading draws it."""
    exercise = declared_assignment(LESSON).exercise("conv2d")
    facet = exercise.facets[0]
    case = next(iter(facet.build(Draw(TOKEN, exercise.name, facet.name))))
    assert isinstance(case, dict)
    tensor: torch.Tensor = case["x"]
    return tensor


def into_text(folder: Path, x: torch.Tensor) -> None:
    (folder / "planted.md").write_text(f"Try x = {x.tolist()}")


def into_printed_text(folder: Path, x: torch.Tensor) -> None:
    torch.set_printoptions(profile="full")
    (folder / "planted.md").write_text(str(x.flatten()))
    torch.set_printoptions(profile="default")


def into_notebook(folder: Path, x: torch.Tensor) -> None:
    cell = nbformat.v4.new_code_cell(f"x = torch.tensor({x.flatten().tolist()})")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "planted.ipynb")


def into_check_data(folder: Path, x: torch.Tensor) -> None:
    """As a public case, so that its mark tells nothing."""
    first, *rest = load_records(Repository(ROOT).public_checks(LESSON))
    cases = [*first.cases, replace(first.cases[0], inputs={"x": x})]
    save_records(folder / "planted.checks", [replace(first, cases=cases), *rest])


@pytest.mark.parametrize("plant", [into_text, into_printed_text, into_notebook, into_check_data])
def test_the_numbers_of_a_hidden_case_are_found(
    tmp_path: Path, hidden: Secrets, plant: Callable[[Path, torch.Tensor], None]
) -> None:
    x = a_hidden_input()
    plant(tmp_path, x)
    assert [line.partition(": ")[2] for line in search(tmp_path, hidden)] == [
        "numbers of a hidden case"
    ]


@pytest.mark.parametrize("hidden_only", [False, True])
def test_numbers_that_public_cases_have_too_are_not_hidden(
    monkeypatch: pytest.MonkeyPatch, hidden_only: bool
) -> None:
    exercise = Exercise("count", points=1, stars=1, minutes=1)
    counted = {"x": torch.arange(20)}
    exercise.cases("the same for all", hidden_only=hidden_only)(lambda draw: [counted])
    assignment = Assignment(LESSON, (exercise,))
    monkeypatch.setattr(secrets, "declared_assignment", lambda name: assignment)
    assert bool(hidden_runs(LESSON, [TOKEN])) == hidden_only


def test_public_numbers_are_no_leak(tmp_path: Path, hidden: Secrets) -> None:
    public = Repository(ROOT).public_checks(LESSON)
    shutil.copy(public, tmp_path)
    inputs = [case.inputs for record in load_records(public) for case in record.cases]
    (tmp_path / "public.txt").write_text(json.dumps(inputs, default=lambda x: x.tolist()))
    assert list(search(tmp_path, hidden)) == []
