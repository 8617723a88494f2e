"""The wall itself: what code behind it can see, touch and use up."""

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import psutil
import pytest

from autograder.classroom import Classroom
from autograder.course import Course, Repository
from autograder.grading import grade_notebook, prepare_marking
from autograder.sandbox import wall
from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.processes import below, workers
from autograder.sandbox.session import Session, SessionLostError
from autograder.sandbox.syscalls import filter_program
from autograder.sandbox.warm import POOL, StartError
from tests.grader.submissions import ALL, ASSIGNMENT, HONEST, UNSOLVED, Desk, reasons, scores

SMALL = Limits(
    memory_bytes=1400 * MIB,
    processes=24,
    disk_bytes=8 * MIB,
    output_bytes=50_000,
    cell_seconds=4,
)
SECRETS = ("solutions", "notebooks", "autograder", "course", "tests", ".git")


class Behind:
    """Runs code in cells behind the wall and says what it printed or raised."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def event(self, code: str, seconds: float = 10) -> dict[str, Any]:
        """All that came back from one cell."""
        self._session.send({"do": "run", "source": dedent(code), "seconds": seconds})
        return self._session.receive(time.monotonic() + seconds + 3, "ran")

    def __call__(self, code: str, seconds: float = 10) -> str:
        """Printed text, and the names of errors."""
        outputs = self.event(code, seconds)["outputs"]
        return "".join(o.get("text") or f"{o['ename']}: {o['evalue']}" for o in outputs).strip()


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    """One worker for all probes that leave it alive."""
    os.environ["COURSE_PASSWORD"] = "of the instructor"
    try:
        with Session(SMALL) as session:
            yield Behind(session)
    finally:
        del os.environ["COURSE_PASSWORD"]


# the network


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[list[tuple[str, Any]]]:
    """Servers of the host: TCP over IPv4 and IPv6, a socket file and an abstract socket."""
    addresses: list[tuple[int, Any]] = [
        (socket.AF_INET, ("127.0.0.1", 0)),
        (socket.AF_INET6, ("::1", 0)),
        (socket.AF_UNIX, str(tmp_path / "socket")),
        (socket.AF_UNIX, f"\0abstract-{os.getpid()}"),
    ]
    servers = []
    for family, address in addresses:
        try:
            server = socket.socket(family)
            server.bind(address)
        except OSError:  # a host without IPv6
            continue
        server.listen()
        servers.append(server)
    yield [
        (s.family.name, s.getsockname()[:2] if s.family != socket.AF_UNIX else s.getsockname())
        for s in servers
    ]
    for server in servers:
        server.close()


def test_no_server_of_the_host_or_the_net_answers(
    behind: Behind, listening: list[tuple[str, Any]]
) -> None:
    outside = [("AF_INET", ("192.0.2.1", 80)), ("AF_INET6", ("2001:db8::1", 80))]
    assert len(listening) >= 3
    for family, address in listening:
        with socket.socket(getattr(socket, family)) as honest:
            honest.connect(address)  # from here it does answer
    code = f"""
    import socket
    for family, address in {[*listening, *outside]!r}:
        try:
            caller = socket.socket(getattr(socket, family))
            caller.settimeout(2)
            caller.connect(address)
            print("connected to", address)
        except TimeoutError:
            print("no answer from", address)
        except OSError:
            pass
    print(sorted(name for _, name in socket.if_nameindex()))
    """
    assert behind(code) == "['lo']"


# what can be seen


def test_nothing_of_the_instructor_is_in_sight(behind: Behind, repository: Repository) -> None:
    hidden = [str(repository.root / name) for name in SECRETS]
    hidden += [str(Path.home() / name) for name in os.listdir(Path.home())]
    hidden += [str(Path(__file__)), "/etc/passwd", "/etc/hostname", "/etc/ssh", "/var"]
    inside = behind(
        f"""
        import os, sys
        shown = (sys.prefix, sys.base_prefix, "/opt/course")
        for path in {hidden!r}:
            if any(p.startswith(path) for p in shown):  # the folders that lead to Python
                names = {{n for p in shown if p.startswith(path) for n in p.split("/")}}
                for folder, below, files in os.walk(path):
                    if folder.startswith(shown):
                        below.clear()
                    elif files or set(below) - names:
                        print("sees", folder, files, below)
            elif os.path.exists(path):
                print("sees", path)
        """
    )
    assert inside == ""


def test_of_the_kernel_only_the_size_of_its_pages_is_in_sight(behind: Behind) -> None:
    code = """
    import os
    print(sorted({os.path.join(at, name) for at, _, files in os.walk("/sys") for name in files}))
    """
    pages = "/sys/kernel/mm/transparent_hugepage"
    shown = [f"{pages}/{n}" for n in ("enabled", "hpage_pmd_size") if Path(pages, n).exists()]
    assert behind(code) == repr(shown)


def test_the_worker_has_only_what_it_needs(behind: Behind) -> None:
    code = """
    import os
    print(sorted(os.listdir("/opt/course")), sorted(os.listdir("/opt/course/autograder")))
    """
    assert behind(code) == "['autograder', 'visionlab'] ['inside']"


def test_no_variable_of_the_host_gets_through(behind: Behind) -> None:
    ours = set(wall.environment("", "")) | {"PWD"}
    names = behind("import os; print(*sorted(os.environ))").split()
    assert set(names) <= ours
    leaks = behind("print(open('/proc/1/environ').read(), open('/proc/1/cmdline').read()[:0])")
    assert "PASSWORD" not in leaks


def test_no_process_of_the_machine_is_in_sight(behind: Behind) -> None:
    """Its own; under a grader that runs as root, those of the sandbox around it too."""
    code = """
    import os
    for p in filter(str.isdigit, os.listdir('/proc')):
        words = open(f'/proc/{p}/cmdline').read().split(chr(0))
        print(words[-2])
    """
    assert set(behind(code).split()) == {"autograder.inside.host"}


def test_the_warm_process_cannot_be_looked_into(behind: Behind) -> None:
    code = """
    import os
    others = [p for p in os.listdir('/proc') if p.isdigit() and p != os.readlink('/proc/self')]
    for p in others:
        for name in ('environ', 'mem', 'maps', 'fd/0', 'fd/1', 'root/tmp', 'cwd/x'):
            try:
                open(f'/proc/{p}/{name}', 'rb').read(1)
                print('read', p, name)
            except OSError:
                pass
    """
    assert behind(code) == ""


# what can be changed


def test_the_system_is_read_only(behind: Behind) -> None:
    code = """
    import os, sys, torch, visionlab
    folders = ["/", "/usr", "/etc", "/dev", "/opt", "/opt/course", sys.prefix, "/proc/sys/kernel"]
    folders += [os.path.dirname(m.__file__) for m in (torch, visionlab)]
    for folder in folders:
        try:
            open(os.path.join(folder, "mine"), "w").close()
            print("wrote to", folder)
        except OSError:
            pass
    """
    assert behind(code) == ""


@pytest.mark.parametrize("name", ["kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory"])
def test_the_kernels_settings_cannot_be_changed(name: str, behind: Behind) -> None:
    """Under a grader run by root they would be the host's: core_pattern names a program."""
    code = f"open('/proc/sys/{name}', 'r+').close()"
    assert behind(code).startswith(("OSError", "PermissionError", "FileNotFoundError"))


