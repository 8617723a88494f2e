"""What being late costs, in nbgrader's own seam, and the dates of course.toml in the gradebook."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Unicode
from traitlets.config import Config

from autograder.course import CourseError
from autograder.lms.roster import Roster
from autograder.lms.settings import SETTINGS, Settings, in_utc


class CourseLatePolicy(LateSubmissionPlugin):
    """The policy of course.toml; where that sets none, nbgrader's own."""

    course_root = Unicode(".", help="The folder of the running course.").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points to take off, or None. Raises CourseError when course.toml is wrong."""
        settings = Settings.read(Path(self.course_root))
        step = self.parent  # nbgrader's step, which knows the submission and has it open
        submission = step.gradebook.find_submission(step.assignment_id, student_id)
        extend(submission, settings)
        late = submission.total_seconds_late
        if settings.late is not None:
            return settings.late.penalty(score, timedelta(seconds=late))
        if not late:
            return None
        penalty: float | None = super().late_submission_penalty(student_id, score, late)
        return penalty


def extend(submission: SubmittedAssignment, settings: Settings) -> bool:
    """Give a submission the extra time of course.toml; says whether that changed anything.

    Extensions of assignments that course.toml has no due date for are left alone.
    """
    name = submission.assignment.name
    extra = settings.extra(name, submission.student_id)
    if settings.dates(name).due is None or submission.extension == extra:
        return False
    submission.extension = extra
    return True


def require_known(settings: Settings, assignments: Sequence[str], roster: Roster | None) -> None:
    """Raises CourseError when course.toml names an assignment or a student that is not there."""
    named = [*settings.assignments, *(e.assignment for e in settings.extra_time if e.assignment)]
    for name in named:
        if name not in assignments:
            raise CourseError(
                f"{SETTINGS}: there is no assignment {name}; there is {', '.join(assignments)}"
            )
    for extra in settings.extra_time:
        if roster is not None and all(s.id != extra.student for s in roster):
            raise CourseError(f"{SETTINGS}: extra time for {extra.student}, who is in no roster")


def bring_in(
    gradebook: Gradebook, name: str, settings: Settings, config: Config, *, dry_run: bool = False
) -> list[str]:
    """Bring an assignment's due date and extra time into the gradebook, and the penalties up to
    date; returns what changed, in words."""
    due = settings.dates(name).due
    if due is None:
        return []
    try:
        assignment = gradebook.find_assignment(name)
    except MissingEntry:
        if dry_run:
            return [f"{name}: due {_shown(in_utc(due))}"]
        assignment = gradebook.add_assignment(name)
    lines = []
    if assignment.duedate != in_utc(due):
        lines.append(f"{name}: due {_shown(in_utc(due))}, was {_shown(assignment.duedate)}")
        assignment.duedate = in_utc(due)
    for submission in assignment.submissions:
        if extend(submission, settings):
            hours = (submission.extension or timedelta()) / timedelta(hours=1)
            lines.append(f"{name}, {submission.student_id}: {hours:g} hours more")
    if dry_run:
        gradebook.db.rollback()
        return lines
    gradebook.db.commit()
    return lines + _penalties(gradebook, name, config)


def _penalties(gradebook: Gradebook, name: str, config: Config) -> list[str]:
    """Have nbgrader's own step look again at all who are late, or were."""
    found = gradebook.assignment_submissions(name)
    before = {
        s.student_id: s.late_submission_penalty or 0.0
        for s in found
        if s.total_seconds_late or s.late_submission_penalty
    }
    gradebook.db.commit()  # the step opens the gradebook itself
    step = AssignLatePenalties(config=config)
    lines = []
    for student, was in before.items():
        place = {"notebook": name, "assignment": name, "student": student}
        step.preprocess(new_notebook(), {"nbgrader": {**place, "db_url": _url(gradebook)}})
        gradebook.db.expire_all()
        now = gradebook.find_submission(name, student).late_submission_penalty or 0.0
        if round(now, 4) != round(was, 4):
            lines.append(f"{name}, {student}: {now:g} points off for being late, before {was:g}")
    return lines


def _url(gradebook: Gradebook) -> str:
    return str(gradebook.engine.url.render_as_string(hide_password=False))


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
