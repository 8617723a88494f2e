"""The declarations of all assignments do what they claim, by oracles from other hands."""

from functools import cache

import pytest

from autograder.course import declared_assignment
from autograder.exercise import Exercise
from autograder.reference import Namespace
from tests.checks import gate
from visionlab.checking.codec import pack
from visionlab.checking.compare import difference
from visionlab.checking.judge import same_answer
from visionlab.checking.probing import FORBIDDEN, Answer
from visionlab.checking.reading import forbidden_use

SEEDS = range(12)
FEW_SEEDS = range(3)
NAMES = gate.NAMES
ALL = [(name, e.name) for name in NAMES for e in declared_assignment(name).exercises]
EXERCISES = pytest.mark.parametrize(("name", "exercise"), ALL)
COSTS = [
    (name, exercise, mistake)
    for name in NAMES
    for exercise, mistake in gate.of_assignment(name, "costs").COSTS
]
# The detector lab is two notebooks of ten.
POINTS = {"05a_region_proposals": 10, "05b_detector_lab": 10}
PUBLIC_BYTES = 700_000
LARGEST_TENSOR = 2500
Seed = int | str


def _exercise(name: str, exercise: str) -> Exercise:
    return declared_assignment(name).exercise(exercise)


def _oracles(name: str) -> Namespace:
    oracles: Namespace = gate.of_assignment(name, "oracles").ORACLES
    return oracles


@cache
def _notebook(name: str) -> Namespace:
    return gate.stand_in(declared_assignment(name))


@cache
def _right(name: str, exercise: str, seed: Seed) -> tuple[list[gate.Case], list[Answer]]:
    """The cases of an exercise for a seed, and what the oracle answers."""
    cases = gate.drawn_cases(_exercise(name, exercise), seed)
    right = gate.answers(gate.unguarded(cases), _oracles(name))
    assert all(not a.error and not a.changed for a in right), right
    return cases, right


@cache
def _mistaken(name: str, exercise: str, seed: Seed) -> dict[str, list[Answer]]:
    """What each misconception of an exercise answers to the cases of a seed."""
    cases, _ = _right(name, exercise, seed)
    return {
        m.name: gate.answers(cases, gate.define(m.source, _notebook(name)))
        for m in _exercise(name, exercise).misconceptions
    }


@pytest.mark.parametrize("name", NAMES)
def test_points_and_exercises(name: str) -> None:
    assignment = declared_assignment(name)
    assert assignment.points == POINTS.get(name, 20)
    assert sorted(e.name for e in assignment.exercises) == sorted(_oracles(name))


@EXERCISES
def test_counts(name: str, exercise: str) -> None:
    declared = _exercise(name, exercise)
    names = [m.name for m in declared.misconceptions]
    assert len(set(names)) == len(names) >= (5 if declared.points >= 2 else 3)
    assert len({a.name for a in declared.alternatives}) == len(declared.alternatives) >= 3
    assert 2 <= len(declared.facets) <= 10
    assert all(m.hint for m in declared.misconceptions)
    told_once = any(f.hidden_only for f in declared.facets)  # a graded question has no next try
    assert told_once or all(m.more for m in declared.misconceptions)


@EXERCISES
def test_goldens_are_right(name: str, exercise: str) -> None:
    for case, expected in gate.golden_cases(_exercise(name, exercise)):
        (answer,) = gate.answers(gate.unguarded([case]), _oracles(name))
        assert not answer.error, answer
        assert difference(expected, answer.value) is None


@EXERCISES
@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_alternatives_are_right(name: str, exercise: str, seed: int) -> None:
    """With every call guarded: a forbidden operator or a changed input is a wrong answer too."""
    cases, right = _right(name, exercise, seed)
    for alternative in _exercise(name, exercise).alternatives:
        given = gate.answers(cases, gate.define(alternative.source, _notebook(name)))
        wrong = [
            (alternative.name, c.facet, g.message or difference(r.value, g.value) or g.changed)
            for c, r, g in zip(cases, right, given, strict=True)
            if not gate.agree(r, g)
        ]
        assert not wrong


