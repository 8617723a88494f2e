"""Faults of the folder: names, clocks and rights, and what lies beside the notebook."""

import os
import time
from pathlib import Path

from autograder.simulate import Material
from tests.faults.fault import NAME, Fault, put, solved

FAR_AHEAD = time.time() + 30 * 365 * 86400


def right(folder: Path, material: Material) -> None:
    """The right notebook in its place."""
    put(folder, solved(material))


def among_others(folder: Path, material: Material) -> None:
    right(folder, material)
    put(folder, b"%PDF-1.7", "lecture notes.pdf")
    put(folder, b"import os; os._exit(1)", "torch.py")
    put(folder / ".ipynb_checkpoints", b"{}", f"{NAME}-checkpoint.ipynb")
    put(folder / "__MACOSX", b"\x00\x05\x16\x07", f"._{NAME}.ipynb")


def read_only(folder: Path, material: Material) -> None:
    right(folder, material)
    (folder / f"{NAME}.ipynb").chmod(0o444)
    folder.chmod(0o555)


def ahead_of_time(folder: Path, material: Material) -> None:
    right(folder, material)
    (folder / "timestamp.txt").write_text("2056-01-01 12:00:00 UTC")
    os.utime(folder / f"{NAME}.ipynb", (FAR_AHEAD, FAR_AHEAD))


def without_a_clock(folder: Path, material: Material) -> None:
    right(folder, material)
    (folder / "timestamp.txt").write_text("yesterday evening")


def renamed(folder: Path, material: Material) -> None:
    put(folder, solved(material), "übung 1 (2).ipynb")


def nested(folder: Path, material: Material) -> None:
    right(folder / "s001 submission" / NAME, material)


def two(folder: Path, material: Material) -> None:
    right(folder, material)
    put(folder, b"{}", "old.ipynb")


def two_unnamed(folder: Path, material: Material) -> None:
    put(folder, solved(material), "a.ipynb")
    put(folder, solved(material), "b.ipynb")


PLACES = (
    Fault("right", right),
    Fault("ünïcode 名前 and spaces", right),
    Fault("other-files-beside", among_others),
    Fault("renamed", renamed, told=("the notebook was found as übung 1 (2).ipynb",)),
    Fault(
        "nested",
        nested,
        told=(f"the notebook was found as s001 submission/{NAME}/{NAME}.ipynb",),
    ),
    Fault("two", two, told=(f"only {NAME}.ipynb was graded, not old.ipynb",)),
    Fault("read-only", read_only),
    Fault("clock-in-the-future", ahead_of_time),
    Fault("timestamp-in-words", without_a_clock),
)
# Not graded, and so in no gradebook: the run says why.
REFUSED = Fault(
    "two-unnamed",
    two_unnamed,
    0,
    (f"a.ipynb and b.ipynb may both be meant: keep one, as {NAME}.ipynb",),
)
