"""Says whether this machine is ready for the course, and what to do where it is not.

Nothing of what may be missing or broken, such as torch, is imported before it is looked at. A
program with needs of its own (the grader) makes further findings and gives all of them to `report`.
"""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

DISTRIBUTION = "convolutional-vision-course"
INSTALL = 'in the course folder: python -m pip install -c constraints.txt -e ".[students]"'
CHECK_DATA_SUFFIX = ".checks"

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    topic: what was looked at. status: "problem" where notebooks cannot run, "warning" where
    something less is missing. found: what is there. advice: what to do; empty if nothing.
    """

    topic: str
    status: Status
    found: str
    advice: str = ""


def diagnose(start: Path | None = None) -> list[Finding]:
    """Return what a student's machine has and lacks.

    start: the folder from which to look for the notebooks; the working directory if None.
    """
    try:
        packages = [*package_findings(), *package_findings("students", lacking="warning")]
    except metadata.PackageNotFoundError:
        packages = [Finding("course packages", "problem", "not installed", INSTALL)]
    return [
        python_finding(),
        *packages,
        *([validate_finding()] if _asks_for("nbgrader") else []),
        device_finding(),
        notebooks_finding(start or Path.cwd()),
    ]


def _asks_for(name: str) -> bool:
    """Whether the course lists a package, as installed here; students' downloads lack nbgrader."""
    try:
        listed = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return False
    return any(Requirement(line).name == name for line in listed)


def python_finding() -> Finding:
    """Compare this Python with the range the course declares, if the course is installed."""
    version = platform.python_version()
    try:
        needed = metadata.metadata(DISTRIBUTION)["Requires-Python"]
    except metadata.PackageNotFoundError:
        return Finding("Python", "ok", version)
    found = f"{version} (needed: {needed})"
    if SpecifierSet(needed).contains(version, prereleases=True):
        return Finding("Python", "ok", found)
    advice = "create the environment again with a Python in this range"
    return Finding("Python", "problem", found, advice)


def package_findings(extra: str = "", lacking: Status = "problem") -> list[Finding]:
    """Compare the installed packages with what the course declares to need.

    extra: "" for what every notebook needs, or "students", "instructors", "dev" for what that
    extra adds. lacking: the status of a package that is missing or out of range.
    Raises importlib.metadata.PackageNotFoundError if the course itself is not installed.
    """
    findings = []
    for requirement in map(Requirement, metadata.requires(DISTRIBUTION) or []):
        marker = requirement.marker
        always = marker is None or marker.evaluate({"extra": ""})
        added = marker is not None and not always and marker.evaluate({"extra": extra})
        if added if extra else always:
            findings.append(_package_finding(requirement, lacking))
    return findings


def _package_finding(requirement: Requirement, lacking: Status) -> Finding:
    name, needed = requirement.name, requirement.specifier
    advice = f'python -m pip install "{name}{needed}"'
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, lacking, f"missing (needed: {needed})", advice)
    found = f"{version} (needed: {needed})"
    # A development version of something newer serves as well.
    if needed.contains(version, prereleases=True):
        return Finding(name, "ok", found)
    return Finding(name, lacking, found, advice)


def validate_finding() -> Finding:
    """Look for the two halves of nbgrader's Validate button, in JupyterLab and in its server."""
    topic = "Validate button"
    advice = "python -m pip install --force-reinstall --no-deps nbgrader"
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
    except ImportError:
        return Finding(topic, "warning", "no Jupyter", "python -m pip install jupyterlab nbgrader")
    places = {
        "JupyterLab": jupyter_path("labextensions", "@jupyter", "nbgrader"),
        "server": [
            f"{path}/jupyter_server_config.d/nbgrader.json" for path in jupyter_config_path()
        ],
    }
    absent = [half for half, paths in places.items() if not any(Path(p).exists() for p in paths)]
    if absent:
        found = f"nbgrader's extension of {' and '.join(absent)} is missing"
        return Finding(topic, "warning", found, advice)
    return Finding(topic, "ok", "nbgrader's extensions are there")


def device_finding() -> Finding:
    """Compute something with torch and torchvision on the device the notebooks would use."""
    advice = f"install both again; {INSTALL} --force-reinstall"
    # Everything is caught: a broken build of torch fails with any error, while importing too.
    try:
        import torch
        import torchvision

        from visionlab.devices import best_device, describe
    except Exception as error:
        return Finding("device", "problem", f"torch or torchvision: {_one_line(error)}", advice)
    try:
        device = best_device()
    except ValueError as error:
        return Finding("device", "problem", str(error), "correct or unset VISIONLAB_DEVICE")
    try:
        image = torch.ones(1, 1, 3, 3, device=device)
        torch.nn.functional.conv2d(image, image).cpu()
        torchvision.ops.nms(torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.ones(1), 0.5)
    except Exception as error:
        advice = "set VISIONLAB_DEVICE=cpu to go on without it" if device.type != "cpu" else advice
        return Finding("device", "problem", f"{device} fails: {_one_line(error)}", advice)
    return Finding("device", "ok", describe(device))


def _one_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


def notebooks_finding(start: Path) -> Finding:
    """Look for the course's notebooks from `start` upwards, and for the check data beside each."""
    topic = "notebooks"
    folders = _assignment_folders(start)
    if not folders:
        advice = "change to the course's folder, or unpack the course again"
        return Finding(topic, "problem", "not found from here", advice)
    bare = [folder.name for folder in folders if not any(folder.glob(f"*{CHECK_DATA_SUFFIX}"))]
    if bare:
        found = f"no check data (*{CHECK_DATA_SUFFIX}) beside {', '.join(bare)}"
        return Finding(topic, "problem", found, "copy the whole folder, not the notebook alone")
    return Finding(topic, "ok", f"{len(folders)} in {folders[0].parent}, with their check data")


def _assignment_folders(start: Path) -> list[Path]:
    """Return the folders NN_name with a notebook of that name, nearest to `start` first found."""
    start = start.resolve()
    for folder in (start, *start.parents):
        for parent in (folder / "notebooks", folder):
            notebooks = sorted(parent.glob("[0-9][0-9]_*/[0-9][0-9]_*.ipynb"))
            found = [book.parent for book in notebooks if book.stem == book.parent.name]
            if found:
                return found
    return []


def report(findings: Sequence[Finding], as_json: bool = False) -> int:
    """Print the findings, as a table or as JSON, and return the exit status.

    The status is 1 if anything is a problem, otherwise 0; warnings do not count.
    """
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print_table(findings)
    return int(any(finding.status == "problem" for finding in findings))


def _print_table(findings: Sequence[Finding]) -> None:
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        _print_plain(findings)
        return
    styles = {"ok": "green", "warning": "yellow", "problem": "bold red"}
    table = Table("", "status", "found and to do", box=box.SIMPLE_HEAD)
    for finding in findings:
        # As Text, because the square brackets of a command would be read as markup.
        what = Text(finding.found)
        if finding.advice:
            what.append(f"\n-> {finding.advice}", style=styles[finding.status])
        status = Text(finding.status, style=styles[finding.status])
        table.add_row(Text(finding.topic), status, what)
    Console().print(table)


def _print_plain(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(f"{finding.status:8} {finding.topic:16} {finding.found}")
        if finding.advice:
            print(f"{'':25} -> {finding.advice}")
