"""What the judge knows of an exercise: its cases with expected answers, and its known mistakes.

The same records serve twice: with public cases only they ship beside the notebook; with the
hidden cases added they stay with the instructor.
"""

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from visionlab.checking.codec import CodecError, Plain, pack, unpack
from visionlab.checking.compare import Difference, difference
from visionlab.checking.detections import shortfall
from visionlab.checking.forbidden import Forbidden
from visionlab.checking.probing import Answer, Question, pack_questions

SUFFIX = ".checks"
FORMAT = 1


@dataclass(frozen=True)
class CaseRecord:
    """One case: its question, the expected answer, and what known mistakes answer instead.

    source: the lecture the numbers come from, or ""; mistakes: misconception name -> its
    answer, only where that differs from the expected one. at_least: 0 where the answer must equal
    the expected one; otherwise the expected one is the truth about some scenes, and the answer
    detections in them, which must reach this mean average precision.
    """

    facet: str
    public: bool
    source: str
    inputs: dict[str, Any]
    probe: str
    expected: Plain
    mistakes: dict[str, Answer] = field(default_factory=dict)
    at_least: float = 0.0

    def difference(self, value: Plain) -> Difference | None:
        """What is wrong with an answer, or None."""
        if self.at_least:
            return shortfall(self.expected, value, self.at_least)
        return difference(self.expected, value)


@dataclass(frozen=True)
class Hint:
    """The words for one misconception: at first, and after a second failed attempt."""

    first: str
    more: str


@dataclass(frozen=True)
class ExerciseRecord:
    """All the judge needs for one exercise. weights: facet name -> weight."""

    name: str
    points: float
    forbidden: Forbidden
    weights: dict[str, float]
    hints: dict[str, Hint]
    cases: list[CaseRecord]

    def questions(self) -> list[Question]:
        """What to ask the student's code, in the order of the cases."""
        return [Question(self.name, c.inputs, c.probe, self.forbidden) for c in self.cases]

    @cached_property
    def packed_questions(self) -> torch.Tensor:
        """Inputs and probes of all questions as bytes (uint8), packed once for a whole class."""
        return pack_questions(self.questions())

    def version(self) -> str:
        """A hash of all that decides the verdicts of this exercise."""
        return hashlib.sha256(pack(_exercise_to_plain(self))).hexdigest()

    @cached_property
    def parts(self) -> tuple["ExerciseRecord", "ExerciseRecord"]:
        """The same record with its public cases alone, and with its hidden ones alone."""
        return self.public_only(), replace(self, cases=[c for c in self.cases if not c.public])

    def without_scored(self) -> "ExerciseRecord":
        """The same record without the cases that have no one right answer, and their facets."""
        cases = [c for c in self.cases if not c.at_least]
        facets = {c.facet for c in cases}
        return replace(
            self, cases=cases, weights={f: w for f, w in self.weights.items() if f in facets}
        )

    def public_only(self) -> "ExerciseRecord":
        """The same record without its hidden cases."""
        return replace(self, cases=[c for c in self.cases if c.public])


def save_records(path: Path, records: list[ExerciseRecord]) -> None:
    """Write records to `path`; the same records give the same bytes."""
    data = {"format": FORMAT, "exercises": [_exercise_to_plain(r) for r in records]}
    path.write_bytes(pack(data))


def load_records(path: Path) -> list[ExerciseRecord]:
    """Read records written by `save_records`. Raises CodecError when the file is not such."""
    data = unpack(path.read_bytes())
    try:
        if data["format"] != FORMAT:
            raise CodecError(f"{path.name} belongs to another version of visionlab")
        return [_exercise_from_plain(e) for e in data["exercises"]]
    except (KeyError, TypeError, ValueError) as error:
        raise CodecError(f"{path.name} is not check data: {error}") from None


def _exercise_to_plain(record: ExerciseRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "points": record.points,
        "operators": sorted(record.forbidden.operators),
        "names": sorted(record.forbidden.names),
        "reason": record.forbidden.reason,
        "weights": record.weights,
        "hints": {name: [h.first, h.more] for name, h in record.hints.items()},
        "cases": [_case_to_plain(c) for c in record.cases],
    }


def _case_to_plain(case: CaseRecord) -> dict[str, Any]:
    mistakes = {name: answer.to_plain() for name, answer in case.mistakes.items()}
    plain = {**vars(case), "mistakes": mistakes}
    if not case.at_least:  # few have it: what they do not say is short
        del plain["at_least"]
    return plain


def _exercise_from_plain(data: dict[str, Any]) -> ExerciseRecord:
    return ExerciseRecord(
        name=data["name"],
        points=data["points"],
        forbidden=Forbidden(frozenset(data["operators"]), frozenset(data["names"]), data["reason"]),
        weights=data["weights"],
        hints={name: Hint(*words) for name, words in data["hints"].items()},
        cases=[_case_from_plain(c) for c in data["cases"]],
    )


def _case_from_plain(data: dict[str, Any]) -> CaseRecord:
    mistakes = {name: Answer.from_plain(a) for name, a in data["mistakes"].items()}
    return CaseRecord(**{**data, "mistakes": mistakes})
