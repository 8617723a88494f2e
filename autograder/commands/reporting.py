"""report: what a class did, as a page and as data."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from autograder.commands.options import course_folder, require_url
from autograder.commands.terminal import console, errors, progress_bar
from autograder.course import Course, CourseError, Repository
from autograder.reporting.anonymous import anonymous, labels
from autograder.reporting.evidence import Evidence
from autograder.reporting.exports import report_json, write_table
from autograder.reporting.pages import report_page
from autograder.reporting.reading import EvidenceReader
from autograder.reporting.section import Section
from visionlab.checking.judge import one_line

_WHOLE_COURSE = "course"  # the file's name where a report is on all assignments


@dataclass(frozen=True)
class ReportOptions:
    """What to report and where to, as given on the command line.

    name: an assignment, "" for all; as_csv, as_json: only these data, into `output` or printed.
    """

    name: str = ""
    course: Path | None = None
    db: str = ""
    anonymous: bool = False
    as_csv: bool = False
    as_json: bool = False
    output: Path | None = None


def run_report(options: ReportOptions) -> int:
    """Write a report; 1 when there are submissions without a mark, each with its line."""
    if options.as_csv and options.as_json:
        raise CourseError("choose one of --csv and --json; the report without them writes both")
    if options.db:
        require_url(options.db)
    repository = Repository.find()
    course = course_folder(repository, options.course)
    sections = _sections(repository, course, options)
    if options.as_csv or options.as_json:
        _write_data(sections, options)
    else:
        page = _write_files(sections, course, options)
        for section in sections:
            console.print(exercise_table(section))
        console.print(f"report: {page}", soft_wrap=True, markup=False)
    return _complain(sections, anonymous=options.anonymous)


def write_class_report(repository: Repository, course: Course, name: str) -> Path:
    """Write page, CSV and JSON of one assignment into the course's reports; returns the page."""
    options = ReportOptions(name, course.root)
    return _write_files(_sections(repository, course, options), course, options)


def _sections(repository: Repository, course: Course, options: ReportOptions) -> list[Section]:
    reader = EvidenceReader(repository, course, options.db)
    if options.name:
        repository.source(options.name)  # says so when there is no such assignment
    names = [options.name] if options.name else reader.graded_assignments()
    found = [_read(reader, name) for name in names]
    if options.anonymous:
        students = [s.student for e in found for s in e.submissions]
        students += [a.student for e in found for a in e.absent]
        named = labels(students, course.secret())
        found = [anonymous(e, named) for e in found]
    return [Section(evidence) for evidence in found]


def _read(reader: EvidenceReader, name: str) -> Evidence:
    with progress_bar(errors) as progress:
        task = progress.add_task(name)
        return reader.read(name, lambda done, of: progress.update(task, completed=done, total=of))


def _write_data(sections: Sequence[Section], options: ReportOptions) -> None:
    if options.as_json:
        text = report_json(sections, anonymous=options.anonymous)
    else:
        table = io.StringIO(newline="")
        write_table(table, sections)
        text = table.getvalue()
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        _put(options.output, text)
    else:
        print(text, end="")


def _write_files(sections: Sequence[Section], course: Course, options: ReportOptions) -> Path:
    # A page without names must never lie where the one with names is looked for, nor replace it.
    stem = (options.name or _WHOLE_COURSE) + ("-anonymous" if options.anonymous else "")
    page = options.output or course.root / "reports" / f"{stem}.html"
    if page.suffix in {".csv", ".json"}:
        raise CourseError(f"--output {page} is for the page; add --csv or --json for data only")
    page.parent.mkdir(parents=True, exist_ok=True)
    title = f"{options.name or 'All assignments'}: class report"
    _put(page, report_page(sections, title, anonymous=options.anonymous))
    write_table(page.with_suffix(".csv"), sections)
    _put(page.with_suffix(".json"), report_json(sections, anonymous=options.anonymous))
    return page


def _put(path: Path, text: str) -> None:
    """Write a file as a whole or not at all, with question marks for half characters."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(text.encode("utf-8", "replace"))
    partial.replace(path)


def exercise_table(section: Section) -> Table:
    """The exercises of a section in the terminal, each with its commonest misconception."""
    commonest = {m.exercise: m for m in reversed(section.mistakes)}
    table = Table(title=section.evidence.assignment, title_justify="left")
    table.add_column("exercise", no_wrap=True)
    for head in ("tried", "mean share", "discrimination"):
        table.add_column(head, justify="right")
    table.add_column("commonest misconception")
    for q in section.questions:
        seen = commonest.get(q.question.name)
        table.add_row(
            escape(q.question.name),
            str(q.tried),
            "n/a" if q.difficulty is None else f"{q.difficulty:.0%}",
            "n/a" if q.discrimination is None else f"{q.discrimination:.2f}",
            f"{seen.students}: {escape(seen.mistake.replace('_', ' '))}" if seen else "",
        )
    return table


def _complain(sections: Sequence[Section], *, anonymous: bool) -> int:
    """One line for each submission without a mark; who handed in nothing is only in the report.

    An anonymous report may be made before the eyes of the class: there it is only their number.
    """
    lines = [
        f"autograder: {absent.student}: {absent.reason}"
        for section in sections
        for absent in section.evidence.absent
        if absent.handed_in
    ]
    status = 1 if lines else 0
    if anonymous and lines:
        which = "without --anonymous the report says which"
        lines = [f"autograder: submissions without a mark: {len(lines)}; {which}"]
    for line in lines:
        errors.print(one_line(line), markup=False)
    return status
