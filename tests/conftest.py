"""Settings every test runs under, and their order when workers share them."""

import os

# Before the first import of torch or matplotlib: the tests run in parallel already, so more threads
# per process would only compete for the same cores, and figures are drawn without a screen.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: the first call into torch is slow. Derandomised: a run must not fail by chance.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")

HERE = Path(__file__).parent
# pytest-xdist hands out whole files, those of most tests first: a file of six tests that take
# minutes would come last, and run on beside an idle worker. So the files that take longest come
# first, and the small change is left for the end.
LONGEST = (
    "notebooks/test_solutions.py",
    "mutation/test_mutation.py",
    "notebooks/test_hints_in_kernel.py",
    "cli/test_every_assignment.py",
    "checks/test_declarations.py",
    "notebooks/test_released.py",
    "grader/test_warm.py",
    "checks/test_audit.py",
    "grader/test_cluster.py",
    "grader/test_sandbox.py",
    "faults/test_crash.py",
    "faults/test_faults.py",
    "faults/test_full_disk.py",
    "faults/test_two_graders.py",
    "lms/test_gradescope.py",
    "attacks/test_leftover_processes.py",
    "fuzz/test_return_path.py",
    "lms/test_gradescope_lesson.py",
    "attacks/test_forging.py",
    "attacks/test_grader.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Leave the order to the hook below."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the files for workers; tests of one file stay as they are."""
    if hasattr(config, "workerinput"):
        turns = {HERE / name: turn for turn, name in enumerate(LONGEST)}
        items.sort(key=lambda item: turns.get(item.path, len(turns)))
