"""What a grading run did, a line of JSON for every student, for people with many runs."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.classroom import Graded


@dataclass(frozen=True)
class Journal:
    """A file that only grows; each line is complete, or was the last of a run that was ended."""

    path: Path

    @classmethod
    def of(cls, course: Path, assignment: str) -> "Journal":
        """The journal of an assignment in a course folder."""
        return cls(course / "logs" / f"{assignment}.jsonl")

    def note(self, one: Graded) -> None:
        """Add what came of one student.

        time: UTC; ran: whether anything was run, or the result was known; seconds: of the run.
        """
        line: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "student": one.student,
            "ran": one.fresh,
        }
        if one.result is None:
            line["problem"] = one.problem
        else:
            points = {e.name: e.score for e in one.result.exercises}
            line |= {
                "score": one.result.score,
                "max_score": one.result.max_score,
                "seconds": round(one.result.seconds, 3),
                "exercises": points,
                "notes": one.result.notes,
            }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