@EXERCISES
def test_every_misconception_fails_for_every_seed(name: str, exercise: str) -> None:
    for misconception in _exercise(name, exercise).misconceptions:
        namespace = gate.define(misconception.source, _notebook(name))
        lost = gate.lost_facets(
            *_right(name, exercise, 0), _mistaken(name, exercise, 0)[misconception.name]
        )
        assert lost, misconception.name
        unseen = [s for s in SEEDS if not _fails((name, exercise), s, lost[0], namespace)]
        assert not unseen, misconception.name


def _fails(key: tuple[str, str], seed: int, facet: str, namespace: Namespace) -> bool:
    """Whether the code is wrong on some case of a facet; stops at the first."""
    cases, right = _right(*key, seed)
    return any(
        not gate.agree(r, gate.answers([case], namespace)[0])
        for case, r in zip(gate.unguarded(cases), right, strict=True)
        if case.facet == facet
    )


@EXERCISES
@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_misconceptions_are_told_apart(name: str, exercise: str, seed: int) -> None:
    """Each pair differs on some case; two wrong answers that agree would share a hint."""
    _, right = _right(name, exercise, seed)
    given = _mistaken(name, exercise, seed)
    names = list(given)
    alike = [
        (a, b)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if all(
            same_answer(x, y) or (gate.agree(r, x) and gate.agree(r, y))
            for r, x, y in zip(right, given[a], given[b], strict=True)
        )
    ]
    assert not alike


@pytest.mark.parametrize("seed", FEW_SEEDS)
@pytest.mark.parametrize(("name", "exercise", "mistake"), COSTS)
def test_a_mistake_costs_its_own_facets_only(
    name: str, exercise: str, mistake: str, seed: int
) -> None:
    """On drawn cases, and on the lectures' too."""
    declared = _exercise(name, exercise)
    given = _mistaken(name, exercise, seed)[mistake]
    lost = set(gate.lost_facets(*_right(name, exercise, seed), given))
    source = next(m.source for m in declared.misconceptions if m.name == mistake)
    goldens = [case for case, _ in gate.golden_cases(declared)]
    right = gate.answers(gate.unguarded(goldens), _oracles(name))
    given = gate.answers(goldens, gate.define(source, _notebook(name)))
    costs = gate.of_assignment(name, "costs").COSTS[exercise, mistake]
    assert lost | set(gate.lost_facets(goldens, right, given)) == costs


@EXERCISES
def test_misconceptions_run_without_forbidden_calls(name: str, exercise: str) -> None:
    declared = _exercise(name, exercise)
    for given in _mistaken(name, exercise, 0).values():
        assert all(answer.error != FORBIDDEN for answer in given)
    sources = [m.source for m in declared.misconceptions]
    for source in (*sources, *(a.source for a in declared.alternatives)):
        cells = [gate.imports(name), source]
        assert forbidden_use(cells, exercise, declared.forbidden) == ""


@EXERCISES
def test_borrowed_answers_are_noticed(name: str, exercise: str) -> None:
    """By the guard alone or by reading alone; and they would be right if they were allowed."""
    declared = _exercise(name, exercise)
    cases, right = _right(name, exercise, 0)
    for answer in declared.borrowed:
        namespace = gate.define(answer.source, _notebook(name))
        guarded = gate.answers(cases, namespace)
        read = forbidden_use([gate.imports(name), answer.source], exercise, declared.forbidden)
        assert read or all(a.error == FORBIDDEN for a in guarded), answer.name
        given = gate.answers(gate.unguarded(cases), namespace)
        assert any(gate.agree(r, g) for r, g in zip(right, given, strict=True)), answer.name


@pytest.mark.parametrize("name", NAMES)
def test_public_data_is_light(name: str) -> None:
    """Inputs, right answers and the tensors of wrong ones: what ships beside the notebook."""
    data = []
    for exercise in declared_assignment(name).exercises:
        cases, right = _right(name, exercise.name, "public")
        wrong = [
            a.value
            for given in _mistaken(name, exercise.name, "public").values()
            for a, r in zip(given, right, strict=True)
            if not gate.agree(r, a)
        ]
        data.append([[c.question.inputs for c in cases], [r.value for r in right], wrong])
    assert len(pack(data)) < PUBLIC_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_tensors_are_small(name: str) -> None:
    for exercise in declared_assignment(name).exercises:
        for case in gate.drawn_cases(exercise, "size"):
            for value in case.question.inputs.values():
                assert not hasattr(value, "numel") or value.numel() <= LARGEST_TENSOR, case
