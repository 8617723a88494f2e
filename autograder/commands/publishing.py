"""site: the documentation as HTML."""

import shutil
import tempfile
from pathlib import Path

from autograder.bundle.contents import built_assignments
from autograder.commands.terminal import console, errors
from autograder.course import CourseError, Repository
from autograder.site.links import broken_links
from autograder.site.stage import require_replaceable, stage


def run_site(output: Path | None) -> int:
    """Build the site; 1, with what is wrong on standard error, for any warning or broken link."""
    try:
        from sphinx.cmd.build import main as sphinx_build
    except ModuleNotFoundError:
        raise CourseError(
            "the site needs Sphinx: python -m pip install -c constraints.txt -e '.[docs]'"
        ) from None
    repository = Repository.find()
    site = (output or repository.root / "build" / "site").resolve()
    require_replaceable(site)
    with tempfile.TemporaryDirectory() as scratch:
        sources, pages = Path(scratch) / "sources", Path(scratch) / "pages"
        with errors.status("notebooks and pages"):
            stage(repository, built_assignments(repository, []), sources)
        with errors.status("HTML"):
            strict = ["-W", "--keep-going", "-n", "-q"]
            # Doctrees elsewhere: the site would carry them, and nobody reads them.
            places = ["-d", f"{scratch}/doctrees", "-c", str(repository.root / "docs")]
            status = sphinx_build([*strict, *places, "-b", "html", str(sources), str(pages)])
        found = list(broken_links(pages))
        for line in found:
            errors.print(f"autograder: {line}", markup=False)
        if status or found:
            return 1
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(pages, site)
    console.print(f"{len(list(site.rglob('*.html')))} pages")
    print(f"site: {site / 'index.html'}")
    return 0
