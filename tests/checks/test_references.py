"""Every reference against its oracle on random configurations."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course import declared_assignment
from autograder.exercise import Exercise, Facet
from autograder.reference import Namespace, reference_namespace
from tests.checks import gate
from tests.checks.gate import REPOSITORY, of_assignment
from visionlab.checking.compare import difference
from visionlab.checking.probing import Question, ask

NAMES = gate.NAMES
EXERCISES = [(name, e.name) for name in NAMES for e in declared_assignment(name).exercises]


@cache
def _reference(name: str) -> Namespace:
    return reference_namespace(REPOSITORY.source(name))


@pytest.mark.parametrize("name", NAMES)
def test_no_exercise_is_left_out(name: str) -> None:
    configurations = of_assignment(name, "configurations").CONFIGURATIONS
    assert list(configurations) == [e.name for e in declared_assignment(name).exercises]


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_reference_equals_the_oracle(name: str, exercise: str, data: st.DataObject) -> None:
    declared = declared_assignment(name).exercise(exercise)
    inputs = of_assignment(name, "configurations").CONFIGURATIONS[exercise](data.draw)
    question = Question(exercise, inputs, declared.probe_source(_facet(name, declared)))
    right = ask(question, of_assignment(name, "oracles").ORACLES)
    given_answer = ask(question, _reference(name))
    assert not right.error, right
    assert not given_answer.error and not given_answer.changed, given_answer
    assert difference(right.value, given_answer.value) is None


def _facet(name: str, exercise: Exercise) -> Facet:
    """The facet whose probe takes the configurations: the first unless FACETS names another."""
    facets = getattr(of_assignment(name, "configurations"), "FACETS", {})
    graded = [facet for facet in exercise.facets if facet.weight]
    wanted = facets.get(exercise.name, graded[0].name)
    return next(facet for facet in exercise.facets if facet.name == wanted)
