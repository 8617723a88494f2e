"""due: course.toml into the gradebook."""

from pathlib import Path

from traitlets.config import Config

from autograder.classroom import Classroom
from autograder.commands.options import course_folder, open_gradebook
from autograder.commands.terminal import console
from autograder.course import Course, CourseError, Repository
from autograder.lms.late import bring_in, require_known
from autograder.lms.roster import ROSTER, Roster
from autograder.lms.settings import SETTINGS, Settings
from autograder.nbgrader_plugin import configure


def run_due(folder: Path | None, db: str, *, dry_run: bool) -> int:
    """Check course.toml, bring it into the gradebook, and say what changed."""
    repository = Repository.find()
    course = course_folder(repository, folder)
    if not (course.root / SETTINGS).exists():
        raise CourseError(f"there is no {course.root / SETTINGS}: make it with 'autograder init'")
    settings = _checked(repository, course)
    if dry_run and not db and not (course.root / "gradebook.db").exists():
        console.print(f"{SETTINGS} is in order; there is no gradebook yet")
        return 0
    config = Config()
    configure(config, repository, course)
    with open_gradebook(course, db) as gradebook:
        lines = [
            line
            for name in settings.assignments
            for line in bring_in(gradebook, name, settings, config, dry_run=dry_run)
        ]
    for line in lines or ["the gradebook is up to date"]:
        console.print(line, markup=False, soft_wrap=True)
    if dry_run:
        console.print("nothing written: this was a dry run; penalties would be counted anew")
    return 0


def keep_dates(room: Classroom) -> None:
    """Bring one assignment's dates into the gradebook before its grades; says what changed."""
    if not (room.course.root / SETTINGS).exists():
        return
    settings = _checked(room.repository, room.course)
    with open_gradebook(room.course, room.db_url) as gradebook:
        for line in bring_in(gradebook, room.marking.assignment, settings, room.config()):
            console.print(line, markup=False, soft_wrap=True)


def _checked(repository: Repository, course: Course) -> Settings:
    settings, path = Settings.read(course.root), course.root / ROSTER
    roster = Roster.read(path) if path.exists() else None
    require_known(settings, repository.assignment_names(), roster)
    return settings
