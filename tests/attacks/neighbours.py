"""Attacks on others than the grader: data for test_neighbours."""

from autograder.sandbox.limits import MIB
from tests.attacks.attack import Attack

SMALL = {
    "memory_bytes": 1500 * MIB,
    "processes": 24,
    "disk_bytes": 16 * MIB,
    "output_bytes": 20_000,
    "cell_seconds": 3,
    "submission_seconds": 20,
}
LOOKS_FOR_TRACES = """
import glob, os, socket, threading, torch, builtins, resource
traces = [p for d in ("/tmp", "/tmp/home", "/dev/shm", "/var/tmp") for p in glob.glob(d + "/left*")]
traces += [name for name in dir(builtins) + dir(torch) if name.startswith("left")]
traces += [t.name for t in threading.enumerate() if t is not threading.main_thread()]
try:
    socket.socket(socket.AF_UNIX).connect(chr(0) + "left")
    traces.append("a socket")
except OSError:
    pass
own = os.getpid()
others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) != own]
traces += [p for p in others if "left" in open(f"/proc/{p}/comm").read()]
print("traces:", traces, os.getpriority(os.PRIO_PROCESS, 0), sum(torch.ones(3)).item())
"""

ATTACKS = [
    Attack(
        "files for a friend",
        "Leaves answers in every folder that can be written, for the next submission.",
        "left in 3",
        cells=(
            """
            import os
            done = 0
            for folder in ("/tmp", os.environ["HOME"], "/dev/shm", "/opt/course", "/run"):
                try:
                    open(f"{folder}/left-for-a-friend", "w").write("def conv2d_naive(x, w): ...")
                    done += 1
                except OSError:
                    pass
            print("left in", done)
            """,
        ),
    ),
    Attack(
        "a module in the path",
        "Leaves a torch.py and a sitecustomize.py where Python looks first.",
        "left in [12]",
        cells=(
            """
            import os, sys
            done = 0
            for folder in {"", *sys.path}:
                for name in ("torch.py", "sitecustomize.py"):
                    try:
                        open(os.path.join(folder or ".", name), "w").write("left = 1")
                        done += 1
                    except OSError:
                        pass
            print("left in", done)
            """,
        ),
    ),
    Attack(
        "a daemon",
        "Starts a process that leaves its session, renames itself, serves a socket and stays.",
        "the daemon runs",
        cells=(
            """
            import ctypes, os, signal, socket, time
            if os.fork() == 0:
                os.setsid()
                if os.fork():
                    os._exit(0)
                for number in range(1, 32):
                    try: signal.signal(number, signal.SIG_IGN)
                    except OSError: pass
                ctypes.CDLL(None).prctl(15, b"left", 0, 0, 0)
                s = socket.socket(socket.AF_UNIX)
                s.bind(chr(0) + "left")
                s.listen()
                while True: time.sleep(1)
            for _ in range(50):
                try: socket.socket(socket.AF_UNIX).connect(chr(0) + "left"); break
                except OSError: time.sleep(0.02)
            else: raise TimeoutError
            print("the daemon runs")
            """,
        ),
    ),
    Attack(
        "signals to everybody",
        "Stops and kills every process that a number could name.",
        "sent [0-9]+ signals",
        cells=(
            """
            import os, signal
            sent = 0
            for process in range(2, 5000):
                for number in (signal.SIGSTOP, signal.SIGKILL):
                    try:
                        if process != os.getpid(): os.kill(process, number); sent += 1
                    except OSError: pass
            for group in (-1, 0):
                try: os.killpg(1, signal.SIGSTOP) if group == 0 else None
                except OSError: pass
            print("sent", sent, "signals")
            """,
        ),
    ),
    Attack(
        "tracing the warm process",
        "Attaches to and writes into every process that it can see.",
        "attached to 0",
        cells=(
            """
            import ctypes, os
            libc = ctypes.CDLL(None, use_errno=True)
            attached = 0
            own = int(os.readlink("/proc/self"))
            for process in {int(p) for p in os.listdir("/proc") if p.isdigit()} - {own}:
                attached += libc.ptrace(16, process, 0, 0) == 0
                attached += libc.ptrace(0x4206, process, 0, 0) == 0
                for name in ("mem", "fd/0", "root/tmp/left", "cwd/left", "oom_score_adj"):
                    try: open(f"/proc/{process}/{name}", "r+b").close(); attached += 1
                    except OSError: pass
            print("attached to", attached)
            """,
        ),
    ),
    Attack(
        "patches for everybody",
        "Patches torch, builtins and the shell in memory that is shared with the warm process.",
        "patched",
        cells=(
            """
            import builtins, gc, torch
            builtins.left = torch.left = 1
            builtins.sum = lambda values: 1000
            torch.ones = None
            gc.unfreeze()
            print("patched")
            """,
        ),
    ),
    Attack(
        "all the memory",
        "Allocates ordinary memory until there is none.",
        "MemoryError|it used more than",
        cells=("hoard = []\nwhile True: hoard.append(bytearray(2**26))",),
    ),
    Attack(
        "shared memory",
        "Maps memory that no limit of a process counts, shared with its children.",
        "it used more than 1.46 GiB of memory",
        cells=(
            """
            import mmap, time
            hoard = []
            while True:
                hoard.append(mmap.mmap(-1, 2**26))
                hoard[-1].write(bytes(2**26))
            """,
        ),
        limits={"cell_seconds": 10},
    ),
    Attack(
        "a fork bomb",
        "Forks without end in every process.",
        "it started more than 24 processes|it ran out of time|the kernel died",
        cells=(
            """
            import os
            while True:
                try: os.fork()
                except OSError: pass
            """,
        ),
    ),
    Attack(
        "threads without end",
        "Starts threads until none can be started.",
        "can't start new thread|left out|started [0-9]+ threads",
        cells=(
            """
            import threading, time
            started = 0
            while started < 3000:
                threading.Thread(target=time.sleep, args=(60,), daemon=True, name="left").start()
                started += 1
            print("started", started, "threads")
            """,
        ),
    ),
    Attack(
        "the whole disk",
        "Fills every folder that can be written, with holes and with bytes.",
        "No space left|File too large|full after",
        cells=(
            """
            import os
            written = 0
            for folder in ("/tmp", "/dev/shm"):
                try:
                    for number in range(10_000):
                        with open(f"{folder}/left{number}", "wb", buffering=0) as file:
                            written += file.write(bytes(2**20))
                except OSError as error:
                    print(error)
            assert written < 2**26
            print("full after", written)
            """,
        ),
    ),
    Attack(
        "all the inodes",
        "Makes empty files until the file system has no place for another one.",
        "refused after 99[0-9]{3}.*refused after 99[0-9]{3}",
        cells=tuple(
            f"""
            import os
            made = 0
            try:
                while made < 400_000:
                    os.mknod(f"{folder}/left{{made}}")
                    made += 1
            except OSError:
                print("refused after", made, end=" ")
            """
            for folder in ("/tmp/home", "/dev/shm")
        ),
        limits={"cell_seconds": 15, "disk_bytes": 512 * MIB},
    ),
    Attack(
        "all the descriptors",
        "Opens files until the process may not open another one.",
        "Too many open files.*opened 4[0-9]{2}|opened [345][0-9]{2}",
        cells=(
            """
            import os
            opened = 0
            try:
                while True:
                    os.open("/dev/null", os.O_RDONLY)
                    opened += 1
            except OSError as error:
                message = str(error)
            os.closerange(100, 1000)
            print(message, "opened", opened)
            """,
        ),
    ),
    Attack(
        "memory in pipes and sockets",
        "Fills the buffers of as many pipes and sockets as a process may have.",
        "filled [0-9]+ MiB",
        cells=(
            """
            import os, socket
            kept, filled = [], 0
            try:
                while True:
                    pair = socket.socketpair()
                    kept.append(pair)
                    pair[0].setblocking(False)
                    try:
                        while True: filled += pair[0].send(bytes(2**16))
                    except BlockingIOError:
                        pass
            except OSError:
                count = len(kept)
                kept.clear()
            print("filled", filled >> 20, "MiB")
            assert filled < 2**28
            """,
        ),
    ),
    Attack(
        "a flood of output",
        "Prints a gigabyte, and displays and raises as much.",
        "was too long and was cut",
        cells=(
            """
            from IPython.display import display
            line = "x" * 2**20
            for _ in range(1000): print(line)
            display({"text/plain": line}, raw=True)
            raise ValueError(line)
            """,
        ),
    ),
    Attack(
        "the kernel's messages",
        "Writes to the kernel's log and to its panic button.",
        "wrote to 0",
        cells=(
            """
            wrote = 0
            for path in ("/dev/kmsg", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
                         "/proc/sys/kernel/panic", "/dev/mem", "/dev/tty0", "/dev/console"):
                try: open(path, "w").close(); wrote += 1
                except OSError: pass
            print("wrote to", wrote)
            """,
        ),
    ),
    Attack(
        "the clock and the priorities",
        "Sets the clock, the host's name and a priority before all others.",
        "changed 0",
        cells=(
            """
            import os, socket, time
            changed = 0
            for deed in (lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
                         lambda: socket.sethostname("left"), lambda: os.nice(-5),
                         lambda: os.chroot("/tmp"), lambda: os.setuid(0),
                         lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))):
                try: deed(); changed += 1
                except OSError: pass
            print("changed", changed)
            """,
        ),
    ),
]
