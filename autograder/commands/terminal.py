"""How the commands speak: two consoles and the tables they print."""

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.audit import Audited
from autograder.classroom import Graded
from autograder.results import Result
from visionlab.checking.judge import one_line

console = Console()
errors = Console(stderr=True, soft_wrap=True)  # one line stays one line


def complain(graded: list[Graded]) -> int:
    """One line on standard error for each student who could not be graded; the exit status."""
    failed = [g for g in graded if g.problem]
    for one in failed:
        errors.print(one_line(f"autograder: {one.student}: {one.problem}"), markup=False)
    return 1 if failed else 0


class _Rate(ProgressColumn):
    """How many a second, once two are done."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="progress.data.speed")


def progress_bar(where: Console = console) -> Progress:
    """A progress bar with counts and remaining time; on standard error it leaves nothing behind."""
    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        _Rate(),
        console=where,
        transient=where is errors,
        disable=where is errors and not where.is_terminal,
    )


def class_table(name: str, graded: list[Graded]) -> Table:
    """Students, points and remarks."""
    table = Table(title=name, title_justify="left")
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("remarks")
    for one in graded:
        if one.result is None:
            table.add_row(_cell(one.student), "-", "-", _cell(one.problem))
            continue
        r = one.result
        points = f"{r.score:.2f} of {r.max_score:g}"
        table.add_row(_cell(one.student), points, f"{r.seconds:.1f}", _cell(_remarks(r)))
    return table


def student_line(one: Graded) -> str:
    """One student in one line: points, seconds, remarks, and whether anything was run."""
    if one.result is None:
        return one_line(f"{one.student}: {one.problem}")
    r = one.result
    how = f"{r.seconds:.1f} s" if one.fresh else "known"
    words = f"{one.student}: {r.score:.2f} of {r.max_score:g}, {how}"
    return one_line("; ".join(filter(None, [words, _remarks(r)])))


def _cell(text: str) -> str:
    """Text that a student may have chosen: neither rich nor the terminal acts on it."""
    return escape(one_line(text))


def _remarks(result: Result) -> str:
    """Notes on the run, then what was not passed."""
    failed = [e.name for e in result.exercises if not e.passed]
    parts = list(result.notes[:3])
    if len(failed) == len(result.exercises):
        parts.append("no exercise entirely right")
    elif failed:
        more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
        parts.append(f"points lost in {', '.join(failed[:3])}{more}")
    return "; ".join(parts)


def audit_table(audited: list[Audited]) -> Table:
    """What the audit found, an exercise a row."""
    table = Table(title="audit", title_justify="left")
    for head in ("exercise", "cases", "killed", "own hint", "accepted", "refused", "to mend"):
        table.add_column(head, justify="left" if head in {"exercise", "to mend"} else "right")
    for a in audited:
        wrong = a.misconceptions
        table.add_row(
            a.exercise,
            str(a.cases),
            f"{wrong - len(a.survived)} of {wrong}",
            f"{wrong - len(a.unnamed)} of {wrong}",
            f"{a.alternatives - len(a.rejected)} of {a.alternatives}",
            f"{a.borrowed - len(a.admitted)} of {a.borrowed}",
            escape(", ".join([*a.survived, *a.unnamed, *a.rejected, *a.admitted, *a.unfair])),
        )
    return table


def result_text(result: Result) -> str:
    """A result as plain text: notes, points, and every failed case with its hint."""
    lines = [f"{result.assignment}: {result.score:g} of {result.max_score:g} points"]
    lines[0] += f" in {result.seconds:.1f} s"
    lines += [f"note: {one_line(note)}" for note in result.notes]
    for exercise in result.exercises:
        lines.append(f"{exercise.name}: {exercise.score:g} of {exercise.max_score:g}")
        for verdict in exercise.verdicts:
            if verdict.passed:
                continue
            kind = "public" if verdict.public else "hidden"
            lines.append(f"  ✗ {verdict.facet} ({kind}): {verdict.reason}")
            lines += [f"    hint: {verdict.hint.first}"] if verdict.hint.first else []
    return "\n".join(lines)
