"""What the report says of one assignment: its evidence with all figures, for page and data."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from autograder.reporting.evidence import Evidence, MarkedSubmission
from autograder.reporting.measures import (
    Distribution,
    FacetFigures,
    MistakeFigures,
    QuestionFigures,
    Stop,
    distribution,
    facet_figures,
    mistake_figures,
    question_figures,
    seconds,
    stops,
)


@dataclass(frozen=True)
class Timings:
    """Seconds that grading took: in the middle, for the slowest tenth at least, at most, in all."""

    median: float
    ninth_decile: float
    longest: float
    total: float


@dataclass(frozen=True)
class Section:
    """One assignment in a report; every figure is worked out once."""

    evidence: Evidence

    @cached_property
    def distribution(self) -> Distribution | None:
        """Points of all submissions, before what being late costs."""
        return distribution([s.points for s in self.evidence.submissions], self.evidence.points)

    @cached_property
    def questions(self) -> list[QuestionFigures]:
        """Difficulty and discrimination, question by question."""
        return question_figures(self.evidence)

    @cached_property
    def facets(self) -> list[tuple[str, list[FacetFigures]]]:
        """Exercise -> pass rates of its facets."""
        figures = facet_figures(self.evidence)
        return [(name, list(found)) for name, found in groupby(figures, lambda f: f.exercise)]

    @cached_property
    def mistakes(self) -> list[MistakeFigures]:
        """The misconceptions, commonest first."""
        return mistake_figures(self.evidence)

    @cached_property
    def stops(self) -> list[Stop]:
        """Who stopped early."""
        return stops(self.evidence)

    @cached_property
    def timings(self) -> Timings | None:
        """What grading took; None when nothing was run."""
        found = seconds(self.evidence)
        if not found:
            return None
        tenths = statistics.quantiles(found, n=10, method="inclusive") if len(found) > 1 else found
        return Timings(statistics.median(found), tenths[-1], max(found), sum(found))

    @property
    def matrix_heads(self) -> list[tuple[str, str]]:
        """Heads of the table of students by exercise, as the page's macro takes them."""
        return [("Student", ""), *((q.name, "") for q in self.evidence.questions)]

    @property
    def unreadable(self) -> Sequence[MarkedSubmission]:
        """Submissions whose file could not be read."""
        return [s for s in self.evidence.submissions if s.unreadable]

    @property
    def late(self) -> Sequence[MarkedSubmission]:
        """Submissions past the due date."""
        return [s for s in self.evidence.submissions if s.seconds_late > 0]

    @property
    def waiting(self) -> Sequence[MarkedSubmission]:
        """Submissions of which a person has yet to look at something."""
        return [s for s in self.evidence.submissions if s.waiting]

    @property
    def remarked(self) -> Sequence[MarkedSubmission]:
        """Submissions with remarks, repairs or marks changed by hand."""
        return [
            s
            for s in self.evidence.submissions
            if s.repairs or s.remarks or any(m.changed for m in s.marks.values())
        ]
