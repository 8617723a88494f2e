"""The student's own check: `check(conv2d)` under an exercise, `progress()` anywhere."""

import sys
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from visionlab.checking.codec import CodecError
from visionlab.checking.judge import ExerciseResult, judge
from visionlab.checking.probing import Answer, ask, crossed, globals_of
from visionlab.checking.reading import forbidden_use
from visionlab.checking.records import SUFFIX, ExerciseRecord, load_records
from visionlab.checking.report import Report

_results: dict[str, ExerciseResult] = {}
_failed_attempts: dict[str, int] = {}


class NoCheckDataError(Exception):
    """The public check data is not where the notebook runs, or does not know the function."""

    def _render_traceback_(self) -> list[str]:
        """One line in the notebook: where it was raised would help nobody."""
        return [f"{type(self).__name__}: {self}"]


def check(function: Callable[..., Any] | type) -> Report:
    """Try an exercise on its public cases and show what is right, what is wrong, and why.

    function: the student's function or class; its name says which exercise it is. Returns a
    Report that Jupyter displays; a failed check also says so in one line on standard error,
    which nbgrader's Validate button reads. Raises NoCheckDataError when the check data is
    missing or `function` is none of its exercises.
    """
    record = _record(_name(function))
    namespace = globals_of(function) or {}
    used = forbidden_use(_cells(), record.name, record.forbidden)
    answers = [] if used else _answers(record, {**namespace, record.name: function})
    result = judge(record, answers, used)
    return _report(result)


def _name(function: Any) -> str:
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise NoCheckDataError(
            f"check() was given a {type(function).__name__}. Give it the function itself, "
            "without calling it, as in check(conv2d)."
        )
    return name


def _answers(record: ExerciseRecord, namespace: dict[str, Any]) -> list[Answer]:
    """The answers as grading would see them."""
    return [crossed(ask(question, namespace)) for question in record.questions()]


def _report(result: ExerciseResult) -> Report:
    _results[result.name] = result
    _failed_attempts[result.name] = 0 if result.passed else _failed_attempts.get(result.name, 0) + 1
    report = Report(result, explicit=_failed_attempts[result.name] > 1)
    if not result.passed:
        print(str(report).splitlines()[0], file=sys.stderr)
    return report


class Progress:
    """The points the public cases would give so far, exercise by exercise."""

    def __init__(self, records: list[ExerciseRecord], results: dict[str, ExerciseResult]) -> None:
        self._rows = [(r, results.get(r.name)) for r in records]

    def __str__(self) -> str:
        earned = sum(result.score for _, result in self._rows if result)
        total = sum(record.points for record, _ in self._rows)
        lines = [f"{earned:g} of {total:g} points on the public cases"]
        width = max(len(record.name) for record, _ in self._rows)
        for record, result in self._rows:
            lines.append(f"  {record.name:<{width}}  {_state(record, result)}")
        return "\n".join(lines)

    __repr__ = __str__


def _state(record: ExerciseRecord, result: ExerciseResult | None) -> str:
    if result is None:
        return f"not checked yet ({record.points:g})"
    if result.passed and not any(record.weights.values()):
        return f"answered ({record.points:g}, told after grading)"
    return f"{result.score:g} of {record.points:g}"


def progress() -> Progress:
    """Points so far over the exercises checked in this notebook; grading adds hidden cases."""
    return Progress(list(_all_records(_data_file()).values()), _results)


def _record(name: str) -> ExerciseRecord:
    path = _data_file()
    records = _all_records(path)
    if name not in records:
        near = get_close_matches(name, records, n=1) or list(records)[:1]
        raise NoCheckDataError(
            f"{path.name} knows no exercise called {name}. Give check() the function of an "
            f"exercise, under the name it came with, such as {near[0]}."
        )
    return records[name]


def _data_file() -> Path:
    """The one file of check data in the working folder, where Jupyter starts a notebook."""
    found = sorted(Path.cwd().glob(f"*{SUFFIX}"))
    if len(found) != 1:
        what = "are several files of" if found else "is no"
        raise NoCheckDataError(
            f"there {what} check data (*{SUFFIX}) in {Path.cwd().name}/. Keep the notebook in the "
            "folder it came in, beside that file, and restart the kernel."
        )
    return found[0]


@lru_cache(maxsize=4)
def _all_records(path: Path) -> dict[str, ExerciseRecord]:
    try:
        return {record.name: record for record in load_records(path)}
    except (CodecError, OSError) as error:
        raise NoCheckDataError(
            f"{path.name} cannot be read ({error}). Get the assignment's folder again, keep "
            "your notebook, and restart the kernel."
        ) from None


def _cells() -> list[str]:
    """The code cells run so far, in the order they ran."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return [] if shell is None else list(shell.user_ns.get("In", []))
