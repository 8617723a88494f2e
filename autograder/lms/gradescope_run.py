"""Grades one submission in Gradescope's folders and writes results.json.

Gradescope, "Autograder Specifications": source/ holds the zip file, submission/ what the student
handed in, results/results.json is what comes of it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.grading import Marking, grade_prepared, prepare, unreadable_result
from autograder.lms.gradescope import Package
from autograder.quiet import quiet_libraries
from autograder.results import Result
from autograder.sandbox.wall import NoSandboxError, require_wall
from autograder.submission import Submission, UnreadableError
from visionlab.checking.judge import ExerciseResult
from visionlab.checking.records import ExerciseRecord

_NOISE = {"__MACOSX", ".ipynb_checkpoints"}
VISIBLE, AFTER_PUBLISHED = "visible", "after_published"


def main() -> None:
    """Grade; a fault of this machine leaves no results, which Gradescope reports and can repeat."""
    quiet_libraries()
    root = Path(sys.argv[1])
    try:
        result, marking, problem = grade_in(root)
    except NoSandboxError as error:
        print(f"autograder: {error}", file=sys.stderr)
        print("Make the zip file with --no-sandbox only if you trust every student.")
        sys.exit(1)
    folder = root / "results"
    folder.mkdir(exist_ok=True)
    partial = folder / "results.json.partial"
    partial.write_text(json.dumps(results_json(result, marking.records, problem), indent=1))
    partial.replace(folder / "results.json")
    for note in result.notes:  # standard output is for instructors
        print(note)


def grade_in(root: Path) -> tuple[Result, Marking, str]:
    """Grade what lies in submission/; the last is why it could not be read, or "".

    Raises NoSandboxError where there must be a sandbox and can be none.
    """
    source = root / "source"
    package = Package.load(source)
    marking = package.marking(source, walled=_walled(package))
    try:
        path = find_notebook(root / "submission", package.assignment)
    except UnreadableError as error:
        return unreadable_result(marking, str(error)), marking, str(error)
    ready = prepare(Submission.read(path, marking.wanted), marking)
    return grade_prepared(ready, marking), marking, ready.problem


def _walled(package: Package) -> bool:
    try:
        require_wall()
    except NoSandboxError:
        if package.walled:
            raise
        return False
    return True


def find_notebook(folder: Path, assignment: str) -> Path:
    """The notebook with the assignment's name, or else the only one. Raises UnreadableError."""
    found = [p for p in sorted(folder.rglob("*.ipynb")) if _NOISE.isdisjoint(p.parts)]
    right = [p for p in found if p.stem == assignment]
    candidates = right or found
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise UnreadableError(f"no notebook was handed in: upload {assignment}.ipynb")
    names = ", ".join(str(p.relative_to(folder)) for p in candidates[:3])
    raise UnreadableError(f"several notebooks were handed in ({names}): upload {assignment}.ipynb")


def results_json(
    result: Result, records: list[ExerciseRecord], problem: str = ""
) -> dict[str, Any]:
    """What Gradescope reads: the points, and a test for every facet of every exercise."""
    tests = [
        test
        for number, (exercise, record) in enumerate(
            zip(result.exercises, records, strict=True), start=1
        )
        for test in _tests(number, exercise, record)
    ]
    summary = f"{result.score:g} of {result.max_score:g} points."
    return {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": f"{summary} Nothing could be graded: {problem}." if problem else summary,
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _tests(
    number: int, exercise: ExerciseResult, record: ExerciseRecord
) -> Iterator[dict[str, Any]]:
    total = sum(record.weights.values()) or 1.0
    for nth, (facet, passed) in enumerate(exercise.facets().items(), start=1):
        worth = round(exercise.max_score * record.weights.get(facet, 0.0) / total, 4)
        verdicts = [v for v in exercise.verdicts if v.facet == facet]
        told = any(v.public for v in verdicts)
        yield {
            "name": f"{exercise.name}: {facet}",
            "number": f"{number}.{nth}",
            "score": worth if passed else 0.0,
            "max_score": worth,
            "status": "passed" if passed else "failed",
            "output": _output(exercise, facet),
            # What students cannot check themselves is not told before the grades are.
            "visibility": VISIBLE if told else AFTER_PUBLISHED,
        }


def _output(exercise: ExerciseResult, facet: str) -> str:
    failed = [v for v in exercise.verdicts if v.facet == facet and not v.passed]
    lines = [v.reason for v in failed]
    lines += [f"Hint: {v.hint.first}" for v in failed if v.hint.first]
    return "\n".join(dict.fromkeys(lines)) or "Right."


if __name__ == "__main__":
    main()
