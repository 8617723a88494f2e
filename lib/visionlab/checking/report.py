"""What people are shown of an exercise's verdicts, as text and as HTML with the same content."""

from html import escape

from visionlab.checking.judge import ExerciseResult, Verdict
from visionlab.checking.pictures import comparison

_GREEN, _RED = "#1a7f5a", "#c1440e"


class Report:
    """The verdicts of one exercise, shown by Jupyter as HTML and everywhere else as text.

    explicit: show the further hint of a recognised mistake too. graded: the verdicts come from
    grading (points count, hidden cases are named as such), not from the student's own check.
    """

    def __init__(
        self, result: ExerciseResult, *, explicit: bool = False, graded: bool = False
    ) -> None:
        self.result = result
        self._explicit = explicit
        self._graded = graded

    def __str__(self) -> str:
        lines = [self._headline()]
        for facet, passed in self.result.facets().items():
            lines.append(f"  {'✓' if passed else '✗'} {facet}{self._facet_note(facet, passed)}")
        lines += [f"Hint: {hint}" for hint in self._hints()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            self._facet_html(facet, passed) for facet, passed in self.result.facets().items()
        )
        hints = "".join(
            f'<p style="border-left:4px solid {_RED};padding:4px 10px;margin:6px 0">'
            f"<strong>Hint:</strong> {escape(hint)}</p>"
            for hint in self._hints()
        )
        return (
            f'<div class="visionlab-check"><p style="margin:4px 0"><strong>'
            f"{escape(self._headline())}</strong></p>"
            f'<ul style="list-style:none;padding-left:8px;margin:4px 0">{rows}</ul>'
            f"{self._pictures()}{hints}</div>"
        )

    def _headline(self) -> str:
        result = self.result
        if self._graded:
            return f"{result.name}: {result.score:g} of {result.max_score:g} points"
        facets = result.facets()
        if all(v.reason == "not implemented yet" for v in result.verdicts):
            return f"{result.name}: not implemented yet"
        if all(facets.values()):
            return f"{result.name}: all {len(facets)} checks pass"
        return f"{result.name}: {sum(facets.values())} of {len(facets)} checks pass"

    def _failures(self, facet: str) -> list[Verdict]:
        return [v for v in self.result.verdicts if v.facet == facet and not v.passed]

    def _facet_note(self, facet: str, passed: bool) -> str:
        failures = self._failures(facet)
        if passed or not failures:
            return ""
        # A public failure can be tried again by the student: name it rather than a hidden one.
        first = next((v for v in failures if v.public), failures[0])
        return f": {first.reason}" + ("" if first.public else " (on hidden inputs)")

    def _facet_html(self, facet: str, passed: bool) -> str:
        mark, colour, word = ("✓", _GREEN, "passed") if passed else ("✗", _RED, "failed")
        note = escape(self._facet_note(facet, passed))
        return (
            f'<li><span style="color:{colour};font-weight:bold" role="img" '
            f'aria-label="{word}">{mark}</span> {escape(facet)}{note}</li>'
        )

    def _hints(self) -> list[str]:
        """The hints of the recognised mistakes, each once, at most three."""
        hints: list[str] = []
        for verdict in self.result.verdicts:
            words = [verdict.hint.first, verdict.hint.more if self._explicit else ""]
            hints += [w for w in words if w and w not in hints]
        return hints[:3]

    def _pictures(self) -> str:
        """Expected, yours and difference for the first failing public case that has them."""
        for verdict in self.result.verdicts:
            gap = verdict.difference
            if verdict.public and gap and gap.expected is not None and gap.got is not None:
                return comparison(gap.expected, gap.got)
        return ""
