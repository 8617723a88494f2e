"""The zip file that Gradescope wants of an autograder, and what it needs to know to grade.

Gradescope, "Autograder Specifications": setup.sh and run_autograder at the top of the zip file. Of
the solutions nothing is in it, nor of the course's secret: only the cases with the expected
answers that come from them.
"""

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import CourseError, Repository
from autograder.grading import Marking
from autograder.reference import engine_version
from autograder.sandbox.limits import Limits
from visionlab.checking.records import SUFFIX, load_records, save_records

GRADING = "grading"  # the folder in the zip file with what is graded
_DATE = (1980, 1, 1, 0, 0, 0)  # the same course gives the same bytes
_CODE = Path(__file__).resolve().parents[2]
_PROJECT = ("pyproject.toml", "constraints.txt", "LICENSE")
_TEMPLATES = Path(__file__).parent / "templates"
# Their declarations hold right answers, and the mistakes that are looked for.
_NEVER = "autograder/checks/"
_LEAVE_OUT = {"__pycache__", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Package:
    """What is graded.

    limits, wanted: as in Marking; walled: never without the sandbox, even where Gradescope
    allows none.
    """

    assignment: str
    limits: dict[str, float]
    wanted: Sequence[str] = ()
    walled: bool = True

    @classmethod
    def load(cls, source: Path) -> "Package":
        """Read it in the unpacked zip file."""
        return cls(**json.loads((source / GRADING / "package.json").read_text()))

    def marking(self, source: Path, *, walled: bool) -> Marking:
        """How to grade, from the unpacked zip file."""
        folder, name = source / GRADING, self.assignment
        records = load_records(folder / f"hidden{SUFFIX}")
        limits: dict[str, Any] = dict(self.limits)
        return Marking(
            assignment=name,
            source=nbformat.read(folder / f"{name}.ipynb", as_version=4),
            records=records,
            files={f"{name}{SUFFIX}": (folder / f"{name}{SUFFIX}").read_bytes()},
            limits=Limits(**limits),
            versions={record.name: record.version() for record in records},
            engine=engine_version(),
            wanted=tuple(self.wanted),
            walled=walled,
        )


def write_package(repository: Repository, marking: Marking, target: Path) -> int:
    """Write the zip file; returns how many files are in it. Raises CourseError where the grader is
    not in its repository, or the zip file would be among its sources."""
    for name in _PROJECT:
        if not (_CODE / name).is_file():
            raise CourseError(f"the grader's {name} is not beside it: run this in the repository")
    if target.resolve().is_relative_to(_CODE / "autograder"):
        raise CourseError(f"{target} is among the sources: write to another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    count = 0
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(repository, marking, target.with_name(f"{target.name}.tmp")):
            info = zipfile.ZipInfo(name, _DATE)
            runs = name in ("setup.sh", "run_autograder")
            info.external_attr = (0o100755 if runs else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
            count += 1
    partial.chmod(0o600)  # the expected answers are in it
    partial.replace(target)
    return count


def _files(repository: Repository, marking: Marking, scratch: Path) -> Iterator[tuple[str, bytes]]:
    for name in ("setup.sh", "run_autograder"):
        yield name, (_TEMPLATES / name).read_bytes()
    for name in _PROJECT:
        yield name, (_CODE / name).read_bytes()
    for folder in ("autograder", "lib/visionlab"):
        yield from _sources(folder)
    limits = marking.limits.to_plain()
    package = Package(marking.assignment, limits, marking.wanted, marking.walled)
    yield f"{GRADING}/package.json", json.dumps(asdict(package), indent=1).encode()
    released = repository.released_notebook(marking.assignment)
    yield f"{GRADING}/{released.name}", released.read_bytes()
    for file, content in marking.files.items():
        yield f"{GRADING}/{file}", content
    try:
        save_records(scratch, marking.records)
        yield f"{GRADING}/hidden{SUFFIX}", scratch.read_bytes()
    finally:
        scratch.unlink(missing_ok=True)


def _sources(folder: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted((_CODE / folder).rglob("*")):
        name = path.relative_to(_CODE).as_posix()
        wanted = path.is_file() and not name.startswith(_NEVER)
        if wanted and _LEAVE_OUT.isdisjoint(path.parts) and path.suffix != ".pyc":
            yield name, path.read_bytes()
