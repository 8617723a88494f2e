"""Where things are: the repository's folders, and one running course's."""

import contextlib
import importlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError as CourseError  # for all who know of courses
from autograder.exercise import Assignment
from visionlab.checking.records import SUFFIX


@dataclass(frozen=True)
class Repository:
    """The course's sources: `solutions/` written by instructors, `notebooks/` built from them."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Repository":
        """The repository around `start` (default: the working folder), or the one this file is
        in. Raises CourseError when there is none."""
        here = (start or Path.cwd()).resolve()
        for folders in [here, *here.parents], Path(__file__).resolve().parents:
            for parent in folders:
                if (parent / "solutions").is_dir() and (parent / "autograder").is_dir():
                    return cls(parent)
        raise CourseError("no folder with solutions/ and autograder/ above here: change into one")

    def assignment_names(self) -> list[str]:
        """All assignments, in lecture order."""
        return sorted(p.parent.name for p in self.root.glob("solutions/[0-9]*_*/*.py"))

    def source(self, name: str) -> Path:
        """The hand-written percent script of an assignment; CourseError for unknown names."""
        path = self.root / "solutions" / name / f"{name}.py"
        if not path.is_file():
            known = ", ".join(self.assignment_names())
            raise CourseError(f"there is no assignment {name}; there is {known}")
        return path

    def solution_notebook(self, name: str) -> Path:
        """The executed instructor notebook."""
        return self.source(name).with_suffix(".ipynb")

    def released_folder(self, name: str) -> Path:
        """What students get of an assignment."""
        return self.root / "notebooks" / name

    def released_notebook(self, name: str) -> Path:
        """The unsolved notebook."""
        return self.released_folder(name) / f"{name}.ipynb"

    def public_checks(self, name: str) -> Path:
        """The public check data beside the unsolved notebook."""
        return self.released_folder(name) / f"{name}{SUFFIX}"


def declared_assignment(name: str) -> Assignment:
    """The declaration `ASSIGNMENT` of autograder/checks/<name without its number>."""
    module_name = f"autograder.checks.{name.partition('_')[2]}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise CourseError(f"{name} has no declaration: write {module_name}") from None
    assignment: Assignment = module.ASSIGNMENT
    if assignment.name != name:
        raise CourseError(f"{module_name} declares {assignment.name}, not {name}")
    return assignment


@dataclass(frozen=True)
class Course:
    """One running course: gradebook, submissions, grades, feedback, reports and its secret."""

    root: Path

    @property
    def secret_file(self) -> Path:
        """The seed of the hidden cases; whoever reads it knows their numbers."""
        return self.root / "secret"

    @property
    def results(self) -> Path:
        """Results of graded submissions, as JSON."""
        return self.root / "results"

    @property
    def db_url(self) -> str:
        """nbgrader's gradebook, SQLite unless another URL is configured."""
        return f"sqlite:///{self.root / 'gradebook.db'}"

    def submission(self, student: str, assignment: str) -> Path:
        """The notebook a student handed in."""
        return self.root / "submitted" / student / assignment / f"{assignment}.ipynb"

    def feedback_page(self, student: str, assignment: str) -> Path:
        """The page of feedback a student reads."""
        return self.root / "feedback" / student / assignment / f"{assignment}.html"

    def secret(self) -> str:
        """The course's secret, made at the first call and readable by its owner only."""
        self.root.mkdir(parents=True, exist_ok=True)
        if not self._known_secret():
            # Whole or not at all, for an empty one could be guessed; and the first one stays.
            with tempfile.NamedTemporaryFile("w", dir=self.root, prefix=".secret-") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                if self.secret_file.exists():  # empty
                    self.secret_file.unlink()
                with contextlib.suppress(FileExistsError):
                    os.link(file.name, self.secret_file)
        return self._known_secret()

    def _known_secret(self) -> str:
        try:
            return self.secret_file.read_text().strip()
        except FileNotFoundError:
            return ""
