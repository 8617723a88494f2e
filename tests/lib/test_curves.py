"""Curves name their lines at their ends, in colours and dashes that differ."""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from visionlab import curves as module
from visionlab.curves import bars, curves, scatter, training_curves


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Figure, str]]:
    found: list[tuple[Figure, str]] = []
    monkeypatch.setattr(module, "show", lambda figure, alt: found.append((figure, alt)))
    return found


def _axes(shown: list[tuple[Figure, str]]) -> Axes:
    ((figure, _),) = shown
    return figure.axes[0]


def _heights(ax: Axes) -> dict[str, float]:
    return {t.get_text(): t.xy[1] for t in ax.texts}  # type: ignore[attr-defined]


def test_every_line_has_its_own_colour_dash_and_name(shown: list[Any]) -> None:
    curves({name: ([0, 1], [0, i]) for i, name in enumerate("abcd")}, "four lines")
    ax = _axes(shown)
    looks = {(line.get_color(), line.get_linestyle()) for line in ax.lines}
    assert len(looks) == 4 and list(_heights(ax)) == list("abcd")


def test_names_of_lines_that_end_together_are_pushed_apart(shown: list[Any]) -> None:
    curves({name: ([0, 1], [0, 1]) for name in "abc"}, "three equal lines")
    heights = sorted(_heights(_axes(shown)).values())
    assert all(b - a > 0.06 for a, b in zip(heights, heights[1:], strict=False))
    assert heights[-1] <= 1


def test_a_curve_is_named_at_its_last_number(shown: list[Any]) -> None:
    curves({"up": ([0, 1, 2], [0, 1, float("nan")]), "flat": ([0, 2], [0, 0])}, "one ends early")
    heights = _heights(_axes(shown))
    assert heights["up"] > 0.9 and heights["flat"] < 0.1


def test_bars_carry_their_values_the_first_on_top(shown: list[Any]) -> None:
    bars(["a", "b"], [1, 2.5], "two bars", marked=["b"])
    ax = _axes(shown)
    assert [t.get_text() for t in ax.texts] == ["1", "2.5"]
    assert ax.yaxis_inverted()
    assert ax.patches[0].get_facecolor() != ax.patches[1].get_facecolor()


def test_the_front_of_a_scatter_is_joined_in_order(shown: list[Any]) -> None:
    scatter({"b": (2, 2), "a": (1, 1), "c": (3, 0)}, "three points", front=["b", "a"])
    line = _axes(shown).lines[-1]
    assert np.array_equal(line.get_xydata(), [[1, 1], [2, 2]])


def test_training_curves_say_what_they_show() -> None:
    picture = training_curves([2.0, 1.0, 0.5], [0, 3], [0.1, 0.9])
    assert "accuracy ends at 90%" in picture.alt and "3 steps" in picture.alt
    assert picture.png == training_curves([2.0, 1.0, 0.5], [0, 3], [0.1, 0.9]).png


def test_training_curves_say_where_training_broke_down() -> None:
    assert "no longer a number" in training_curves([2.0, float("nan")], [], []).alt
