"""The result of one submission: verdicts, points and remarks, as people and programs read it."""

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from visionlab.checking.judge import ExerciseResult, Verdict
from visionlab.checking.records import Hint


@dataclass
class Result:
    """All verdicts and points of one submission.

    notes: what was repaired or suspicious, a plain sentence each; outputs: cell id -> notebook
    outputs of the cells that ran; sandboxed: False when the wall was switched off; versions:
    exercise -> the version of the checks that judged it.
    """

    assignment: str
    exercises: list[ExerciseResult]
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sandboxed: bool = True
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points earned."""
        return round(sum(e.score for e in self.exercises), 4)

    @property
    def max_score(self) -> float:
        """Points to earn."""
        return round(sum(e.max_score for e in self.exercises), 4)

    def without_outputs(self) -> "Result":
        """The same result, small: what the cells printed is left out."""
        return replace(self, outputs={})

    def summary(self) -> "Result":
        """The same result, smaller still: one verdict for each facet, without a reason or hint.

        What a class of a thousand leaves in memory: whole, it would be half a million verdicts.
        """
        exercises = [_summarised(e.name, e.score, e.max_score, e.facets()) for e in self.exercises]
        return replace(self, outputs={}, exercises=exercises)

    def exercise(self, name: str) -> ExerciseResult | None:
        """The result of one exercise, or None."""
        return next((e for e in self.exercises if e.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """What `grade-file --json` prints."""
        return {
            "assignment": self.assignment,
            "score": self.score,
            "max_score": self.max_score,
            "seconds": round(self.seconds, 3),
            "sandboxed": self.sandboxed,
            "notes": self.notes,
            "exercises": [_exercise_json(e) for e in self.exercises],
        }

    def dumps(self) -> str:
        """The whole result, outputs included, for the store."""
        exercises = [_without_blanks(_exercise_json(e)) for e in self.exercises]
        data = {**self.to_json(), "exercises": exercises}
        return json.dumps({**data, "outputs": self.outputs, "versions": self.versions})

    @classmethod
    def loads(cls, text: str) -> "Result":
        """Read what `dumps` wrote."""
        data = json.loads(text)
        return cls._from_json(data, [_exercise_from_json(e) for e in data["exercises"]])

    @classmethod
    def loads_summary(cls, text: str) -> "Result":
        """The same as `loads(text).summary()`, without making every verdict first."""
        data = json.loads(text)
        exercises = [
            _summarised(e["name"], e["score"], e["max_score"], _facets_in_json(e["cases"]))
            for e in data["exercises"]
        ]
        return cls._from_json({**data, "outputs": {}}, exercises)

    @classmethod
    def _from_json(cls, data: dict[str, Any], exercises: list[ExerciseResult]) -> "Result":
        return cls(
            assignment=data["assignment"],
            exercises=exercises,
            seconds=data["seconds"],
            notes=data["notes"],
            outputs=data["outputs"],
            sandboxed=data["sandboxed"],
            versions=data["versions"],
        )


def _exercise_json(exercise: ExerciseResult) -> dict[str, Any]:
    cases = [
        {
            "facet": v.facet,
            "public": v.public,
            "passed": v.passed,
            "reason": v.reason,
            "hint": v.hint.first,
            "more": v.hint.more,
            "mistake": v.mistake,
        }
        for v in exercise.verdicts
    ]
    return {
        "name": exercise.name,
        "score": exercise.score,
        "max_score": exercise.max_score,
        "cases": cases,
    }


def _without_blanks(exercise: dict[str, Any]) -> dict[str, Any]:
    """What a case has nothing to say of is left out: a third of the file, and of the time that
    reading it takes."""
    cases = [{name: v for name, v in case.items() if v != ""} for case in exercise["cases"]]
    return {**exercise, "cases": cases}


def _exercise_from_json(data: dict[str, Any]) -> ExerciseResult:
    verdicts = [
        _verdict(
            c["facet"],
            c["public"],
            c["passed"],
            c.get("reason", ""),
            c.get("hint", ""),
            c.get("more", ""),
            c.get("mistake", ""),
        )
        for c in data["cases"]
    ]
    return ExerciseResult(data["name"], data["score"], data["max_score"], verdicts)


def _facets_in_json(cases: list[dict[str, Any]]) -> dict[str, bool]:
    facets: dict[str, bool] = {}
    for case in cases:
        facets[case["facet"]] = facets.get(case["facet"], True) and case["passed"]
    return facets


def _summarised(
    name: str, score: float, max_score: float, facets: dict[str, bool]
) -> ExerciseResult:
    verdicts = [_verdict(facet, True, ok, "", "", "", "") for facet, ok in facets.items()]
    return ExerciseResult(name, score, max_score, verdicts)


@lru_cache(maxsize=10_000)  # of the half million verdicts of a class, most are the same few
def _verdict(
    facet: str, public: bool, passed: bool, reason: str, hint: str, more: str, mistake: str
) -> Verdict:
    return Verdict(facet, public, passed, reason, Hint(hint, more), mistake)
