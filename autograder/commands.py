"""What each command of the command line does; returns the exit status."""

import json
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.build.make import build, install
from autograder.build.verify import problems
from autograder.classroom import Classroom, Graded, open_classroom
from autograder.course import Course, CourseError, Repository
from autograder.grading import (
    UnreadableError,
    grade_notebook,
    prepare_marking,
    read_submission,
)
from autograder.report import write_report
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.simulate import Material, simulate

console = Console()
errors = Console(stderr=True)


@dataclass(frozen=True)
class GradeOptions:
    """How to grade, as given on the command line."""

    course: Path | None = None
    jobs: int = 0
    db: str = ""
    cell_seconds: float = 60
    submission_seconds: float = 300
    walled: bool = True

    def limits(self) -> Limits:
        """The limits these options ask for. Raises CourseError for nonsense."""
        if self.cell_seconds <= 0 or self.submission_seconds <= 0:
            raise CourseError("time limits must be positive")
        return replace(
            Limits(),
            cell_seconds=self.cell_seconds,
            submission_seconds=self.submission_seconds,
            question_seconds=min(Limits.question_seconds, self.cell_seconds),
        )


def run_build(names: list[str], *, check: bool, force: bool) -> int:
    """Build or check assignments."""
    repository = Repository.find()
    found = False
    for name in names or repository.assignment_names():
        with tempfile.TemporaryDirectory() as folder, console.status(name) as status:
            say = lambda step, name=name: status.update(f"{name}: {step}")  # noqa: E731, B023
            built = build(repository, name, Path(folder), force=force, say=say)
            if check:
                for line in problems(repository, built):
                    found = True
                    print(f"{name}: {line}" if not line.startswith(" ") else line)
                continue
            changed = install(built, repository)
        console.print(f"{name}: {len(changed)} files changed" if changed else f"{name}: up to date")
        for file in changed:
            console.print(f"  {file}")
    return 1 if found else 0


def run_grade(name: str, students: list[str], options: GradeOptions) -> int:
    """Grade a class into the gradebook and print a table."""
    room = _classroom(name, options)
    chosen = _chosen(room, students)
    graded = _grade_and_record(room, chosen, options.jobs or os.cpu_count() or 1)
    console.print(_table(name, graded))
    failed = [g for g in graded if g.problem]
    for one in failed:
        errors.print(f"autograder: {one.student}: {one.problem}", markup=False)
    return 1 if failed else 0


def _classroom(name: str, options: GradeOptions) -> Classroom:
    repository = Repository.find()
    course = _course(repository, options.course)
    if not options.walled:
        errors.print(
            "autograder: WARNING: grading without a sandbox. Student code can read and change "
            "everything you can, marks included.",
            style="bold red",
        )
    with console.status("references"):
        return open_classroom(
            repository,
            course,
            name,
            limits=options.limits(),
            walled=options.walled,
            db_url=options.db,
        )


def _course(repository: Repository, folder: Path | None) -> Course:
    return Course((folder or repository.root / "course").resolve())


def _chosen(room: Classroom, students: list[str]) -> list[str]:
    """The students to work on. Raises CourseError for unknown ones, or when there are none."""
    present = room.students()
    unknown = sorted(set(students) - set(present))
    if unknown:
        raise CourseError(f"no submission of {room.marking.assignment} by {', '.join(unknown)}")
    if not present:
        folder = room.course.root / "submitted"
        raise CourseError(
            f"there are no submissions of {room.marking.assignment} in {folder}. Collect them "
            "there, or make some: autograder simulate --help"
        )
    return students or present


def _grade_and_record(room: Classroom, students: list[str], jobs: int) -> list[Graded]:
    with _progress() as progress:
        task = progress.add_task("grading", total=len(students))
        graded = []
        for one in room.grade(students, jobs):
            graded.append(one)
            progress.advance(task)
        task = progress.add_task("gradebook", total=len(students))
        room.register()
        stored = [g.student for g in graded if g.result is not None]
        failed = {g.student: g for g in room.record(stored, lambda _: progress.advance(task))}
    return sorted((failed.get(g.student, g) for g in graded), key=lambda g: g.student)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _table(name: str, graded: list[Graded]) -> Table:
    table = Table(title=name, title_justify="left")
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("remarks")
    for one in graded:
        if one.result is None:
            table.add_row(one.student, "-", "-", escape(one.problem))
            continue
        r = one.result
        points = f"{r.score:.2f} of {r.max_score:g}"
        table.add_row(one.student, points, f"{r.seconds:.1f}", escape(_remarks(r)))
    return table


