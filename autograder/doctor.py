"""`autograder doctor`: can this machine build and grade, and how to get what is missing.

The student's half is `visionlab.doctor`. The grader's own modules end in torch, so they are
imported inside the functions: what is broken becomes a finding, not an error.
"""

import ast
import os
import shutil
import subprocess
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil
from packaging.version import InvalidVersion, Version

from visionlab.doctor import Finding, diagnose, package_findings, report

GIB = 2**30
NEEDED_DISK = 2 * GIB  # some megabytes for each student and notebook, and room to work
WORKER_MEMORY = GIB  # a worker that imported torch and matplotlib, resident
START_SECONDS = 60
OLDEST_BWRAP = "0.8"  # the first with --disable-userns
NO_NAMESPACES = (
    "Ubuntu 24.04: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container: "
    "start it with the right to make user namespaces (docker run --security-opt seccomp=unconfined)"
)
GET_BWRAP = (
    "Debian, Ubuntu: sudo apt install bubblewrap; Fedora: sudo dnf install bubblewrap; "
    "conda: conda install -c conda-forge bubblewrap"
)

# Runs behind the wall. Connecting a datagram socket sends nothing; it only asks for a route.
_LOOK_AROUND = """
import os, socket, torch
def route():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return False
        return True
print({{"network": route(), "seen": [p for p in {paths!r} if os.path.exists(p)],
        "torch": float(torch.ones(3).sum()) == 3}})
"""


def run_doctor(as_json: bool) -> int:
    """Print what was found, as a table or as JSON; 1 where something needed is missing, else 0."""
    try:
        packages = package_findings("instructors")
    except metadata.PackageNotFoundError:
        packages = []  # the student's half says that the course is not installed
    # By topic, so that what students and instructors both need is said once.
    by_topic = {finding.topic: finding for finding in [*diagnose(), *packages]}
    sandbox = sandbox_finding()
    findings = [*by_topic.values(), bubblewrap_finding(), sandbox]
    findings += escape_findings() if sandbox.status == "ok" else []
    findings += [nbgrader_finding(), built_finding(), disk_finding(), memory_finding()]
    return report([*findings, cores_finding()], as_json)


def bubblewrap_finding() -> Finding:
    """Look for the program that makes the sandbox."""
    program = shutil.which("bwrap")
    if program is None:
        return Finding("bubblewrap", "problem", "not found", GET_BWRAP)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = done.stdout.strip().rpartition(" ")[2] or "0"
    found = f"{version} (needed: >={OLDEST_BWRAP}), {program}"
    try:
        old = Version(version) < Version(OLDEST_BWRAP)
    except InvalidVersion:
        return Finding("bubblewrap", "warning", found, "see whether the sandbox below starts")
    return Finding("bubblewrap", "problem" if old else "ok", found, GET_BWRAP if old else "")


def sandbox_finding() -> Finding:
    """Start a worker behind the wall, import torch there, and let it look around."""
    topic = "sandbox"
    if shutil.which("bwrap") is None:
        return Finding(topic, "problem", "cannot start", "get bubblewrap, as above")
    try:
        from autograder.sandbox.session import SessionLostError
        from autograder.sandbox.wall import NoSandboxError, require_wall
    except ImportError as error:
        return Finding(topic, "problem", str(error), "mend the packages above first")
    started = time.monotonic()
    try:
        require_wall()
        seen = _look_around(_guarded_paths())
    except NoSandboxError as error:
        return Finding(topic, "problem", str(error), NO_NAMESPACES)
    except (SessionLostError, ValueError, SyntaxError) as error:
        advice = "grade nothing here; look at the packages and the memory in this list"
        return Finding(topic, "problem", f"the worker fails: {error}", advice)
    holes = [*(["the network"] if seen["network"] else []), *seen["seen"]]
    if holes:
        advice = "grade nothing here; report this with the version of bubblewrap above"
        return Finding(topic, "problem", f"student code can see {', '.join(holes)}", advice)
    seconds = time.monotonic() - started
    return Finding(topic, "ok", f"starts, imports torch and holds ({seconds:.1f} s)")