def test_tmp_is_private(behind: Behind, tmp_path: Path) -> None:
    mark = f"mark-{os.getpid()}"
    assert behind(f"open('/tmp/{mark}', 'w').close(); open('/dev/shm/{mark}', 'w').close()") == ""
    assert not Path("/tmp", mark).exists()
    assert not Path("/dev/shm", mark).exists()
    assert behind(f"import os; print(os.path.exists({str(tmp_path)!r}))") == "False"


def test_there_are_no_privileges(behind: Behind) -> None:
    status = behind("print(open('/proc/self/status').read())")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(fields[kind], 16) == 0
    assert fields["NoNewPrivs"].strip() == "1"
    assert fields["Seccomp"].strip() == "2"
    assert "0" not in fields["Uid"].split()


def test_no_further_namespaces(behind: Behind) -> None:
    code = "import ctypes; print(ctypes.CDLL(None).unshare({}))"
    for kind in (0x10000000, 0x00020000, 0x40000000):  # user, mount, net
        assert behind(code.format(kind)) == "-1"


@pytest.mark.parametrize(
    "call", ["syscall(250, 0, -3, 1)", "shmget(0, 4096, 0o1600)", "syscall(425, 1, 0)"]
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")
def test_keyrings_and_uncounted_memory_are_refused(call: str, behind: Behind) -> None:
    code = (
        f"import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.{call}, ctypes.get_errno())"
    )
    assert behind(code) == "-1 38"


def test_memory_files_are_refused(behind: Behind) -> None:
    assert behind("import os; os.memfd_create('hoard')").startswith("OSError")


def test_the_filter_is_whole() -> None:
    for machine in ("x86_64", "aarch64"):
        program = filter_program(machine)
        assert len(program) % 8 == 0 and len(program) < 4096
    assert filter_program("an odd machine") == b""


# what can be used up


@pytest.mark.parametrize("folder", ["/tmp", "/tmp/home", "/dev/shm"])
def test_the_disk_is_bounded(folder: str, behind: Behind) -> None:
    code = f"""
    import os
    try:
        for number in range(3):
            with open("{folder}/big%d" % number, "wb", buffering=0) as file:
                for _ in range(6):
                    assert file.write(bytes(2**20)) == 2**20
    except (OSError, AssertionError) as error:
        print("refused")
    for number in range(3):
        if os.path.exists("{folder}/big%d" % number):
            os.remove("{folder}/big%d" % number)
    """
    assert behind(code) == "refused"


def test_the_memory_of_a_process_is_bounded(behind: Behind) -> None:
    assert behind("hoard = bytearray(1400 * 2**20)").startswith("MemoryError")
    assert behind("import torch; hoard = torch.ones(350 * 2**20)").startswith("RuntimeError")


def test_limits_cannot_be_raised(behind: Behind) -> None:
    code = "import resource as r; r.setrlimit(r.RLIMIT_DATA, (r.RLIM_INFINITY, r.RLIM_INFINITY))"
    assert behind(code).startswith(("ValueError", "PermissionError"))


def test_the_output_of_a_cell_is_bounded(behind: Behind) -> None:
    event = behind.event("for _ in range(1000): print('x' * 1000)")
    assert event["cut"]
    assert sum(len(o["text"]) for o in event["outputs"]) <= SMALL.output_bytes
    assert behind("print('still here')") == "still here"


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(100)",
        "import threading; t = threading.Thread(target=lambda: [0 for _ in iter(int, 1)], "
        "daemon=True); t.start(); t.join()",
    ],
    ids=["loop", "sleep", "thread"],
)
def test_an_endless_cell_is_stopped(code: str, behind: Behind) -> None:
    start = time.monotonic()
    assert behind(code, seconds=0.5).startswith("CellTimeout")
    assert time.monotonic() - start < 3
    assert behind("print('still here')") == "still here"


