"""Every lecture row and every known mistake of the slides has its place in a notebook."""

import pytest
from nbformat import NotebookNode

from autograder.build.source import read_source
from autograder.coverage import golden_tests, slide_mistakes
from tests.notebooks.kernels import REPOSITORY

# The rows and errata of the lectures that an assignment covers, by their numbers.
ROWS = {
    "01_convolution": {1, 2, *range(18, 46)},
    "02_backpropagation": {*range(3, 7), *range(8, 18), *range(46, 52)},
    "03_batch_normalisation": {*range(64, 68), *range(74, 86)},
    "04_architectures": {*range(70, 74), *range(86, 104)},
    "05a_region_proposals": {118, 120, 122, 128, 129, *range(133, 137)},
    "05b_detector_lab": {*range(114, 118), 119, 132, 136},
}
ERRATA = {
    "01_convolution": {*range(8, 17), 27, 28},
    "02_backpropagation": {2, 3, 4, 16, 19, 24},
    "03_batch_normalisation": {25, 26, 41},
    "04_architectures": {1, 5, *range(29, 36), 42, 44},
    "05a_region_proposals": {21, 36, 40},
    "05b_detector_lab": {17, 18, 37, 38},
}
# The golden numbers of the lectures that can be computed, by the folder of their tests.
GOLDENS = {
    "convolution": {*range(1, 10), 11, 14},
    "backpropagation": {2, 10, 12},
    "batch_normalisation": {13, 29},
    "architectures": {15, 16, *range(18, 23), 24, 25, 26, 27, 28, 44, 45, 46},
    "region_proposals": {31, 32, 35, 36, 40, 42},
    "detector_lab": {30, 33, 34},
}


def tagged(name: str, key: str) -> list[str]:
    cells: list[NotebookNode] = read_source(REPOSITORY.source(name)).cells
    return [word for cell in cells for word in str(cell.metadata.get(key, "")).split()]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_row_is_tagged(name: str) -> None:
    assert {f"A{row}" for row in ROWS[name]} <= set(tagged(name, "rows"))


@pytest.mark.parametrize("name", sorted(ERRATA))
def test_every_mistake_of_the_slides_is_tagged(name: str) -> None:
    assert {str(number) for number in ERRATA[name]} <= set(tagged(name, "errata"))


@pytest.mark.parametrize("folder", sorted(GOLDENS))
def test_every_golden_number_has_its_test(folder: str) -> None:
    tested = golden_tests(REPOSITORY)
    have = {n for n, tests in tested.items() if any(t.startswith(f"{folder}: ") for t in tests)}
    assert GOLDENS[folder] <= have


@pytest.mark.parametrize("name", sorted(ERRATA))
def test_every_mistake_of_the_slides_is_proved_by_a_cell(name: str) -> None:
    mine = [m for m in slide_mistakes(REPOSITORY) if m.notebook == name]
    assert [m.number for m in mine if not m.proof] == []
