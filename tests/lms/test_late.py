"""Due dates, extra time and what being late costs, from course.toml into the gradebook."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import CourseError
from autograder.lms.settings import LatePolicy, Settings
from tests.build.tiny import NAME, RIGHT, Said, TinyCourse, answered, autograder, submit

HOUR = timedelta(hours=1)
POLICY = """timezone = "Europe/Berlin"
[late]
percent_per_day = 10
[assignments.90_tiny]
due = 2030-01-01T13:00:00
"""
EXTRA = '[[extra_time]]\nstudent = "{}"\nhours = {}\n'


@pytest.mark.parametrize(
    ("late", "lost"),
    [
        (0 * HOUR, None),
        (0.25 * HOUR, None),
        (0.3 * HOUR, 1),
        (24 * HOUR, 1),
        (24.1 * HOUR, 2),
        (400 * HOUR, 5),
    ],
)
def test_a_penalty_grows_by_day_begun_up_to_its_most(late: timedelta, lost: float | None) -> None:
    policy = LatePolicy(grace_minutes=15, percent_per_day=10, most_percent=50)
    assert policy.penalty(10, late) == (None if lost is None else pytest.approx(lost))


def test_a_due_date_is_in_the_courses_time_zone(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text(POLICY)
    due = Settings.read(tmp_path).dates(NAME).due
    assert due is not None
    assert due.astimezone(UTC) == datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_extra_time_for_one_assignment_goes_before_that_for_all(tmp_path: Path) -> None:
    one = EXTRA.format("s1", 5) + f'assignment = "{NAME}"\n'
    (tmp_path / "course.toml").write_text(EXTRA.format("s1", 48) + one)
    settings = Settings.read(tmp_path)
    told = [settings.extra(NAME, "s1"), settings.extra("other", "s1"), settings.extra(NAME, "s2")]
    assert told == [5 * HOUR, 48 * HOUR, None]


WRONG = [
    ("late = 3", "[late] is no table"),
    ("[late]\npercent = 3", "unknown setting 'percent' in [late]; known are grace_minutes"),
    ("[late]\npercent_per_day = -1", "percent_per_day in [late] is no number from 0 up"),
    ("[late]\nmost_percent = 200", "most_percent in [late] is more than 100 percent"),
    ('timezone = "Mars"', "there is no timezone 'Mars'"),
    ('[assignments.x]\ndue = "soon"', "due in [assignments.x] is no date and time"),
    ('[assignments.x]\ncanvas_id = "7"', "canvas_id in [assignments.x] is no whole number"),
    ("[extra_time]\nstudent = 's'", "write [[extra_time]] with two brackets"),
    ("[[extra_time]]\nhours = 3", "needs a student, in quotes"),
    (EXTRA.format("s1", 1) * 2, "s1 has extra time for all assignments twice"),
    ("due =", "is not TOML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message[:20] for _, message in WRONG])
def test_what_is_wrong_in_the_settings_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(CourseError, match="course.toml") as raised:
        Settings.read(tmp_path)
    assert message in str(raised.value)


@pytest.fixture(scope="module")
def graded(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class graded under a late policy: one in time, two late by 26 hours, one with extra."""
    root = tmp_path_factory.mktemp("late")
    for who in ("s001", "s002", "s003"):
        path = submit(root, who, answered(tiny.repository, RIGHT))
        if who != "s001":
            path.with_name("timestamp.txt").write_text("2030-01-02 14:00:00 UTC")
    (root / "course.toml").write_text(POLICY + EXTRA.format("s003", 48))
    said = autograder("grade", NAME, "--course", root, cwd=tiny.repository.root / "solutions")
    assert (said.status, said.err) == (0, "")
    return root


def penalties(root: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {s.student_id: s.late_submission_penalty or 0.0 for s in found}


def due(tiny: TinyCourse, root: Path, *words: str) -> Said:
    return autograder("due", "--course", root, *words, cwd=tiny.repository.root / "solutions")


def test_grading_takes_off_what_being_late_costs(graded: Path) -> None:
    assert penalties(graded) == pytest.approx({"s001": 0, "s002": 0.6, "s003": 0})


def test_the_gradebook_itself_has_due_date_and_extension(graded: Path) -> None:
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment(NAME).duedate == datetime(2030, 1, 1, 12)
        assert gradebook.find_submission(NAME, "s003").extension == 48 * HOUR
        assert gradebook.find_submission(NAME, "s003").total_seconds_late == 0


def test_a_changed_date_changes_what_was_graded_before(tiny: TinyCourse, graded: Path) -> None:
    before = (graded / "course.toml").read_text()
    (graded / "course.toml").write_text(before.replace("2030-01-01", "2029-12-31"))
    try:
        dry = due(tiny, graded, "--dry-run")
        assert "90_tiny: due 2029-12-31 12:00 UTC, was 2030-01-01 12:00 UTC" in dry.out
        assert penalties(graded)["s002"] == pytest.approx(0.6)
        said = due(tiny, graded)
        assert "90_tiny, s002: 0.9 points off for being late, before 0.6" in said.out
        assert penalties(graded) == pytest.approx({"s001": 0, "s002": 0.9, "s003": 0.3})
    finally:
        (graded / "course.toml").write_text(before)
        due(tiny, graded)
    assert penalties(graded) == pytest.approx({"s001": 0, "s002": 0.6, "s003": 0})
    assert "the gradebook is up to date" in due(tiny, graded).out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[assignments.99_x]\ncanvas_id = 1", "there is no assignment 99_x; there is 90_tiny"),
        (EXTRA.format("nobody", 3), "extra time for nobody, who is in no roster"),
    ],
)
def test_settings_for_nobody_are_refused(
    tiny: TinyCourse, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "course.toml").write_text(text)
    (tmp_path / "roster.csv").write_text("id\ns001\n")
    said = due(tiny, tmp_path)
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert message in line
