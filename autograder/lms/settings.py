"""What a course's instructors set: due dates, the late policy, extra time, names in the LMS.

All of it is in course.toml in the course folder, written by hand and only read here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.course import CourseError

SETTINGS = "course.toml"


@dataclass(frozen=True)
class LatePolicy:
    """What being late costs, in percent of the points earned.

    grace_minutes: so much later still counts as in time; past it the whole delay counts.
    percent_per_day: for each day begun; most_percent: never more than that.
    """

    grace_minutes: float = 0
    percent_per_day: float = 0
    most_percent: float = 100

    def penalty(self, score: float, late: timedelta) -> float | None:
        """The points a submission of so many points loses, or None when it loses none."""
        if late <= timedelta(minutes=self.grace_minutes):
            return None
        days = -(-late // timedelta(days=1))  # rounded up
        percent = min(days * self.percent_per_day, self.most_percent)
        return score * percent / 100 if percent else None


@dataclass(frozen=True)
class Dates:
    """One assignment in this course.

    due: with its zone, or None; title: its name in the LMS, where that is another; canvas_id,
    blackboard_id: the number the LMS knows its column by.
    """

    due: datetime | None = None
    title: str = ""
    canvas_id: int | None = None
    blackboard_id: int | None = None


@dataclass(frozen=True)
class ExtraTime:
    """More time for one student. assignment: "" for all of them."""

    student: str
    hours: float
    assignment: str = ""
    why: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything course.toml says; all of it may be missing. late: None leaves it to nbgrader."""

    timezone: str = "UTC"
    late: LatePolicy | None = None
    assignments: Mapping[str, Dates] = field(default_factory=dict)
    extra_time: tuple[ExtraTime, ...] = ()

    def dates(self, assignment: str) -> Dates:
        """What is set for an assignment."""
        return self.assignments.get(assignment, Dates())

    def extra(self, assignment: str, student: str) -> timedelta | None:
        """A student's extra time; what is given for the assignment goes before what is for all."""
        given = {e.assignment: e.hours for e in self.extra_time if e.student == student}
        hours = given.get(assignment, given.get(""))
        return None if hours is None else timedelta(hours=hours)

    @classmethod
    def read(cls, root: Path) -> "Settings":
        """Read course.toml of a course folder; without one nothing is set.

        Raises CourseError naming the setting that is wrong.
        """
        path = root / SETTINGS
        if not path.exists():
            return cls()
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CourseError(f"{path} is not TOML: {error}") from None
        try:
            return _settings(data)
        except ValueError as error:
            raise CourseError(f"{path}: {error}") from None


def _settings(data: dict[str, Any]) -> Settings:
    _require_known(data, Settings, "at the top")
    zone = data.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ValueError(f'there is no timezone {zone!r}, such as "Europe/Zurich"') from None
    assignments = _table(data.get("assignments", {}), "[assignments]")
    extra = data.get("extra_time", [])
    if not isinstance(extra, list):
        raise ValueError("write [[extra_time]] with two brackets, one for each student")
    return Settings(
        zone,
        _late(_table(data["late"], "[late]")) if "late" in data else None,
        {name: _dates(name, table, zone) for name, table in assignments.items()},
        _extra_times(extra),
    )


def _late(table: dict[str, Any]) -> LatePolicy:
    _require_known(table, LatePolicy, "in [late]")
    for name, value in table.items():
        _require_number(value, f"{name} in [late]")
        if name != "grace_minutes" and value > 100:
            raise ValueError(f"{name} in [late] is more than 100 percent")
    return LatePolicy(**table)


def _dates(name: str, given: Any, zone: str) -> Dates:
    place = f"[assignments.{name}]"
    table = dict(_table(given, place))
    _require_known(table, Dates, f"in {place}")
    due = table.get("due")
    if due is not None and not isinstance(due, datetime):
        raise ValueError(f"due in {place} is no date and time such as 2030-10-05T23:59:00")
    if due is not None and due.tzinfo is None:
        table["due"] = due.replace(tzinfo=ZoneInfo(zone))
    for number in ("canvas_id", "blackboard_id"):
        if not isinstance(table.get(number, 0), int):
            raise ValueError(f"{number} in {place} is no whole number")
    if not isinstance(table.get("title", ""), str):
        raise ValueError(f"title in {place} is no text")
    return Dates(**table)


def _extra_times(given: list[Any]) -> tuple[ExtraTime, ...]:
    times: dict[tuple[str, str], ExtraTime] = {}
    for item in given:
        table = _table(item, "[[extra_time]]")
        _require_known(table, ExtraTime, "in [[extra_time]]")
        student = table.get("student")
        if not student or not all(isinstance(table.get(k, ""), str) for k in _WORDS):
            raise ValueError("an [[extra_time]] needs a student, in quotes")
        _require_number(table.get("hours"), f"hours of {student} in [[extra_time]]")
        one = ExtraTime(**table)
        if (one.student, one.assignment) in times:
            what = one.assignment or "all assignments"
            raise ValueError(f"{student} has extra time for {what} twice")
        times[one.student, one.assignment] = one
    return tuple(times.values())


_WORDS = ("student", "assignment", "why")


def _table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{place} is no table")
    return value


def _require_known(table: dict[str, Any], kind: type, place: str) -> None:
    known = [f.name for f in fields(kind)]
    for name in table:
        if name not in known:
            raise ValueError(f"unknown setting '{name}' {place}; known are {', '.join(known)}")


def _require_number(value: Any, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise ValueError(f"{what} is no number from 0 up")


def in_utc(moment: datetime) -> datetime:
    """A moment as nbgrader stores it: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