def escape_findings() -> list[Finding]:
    """Try to get out of sandboxes, one way after the other, and say what is weaker here."""
    from autograder.escapes import escapes, try_escape, weaknesses
    from autograder.sandbox.wall import NoSandboxError

    findings = []
    for escape in escapes(_guarded_paths()):
        try:
            findings.append(try_escape(escape))
        except NoSandboxError as error:
            findings.append(Finding(escape.topic, "problem", str(error), NO_NAMESPACES))
    return [*findings, *weaknesses()]


def _guarded_paths() -> list[str]:
    """What student code must not see: checks, solutions, grades, and the instructor's files."""
    import autograder
    from autograder.course import Repository

    root = Repository.find().root
    checks = Path(autograder.__file__).parent / "checks"
    paths = [checks, *(root / name for name in ("solutions", "course", "nbgrader_config.py"))]
    return [str(path) for path in paths]


def _look_around(paths: list[str]) -> dict[str, Any]:
    """What code in a sandbox reports. Raises SessionLostError, and ValueError for no answer."""
    from autograder.sandbox.limits import Limits
    from autograder.sandbox.session import Session

    with Session(Limits()) as session:
        source = _LOOK_AROUND.format(paths=paths)
        session.send({"do": "run", "source": source, "seconds": START_SECONDS})
        event = session.receive(time.monotonic() + START_SECONDS)
    outputs = [o for o in event["outputs"] if o["output_type"] == "stream"]
    if not event["succeeded"] or not outputs:
        raise ValueError("it cannot run a cell that imports torch")
    seen: dict[str, Any] = ast.literal_eval(outputs[0]["text"])
    return seen


def nbgrader_finding() -> Finding:
    """Read nbgrader's configuration as nbgrader does and look for our walk in it."""
    topic = "nbgrader setup"
    try:
        from traitlets.config import PyFileConfigLoader
        from traitlets.utils.importstring import import_item

        from autograder.course import Repository

        root = Repository.find().root
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        steps = config.Autograde.get("autograde_preprocessors", [])
        for step in steps:
            import_item(step)
        version = metadata.version("nbgrader")
    # Everything is caught: the configuration is a program, and so are the modules it names.
    except Exception as error:
        advice = "start from the course's nbgrader_config.py: git checkout nbgrader_config.py"
        return Finding(topic, "problem", f"configuration: {_one_line(error)}", advice)
    if "autograder.nbgrader_plugin.GradeInSandbox" not in steps:
        found = "its configuration would run student code WITHOUT the sandbox"
        return Finding(topic, "problem", found, "git checkout nbgrader_config.py")
    return Finding(topic, "ok", f"{version}, grades behind the sandbox")


def built_finding() -> Finding:
    """Look for the three files every assignment is built into."""
    topic = "assignments"
    try:
        from autograder.course import CourseError, Repository
    except ImportError as error:
        return Finding(topic, "problem", str(error), "mend the packages above first")
    try:
        repository = Repository.find()
    except CourseError as error:
        return Finding(topic, "problem", str(error), "change to the course's folder")
    names = repository.assignment_names()
    unbuilt = [
        name
        for name in names
        if not repository.released_notebook(name).exists()
        or not repository.public_checks(name).exists()
        or not repository.solution_notebook(name).exists()
    ]
    if unbuilt:
        advice = f"autograder build {' '.join(unbuilt)}"
        return Finding(topic, "problem", f"not built: {', '.join(unbuilt)}", advice)
    return Finding(topic, "ok" if names else "problem", f"{len(names)}, all built")


def disk_finding() -> Finding:
    """Look for room for the course's submissions, pages and gradebook."""
    free = shutil.disk_usage(Path.cwd()).free
    found = f"{free / GIB:.1f} GiB free"
    if free < NEEDED_DISK:
        advice = "make room, or keep the course elsewhere: autograder grade --course FOLDER"
        return Finding("disk", "warning", found, advice)
    return Finding("disk", "ok", found)


def memory_finding() -> Finding:
    """Look for memory for as many workers as there are cores."""
    available = psutil.virtual_memory().available
    found = f"{available / GIB:.1f} GiB available"
    if available < _cores() * WORKER_MEMORY:
        jobs = max(1, available // WORKER_MEMORY)
        advice = f"grade fewer submissions at a time: autograder grade --jobs {jobs}"
        return Finding("memory", "warning", found, advice)
    return Finding("memory", "ok", found)


def cores_finding() -> Finding:
    """Say how many submissions are graded at a time."""
    count = _cores()
    return Finding("cores", "ok", f"{count}: as many submissions are graded at a time")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
