"""Remembers what was brought into a gradebook, so that nothing is written there twice."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Ledger:
    """For one assignment and one gradebook: what it was last told of every student."""

    path: Path
    source: str
    students: dict[str, str]

    @classmethod
    def open(cls, folder: Path, assignment: str, db_url: str) -> "Ledger":
        """Read the ledger, or begin one; a damaged one counts as new, which costs only time."""
        which = hashlib.sha256(db_url.encode()).hexdigest()[:12]
        path = folder / f"{assignment}-{which}.ledger.json"
        try:
            data = json.loads(path.read_text())
            return cls(path, str(data["source"]), dict(data["students"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return cls(path, "", {})

    def holds_source(self, digest: str) -> bool:
        """Whether the gradebook knows the assignment as it is now."""
        return self.source == digest

    def take_source(self, digest: str) -> None:
        """Note that the gradebook knows the assignment as it is now."""
        self.source = digest
        self._write()

    def differs(self, student: str, state: str) -> bool:
        """Whether the gradebook was told something else of a student, or nothing."""
        return self.students.get(student) != state

    def note(self, states: dict[str, str]) -> None:
        """Note what the gradebook was told."""
        self.students.update(states)
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps({"source": self.source, "students": self.students}))
        partial.replace(self.path)
