"""How long grading takes: beside stock nbgrader, by stage, for large classes, and the second time.

Run by `make bench`; writes benchmarks/results.md. All figures of a table come from one run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Repository
from autograder.simulate import Material, mixed_student, write_submission
from benchmarks.bookkeeping import booking_table
from benchmarks.machine import Usage, describe_machine, measured
from benchmarks.stages import stage_table
from benchmarks.tables import Table, write_page

REPOSITORY = Repository.find(Path(__file__))
NAME = "01_convolution"
CHANGED = "conv2d"
BIN = Path(sys.executable).parent
STOCK_CONFIG = """\
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = {source!r}
c.CourseDirectory.ignore = ["*"]
c.Autograde.create_student = True
c.ClearSolutions.enforce_metadata = False
"""


@dataclass(frozen=True)
class Class:
    """A simulated class, laid out once and copied for every way to grade it."""

    submitted: Path
    count: int

    @classmethod
    def make(cls, folder: Path, count: int) -> "Class":
        """Students of varied ability; no endless loops, which would only measure time limits."""
        material = Material.load(REPOSITORY, NAME)
        for number in range(count):
            write = mixed_student(f"bench/{number}")
            write_submission(folder, f"student-{number:04d}", material, write(material))
        return cls(folder, count)

    def course(self, folder: Path) -> Path:
        """A new course with this class in it."""
        shutil.copytree(self.submitted, folder / "submitted")
        return folder


def stock(klass: Class, folder: Path) -> Usage:
    """nbgrader's own autograde with its own preprocessors, in nbgrader's one loop."""
    course = klass.course(folder)
    config = STOCK_CONFIG.format(root=str(course), source=str(folder / "source"))
    (course / "nbgrader_config.py").write_text(config)
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    shutil.copy(REPOSITORY.solution_notebook(NAME), source)
    for student in (course / "submitted").iterdir():  # its check data, as released beside it
        shutil.copy(REPOSITORY.public_checks(NAME), student / NAME)
    words = [str(BIN / "nbgrader"), "generate_assignment", NAME, "--force"]
    env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    subprocess.run(words, cwd=course, env=env, check=True, capture_output=True)
    (course / "nbgrader_config.py").write_text(config.replace('["*"]', "[]"))
    return measured([str(BIN / "nbgrader"), "autograde", NAME], cwd=course, env=env)


def ours(course: Path, jobs: int) -> Usage:
    """`autograder grade` on a course, whatever is graded there already."""
    words = [str(BIN / "autograder"), "grade", NAME, "--course", str(course), "--jobs", str(jobs)]
    return measured(words, cwd=REPOSITORY.root)


def after_a_change(course: Path) -> Usage:
    """A graded course once more, when the check of one exercise has changed."""
    words = [sys.executable, "-m", "benchmarks.changed_check", NAME, CHANGED, str(course)]
    return measured(words, cwd=REPOSITORY.root)


def compare(folder: Path, students: int) -> Table:
    """Stock against ours on the same class in the same run."""
    klass = Class.make(folder / "class", students)
    ours(Class.make(folder / "one", 1).course(folder / "warm-up"), 1)  # disk caches, for both
    theirs = stock(klass, folder / "stock")
    rows = [_row("stock nbgrader autograde", theirs, theirs, students)]
    for jobs in (1, 2):
        course = klass.course(folder / f"ours-{jobs}")
        rows.append(_row(f"autograder grade --jobs {jobs}", ours(course, jobs), theirs, students))
    rows.append(_row("nothing changed", ours(course, 2), theirs, students))
    rows.append(_row(f"the check of {CHANGED} changed", after_a_change(course), theirs, students))
    heads = ["way", "seconds", "s / submission", "times stock", "CPU s", "peak MB"]
    return Table(f"{students} submissions of {NAME}, start to gradebook", heads, rows)


def _row(way: str, usage: Usage, stock_usage: Usage, students: int) -> list[str]:
    return [
        way,
        f"{usage.seconds:.1f}",
        f"{usage.seconds / students:.2f}",
        f"{stock_usage.seconds / usage.seconds:.1f}",
        f"{usage.cpu_seconds:.1f}",
        f"{usage.peak_bytes / 2**20:.0f}",
    ]


def scale(folder: Path, counts: list[int], stock_seconds: float | None) -> Table:
    """Larger classes, and each a second time. stock_seconds: a submission takes nbgrader."""
    rows = []
    for count in counts:
        course = Class.make(folder / f"class-{count}", count).course(folder / f"scale-{count}")
        first, again = ours(course, 2), ours(course, 2)
        each = first.seconds / count
        rows.append(
            [
                str(count),
                f"{first.seconds:.1f}",
                f"{each:.3f}",
                f"{stock_seconds / each:.1f}" if stock_seconds else "",
                f"{first.peak_bytes / 2**20:.0f}",
                f"{first.sandboxed_bytes / 2**20:.0f}",
                f"{again.seconds:.1f}",
            ]
        )
        shutil.rmtree(course)
    heads = ["submissions", "seconds", "s / submission", "times stock"]
    heads += ["peak MB", "of it in sandboxes", "nothing changed, seconds"]
    return Table("Growing classes, --jobs 2", heads, rows)


def main() -> None:
    """Run what was asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=40, help="class to compare with nbgrader")
    parser.add_argument(
        "--scale", type=int, nargs="*", default=[10, 100, 1000], help="growing classes"
    )
    parser.add_argument("--no-stock", action="store_true", help="leave nbgrader out")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        tables, stock_seconds = [], None
        if not options.no_stock:
            tables.append(compare(folder, options.students))
            stock_seconds = float(tables[0].rows[0][1]) / options.students
        tables.append(stage_table(REPOSITORY, NAME))
        tables.append(booking_table(REPOSITORY, NAME, folder / "booking"))
        tables.append(scale(folder, options.scale, stock_seconds))
    page = REPOSITORY.root / "benchmarks" / "results.md"
    write_page(page, describe_machine(), tables)
    print(page.read_text())
    print(f"took {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
