"""Where the time of one submission goes, and what a bare run of the same code would take."""

import copy
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import Any

import torch
from nbformat import NotebookNode

from autograder.course import Repository
from autograder.grading import Marking, prepare_marking
from autograder.restore import restore
from autograder.running import SubmissionRun, is_skipped
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session
from autograder.simulate import Material
from benchmarks.tables import Table
from visionlab.checking.forbidden import NOTHING
from visionlab.checking.judge import judge
from visionlab.checking.probing import Answer, ask
from visionlab.checking.reading import forbidden_use

REPEATS = 5


def stage_table(repository: Repository, name: str) -> Table:
    """Medians over a few gradings of the right solution, in a warm process."""
    material = Material.load(repository, name)
    submitted = material.notebook(material.reference)
    marking = prepare_marking(repository, name, Limits(), None, secret="bench")
    each = [_of_another_student(submitted, number) for number in range(REPEATS + 1)]
    runs = [_one(one, marking) for one in each][1:]  # the first starts the pool
    names = list(runs[0])
    medians = {name: statistics.median(run[name] for run in runs) for name in names}
    bare = statistics.median(_bare(submitted, marking) for _ in range(REPEATS))
    total = sum(medians.values())
    rows = [[name, f"{seconds * 1000:.0f}"] for name, seconds in medians.items()]
    rows.append(["all of it", f"{total * 1000:.0f}"])
    rows.append(["the same cells and calls in one bare process", f"{bare * 1000:.0f}"])
    rows.append(["overhead", f"{(total - bare) * 1000:.0f}"])
    return Table(f"One submission of {name}, by stage", ["stage", "milliseconds"], rows)


def _of_another_student(submitted: NotebookNode, number: int) -> NotebookNode:
    """The same with other texts in all answers, so that nothing read before is remembered."""
    own = copy.deepcopy(submitted)
    for cell in own.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source += f"\n# student {number}"
    return own


def _one(submitted: NotebookNode, marking: Marking) -> dict[str, float]:
    """Seconds of each stage of one grading."""
    clock: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        value = work()
        clock[stage] = time.perf_counter() - start
        return value

    restored = timed("restore", lambda: restore(submitted, marking.source)).notebook
    cells = [c for c in restored.cells if c.cell_type == "code" and not is_skipped(c)]
    session = Session(marking.limits, marking.files)
    run = SubmissionRun(marking.records, marking.limits, time.monotonic())
    timed("fork into namespaces", session.__enter__)
    timed("run the cells", lambda: run.cells(session, cells))
    timed("ask the questions", lambda: run.questions(session))
    assert run.is_settled()
    timed("end all of it", lambda: session.__exit__(None, None, None))
    sources = [c.source for c in restored.cells if c.cell_type == "code"]
    used = timed(
        "read for forbidden calls",
        lambda: {r.name: forbidden_use(sources, r.name, r.forbidden) for r in marking.records},
    )
    answers = run.collect().answers
    timed("judge", lambda: [judge(r, answers[r.name], used[r.name]) for r in marking.records])
    return clock


def _bare(submitted: NotebookNode, marking: Marking) -> float:
    """Seconds that the cells and the probes take by themselves, in this process, unwatched."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for cell in submitted.cells:
            if cell.cell_type == "code" and not is_skipped(cell):
                exec(compile(cell.source, "cell", "exec"), namespace)
        answers: list[Answer] = []
        for record in marking.records:
            calls = [replace(question, forbidden=NOTHING) for question in record.questions()]
            answers += [ask(call, namespace) for call in calls]
    return time.perf_counter() - start
