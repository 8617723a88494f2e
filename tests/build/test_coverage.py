"""The table of coverage says what the sources hold, and no more."""

from pathlib import Path

import pytest

from autograder.course import CourseError, Repository
from autograder.coverage import (
    golden_tests,
    lecture_rows,
    page,
    slide_mistakes,
    taught_rows,
    write_page,
)

SOURCE = """\
# %% [markdown] rows="A18 A20"
# ## Sliding
# %% [markdown]
# ### Exercise: first
# %%
check(first)
# %% [markdown] rows="A21"
# ### Exercise: second
# %%
check(second)
# %% [markdown] errata="15"
# **Find the slide's mistake.**
# %%
@demo
def count_positions():
    pass
# %% [markdown] errata="27 28"
# The slide says 5.
# %% tags=["demo"]
print(7)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "solutions" / "01_slides"
    folder.mkdir(parents=True)
    (folder / "01_slides.py").write_text(SOURCE)
    tests = tmp_path / "tests" / "checks" / "slides"
    tests.mkdir(parents=True)
    (tests / "test_goldens_slides.py").write_text("def test_b3_b5_sizes() -> None:\n    pass\n")
    return Repository(tmp_path)


def test_all_rows_of_the_lectures_are_known() -> None:
    assert list(lecture_rows()) == [f"A{n}" for n in range(1, 150)]


def test_a_row_stands_where_it_is_tagged(repository: Repository) -> None:
    taught = taught_rows(repository)
    assert set(taught) == {"A18", "A20", "A21"}
    assert taught["A18"]["01_slides"].headings == ["Sliding"]
    assert taught["A18"]["01_slides"].exercises == ["first"]


def test_an_exercise_with_its_own_tag_belongs_to_that_alone(repository: Repository) -> None:
    assert taught_rows(repository)["A21"]["01_slides"].exercises == ["second"]


def test_a_tag_that_is_no_row_is_an_error(repository: Repository) -> None:
    source = repository.source("01_slides")
    source.write_text(SOURCE.replace("A21", "A150"))
    with pytest.raises(CourseError, match="01_slides tags A150, which is no row"):
        taught_rows(repository)


def test_mistakes_are_asked_or_told_and_proved_by_the_next_cell(repository: Repository) -> None:
    asked, told, also_told = slide_mistakes(repository)
    assert (asked.number, asked.asked, asked.proof) == (15, True, "`count_positions()`")
    assert (told.number, told.asked, told.proof) == (27, False, "`print(7)`")
    assert also_told.number == 28


def test_golden_numbers_are_found_by_the_names_of_tests(repository: Repository) -> None:
    assert golden_tests(repository) == {
        3: ["slides: test_b3_b5_sizes"],
        5: ["slides: test_b3_b5_sizes"],
    }


def test_rows_that_are_not_taught_are_planned(repository: Repository) -> None:
    lines = page(repository).splitlines()
    assert next(x for x in lines if x.startswith("| A1 |")).endswith("planned | | | |")
    assert "3 of 149 rows are taught" in page(repository)


def test_a_stale_page_is_noticed_and_written(repository: Repository) -> None:
    assert "out of date" in write_page(repository, check=True)[0]
    assert "is written" in write_page(repository, check=False)[0]
    assert write_page(repository, check=True) == []
