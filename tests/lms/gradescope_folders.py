"""The folders that Gradescope documents, with the zip file of an autograder laid out in them."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Gradescope:
    """Gradescope's folders with the zip file unpacked."""

    root: Path
    course: Path

    @classmethod
    def unpack(cls, archive: Path, root: Path, course: Path) -> "Gradescope":
        """Lay the zip file out below `root`. course: the folder whose secret it was made with."""
        # unzip keeps the permissions, as Gradescope's harness does; Python's module does not.
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                path = Path(opened.extract(info, root / "source"))
                path.chmod(info.external_attr >> 16 & 0o777)
        (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
        (root / "run_autograder").chmod(0o755)
        for name in ("submission", "results"):
            (root / name).mkdir()
        return cls(root, course)

    def run(self, extra: dict[str, str] | None = None) -> tuple[int, dict[str, Any], str]:
        """Grade what lies in submission/: status, results.json and what was printed."""
        results = self.root / "results" / "results.json"
        results.unlink(missing_ok=True)
        done = subprocess.run(
            [self.root / "run_autograder"],
            cwd=self.root,
            env={**os.environ, "AUTOGRADER_PYTHON": sys.executable, **(extra or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        told = json.loads(results.read_text()) if results.exists() else {}
        return done.returncode, told, done.stdout + done.stderr

    def submit(self, files: dict[str, str]) -> None:
        """Put a student's files in place of those before."""
        folder = self.root / "submission"
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
