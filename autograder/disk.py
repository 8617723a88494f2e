"""A full disk, told in one line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.course import CourseError

_SQLITE_SAYS = "database or disk is full"  # all that is left of an error that passed nbgrader


@contextmanager
def told_when_full() -> Iterator[None]:
    """While open, no room on the course's disk is a CourseError that says what to do.

    Nothing is lost: files are written whole or not at all, and what was finished is known again.
    """
    try:
        yield
    except (OSError, CourseError) as error:
        if not _is_full(error):
            raise
        raise CourseError(
            "the disk of the course is full: make room there, then run the same again: what was "
            "finished is kept"
        ) from None


def _is_full(error: OSError | CourseError) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return _SQLITE_SAYS in str(error)
