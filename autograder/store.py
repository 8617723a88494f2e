"""Results on disk under the hash of what they came from: nothing is graded twice."""

import os
from collections.abc import Callable
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
        return self._read(key, Result.loads)

    def summary(self, key: str) -> Result | None:
        """The same in short, see `Result.summary`."""
        return self._read(key, Result.loads_summary)

    def _read(self, key: str, loads: Callable[[str], Result]) -> Result | None:
        try:
            return loads(self._path(key).read_text())
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, result: Result) -> None:
        """Store a result for good."""
        self._write(self._path(key), result.dumps())

    def key_of(self, file_key: str) -> str:
        """The key under which the result of a file was stored, or ""."""
        try:
            return self._file_path(file_key).read_text()
        except FileNotFoundError:
            return ""

    def remember(self, file_key: str, key: str) -> None:
        """Note that a file, known by the hash of its bytes, has its result under `key`."""
        self._write(self._file_path(file_key), key)

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}-{get_ident()}.partial")
        partial.write_text(text)
        partial.replace(path)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _file_path(self, file_key: str) -> Path:
        return self.folder / "files" / file_key
