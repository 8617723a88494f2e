"""Workers begin with the files that take longest."""

from types import SimpleNamespace
from typing import Any

from tests.conftest import HERE, LONGEST, pytest_collection_modifyitems

OTHER = "lib/test_graphs.py"
COLLECTED = [(OTHER, 1), (LONGEST[1], 1), (LONGEST[1], 2), (LONGEST[0], 1), (OTHER, 2)]


def _ordered(**config: Any) -> list[tuple[str, int]]:
    """The tests of COLLECTED after the hook, as file and number."""
    items: Any = [SimpleNamespace(path=HERE / file, number=number) for file, number in COLLECTED]
    told: Any = SimpleNamespace(**config)
    pytest_collection_modifyitems(told, items)
    return [(item.path.relative_to(HERE).as_posix(), item.number) for item in items]


def test_the_files_named_are_there() -> None:
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []


def test_long_files_come_first_and_the_tests_of_a_file_stay_in_order() -> None:
    first, second = LONGEST[:2]
    wanted = [(first, 1), (second, 1), (second, 2), (OTHER, 1), (OTHER, 2)]
    assert _ordered(workerinput={}) == wanted


def test_without_workers_nothing_is_sorted() -> None:
    assert _ordered() == COLLECTED


def test_the_order_is_not_undone_by_the_number_of_tests(pytestconfig: Any) -> None:
    assert pytestconfig.option.loadscopereorder is False
