"""Two commands that grade into the same course wait for each other: the second is refused."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.course import CourseError

_LOCK = ".grading"


@contextlib.contextmanager
def sole_grader(course: Path) -> Iterator[None]:
    """While open, nobody else grades in a course folder. Raises CourseError when somebody does.

    The lock is the process's own: forked workers do not inherit it, and the kernel takes it back
    when the process ends, however it ends.
    """
    course.mkdir(parents=True, exist_ok=True)
    with (course / _LOCK).open("a+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CourseError(
                f"{course} is being graded already{_who(file.read())}: wait until that is done, "
                "then run the same again"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _who(text: str) -> str:
    return f" (by process {text})" if text.isdigit() else ""
