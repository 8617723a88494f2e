"""--overwrite-manual: marks given by hand make room for automatic ones, when somebody says so."""

from collections.abc import Sequence
from dataclasses import dataclass

import typer

from autograder.bookkeeping import Bookkeeper
from autograder.build.make import reach_programs
from autograder.by_hand import LOG, Mark, give_up, marks_by_hand
from autograder.classroom import Classroom
from autograder.commands.terminal import console
from autograder.course import CourseError
from autograder.nbgrader_plugin import COURSE_ID

SHOWN = 20


@dataclass(frozen=True)
class Overwriting:
    """What was said on the command line. asked: --overwrite-manual; sure: --yes."""

    asked: bool = False
    sure: bool = False

    def __post_init__(self) -> None:
        if self.sure and not self.asked:
            raise CourseError(
                "--yes only answers what --overwrite-manual asks: add that, or leave it out"
            )


NEVER = Overwriting()


def marks_to_overwrite(
    room: Classroom, students: Sequence[str], overwriting: Overwriting, cell: str = ""
) -> list[Mark]:
    """The marks that may be given up after grading; shows them and asks, unless told to be sure.

    Raises CourseError, before anything is graded, when the answer is no.
    """
    marks = shown_marks(room, students, cell) if overwriting.asked else []
    if marks and not overwriting.sure:
        _ask(f"Overwrite {_counted(marks)} given by hand?")
    return marks


def shown_marks(room: Classroom, students: Sequence[str], cell: str = "") -> list[Mark]:
    """Say which marks were given by hand, and return them."""
    marks = marks_by_hand(_keeper(room), students, cell)
    console.print(f"{_counted(marks)} given by hand", highlight=False)
    for mark in marks[:SHOWN]:
        words = f"  {mark.student}, {mark.cell}: {mark.by_hand:g}"
        console.print(
            f"{words}, automatic so far {mark.automatic:g}", markup=False, highlight=False
        )
    if len(marks) > SHOWN:
        console.print(f"  and {len(marks) - SHOWN} more", highlight=False)
    return marks


def overwrite(room: Classroom, marks: Sequence[Mark], graded: Sequence[str]) -> None:
    """Give up the marks of those who are graded now, and say how many."""
    known = set(graded)
    ready = [mark for mark in marks if mark.student in known]
    if not ready:
        return
    path = room.course.root / LOG
    gone = give_up(_keeper(room), ready, path)
    console.print(
        f"overwritten: {_counted(gone)} given by hand, kept in {path}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _counted(marks: Sequence[Mark]) -> str:
    return f"{len(marks)} mark{'' if len(marks) == 1 else 's'}"


def _ask(question: str) -> None:
    try:
        sure = typer.confirm(question)
    except typer.Abort:  # nobody is there to answer
        raise CourseError("nothing was changed: say --yes where nobody can be asked") from None
    if not sure:
        raise CourseError("nothing was changed: leave out --overwrite-manual to keep the marks")


def _keeper(room: Classroom) -> Bookkeeper:
    reach_programs()
    url = room.db_url or room.course.db_url
    return Bookkeeper(url, COURSE_ID, room.marking.assignment, room.config())
