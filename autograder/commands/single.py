"""grade-file: one notebook, no gradebook."""

import json
import secrets
from pathlib import Path

from autograder.commands.options import GradeOptions, course_folder, warn_without_wall
from autograder.commands.terminal import errors, result_text
from autograder.course import Repository
from autograder.grading import grade_prepared, prepare, prepare_marking
from autograder.submission import Submission


def run_grade_file(path: Path, assignment: str, options: GradeOptions, *, as_json: bool) -> int:
    """Grade one notebook and print its result."""
    if not path.is_file():
        errors.print(f"autograder: there is no file {path}", markup=False)
        return 2
    repository = Repository.find()
    name = assignment or path.stem
    repository.source(name)  # says so when there is no such assignment
    course = course_folder(repository, options.course)
    if not options.walled:
        warn_without_wall()
    with errors.status("grading"):
        marking = prepare_marking(
            repository,
            name,
            options.limits(name),
            course if course.secret_file.exists() else None,
            secret=secrets.token_hex(16),
            walled=options.walled,
        )
        ready = prepare(Submission.read(path, marking.wanted), marking)
        if ready.problem:
            errors.print(f"autograder: {path.name}: {ready.problem}", markup=False)
            return 1
        result = grade_prepared(ready, marking)
    print(json.dumps(result.to_json(), indent=1) if as_json else result_text(result))
    return 0
