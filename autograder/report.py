"""A page on how a class did in one assignment, and its data as CSV and JSON."""

import csv
import io
import json
from collections import Counter
from html import escape
from pathlib import Path

from autograder.results import Result

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
       color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left;
         vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
meter { width: 8rem; }
"""


def write_report(folder: Path, name: str, results: dict[str, Result]) -> Path:
    """Write NAME.html, NAME.csv and NAME.json into `folder`; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{name}.html"
    page.write_text(report_html(name, results))
    (folder / f"{name}.csv").write_text(report_csv(results))
    data = {student: result.to_json() for student, result in results.items()}
    (folder / f"{name}.json").write_text(json.dumps(data, indent=1))
    return page


def report_csv(results: dict[str, Result]) -> str:
    """One row a student: points, then every exercise's points."""
    text = io.StringIO()
    writer = csv.writer(text)
    first = next(iter(results.values()), None)
    names = [e.name for e in first.exercises] if first else []
    writer.writerow(["student", "score", "max_score", *names, "notes"])
    for student, result in results.items():
        points = [e.score for e in result.exercises]
        notes = _defused("; ".join(result.notes))
        writer.writerow([_defused(student), result.score, result.max_score, *points, notes])
    return text.getvalue()


def _defused(text: str) -> str:
    """A spreadsheet must not take text for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def common_mistakes(results: dict[str, Result]) -> Counter[tuple[str, str]]:
    """(exercise, hint) -> number of students who showed that misconception."""
    counts: Counter[tuple[str, str]] = Counter()
    for result in results.values():
        for exercise in result.exercises:
            counts.update(
                {(exercise.name, v.hint.first) for v in exercise.verdicts if v.hint.first}
            )
    return counts


def report_html(name: str, results: dict[str, Result]) -> str:
    """The page: students, exercises and the commonest misconceptions."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(name)}</h1>"
        f"<h2>Students</h2>{_students(results)}"
        f"<h2>Exercises</h2>{_exercises(results)}"
        f"<h2>Commonest misconceptions</h2>{_mistakes(results)}</body></html>"
    )


def _students(results: dict[str, Result]) -> str:
    rows = "".join(
        f'<tr><td>{escape(student)}</td><td class="number">{r.score:.2f} of {r.max_score:g}</td>'
        f"<td>{escape('; '.join(r.notes))}</td></tr>"
        for student, r in sorted(results.items(), key=lambda item: -item[1].score)
    )
    return _table(("Student", "Points", "Remarks"), rows)


def _exercises(results: dict[str, Result]) -> str:
    earned: Counter[str] = Counter()
    worth: dict[str, float] = {}
    for result in results.values():
        for exercise in result.exercises:
            earned[exercise.name] += exercise.score  # type: ignore[assignment]
            worth[exercise.name] = exercise.max_score
    rows = ""
    for name, points in worth.items():
        share = earned[name] / (points * len(results))
        rows += (
            f'<tr><td>{escape(name)}</td><td class="number">{points:g}</td><td>'
            f'<meter min="0" max="1" value="{share:.3f}">{share:.0%}</meter> {share:.0%}</td></tr>'
        )
    return _table(("Exercise", "Points", "Mean share earned"), rows)


def _mistakes(results: dict[str, Result]) -> str:
    rows = "".join(
        f'<tr><td class="number">{count}</td><td>{escape(exercise)}</td>'
        f"<td>{escape(hint)}</td></tr>"
        for (exercise, hint), count in common_mistakes(results).most_common(15)
    )
    return _table(("Students", "Exercise", "Hint they were given"), rows)


def _table(heads: tuple[str, ...], rows: str) -> str:
    cells = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
