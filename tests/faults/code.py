"""Faults of what runs: noise, questions to nobody, loops without end, and processes that die."""

from tests.faults.fault import ALL, Fault, answering, with_cell

TAKES_ANYTHING = "def conv3d(*args, **kwargs):\n"
ENDLESS_IN_C = "import itertools\nsum(itertools.repeat(0))"  # no signal is looked at in there

NOISE = """
import logging, sys, warnings
warnings.warn("this is deprecated")
print("noise", file=sys.stderr)
logging.error("this is an error only in name")
"""
HOURS_OF_TQDM = """
import sys
for step in range(200_000):
    print(f"\\r{step / 2000:.0f}%|####      | {step}/200000", end="", file=sys.stderr)
"""
OWN_THREAD = """
import threading, time
threading.Thread(target=lambda: time.sleep(3600)).start()
"""
MANY_FIGURES = """
%matplotlib qt
import matplotlib.pyplot as plt
for _ in range(30):
    plt.figure()
plt.show()
"""
COLAB = """
from google.colab import drive
drive.mount("/content/drive")
"""
INSTALLS = "%pip install --quiet no-such-package\n!ls /content"


def lost_conv3d(name: str, body: str, reason: str, *told: str) -> Fault:
    """Right but for one exercise, worth half a point."""
    write = answering(conv3d=TAKES_ANYTHING + body)
    return Fault(name, write, ALL - 0.5, told, ("conv3d",), reason)


CODE = (
    Fault("noise", with_cell(NOISE)),
    lost_conv3d("noise-in-a-function", "    import warnings\n    warnings.warn('old')", "None"),
    Fault("asks-in-a-cell", with_cell("name = input('Your name? ')")),
    lost_conv3d("asks-in-a-function", "    return input('How deep? ')", "EOFError"),
    Fault("error-in-a-cell", with_cell("1 / 0")),
    Fault("from-colab", with_cell(COLAB)),
    Fault("installs", with_cell(INSTALLS)),
    Fault("interactive-figures", with_cell(MANY_FIGURES)),
    Fault("unknown-magic", with_cell("%no_such_magic 3")),
    Fault("own-thread", with_cell(OWN_THREAD)),
    Fault("hours-of-tqdm", with_cell(HOURS_OF_TQDM), told=("was too long and was cut",)),
    Fault(
        "endless-cell", with_cell("while True:\n    pass"), told=("ran too long and was stopped",)
    ),
    Fault(
        "endless-cell-in-c",
        with_cell(ENDLESS_IN_C),
        told=("the added cell 'import itertools' was left out: it ran out of time while it ran",),
    ),
    lost_conv3d(
        "endless-function-in-c",
        "    import itertools\n    return sum(itertools.repeat(0))",
        "a call ran longer than 2 seconds",
        "conv3d: a call ran longer than 2 seconds",
    ),
    Fault(
        "segfault-in-a-cell",
        with_cell("import ctypes\nctypes.string_at(0)"),
        told=("the added cell 'import ctypes' was left out: the kernel died while it ran",),
    ),
    lost_conv3d(
        "segfault-in-a-function",
        "    import faulthandler\n    faulthandler._sigsegv()",
        "the call ended the Python process",
        "conv3d: the call ended the Python process",
    ),
    Fault(
        "exit-in-a-cell",
        with_cell("import os\nos._exit(1)"),
        told=("the added cell 'import os' was left out: the kernel died while it ran",),
    ),
    Fault("polite-exit-in-a-cell", with_cell("import sys\nsys.exit(0)")),
    lost_conv3d(
        "exit-in-a-function",
        "    import os\n    os._exit(1)",
        "the call ended the Python process",
        "conv3d: the call ended the Python process",
    ),
    Fault(
        "dead-kernel",
        with_cell("import os as system\nsystem.abort()"),
        told=("the added cell 'import os as system' was left out: the kernel died while it ran",),
    ),
    Fault("recursion-in-a-cell", with_cell("def deeper(): return deeper()\ndeeper()")),
    lost_conv3d("recursion-in-a-function", "    return conv3d(*args, **kwargs)", "RecursionError"),
    lost_conv3d("missing-package", "    import no_such_package", "ModuleNotFoundError"),
    Fault(
        "syntax-error",
        answering(conv3d=f"{TAKES_ANYTHING}    return (1"),
        ALL - 0.5,
        (),
        ("conv3d",),
        "conv3d is not defined",
    ),
)