def _wait_for_loss(limits: Limits, code: str, seconds: float = 1) -> str:
    with Session(limits) as session:
        with pytest.raises(SessionLostError) as lost:
            Behind(session).event(code, seconds)
        return str(lost.value)


def test_all_processes_together_are_bounded_in_memory() -> None:
    code = """
    import os, time
    for _ in range(4):
        if os.fork() == 0:
            hoard = b"x" * (400 * 2**20)
            time.sleep(60)
    time.sleep(60)
    """
    assert _wait_for_loss(SMALL, code, 10) == "it used more than 1.37 GiB of memory"


def test_a_fork_bomb_is_bounded() -> None:
    code = """
    import os, time
    while True:
        try:
            if os.fork() == 0:
                time.sleep(600)
        except OSError:
            pass
    """
    before = len(psutil.pids())
    start = time.monotonic()
    why = _wait_for_loss(SMALL, code, 4)
    # Where the kernel keeps the limit of processes, forking fails until the time is over.
    assert why in ("it started more than 24 processes", "it ran out of time")
    assert time.monotonic() - start < 15
    assert len(psutil.pids()) < before + 20


def test_code_that_ignores_interrupts_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such cells are left out, and everything else counts; such functions fail alone."""
    monkeypatch.setattr("autograder.running.GRACE_SECONDS", 1)
    swallows = """
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass
    """
    blocks = """
    import signal, time
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    while True: time.sleep(100)
    """
    function = "import time\ndef conv2d_naive(*args, **kwargs):\n" + swallows
    cells = ["import time" + dedent(swallows), dedent(blocks)]
    notebook = desk.notebook(*cells, conv2d_naive=function)
    result = desk.grade(notebook, cell_seconds=1, question_seconds=1)
    assert scores(result) == HONEST
    assert len([n for n in result.notes if "left out: it ran out of time" in n]) == 2
    assert reasons(result, UNSOLVED) == {"a call ran longer than 1 seconds"}


def test_the_time_of_a_submission_is_bounded(desk: Desk) -> None:
    """Every call just within its limit, more calls than the submission has time for."""
    slow = "import time\ndef {}(*args, **kwargs):\n    time.sleep(1.5)\n"
    notebook = desk.notebook(conv_out=slow.format("conv_out"))
    start = time.monotonic()
    result = desk.grade(notebook, question_seconds=3, submission_seconds=6)
    assert time.monotonic() - start < 11
    assert "the time of the submission was used up" in reasons(result, "conv_out")


def test_slow_cells_leave_time_for_the_questions(desk: Desk) -> None:
    notebook = desk.notebook(*["import time; time.sleep(2)"] * 4)
    result = desk.grade(notebook, submission_seconds=8)
    assert scores(result) == HONEST
    assert any("later cells did not run" in n for n in result.notes)


def test_an_answer_too_large_to_send_is_refused(desk: Desk) -> None:
    code = """
    calls = []
    def conv2d_naive(*args, **kwargs):
        calls.append(1)
        return torch.zeros(17, 2**20) if len(calls) == 1 else 0
    """
    result = desk.grade(desk.notebook(conv2d_naive=dedent(code)))
    assert scores(result) == HONEST
    assert any("too large" in r for r in reasons(result, UNSOLVED))


def test_nothing_is_left_when_a_session_ends() -> None:
    left = f"/tmp/left-{os.getpid()}"
    code = f"""
    import os, time
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
            os._exit(0)
    open("{left}", "w").close()
    """
    with Session(SMALL) as session:
        Behind(session).event(code)
        (worker,) = workers(session._host.process)
        family = [psutil.Process(pid) for pid in (worker, *below(worker))]
        assert len(family) >= 6
    assert not [process for process in family if process.is_running()]
    assert not Path(left).exists()


# without the wall


def test_without_a_sandbox_the_result_says_so(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    marking = replace(desk.marking, walled=False)
    result, _ = grade_notebook(desk.notebook(**desk.solved()), marking)
    assert scores(result) == ALL
    assert not result.sandboxed
    assert result.notes == ["graded without a sandbox"]
    assert not list(tmp_path.iterdir())


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("shutil.which", lambda name: None)
    wall.require_wall.cache_clear()
    yield
    wall.require_wall.cache_clear()


@pytest.mark.usefixtures("no_bubblewrap")
def test_without_bubblewrap_nothing_is_graded(desk: Desk) -> None:
    with pytest.raises(wall.NoSandboxError) as refused:
        desk.grade(desk.notebook())
    assert "apt install bubblewrap" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_where_namespaces_are_forbidden_the_refusal_says_what_to_do(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = tmp_path / "bwrap"
    words = "bwrap: setting up uid map: Permission denied"
    forbidden.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n")
    forbidden.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(forbidden))
    wall.require_wall.cache_clear()
    with pytest.raises(wall.NoSandboxError, match="allow user namespaces"):
        desk.grade(desk.notebook())
    wall.require_wall.cache_clear()


@pytest.mark.usefixtures("no_bubblewrap")
def test_without_bubblewrap_a_class_is_refused_before_the_first_student(
    repository: Repository, tmp_path: Path
) -> None:
    course = Course(tmp_path)
    marking = prepare_marking(repository, ASSIGNMENT, Limits(), None, secret="s")
    room = Classroom(repository, course, marking)
    with pytest.raises(wall.NoSandboxError):
        list(room.grade(["nobody"], jobs=1))
    assert not course.results.exists()


def test_a_sandbox_that_cannot_start_is_no_result(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine in trouble must not be graded as a blank submission."""
    POOL.close()
    monkeypatch.setattr(
        "autograder.sandbox.warm.wall_command",
        lambda *_: ["/bin/sh", "-c", "echo 'bwrap: no space left' >&2; exit 1"],
    )
    with pytest.raises(StartError) as refused:
        desk.grade(desk.notebook())
    assert "bwrap: no space left" in str(refused.value)
