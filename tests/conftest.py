"""Settings every test runs under."""

import os

# Before the first import of torch or matplotlib: the tests run in parallel already, so more threads
# per process would only compete for the same cores, and figures are drawn without a screen.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

from hypothesis import settings

# No deadline: the first call into torch is slow. Derandomised: a run must not fail by chance.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
