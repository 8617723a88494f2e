"""Mutants that get full points because they are right: each with the reason why."""

import importlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Equivalent:
    """Changes of one line that change no answer. afters: what the line may become."""

    exercise: str
    before: str
    afters: tuple[str, ...]
    reason: str

    def changes(self) -> set[tuple[str, str, str]]:
        """(exercise, line before, line after) of each."""
        return {(self.exercise, self.before, after) for after in self.afters}


def equivalents(name: str) -> tuple[Equivalent, ...]:
    """Those of an assignment."""
    short = name.partition("_")[2]
    found: tuple[Equivalent, ...] = importlib.import_module(
        f"tests.mutation.survivors_{short}"
    ).EQUIVALENTS
    return found
