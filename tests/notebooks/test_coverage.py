"""Every lecture row and every known mistake of the slides has its place in a notebook."""

import pytest
from nbformat import NotebookNode

from autograder.build.source import read_source
from tests.notebooks.kernels import REPOSITORY

# The rows and errata of the lectures that an assignment covers, by their numbers.
ROWS = {"01_convolution": {1, 2, *range(18, 46)}}
ERRATA = {"01_convolution": {*range(8, 17), 27, 28}}


def tagged(name: str, key: str) -> list[str]:
    cells: list[NotebookNode] = read_source(REPOSITORY.source(name)).cells
    return [word for cell in cells for word in str(cell.metadata.get(key, "")).split()]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_row_is_tagged(name: str) -> None:
    assert {f"A{row}" for row in ROWS[name]} <= set(tagged(name, "rows"))


@pytest.mark.parametrize("name", sorted(ERRATA))
def test_every_mistake_of_the_slides_is_tagged(name: str) -> None:
    assert {str(number) for number in ERRATA[name]} <= set(tagged(name, "errata"))
