"""Puts declared answers to their own exercise's cases: what the tests of the checks share."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder.build.source import given_imports
from autograder.course import Repository
from autograder.draw import Draw
from autograder.exercise import Assignment, Exercise, Scored
from visionlab.checking.compare import difference
from visionlab.checking.forbidden import NOTHING
from visionlab.checking.probing import Answer, Question, ask

Namespace = dict[str, Any]

REPOSITORY = Repository.find(Path(__file__))
NAMES = REPOSITORY.assignment_names()


@cache
def imports(name: str) -> str:
    """The import lines that an assignment's answers rely on."""
    return given_imports(REPOSITORY.source(name))


def of_assignment(name: str, part: str) -> Any:
    """A test module written for one assignment, such as its oracles."""
    return importlib.import_module(f"tests.checks.{name.partition('_')[2]}.{part}")


@dataclass(frozen=True)
class Case:
    """A question of an exercise, and the facet it belongs to."""

    facet: str
    question: Question


def drawn_cases(exercise: Exercise, *seed_parts: str | int | bytes) -> list[Case]:
    """The cases of all facets for one seed, drawn as for students: each facet by itself."""
    return [
        Case(
            facet.name,
            Question(exercise.name, inputs, exercise.probe_source(facet), exercise.forbidden),
        )
        for facet in exercise.facets
        for inputs in facet.build(Draw(*seed_parts, exercise.name, facet.name))
        if not isinstance(inputs, Scored)  # it has no one right answer to compare with
    ]


def golden_cases(exercise: Exercise) -> list[tuple[Case, Any]]:
    """The lectures' cases with the lectures' answers; a facet's probe is theirs too."""
    probes = {facet.name: exercise.probe_source(facet) for facet in exercise.facets}
    return [
        (
            Case(g.facet, Question(exercise.name, g.inputs, probes[g.facet], exercise.forbidden)),
            g.expected,
        )
        for g in exercise.goldens
    ]


def define(source: str, namespace: Mapping[str, Any]) -> Namespace:
    """A copy of `namespace` in which the code in `source` ran."""
    changed = dict(namespace)
    exec(source, changed)
    return changed


def stand_in(assignment: Assignment) -> Namespace:
    """A notebook's names with each exercise's first alternative in place of the reference."""
    namespace = define(imports(assignment.name), {})
    for exercise in assignment.exercises:
        exec(exercise.alternatives[0].source, namespace)
    return namespace


def answers(cases: Sequence[Case], namespace: Mapping[str, Any]) -> list[Answer]:
    """What the code in `namespace` answers to each case."""
    return [ask(case.question, namespace) for case in cases]


def unguarded(cases: Sequence[Case]) -> list[Case]:
    """The same cases with every call allowed: an oracle is what students may not use."""
    return [replace(c, question=replace(c.question, forbidden=NOTHING)) for c in cases]


def agree(right: Answer, given: Answer) -> bool:
    """Whether an answer is right: the same value, no error, no input changed."""
    return not given.error and not given.changed and difference(right.value, given.value) is None


def lost_facets(
    cases: Sequence[Case], right: Sequence[Answer], given: Sequence[Answer]
) -> list[str]:
    """The facets in which at least one answer is wrong, in the order of the cases."""
    triples = zip(cases, right, given, strict=True)
    return list(dict.fromkeys(c.facet for c, r, g in triples if not agree(r, g)))


def kept_share(exercise: Exercise, lost: Sequence[str]) -> float:
    """The share of the points, 0 to 1, that is left when these facets are lost."""
    total = sum(f.weight for f in exercise.facets)
    return sum(f.weight for f in exercise.facets if f.name not in lost) / total
