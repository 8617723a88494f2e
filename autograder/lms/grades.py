"""The points that go to a learning management system, as the gradebook has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry

from autograder.course import CourseError


@dataclass(frozen=True)
class Mark:
    """One student's points in an assignment, what being late costs taken off.

    earned: before that; waiting: a person has still to give points.
    """

    points: float
    earned: float
    penalty: float = 0
    waiting: bool = False


@dataclass(frozen=True)
class Column:
    """One assignment's marks. marks: student id -> mark, of those who handed in."""

    assignment: str
    max_points: float
    marks: Mapping[str, Mark] = field(default_factory=dict)


def graded_columns(gradebook: Gradebook, names: Sequence[str]) -> list[Column]:
    """The marks of assignments, or of all that anybody handed in.

    Raises CourseError for an assignment the gradebook does not have, and when there is none.
    """
    wanted = list(names) or sorted(a.name for a in gradebook.assignments)
    columns = [_column(gradebook, name) for name in wanted]
    if not names:
        columns = [column for column in columns if column.marks]
    if not columns:
        raise CourseError("nothing is graded yet: run 'autograder grade NN_name' first")
    return columns


def _column(gradebook: Gradebook, name: str) -> Column:
    try:
        assignment = gradebook.find_assignment(name)
    except MissingEntry:
        known = ", ".join(sorted(a.name for a in gradebook.assignments)) or "nothing"
        raise CourseError(f"the gradebook has no {name}, but {known}") from None
    marks = {}
    for submission in gradebook.assignment_submissions(name):
        earned, penalty = submission.score, submission.late_submission_penalty or 0.0
        marks[submission.student_id] = Mark(
            rounded(max(0.0, earned - penalty)),
            rounded(earned),
            rounded(penalty),
            bool(submission.needs_manual_grade),
        )
    return Column(name, rounded(assignment.max_score), marks)


def rounded(points: float) -> float:
    """Points as results have them; whole ones without a fraction."""
    points = round(points, 4)
    return int(points) if points == int(points) else points
