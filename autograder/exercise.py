"""How an exercise is declared: its points, its cases, and the ways it goes wrong."""

import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from autograder.draw import Draw
from autograder.sandbox.limits import Limits
from visionlab.checking.forbidden import NOTHING, Forbidden

# Named inputs of one case: tensors, numbers, strings, lists and dicts of them.
Inputs = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """A case without one right answer: detections in scenes, which must be good enough.

    The probe returns, for every scene, a list of boxes (n, 4), scores (n,) and labels (n,) int64.
    boxes, labels: the truth of every scene, (m, 4) and (m,), which the student's code never sees;
    at_least: the mean average precision at IoU 0.5 that passes, above 0. Neither the reference nor
    the misconceptions are asked, so a case may take its seconds.
    """

    inputs: Inputs
    boxes: list[Tensor]
    labels: list[Tensor]
    at_least: float


CaseBuilder = Callable[[Draw], Iterable[Inputs | Scored]]
Probe = Callable[..., Any]
Answer = Callable[..., Any]


@dataclass(frozen=True)
class Facet:
    """One aspect of an exercise; it earns its share of the points when all its cases pass."""

    name: str
    weight: float
    build: CaseBuilder
    probe: Probe | None
    hidden_only: bool = False


@dataclass(frozen=True)
class Golden:
    """A case whose inputs and answer come from a lecture; always public."""

    facet: str
    source: str
    inputs: Inputs
    expected: Any


@dataclass(frozen=True)
class Misconception:
    """A wrong answer students really write, and the words that help them out of it."""

    name: str
    hint: str
    more: str
    source: str


@dataclass(frozen=True)
class Alternative:
    """A right answer unlike the reference; full points are its right."""

    name: str
    source: str


@dataclass(frozen=True)
class Borrowed:
    """A ready-made answer that uses what is forbidden; it earns nothing."""

    name: str
    source: str


@dataclass
class Exercise:
    """One function or class the student writes, graded by one test cell.

    name: the function's name in the notebook; points: what it is worth; stars: 1 to 3;
    minutes: what a student should plan; forbidden: what its answer may not call.
    """

    name: str
    points: float
    stars: int
    minutes: int
    forbidden: Forbidden = NOTHING
    facets: list[Facet] = field(default_factory=list)
    goldens: list[Golden] = field(default_factory=list)
    misconceptions: list[Misconception] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    borrowed: list[Borrowed] = field(default_factory=list)

    def cases(
        self,
        facet: str,
        *,
        weight: float = 1.0,
        probe: Probe | None = None,
        hidden_only: bool = False,
    ) -> Callable[[CaseBuilder], CaseBuilder]:
        """Declare a facet by a generator of inputs; each yielded dict (or Scored) is one case.

        The generator runs twice: with public numbers for the student's own check, with the
        course's secret ones for grading. Without a `probe` the exercise's function is called
        with the inputs as keyword arguments. A probe is `def probe(student, **inputs)`; it
        travels to the student's side as source text, so it imports what it needs itself,
        may use `torch`, and returns plain data (tensors, numbers, strings, lists, dicts).
        hidden_only: nothing of the facet is told before grading (the answer to a question).
        """

        def declare(build: CaseBuilder) -> CaseBuilder:
            self.facets.append(Facet(facet, weight, build, probe, hidden_only))
            return build

        return declare

    def golden(self, facet: str, source: str, inputs: Inputs, expected: Any) -> None:
        """Add a public case with the lecture's own numbers to `facet`.

        source: where the numbers stand, shown to the student ("lecture 003, B1").
        """
        self.goldens.append(Golden(facet, source, inputs, expected))

    def misconception(self, hint: str, more: str = "") -> Callable[[Answer], Answer]:
        """Declare a wrong answer by writing it as a student would, under any name.

        hint: one or two sentences that name the mistake and point to the idea, without the
        code; more: a further, more explicit hint for a second failed attempt.
        """

        def declare(answer: Answer) -> Answer:
            self.misconceptions.append(
                Misconception(answer.__name__, hint, more, answer_source(answer, self.name))
            )
            return answer

        return declare

    def alternative(self, answer: Answer) -> Answer:
        """Declare a right answer unlike the reference, written as a student would."""
        self.alternatives.append(Alternative(answer.__name__, answer_source(answer, self.name)))
        return answer

    def borrows(self, answer: Answer) -> Answer:
        """Declare an answer that returns the right values by what the exercise forbids."""
        self.borrowed.append(Borrowed(answer.__name__, answer_source(answer, self.name)))
        return answer

    def probe_source(self, facet: Facet) -> str:
        """The text of a facet's probe under the name `probe`, or "" where there is none."""
        if facet.probe is None:
            return ""
        # Names in annotations mean nothing where the probe runs: leave them unevaluated.
        return "from __future__ import annotations\n" + answer_source(facet.probe, "probe")


@dataclass(frozen=True)
class Written:
    """A question answered in words in a Markdown cell and graded by hand in the formgrader."""

    name: str
    points: float


@dataclass(frozen=True)
class Assignment:
    """One notebook with its points: the exercises in the order of the notebook.

    limits: what one submission may use; files: names of what a submission may hold besides the
    notebook, such as a trained network; they lie beside it when it is graded.
    """

    name: str
    exercises: tuple[Exercise, ...]
    written: tuple[Written, ...] = ()
    limits: Limits = Limits()
    files: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The sum of the exercises' points; what is graded by hand comes on top."""
        return round(sum(e.points for e in self.exercises), 6)

    def exercise(self, name: str) -> Exercise:
        """The exercise called `name`; KeyError with the known names otherwise."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        known = ", ".join(e.name for e in self.exercises)
        raise KeyError(f"{self.name} has no exercise {name}; it has {known}")


def answer_source(answer: Answer, name: str) -> str:
    """The text a student would type: the function without its decorator, called `name`."""
    lines = textwrap.dedent(inspect.getsource(answer)).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "class ")))
    head = lines[start].replace(answer.__name__, name, 1)
    return "\n".join([head, *lines[start + 1 :]]) + "\n"
