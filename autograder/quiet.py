"""Keeps libraries quick and quiet where nobody at the terminal would miss anything."""

import sys
import warnings
from types import ModuleType
from typing import cast

_NOT_FOR_PEOPLE = (
    "Object of type <Submitted",  # nbgrader 0.9.6's own queries under SQLAlchemy 2.1
    "Non-unique cell id",  # what is wrong with the ids of a submission is repaired by `restore`
    "Cell is missing an id",
)


def quiet_libraries() -> None:
    """Keep these warnings off the instructor's terminal; all others still show."""
    for start in _NOT_FOR_PEOPLE:
        warnings.filterwarnings("ignore", start)


def skip_slow_imports() -> None:
    """Leave out what takes a good part of every start and serves nobody here.

    jsonschema, where it finds this package, builds a parser of international addresses while it is
    imported: half a second, for a format that no notebook's schema has. To call before nbformat is
    imported; None stands for a module that is not there.
    """
    sys.modules.setdefault("rfc3987_syntax", cast(ModuleType, None))
