"""What people are shown of an exercise's verdicts, as text and as HTML with the same content."""

import re
from dataclasses import dataclass, replace
from html import escape

from visionlab.checking.judge import ExerciseResult, Verdict
from visionlab.checking.pictures import Plane, as_html, as_text, planes

# Of middle brightness: they stand out on white and on black.
_GREEN, _RED, _BLUE = "#23936a", "#d9532c", "#4a7fc1"
_MAX_HINTS = 3


@dataclass(frozen=True)
class _Row:
    """One line of a report. call and shown are given for the first failure only."""

    name: str
    passed: bool
    note: str = ""
    call: str = ""
    shown: tuple[Plane, ...] = ()


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
        for row in self._rows():
            note = "" if row.passed else f": {row.note}"
            lines.append(f"  {'✓' if row.passed else '✗'} {row.name}{note}")
            lines += [f"      {line}" for line in _more(row)]
        lines += [f"Hint: {hint}" for hint in self._hints()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = "".join(map(_row_html, self._rows()))
        listed = f'<ul style="list-style:none;padding:0;margin:6px 0">{lines}</ul>' if lines else ""
        hints = "".join(
            f'<p style="border-left:4px solid {_BLUE};padding:2px 12px;margin:8px 0">'
            f"<strong>Hint:</strong> {_prose(hint)}</p>"
            for hint in self._hints()
        )
        return (
            '<div class="visionlab-check" style="max-width:48rem"><p style="margin:4px 0">'
            f"<strong>{escape(self._headline())}</strong></p>{listed}{hints}</div>"
        )

    def _headline(self) -> str:
        result = self.result
        if self._graded:
            return f"{result.name}: {result.score:g} of {result.max_score:g} points"
        facets = result.facets()
        if self._untouched():
            return f"{result.name}: not implemented yet"
        if result.passed:
            every = f"all {len(facets)} checks pass" if len(facets) > 1 else "the check passes"
            return f"{result.name}: {every}"
        return f"{result.name}: {sum(facets.values())} of {len(facets)} checks pass"

    def _untouched(self) -> bool:
        return all(v.reason == "not implemented yet" for v in self.result.verdicts)

    def _rows(self) -> list[_Row]:
        """A line for each facet, or one for all where all failed alike."""
        facets = self.result.facets()
        if self._untouched() and not self._graded:
            return []
        rows = [_Row(facet, passed, self._note(facet)) for facet, passed in facets.items()]
        first = next((i for i, row in enumerate(rows) if not row.passed), None)
        if first is not None and not self._graded:
            rows[first] = self._with_evidence(rows[first])
        alike = len({row.note for row in rows}) == 1 and not any(facets.values())
        return [replace(rows[0], name="every check")] if alike and len(rows) > 1 else rows

    def _first_failure(self, facet: str) -> Verdict | None:
        """A public failure can be tried again by the student: it comes before hidden ones."""
        failures = [v for v in self.result.verdicts if v.facet == facet and not v.passed]
        return min(failures, key=lambda v: not v.public, default=None)

    def _note(self, facet: str) -> str:
        first = self._first_failure(facet)
        if first is None:
            return ""
        return first.reason + ("" if first.public else " (on hidden inputs)")

    def _with_evidence(self, row: _Row) -> _Row:
        """The row with the call that failed, and expected against got where they make a picture."""
        verdict = self._first_failure(row.name)
        if verdict is None or not verdict.public:
            return row
        gap = verdict.difference
        shown: list[Plane] = []
        if gap is not None and gap.expected is not None and gap.got is not None:
            shown = planes(gap.expected, gap.got)
        return replace(row, call=verdict.call, shown=tuple(shown))

    def _hints(self) -> list[str]:
        """The hints of the recognised mistakes, each once, at most three mistakes."""
        found = list(dict.fromkeys(v.hint for v in self.result.verdicts if v.hint.first))
        words = [w for h in found[:_MAX_HINTS] for w in (h.first, h.more if self._explicit else "")]
        return list(dict.fromkeys(filter(None, words)))


def _more(row: _Row) -> list[str]:
    return [*([f"tried with {row.call}"] if row.call else []), *as_text(list(row.shown))]


def _row_html(row: _Row) -> str:
    if row.passed:
        return _line_html("✓", _GREEN, "passed", escape(row.name))
    call = f"tried with {escape(row.call)}" if row.call else ""
    evidence = f'<div style="font-size:90%;padding:2px 0">{call}</div>' if call else ""
    # Messages of exceptions may hold words wider than a phone: broken there, not cut off.
    words = (
        '<div style="overflow-wrap:anywhere">'
        f"<strong>{escape(row.name)}</strong>: {escape(row.note)}{evidence}</div>"
    )
    return _line_html("✗", _RED, "failed", f"{words}{as_html(list(row.shown))}")


def _line_html(mark: str, colour: str, word: str, content: str) -> str:
    return (
        '<li style="display:flex;gap:8px;padding:1px 0">'
        f'<span style="color:{colour};font-weight:bold" role="img" aria-label="{word}">{mark}'
        f'</span><div style="min-width:0">{content}</div></li>'
    )


def _prose(text: str) -> str:
    """Escaped text with `code` set as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
