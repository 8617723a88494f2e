"""Warnings of libraries that nobody at the terminal can do anything about."""

import warnings

_NOT_FOR_PEOPLE = (
    "Object of type <Submitted",  # nbgrader 0.9.6's own queries under SQLAlchemy 2.1
    "Non-unique cell id",  # what is wrong with the ids of a submission is repaired by `restore`
    "Cell is missing an id",
)


def quiet_libraries() -> None:
    """Keep these warnings off the instructor's terminal; all others still show."""
    for start in _NOT_FOR_PEOPLE:
        warnings.filterwarnings("ignore", start)