def _remarks(result: Result) -> str:
    """Notes on the run, then what was not passed."""
    failed = [e.name for e in result.exercises if not e.passed]
    parts = list(result.notes[:3])
    if len(failed) == len(result.exercises):
        parts.append("no exercise passed")
    elif failed:
        more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
        parts.append(f"points lost in {', '.join(failed[:3])}{more}")
    return "; ".join(parts)


def run_grade_file(path: Path, assignment: str, options: GradeOptions, *, as_json: bool) -> int:
    """Grade one notebook and print its result."""
    if not path.is_file():
        errors.print(f"autograder: there is no file {path}", markup=False)
        return 2
    repository = Repository.find()
    course = _course(repository, options.course)
    with errors.status("grading"):
        marking = prepare_marking(
            repository,
            assignment or path.stem,
            options.limits(),
            course if course.secret_file.exists() else None,
            secret=secrets.token_hex(16),
            walled=options.walled,
        )
        try:
            result, _ = grade_notebook(read_submission(path), marking)
        except UnreadableError as error:
            errors.print(f"autograder: {path.name}: {error}", markup=False)
            return 1
    print(json.dumps(result.to_json(), indent=1) if as_json else _result_text(result))
    return 0


def _result_text(result: Result) -> str:
    lines = [f"{result.assignment}: {result.score:g} of {result.max_score:g} points"]
    lines[0] += f" in {result.seconds:.1f} s"
    lines += [f"note: {note}" for note in result.notes]
    for exercise in result.exercises:
        lines.append(f"{exercise.name}: {exercise.score:g} of {exercise.max_score:g}")
        for verdict in exercise.verdicts:
            if verdict.passed:
                continue
            kind = "public" if verdict.public else "hidden"
            lines.append(f"  ✗ {verdict.facet} ({kind}): {verdict.reason}")
            lines += [f"    hint: {verdict.hint.first}"] if verdict.hint.first else []
    return "\n".join(lines)


def run_feedback(name: str, students: list[str], folder: Path | None) -> int:
    """Write feedback pages."""
    room = _classroom(name, GradeOptions(course=folder))
    graded = [s for s in _chosen(room, students) if _is_graded(room, s)]
    if not graded:
        raise CourseError(f"nothing is graded yet: run 'autograder grade {name}' first")
    failed = _write_feedback(room, graded)
    console.print(f"{len(graded) - len(failed)} feedback pages in {room.course.root / 'feedback'}")
    for one in failed:
        errors.print(f"autograder: {one.student}: {one.problem}", markup=False)
    return 1 if failed else 0


def _is_graded(room: Classroom, student: str) -> bool:
    name = room.marking.assignment
    return (room.course.root / "autograded" / student / name / f"{name}.ipynb").exists()


def _write_feedback(room: Classroom, students: list[str]) -> list[Graded]:
    with _progress() as progress:
        task = progress.add_task("feedback", total=len(students))
        return room.feedback(students, lambda _: progress.advance(task))


def run_report(name: str, folder: Path | None) -> int:
    """Write the class report from stored results."""
    room = _classroom(name, GradeOptions(course=folder))
    graded = list(room.grade(_chosen(room, []), os.cpu_count() or 1))
    console.print(f"report: {_write_report(room, graded)}")
    return 0


def _write_report(room: Classroom, graded: list[Graded]) -> Path:
    results = {g.student: g.result for g in graded if g.result is not None}
    return write_report(room.course.root / "reports", room.marking.assignment, results)


def run_simulate(name: str, out: Path, students: int, seed: int) -> int:
    """Make a simulated class."""
    made = simulate(Material.load(Repository.find(), name), students, out, seed)
    console.print(f"{len(made)} submissions of {name} in {out}")
    return 0


def run_demo(name: str, students: int) -> int:
    """Simulate, grade, feed back and report in the course folder demo of the repository."""
    repository = Repository.find()
    course = Course(repository.root / "course" / "demo")
    simulate(Material.load(repository, name), students, course.root / "submitted")
    # A cell that never ends should not hold up a demonstration for the usual minute.
    room = _classroom(name, GradeOptions(course=course.root, cell_seconds=5))
    graded = _grade_and_record(room, room.students(), os.cpu_count() or 1)
    failed = [g for g in graded if g.problem]
    failed += _write_feedback(room, [g.student for g in graded if not g.problem])
    page = _write_report(room, graded)
    console.print(_table(name, graded))
    for what, where in (
        ("gradebook", course.root / "gradebook.db"),
        ("feedback pages", course.root / "feedback"),
        ("report", page),
    ):
        print(f"{what}: {where.relative_to(repository.root)}")
    for one in failed:
        print(f"autograder: {one.student}: {one.problem}", file=sys.stderr)
    return 1 if failed else 0
