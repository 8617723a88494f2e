"""The cases notice small mistakes in a right answer, made by rule."""

from functools import cache
from pathlib import Path

import pytest

from autograder.course import Repository
from tests.mutation.judging import Bench, Outcome
from tests.mutation.mutate import Mutant, mutants
from tests.mutation.survivors import equivalents

REPOSITORY = Repository.find(Path(__file__))
NAMES = REPOSITORY.assignment_names()
MAX_SHARE = 0.03


@cache
def _bench(name: str) -> Bench:
    return Bench.load(REPOSITORY, name)


@cache
def _outcomes(name: str) -> list[Outcome]:
    return _bench(name).outcomes()


def _survivors(name: str) -> set[tuple[str, str, str]]:
    return {(o.exercise, m.before, m.after) for o in _outcomes(name) for m in o.survivors}


@pytest.mark.parametrize("name", NAMES)
def test_every_solution_passes_and_has_mutants(name: str) -> None:
    """Else a mutant would fail for what is not its own fault."""
    bench = _bench(name)
    whole = {e: Mutant("", "", cell) for e, cell in bench.solutions.items()}
    assert [e for e, m in whole.items() if not bench.survivors(e, [m])] == []
    assert [o.exercise for o in _outcomes(name) if not o.mutants] == []


@pytest.mark.parametrize("name", NAMES)
def test_few_mutants_survive(name: str) -> None:
    count = sum(len(o.mutants) for o in _outcomes(name))
    assert len(_survivors(name)) < MAX_SHARE * count


@pytest.mark.parametrize("name", NAMES)
def test_every_survivor_is_explained(name: str) -> None:
    """One that is not shows a missing case; a line explained in vain is out of date."""
    explained = {key for equivalent in equivalents(name) for key in equivalent.changes()}
    assert _survivors(name) - explained == set()
    assert explained - _survivors(name) == set()


def test_endless_greedy_and_crashing_mutants_are_outlived() -> None:
    bench = _bench(NAMES[0])
    exercise, right = "conv_out", bench.solutions["conv_out"]
    bodies = [
        "while True: pass",
        "return [0] * (1 << 40)",
        "return torch.ones(1 << 33)",
        "import os; os._exit(0)",
        "import ctypes; ctypes.string_at(0)",
        "raise SystemExit",
    ]
    codes = [f"def conv_out(*args, **kwargs):\n    {body}\n" for body in bodies]
    candidates = [Mutant("", body, code) for body, code in zip(bodies, codes, strict=True)]
    last = Mutant("", "right", right)
    assert bench.survivors(exercise, [*candidates, last]) == [last]


def test_mutants_of_a_line() -> None:
    found = {m.after for m in mutants("def f(x, n=1):\n    return x[n:] + g(-1, k=True)\n")}
    assert {
        "return x[n:] - g(-1, k=True)",
        "return x[n + 1:] + g(-1, k=True)",
        "return x[:] + g(-1, k=True)",
        "return x[n:] + g(1, k=True)",
        "return x[n:] + g(-1)",
        "return x[n:] + g(-1, k=False)",
        "return n[n:] + g(-1, k=True)",
        "def f(x, n=2):",
        "pass",
    } <= found


def test_mutants_of_an_einsum() -> None:
    found = {m.after for m in mutants("y = torch.einsum('ij,kj->ik', a, b)\n")}
    assert "y = torch.einsum('ij,kj->ki', a, b)" in found
    assert "y = torch.einsum('ii,kj->ik', a, b)" in found
    assert "y = torch.einsum('ij,kj->ik', b, a)" in found
