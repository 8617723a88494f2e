"""The report's data: one table of students as CSV, everything as JSON."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from autograder.csv_safe import Cell, write_csv
from autograder.reporting.evidence import Evidence, MarkedSubmission
from autograder.reporting.measures import mistakes
from autograder.reporting.section import Section

_DIGITS = 6  # enough for any use, and equal data give equal files


def write_table(target: Path | TextIO, sections: Sequence[Section]) -> None:
    """One row for each student and assignment: points, question by question too.

    score: as in the gradebook, before penalty; a question not asked in an assignment, or one that
    waits for a person, is an empty cell. With several assignments a question's column bears its
    assignment's name.
    """
    several = len(sections) > 1
    columns = [
        (s.evidence.assignment, q.name, f"{s.evidence.assignment}/{q.name}" if several else q.name)
        for s in sections
        for q in s.evidence.questions
    ]
    header = ["assignment", "student", "score", "max_score", "penalty", "final", "waiting"]
    header += ["seconds_late", "seconds", *(head for _, _, head in columns), "notes"]
    write_csv(target, header, _rows(sections, [(a, q) for a, q, _ in columns]))


def _rows(sections: Sequence[Section], columns: Sequence[tuple[str, str]]) -> Iterator[list[Cell]]:
    for section in sections:
        name, points = section.evidence.assignment, section.evidence.points
        for one in section.evidence.submissions:
            earned = [_points(one, q) if a == name else None for a, q in columns]
            taken = round(one.result.seconds, 3) if one.result else None
            row: list[Cell] = [name, one.student, one.points, points, one.penalty, one.final]
            row += [len(one.waiting), one.seconds_late, taken, *earned, "; ".join(_notes(one))]
            yield row


def _points(submission: MarkedSubmission, question: str) -> float | None:
    mark = submission.marks.get(question)
    if mark is None or (mark.waits and not mark.points):
        return None
    return mark.points


def _notes(submission: MarkedSubmission) -> list[str]:
    first = [submission.unreadable] if submission.unreadable else []
    return [*first, *submission.repairs, *submission.remarks]


def report_json(sections: Sequence[Section], *, anonymous: bool) -> str:
    """Everything on the page, and of each student the verdicts facet by facet."""
    data = {"anonymous": anonymous, "assignments": [_section(s) for s in sections]}
    return json.dumps(data, indent=1) + "\n"


def _section(section: Section) -> dict[str, Any]:
    evidence = section.evidence
    plain = {
        "name": evidence.assignment,
        "max_score": evidence.points,
        "distribution": _plain(section.distribution),
        "questions": [_plain(q) for q in section.questions],
        "facets": [_plain(f) for _, facets in section.facets for f in facets],
        "misconceptions": [_plain(m) for m in section.mistakes],
        "stopped_early": [_plain(s) for s in section.stops],
        "seconds": _plain(section.timings),
        "submissions": [_submission(s, evidence) for s in evidence.submissions],
        "without_mark": [_plain(a) for a in evidence.absent],
    }
    return {key: _rounded(value) for key, value in plain.items()}


def _submission(one: MarkedSubmission, evidence: Evidence) -> dict[str, Any]:
    return {
        "student": one.student,
        "score": one.points,
        "penalty": one.penalty,
        "final": one.final,
        "waiting": one.waiting,
        "seconds_late": one.seconds_late,
        "seconds": one.result.seconds if one.result else None,
        "unreadable": one.unreadable,
        "repairs": list(one.repairs),
        "remarks": list(one.remarks),
        "exercises": [_exercise(one, q.name) for q in evidence.questions if q.name in one.marks],
    }


def _exercise(one: MarkedSubmission, name: str) -> dict[str, Any]:
    result = one.result.exercise(name) if one.result else None
    return {
        "name": name,
        **_plain(one.marks[name]),
        "facets": result.facets() if result else {},
        "misconceptions": sorted(mistakes(result)) if result else [],
    }


def _plain(value: Any) -> Any:
    return None if value is None else dataclasses.asdict(value)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return value
