"""nbgrader's configuration: the course folder, and our sandboxed walk in its autograder.

nbgrader reads this file when it is started in this folder; so do the formgrader and the
Validate button of a JupyterLab started here.
"""

from pathlib import Path

from autograder.course import Course, Repository
from autograder.nbgrader_plugin import configure

here = Path(__file__).resolve().parent
configure(get_config(), Repository(here), Course(here / "course"))  # type: ignore[name-defined]  # noqa: F821
