"""Results on disk under the hash of what they came from: nothing is graded twice."""

import os
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident

from autograder.results import Result


@dataclass(frozen=True)
class ResultStore:
    """A folder of results. A write is complete or not there at all."""

    folder: Path

    def get(self, key: str) -> Result | None:
        """The result stored under `key`, or None; a damaged file counts as none."""
        path = self._path(key)
        try:
            return Result.loads(path.read_text())
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, result: Result) -> None:
        """Store a result for good."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self._path(key).with_suffix(f".{os.getpid()}-{get_ident()}.partial")
        partial.write_text(result.dumps())
        partial.replace(self._path(key))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
