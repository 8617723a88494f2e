"""Draws docs/images/check.png: what `check(conv2d)` shows when the padding is forgotten.

Usage: python tools/readme_figure.py (needs Debian's chromium).
"""

import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from autograder.audit import graded
from autograder.course import Repository, declared_assignment
from autograder.reference import public_records, reference_namespace
from visionlab.checking.report import Report

ASSIGNMENT, EXERCISE, MISTAKE = "01_convolution", "conv2d", "flips_the_kernel"
PAGE = """<!doctype html><meta charset="utf-8"><body style="margin:16px;font:14px/1.4 sans-serif">
<pre style="background:#f6f6f6;border:1px solid #ddd;padding:8px 12px;font:13px monospace">{code}
</pre>{report}</body>"""


def main() -> int:
    """Write the picture; 1 when there is no Chromium."""
    browser = shutil.which("chromium")
    if browser is None:
        print("install chromium (Debian: apt install chromium)", file=sys.stderr)
        return 1
    repository = Repository.find()
    exercise = declared_assignment(ASSIGNMENT).exercise(EXERCISE)
    mistake = next(m for m in exercise.misconceptions if m.name == MISTAKE)
    record = next(r for r in public_records(repository, ASSIGNMENT) if r.name == EXERCISE)
    namespace = reference_namespace(repository.source(ASSIGNMENT))
    report = Report(graded(record, namespace, mistake.source))
    code = escape(f"{mistake.source}\ncheck({EXERCISE})")
    target = repository.root / "docs" / "images" / "check.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "check.html"
        page.write_text(PAGE.format(code=code, report=report._repr_html_()))
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        options += ["--window-size=820,620", f"--user-data-dir={folder}/profile"]
        subprocess.run(
            [browser, *options, f"--screenshot={target}", page.as_uri()],
            check=True,
            capture_output=True,
            timeout=60,
        )
    print(target.relative_to(repository.root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
