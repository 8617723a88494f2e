"""build and audit: what maintainers run."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from autograder.audit import Audited, audit, totals
from autograder.build.make import build, install
from autograder.build.verify import problems
from autograder.commands.terminal import audit_table, console, errors
from autograder.course import Repository
from autograder.coverage import write_page


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


def run_audit(names: list[str], *, as_json: bool) -> int:
    """Audit the checks of assignments and print a table; 1 when something is left to mend."""
    repository = Repository.find()
    audited: list[Audited] = []
    for name in names or repository.assignment_names():
        with errors.status(f"{name}: asking every misconception and alternative"):
            audited += audit(repository, name)
    if as_json:
        print(json.dumps([asdict(a) for a in audited], indent=1))
    else:
        console.print(audit_table(audited))
        killed, named, accepted = totals(audited)
        console.print(
            f"misconceptions killed {killed:.1%}, named by their own hint {named:.1%}, "
            f"alternatives accepted {accepted:.1%}"
        )
    return 0 if all(a.passed for a in audited) else 1


def run_coverage(*, check: bool) -> int:
    """Write docs/coverage.md, or only check it; 1 when it is out of date."""
    said = write_page(Repository.find(), check)
    for line in said:
        print(line)
    return 1 if check and said else 0
