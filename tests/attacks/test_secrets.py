"""Reading what is secret: what an attack finds outside the wall, it does not find behind it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

import pytest

from autograder.course import Course, Repository
from tests.attacks.attack import told
from tests.grader.submissions import HONEST, UNSOLVED, Desk, printed, scores

CANARY = "canary-4a1f09"
ENVIRONMENT = {"COURSE_DATABASE": f"postgresql://grader:{CANARY}@grades.invalid/course"}


@dataclass(frozen=True)
class Theft:
    """tries: in one sentence; code: prints GOT and what it found where it succeeded, in any case
    the word "tried"."""

    name: str
    tries: str
    code: str


# {course}, {repository} and {host} are filled in; the code's own braces are doubled.
THEFTS = [
    Theft(
        "the gradebook",
        "Opens the gradebook by its path and reads everybody's marks.",
        """
        text = open("{course}/gradebook.db").read()
        print("GOT", text)
        """,
    ),
    Theft(
        "the course secret",
        "Reads the seed from which the hidden cases are drawn.",
        """
        print("GOT", open("{course}/secret").read())
        """,
    ),
    Theft(
        "the hidden cases",
        "Reads the records with expected answers that grading has stored.",
        """
        import glob
        for path in glob.glob("{course}/records/*.checks"):
            print("GOT", open(path).read())
        """,
    ),
    Theft(
        "another submission",
        "Reads what a fellow student has handed in.",
        """
        print("GOT", open("{course}/submitted/s002/01_convolution/01_convolution.ipynb").read())
        """,
    ),
    Theft(
        "the solutions",
        "Reads the instructor's script with the solutions in it.",
        """
        print("GOT", open("{repository}/solutions/01_convolution/01_convolution.py").read()[:99])
        """,
    ),
    Theft(
        "the checks as modules",
        "Imports the declarations, with misconceptions and how the cases are drawn.",
        """
        import autograder.checks.convolution as checks
        print("GOT", checks.ASSIGNMENT)
        """,
    ),
    Theft(
        "the solutions by searching",
        "Looks for the course's files in every folder above the ones on Python's path.",
        """
        import os, sys
        for folder in {{p for entry in sys.path for p in (entry, os.path.dirname(entry))}}:
            for name in ("solutions", "tests", "nbgrader_config.py", ".git"):
                if os.path.exists(os.path.join(folder, name)):
                    print("GOT", folder, name)
        """,
    ),
    Theft(
        "the environment",
        "Looks for passwords in the variables that the grader was started with.",
        """
        import os
        print("GOT", os.environ["COURSE_DATABASE"])
        """,
    ),
    Theft(
        "the environment of other processes",
        "Reads the variables of every process that it can see.",
        """
        import os
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                text = open(f"/proc/{{process}}/environ").read()
            except OSError:
                continue
            if "COURSE_DATABASE" in text and process != str(os.getpid()):
                print("GOT", text)
        """,
    ),
    Theft(
        "the process list",
        "Reads the command lines of other processes, in which passwords stand.",
        """
        import os
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = open(f"/proc/{{process}}/cmdline").read()
            except OSError:
                continue
            if "--password" in words and process != str(os.getpid()):
                print("GOT", words)
        """,
    ),
    Theft(
        "inherited file descriptors",
        "Reads from every open descriptor that it finds in its process.",
        """
        import os, stat
        for number in range(3, 256):
            try:
                if stat.S_ISREG(os.fstat(number).st_mode):
                    text = os.pread(number, 99, 0)
                    if b"canary" in text:
                        print("GOT", text)
            except OSError:
                pass
        """,
    ),
    Theft(
        "a core dump",
        "Allows itself core dumps, which would hold the memory of the warm process.",
        """
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (1, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        print("GOT", resource.getrlimit(resource.RLIMIT_CORE))
        """,
    ),
    Theft(
        "the memory of a process",
        "Attaches to another process of the same user as a debugger does.",
        """
        import ctypes, os, time
        libc = ctypes.CDLL(None, use_errno=True)
        child = os.fork()
        if child == 0:
            time.sleep(5)
            os._exit(0)
        if libc.ptrace(16, child, 0, 0) == 0:
            print("GOT the right to look into other processes")
        os.kill(child, 9)
        os.waitpid(child, 0)
        """,
    ),
    Theft(
        "kernel messages",
        "Reads the kernel's log of the machine.",
        """
        import ctypes
        buffer = ctypes.create_string_buffer(4096)
        if ctypes.CDLL(None).klogctl(3, buffer, 4096) > 0:
            print("GOT", buffer.value)
        """,
    ),
    Theft(
        "the names of the machine",
        "Reads the host's name and its users.",
        """
        import socket
        print("GOT" if socket.gethostname() == "{host}" else "", socket.gethostname())
        print("GOT", open("/etc/passwd").read())
        """,
    ),
    Theft(
        "the disks",
        "Reads a disk of the machine past all file systems.",
        """
        import glob
        for disk in sorted(glob.glob("/dev/[vs]d[a-z]") + glob.glob("/dev/nvme*n1")):
            print("GOT", open(disk, "rb").read(16))
        """,
    ),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A running course; all of its secrets hold the canary."""
    root = tmp_path_factory.mktemp("course")
    other = Course(root).submission("s002", "01_convolution")
    other.parent.mkdir(parents=True)
    (root / "records").mkdir()
    secret = root / "secret", root / "gradebook.db", root / "records" / "a.checks", other
    for path in secret:
        path.write_text(f"{CANARY} of {path.name}")
    return Course(root)


@pytest.fixture(scope="module")
def neighbour() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the instructor with a password on its command line and in its environment."""
    code = "import time; time.sleep(600)"
    words = [sys.executable, "-c", code, "--password", CANARY]
    with subprocess.Popen(words, env=os.environ | ENVIRONMENT) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def descriptor(course: Course) -> Iterator[int]:
    """An open file of the grader that processes inherit unless told otherwise."""
    number = os.open(course.secret_file, os.O_RDONLY)
    os.set_inheritable(number, True)
    yield number
    os.close(number)


def found_outside(code: str, descriptor: int) -> bool:
    """Whether the code finds something where there is no wall."""
    path = os.pathsep.join(sys.path)
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | ENVIRONMENT | {"PYTHONPATH": path},
        pass_fds=[descriptor],
        capture_output=True,
        text=True,
    )
    return "GOT" in ran.stdout


@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize("theft", THEFTS, ids=lambda t: t.name.replace(" ", "-"))
def test_nothing_secret_is_read(
    theft: Theft,
    desk: Desk,
    course: Course,
    repository: Repository,
    descriptor: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    code = dedent(theft.code).format(
        course=course.root, repository=repository.root, host=os.uname().nodename
    )
    result = desk.grade(desk.notebook("print('tried')", code, "print('to the end')"))
    assert "tried" in printed(result) and "to the end" in printed(result)
    assert "GOT" not in told(result)
    assert CANARY not in result.dumps()
    assert scores(result) == HONEST
    if not found_outside(code, descriptor):
        pytest.skip("this machine refuses it to everybody")


# the hidden cases, which the student's code gets to see

NUMBERS = "'|'.join(str(float(v)) for v in x.flatten()[:4])"
TELL = {
    "by a message": f"raise ValueError('SPY ' + {NUMBERS})",
    "by the name of an error": f"raise type('SPY ' + {NUMBERS}, (Exception,), {{}})('SPY')",
    "by the type of the answer": f"return type('SPY ' + {NUMBERS}, (), {{}})()",
    "by the answer itself": f"return 'SPY ' + {NUMBERS}",
    "by the keys of the answer": f"return {{'SPY ' + {NUMBERS}: 1}}",
    "by the cause of an error": f"raise KeyError('SPY') from KeyError('SPY ' + {NUMBERS})",
}


@pytest.mark.parametrize("way", TELL, ids=lambda way: way.replace(" ", "-"))
def test_a_hidden_case_tells_nothing_that_the_code_chose(way: str, desk: Desk) -> None:
    result = desk.grade(desk.notebook(conv2d_naive=f"def conv2d_naive(x, w):\n    {TELL[way]}"))
    exercise = result.exercise(UNSOLVED)
    assert exercise is not None
    public = [v.reason for v in exercise.verdicts if v.public]
    hidden = [v.reason for v in exercise.verdicts if not v.public]
    assert any("SPY" in r or "a string" in r or "a dict" in r for r in public)
    assert hidden and not [reason for reason in hidden if "SPY" in reason or "|" in reason]


LOOKS_AHEAD = """
import sys
def conv2d_naive(x, w):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    request = frame.f_locals["request"]
    packed = bytes(request["questions"][: request["exercises"][0]["size"]].tolist())
    start = 4 + int.from_bytes(packed[:4], "little")
    import safetensors.torch
    seen = [t.flatten()[:3].tolist() for t in safetensors.torch.load(packed[start:]).values()]
    raise ValueError(f"SPY {len(seen)} {seen}"[:390])
"""


def test_a_public_case_tells_nothing_of_hidden_ones(desk: Desk) -> None:
    """What a public case says is shown; so it must be asked before any hidden input is there."""
    result = desk.grade(desk.notebook(conv2d_naive=LOOKS_AHEAD))
    (record,) = (r for r in desk.marking.records if r.name == UNSOLVED)
    public, hidden = (
        {str(c.inputs["x"].flatten()[:3].tolist()) for c in part.cases} for part in record.parts
    )
    assert "SPY" in told(result)
    assert hidden - public
    assert not [numbers for numbers in hidden - public if numbers in told(result)]
