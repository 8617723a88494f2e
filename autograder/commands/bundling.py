"""bundle: what students download."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.bundle.contents import built_assignments, collect
from autograder.bundle.online import Hosting
from autograder.bundle.writing import MAX_BYTES, publish, write_folder
from autograder.commands.terminal import console, errors
from autograder.course import Repository
from autograder.leaks.search import search
from autograder.leaks.secrets import Secrets, courses_in


@dataclass(frozen=True)
class BundleOptions:
    """How to bundle, as given on the command line. assignments: none for all that are built."""

    output: Path | None = None
    assignments: tuple[str, ...] = ()
    repository_url: str = ""
    course: Path | None = None


def run_bundle(options: BundleOptions) -> int:
    """Gather, search and write the bundle; 1, and nothing written, when something leaks."""
    repository = Repository.find()
    hosting = Hosting.parse(options.repository_url) if options.repository_url else None
    names = built_assignments(repository, list(options.assignments))
    files = collect(repository, names, hosting)
    courses = courses_in(options.course or repository.root / "course")
    with tempfile.TemporaryDirectory() as scratch, errors.status("searching for leaks"):
        write_folder(files, Path(scratch))
        found = list(search(Path(scratch), Secrets.gather(repository, courses)))
    if found:
        for line in found:
            print(line)
        errors.print(f"autograder: no bundle written: {len(found)} things must not leave the house")
        return 1
    output = options.output or repository.root / "build" / "bundle"
    folder, archive, strange = publish(files, output)
    size = archive.stat().st_size
    console.print(f"{len(files)} files, {len(names)} notebooks, {size / 1e6:.1f} MB zipped")
    print(f"to publish:  {folder}\nto hand out: {archive}")
    _warn(size, strange, secrets=bool(courses))
    return 0


def _warn(size: int, strange: list[str], *, secrets: bool) -> None:
    if size > MAX_BYTES:
        errors.print(f"autograder: the zip has more than {MAX_BYTES / 1e6:g} MB", markup=False)
    if strange:
        some = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
        errors.print(f"autograder: not from the bundle, left in its folder: {some}", markup=False)
    if not secrets:
        errors.print(
            "autograder: no course has a secret yet, so nothing was searched for hidden numbers; "
            "--course names another folder",
            markup=False,
        )
