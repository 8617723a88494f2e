"""Questions with one right answer: exercises whose function takes nothing and returns it.

Before grading a student is told only whether the answer has the right form; nothing that is
released says which answer is right.
"""

from collections.abc import Iterator
from typing import Any

from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs, Probe

FORM = "form (right or wrong is told after grading)"


def number_question(name: str, *, points: float, minutes: int) -> Exercise:
    """A question answered by `def name(): return <a whole number>`.

    Wrong answers that say something are declared as misconceptions.
    """
    return _question(name, points, minutes, _number_form)


def choice_question(name: str, *, points: float, minutes: int) -> Exercise:
    """A question answered by `def name(): return "B"`, one letter from A to D."""
    return _question(name, points, minutes, _choice_form)


def _question(name: str, points: float, minutes: int, form: Probe) -> Exercise:
    exercise = Exercise(name, points=points, stars=1, minutes=minutes)

    @exercise.cases(FORM, weight=0, probe=form)
    def answered(_draw: Draw) -> Iterator[Inputs]:
        yield {"question": name}

    @exercise.cases("answer", hidden_only=True)
    def answer(_draw: Draw) -> Iterator[Inputs]:
        yield {}

    return exercise


def _number_form(student: Any, question: str) -> str:
    answer = getattr(student, question)()
    return "a whole number" if type(answer) is int else f"of type {type(answer).__name__}"


def _choice_form(student: Any, question: str) -> str:
    answer = getattr(student, question)()
    return "a letter from A to D" if answer in ("A", "B", "C", "D") else "something else"
