"""Lines of code and prose that only instructors have: solutions, misconceptions, alternatives."""

import re

from nbformat import NotebookNode

from autograder.build.source import read_source
from autograder.course import Repository, declared_assignment
from autograder.exercise import Exercise

MIN_TELLING = 24  # shorter lines ("return y", "for i in range(n):") tell nothing
_SOLVED = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)


def answer_lines(repository: Repository, name: str) -> set[str]:
    """Telling lines of an assignment's answers, right and wrong ones, that students do not see."""
    cells = read_source(repository.source(name)).cells
    shown = _shown(cells, name)
    return _solution_lines(cells, shown) | _bank_lines(name, shown)


def answer_bodies(repository: Repository, name: str) -> set[str]:
    """Whole answers, squeezed: they tell even where each of their lines is short."""
    cells = read_source(repository.source(name)).cells
    parts = [part for cell in cells for part in _SOLVED.findall(cell.source)]
    for exercise in declared_assignment(name).exercises:
        # Without their first lines, in which the name is everybody's.
        parts += [source.partition("\n")[2] for source in _bank(exercise)]
    shown = squeeze(_shown(cells, name))
    bodies = {squeeze(part) for part in parts}
    return {b for b in bodies if len(b) >= MIN_TELLING and "\n" in b and b not in shown}


def squeeze(text: str) -> str:
    """The text without indents, comments and empty lines."""
    lines = (line.split("  # ")[0].strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def _solution_lines(cells: list[NotebookNode], shown: str) -> set[str]:
    """Telling lines between the marks, unless the lesson itself shows them elsewhere."""
    parts = [part for cell in cells for part in _SOLVED.findall(cell.source)]
    return {line for part in parts for line in _telling(part) if line not in shown}


def _bank_lines(name: str, shown: str) -> set[str]:
    """Telling lines of misconceptions and alternatives that students are not given anyway."""
    sources = [s for exercise in declared_assignment(name).exercises for s in _bank(exercise)]
    lines = {line for source in sources for line in _telling(source)}
    return {line for line in lines if line not in shown and not line.startswith("def ")}


def _bank(exercise: Exercise) -> list[str]:
    wrong = [misconception.source for misconception in exercise.misconceptions]
    return wrong + [alternative.source for alternative in exercise.alternatives]


def _shown(cells: list[NotebookNode], name: str) -> str:
    """What students get: the lesson, the stubs, and how their functions are called."""
    parts = [_SOLVED.sub("", cell.source) for cell in cells]
    for exercise in declared_assignment(name).exercises:
        parts += [exercise.probe_source(f) for f in exercise.facets if not f.hidden_only]
    return "\n".join(parts)


def _telling(text: str) -> set[str]:
    lines = (line.split("  # ")[0].strip() for line in text.splitlines())
    return {x for x in lines if len(x) >= MIN_TELLING and not x.startswith(("#", '"""'))}
