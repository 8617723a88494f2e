"""A warm process serves one submission after the other, and nothing passes between them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.processes import children, workers
from autograder.sandbox.session import Session, SessionLostError
from autograder.sandbox.warm import POOL, Host
from tests.grader.test_sandbox import Behind

LIMITS = Limits(memory_bytes=2048 * MIB, disk_bytes=16 * MIB, processes=32, cell_seconds=4)


@pytest.fixture(autouse=True)
def _own_pool() -> Iterator[None]:
    POOL.close()
    yield
    POOL.close()


def _host_of(session: Session) -> Host:
    return session._host


def _one_after_the_other(first: str, second: str) -> str:
    """What the second submission prints, after the first did its worst in the same process."""
    with Session(LIMITS) as session:
        Behind(session)(first)
        before = _host_of(session)
    with Session(LIMITS) as session:
        assert _host_of(session) is before
        return Behind(session)(second)


def test_files_do_not_pass() -> None:
    first = """
    import os
    for folder in ('.', '/tmp', '/dev/shm', os.environ['HOME']):
        open(f'{folder}/left', 'w').write('for my friend')
    """
    second = (
        "import glob; print(*[p for d in ('.', '/tmp', '/dev/shm') for p in glob.glob(d + '/l*')])"
    )
    assert _one_after_the_other(dedent(first), second) == ""


def test_memory_does_not_pass() -> None:
    first = """
    import builtins, random, sys, torch
    builtins.left = torch.left = sys.modules['left'] = 'for my friend'
    torch.einsum = None
    random.seed(5)
    """
    second = (
        "import builtins, sys, torch\n"
        "print(hasattr(builtins, 'left'), hasattr(torch, 'left'), 'left' in sys.modules, "
        "torch.einsum is None, 'left' in globals())"
    )
    assert _one_after_the_other(first, second) == "False False False False False"


def test_processes_do_not_pass() -> None:
    first = """
    import os, time
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(1)
            os._exit(0)
    """
    with Session(LIMITS) as session:
        Behind(session).event(first)
        (worker,) = workers(_host_of(session).process)
        left = [psutil.Process(pid) for pid in [worker, *children(worker)]]
        assert len(left) >= 4
    assert not [process for process in left if process.is_running()]


def test_sockets_do_not_pass() -> None:
    first = """
    import os, socket, time
    if os.fork() == 0:
        s = socket.socket(socket.AF_UNIX); s.bind(chr(0) + 'left'); s.listen()
        while True: time.sleep(1)
    time.sleep(0.2)
    """
    second = "import socket; socket.socket(socket.AF_UNIX).connect(chr(0) + 'left')"
    assert _one_after_the_other(first, second).startswith("ConnectionRefusedError")


def test_every_submission_starts_with_the_same_random_numbers() -> None:
    code = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1))"
    spoil = "import random, torch\nrandom.seed(1); _ = torch.rand(3)"
    assert _one_after_the_other(spoil, code) == _one_after_the_other("pass", code)


def test_the_warm_process_is_out_of_reach() -> None:
    """No number of a process leads to it, and it is still there afterwards."""
    first = """
    import os, signal
    for pid in [-1, *range(2, 300)]:
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
    """
    assert _one_after_the_other(first, "print('well')") == "well"


def test_privileges_are_gone_for_good() -> None:
    code = """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    held = [line.split()[1] for line in open('/proc/self/status') if line.startswith('Cap')]
    tries = [libc.unshare(0x20000), libc.mount(b't', b'/tmp', b'tmpfs', 0, None)]
    tries += [libc.umount2(b'/tmp', 2), libc.prctl(24, 21, 0, 0, 0)]
    print({int(h, 16) for h in held}, *tries)
    """
    with Session(LIMITS) as session:
        assert Behind(session)(code) == "{0} -1 -1 -1 -1"


def test_a_killed_warm_process_is_replaced() -> None:
    with Session(LIMITS) as session:
        first = _host_of(session)
        os.kill(children(first.process.pid)[0], signal.SIGKILL)  # below bwrap
        with pytest.raises(SessionLostError):
            Behind(session)("import time; time.sleep(5)")
    with Session(LIMITS) as session:
        assert _host_of(session) is not first
        assert Behind(session)("print('well')") == "well"


def test_a_warm_process_that_served_long_enough_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("autograder.sandbox.warm.MAX_SERVED", 2)
    hosts = []
    for _ in range(3):
        with Session(LIMITS) as session:
            hosts.append(_host_of(session))
    assert hosts[0] is hosts[1] and hosts[2] is not hosts[0]
    assert hosts[0].process.poll() is not None


def test_two_at_a_time_have_a_process_each() -> None:
    with Session(LIMITS) as one, Session(LIMITS) as other:
        assert _host_of(one) is not _host_of(other)


def test_every_submission_gets_its_own_files() -> None:
    for _ in range(2):
        with Session(LIMITS, {"cases.checks": b"public"}) as session:
            code = "print(open('cases.checks').read()); _ = open('cases.checks', 'w').write('mine')"
            assert Behind(session)(code) == "public"


def test_without_the_wall_the_folder_goes_too() -> None:
    with Session(LIMITS, walled=False) as session:
        folder = Path(Behind(session)("import os; print(os.getcwd())"))
        assert folder.is_dir()
    assert not folder.exists()


def test_the_warm_process_lies_in_huge_pages_where_the_kernel_has_them() -> None:
    enabled = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not enabled.exists() or "[never]" in enabled.read_text():
        pytest.skip("this kernel has no transparent huge pages")
    with Session(LIMITS) as session:
        (warm,) = children(_host_of(session).process.pid)
        lines = Path(f"/proc/{warm}/smaps_rollup").read_text().splitlines()
    sizes = {name: int(rest.split()[0]) for name, _, rest in (x.partition(":") for x in lines[1:])}
    assert sizes["AnonHugePages"] > sizes["Anonymous"] / 2
