"""The bundle's environment: what students install, at the versions that work together."""

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.bundle.templates import fill
from autograder.course import CourseError, Repository

ENVIRONMENT = "convolutional-vision-notebooks"
_REQUIREMENTS = b"-c constraints.txt\n-e .[students]\n"
_GRADER_ONLY = "nbgrader"  # its button in JupyterLab asks what check() asks


def environment_files(repository: Repository) -> dict[str, bytes]:
    """pyproject.toml, requirements.txt, constraints.txt and environment.yml for students.

    Raises CourseError when the repository's own pyproject.toml lacks what they are made from.
    """
    course = _read(repository.root / "pyproject.toml")
    try:
        project = course["project"]
        needed = [*project["dependencies"], *project["optional-dependencies"]["students"]]
        data = course["tool"]["setuptools"]["package-data"]["visionlab"]
    except KeyError as error:
        raise CourseError(f"pyproject.toml has no {error}: the bundle is made from it") from None
    students = [
        r
        for r in project["optional-dependencies"]["students"]
        if canonicalize_name(Requirement(r).name) != _GRADER_ONLY
    ]
    wanted = [r for r in needed if r in students or r in project["dependencies"]]
    pins = _pins_for(wanted, repository.root / "constraints.txt")
    return {
        "pyproject.toml": fill("pyproject.toml.j2", project=project, students=students, data=data),
        "requirements.txt": _REQUIREMENTS,
        "environment.yml": fill("environment.yml.j2", environment=ENVIRONMENT),
        "constraints.txt": "".join(f"{pin}\n" for pin in pins).encode(),
    }


def _read(path: Path) -> dict[str, dict[str, dict[str, dict[str, list[str]]]]]:
    return tomllib.loads(path.read_text())


def _pins_for(wanted: list[str], constraints: Path) -> list[str]:
    """The lines of constraints.txt that an installation of `wanted` can meet, in their order."""
    pins = {
        canonicalize_name(line.partition("==")[0]): line
        for line in constraints.read_text().splitlines()
        if "==" in line and not line.startswith("#")
    }
    met: set[str] = set()
    waiting = [Requirement(r) for r in wanted]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        asked = f"{name}{sorted(requirement.extras)}"
        if asked not in met:
            met |= {asked, name}
            waiting += _needs_of(requirement)
    return [line for name, line in pins.items() if name in met]


def _needs_of(requirement: Requirement) -> list[Requirement]:
    """What an installed package needs in turn; nothing where it is not installed here."""
    try:
        lines = metadata.requires(requirement.name) or []
    except metadata.PackageNotFoundError:
        return []
    needs = map(Requirement, lines)
    extras = ["", *requirement.extras]
    return [
        n for n in needs if not n.marker or any(n.marker.evaluate({"extra": e}) for e in extras)
    ]
