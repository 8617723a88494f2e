"""nbgrader's gradebook, opened so that trouble with the database is told in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder.course import CourseError

# What SQLite says, and what is to be done.
_TROUBLE = {
    "database is locked": "is in use by another program: close that, or wait until it is done",
    "readonly database": "may not be written: give yourself the right to, or name another (--db)",
    "disk is full": "cannot grow, for its disk is full: make room there",
}


@contextmanager
def open_for_work(db_url: str, course_id: str) -> Iterator[Gradebook]:
    """The gradebook, made where there is none; what was not committed is not written.

    Raises CourseError when the database is locked, read-only, full, damaged or out of reach.
    """
    try:
        with Gradebook(db_url, course_id) as gradebook:
            yield gradebook
    except SQLAlchemyError as error:
        raise CourseError(_in_words(error, db_url)) from None


def _in_words(error: SQLAlchemyError, db_url: str) -> str:
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    found = [words for sign, words in _TROUBLE.items() if sign in said]
    what = found[0] if found else f"cannot be used ({said})"
    where = make_url(db_url).render_as_string()  # a password in it is not told
    return f"the gradebook {where} {what}. Then run the same again: what was finished is kept"
