"""What the lectures name, and where the course teaches, asks and tests it.

Notebooks carry the tags: `rows="A18 A19"` and `errata="27"` on the Markdown cells that teach a
row of the lectures or tell a mistake of the slides. Tests carry the golden numbers in their names,
`test_b5_...`. Nothing else is written by hand, so the table cannot promise what is not there.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.build.source import checked_exercise, is_demo, read_source
from autograder.course import CourseError, Repository

LECTURE_ROWS = Path(__file__).with_name("coverage.csv")
PAGE = Path("docs/coverage.md")
_HEADING = re.compile(r"^#{2,4} (.+?)\s*$", re.MULTILINE)
_NO_SECTION = re.compile(r"Exercise: |BEGIN SOLUTION|END SOLUTION")
_FUNCTION = re.compile(r"^def (\w+)", re.MULTILINE)
_GOLDEN = re.compile(r"^def (test((?:_b\d+)+)_\w+)", re.MULTILINE)
_ASKED = re.compile(r"Find the slide|What is wrong on the slide", re.IGNORECASE)


@dataclass
class Taught:
    """Where a row stands in a notebook: under which headings, with which exercises."""

    headings: list[str] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mistake:
    """A mistake of the slides: its notebook, whether it is asked, and the cell that proves it."""

    number: int
    notebook: str
    asked: bool
    proof: str


def lecture_rows() -> dict[str, tuple[str, str]]:
    """Row id -> its subject and the notebook it is planned for."""
    with LECTURE_ROWS.open(newline="", encoding="utf-8") as file:
        return {r["row"]: (r["subject"], r["planned"]) for r in csv.DictReader(file)}


def taught_rows(repository: Repository) -> dict[str, dict[str, Taught]]:
    """Row id -> notebook -> where it is taught. CourseError for a tag that is no row."""
    found: dict[str, dict[str, Taught]] = defaultdict(lambda: defaultdict(Taught))
    known = lecture_rows()
    for name in repository.assignment_names():
        for rows, heading, exercise in _sections(read_source(repository.source(name)).cells):
            for row in rows:
                if row not in known:
                    raise CourseError(f"{name} tags {row}, which is no row of the lectures")
                place = found[row][name]
                for thing, where in ((heading, place.headings), (exercise, place.exercises)):
                    if thing and thing not in where:
                        where.append(thing)
    return found


def _sections(cells: list[NotebookNode]) -> Iterator[tuple[list[str], str, str]]:
    """For every tagged cell its rows and heading; for every exercise the rows it belongs to.

    These are the rows tagged last before its check: on the exercise's own cell, where it has a
    tag, else on the last cell that has one.
    """
    heading, rows = "", []
    for cell in cells:
        if cell.cell_type == "markdown":
            titles = [t for t in _HEADING.findall(cell.source) if not _NO_SECTION.match(t)]
            heading = titles[-1] if titles else heading
            if tagged := str(cell.metadata.get("rows", "")).split():
                rows = tagged
                yield rows, heading, ""
        elif name := checked_exercise(cell):
            yield rows, heading, name


def slide_mistakes(repository: Repository) -> list[Mistake]:
    """The mistakes of the slides that notebooks tell or ask, by their numbers."""
    found = []
    for name in repository.assignment_names():
        cells = read_source(repository.source(name)).cells
        for place, cell in enumerate(cells):
            for number in str(cell.metadata.get("errata", "")).split():
                asked = bool(_ASKED.search(cell.source))
                found.append(Mistake(int(number), name, asked, _proof(cells[place:])))
    return sorted(found, key=lambda mistake: (mistake.number, mistake.notebook))


def _proof(cells: list[NotebookNode]) -> str:
    """The name of the next demonstration's function, or what its first line says."""
    demos = (cell.source for cell in cells if cell.cell_type == "code" and is_demo(cell))
    code = next(demos, "")
    if name := _FUNCTION.search(code):
        return f"`{name.group(1)}()`"
    lines = [line for line in code.splitlines() if line.strip()]
    return f"`{lines[0][:48]}`" if lines else ""


def golden_tests(repository: Repository) -> dict[int, list[str]]:
    """Number of a golden row B<n> -> the tests that hold the solutions to it."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted((repository.root / "tests" / "checks").rglob("test_goldens_*.py")):
        for test, numbers in _GOLDEN.findall(path.read_text()):
            for number in re.findall(r"\d+", numbers):
                found[int(number)].append(f"{path.parent.name}: {test}")
    return dict(sorted(found.items()))


def page(repository: Repository) -> str:
    """The whole of docs/coverage.md."""
    taught, rows = taught_rows(repository), lecture_rows()
    lines = [
        "# What the lectures name, and where it is",
        "",
        "Made by `autograder coverage` from the tags in `solutions/`, the declarations and the "
        "tests. Never edited by hand.",
        "",
        f"{len(taught)} of {len(rows)} rows are taught; the others are planned.",
        "",
        "Every exercise is graded by its cases, and its reference stands against an independent "
        "oracle in `tests/checks/test_references.py`; what is shown without an exercise is run "
        "again by nbval in `tests/notebooks/test_solutions.py`.",
        "",
        "| row | subject | notebook | section | exercises | test |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(row, *rows[row], taught.get(row, {})) for row in rows]
    return "\n".join([*lines, *_mistakes(repository), *_goldens(repository)]) + "\n"


def _row(row: str, subject: str, planned: str, places: dict[str, Taught]) -> str:
    if not places:
        return f"| {row} | {subject} | {planned}: planned | | | |"
    names = ", ".join(places)
    headings = "; ".join(h for place in places.values() for h in place.headings)
    exercises = [e for place in places.values() for e in place.exercises]
    test = "oracle and cases" if exercises else "nbval"
    asked = ", ".join(f"`{e}`" for e in exercises)
    return f"| {row} | {subject} | {names} | {_cell(headings)} | {asked} | {test} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("{{", "").replace("}}", "")


def _mistakes(repository: Repository) -> Iterator[str]:
    yield from ("", "## Mistakes of the slides", "")
    yield from ("| number | notebook | how | proved by |", "|---|---|---|---|")
    for m in slide_mistakes(repository):
        yield f"| {m.number} | {m.notebook} | {'asked' if m.asked else 'told'} | {m.proof} |"


def _goldens(repository: Repository) -> Iterator[str]:
    yield from ("", "## Golden numbers", "")
    yield from ("| row | tests against the solution's code |", "|---|---|")
    for number, tests in golden_tests(repository).items():
        yield f"| B{number} | {'<br>'.join(f'`{t}`' for t in tests)} |"


def write_page(repository: Repository, check: bool) -> list[str]:
    """Write docs/coverage.md, or with `check` only say in what it is out of date."""
    path, text = repository.root / PAGE, page(repository)
    current = path.read_text() if path.exists() else ""
    if current == text:
        return []
    if not check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return [f"{PAGE} is written"]
    return [f"{PAGE} is out of date: run 'autograder coverage'"]
