"""Figures: alt text, the same bytes every time, and the right numbers in the right cells."""

import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from visionlab import diagrams, plots, sweeps, widgets
from visionlab.tables import Table, table


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed, in order."""
    import IPython.display

    displayed: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda x, **_: displayed.append(x))
    return displayed


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures handed to `show`, in order, instead of being displayed."""
    kept: list[Figure] = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: kept.append(figure))
    return kept


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def corners(ax: Axes) -> set[tuple[int, int]]:
    """(row, column) of the top left cell of every outlined block."""
    boxes = [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_hatch()]
    return {(round(b.get_y() + 0.5), round(b.get_x() + 0.5)) for b in boxes}


def draw() -> Figure:
    figure, axes = plots.canvas(1, 2)
    plots.numbers(axes[0], [[1, -2], [3.5, np.nan]], title="numbers")
    plots.image(axes[1], torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(0)))
    return figure


def test_the_same_figure_gives_the_same_bytes() -> None:
    first, second = (plots.render(draw(), "x").png for _ in range(2))
    assert first == second
    assert b"Software" not in first and b"tEXt" not in first
    assert Image.open(BytesIO(first)).size == (480, 240)


def test_a_figure_must_have_alt_text_and_it_is_escaped() -> None:
    with pytest.raises(ValueError, match="needs alt text"):
        plots.render(draw(), "  ")
    html = plots.render(draw(), 'a "<b>" & c')._repr_html_()
    assert html.startswith('<img alt="a &quot;&lt;b&gt;&quot; &amp; c" src="data:image/png;base64,')


def test_show_displays_once_and_closes(shown: list[Any]) -> None:
    import matplotlib.pyplot as plt

    figure = plt.figure()
    plots.show(figure, "empty")
    assert not plt.fignum_exists(figure.number)
    assert [repr(picture) for picture in shown] == ["Figure: empty"]


def test_numbers_writes_known_cells_and_leaves_nan_empty() -> None:
    _, axes = plots.canvas()
    plots.numbers(axes[0], torch.tensor([[1.0, torch.nan], [-0.5, 1234.5]]))
    assert words(axes[0]) == ["1", "-0.5", "1234"]


@pytest.mark.parametrize("grid", [torch.zeros(2, 2), np.full((2, 2), np.nan), [[-1]]])
def test_numbers_of_flat_or_empty_grids(grid: Any) -> None:
    _, axes = plots.canvas()
    plots.numbers(axes[0], grid)


def test_grids_and_pictures_draw_one_axes_each(figures: list[Figure]) -> None:
    plots.grids([np.eye(2), np.eye(3)], ["a", "b"], "alt", between="=")
    plots.pictures([torch.rand(3, 5, 5), torch.randn(5, 5), torch.zeros(5, 5)], list("abc"), "alt")
    assert [[ax.get_title() for ax in figure.axes] for figure in figures] == [["a", "b"], [*"abc"]]
    assert words_of(figures[0]) == ["="]


def words_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def test_slide_frame_outlines_the_taps_and_fills_the_output_so_far() -> None:
    _, axes = plots.canvas(1, 2)
    x, y = torch.arange(25.0).view(5, 5), torch.arange(9.0).view(3, 3)
    sweeps.slide_frame(axes, x, y, 5, torch.ones(2, 2), stride=2, pad=1, dilation=2)
    assert corners(axes[0]) == {(2, 4), (2, 6), (4, 4), (4, 6)}
    assert words(axes[1]) == [str(n) for n in range(6)]
    assert corners(axes[1]) == {(1, 2)}
    assert len(words(axes[0])) == 49  # the border of zeros is drawn too


def test_sweep_draws_a_pair_for_every_step(figures: list[Figure]) -> None:
    x, w, y = torch.rand(3, 4), torch.rand(2, 2), torch.rand(2, 3)
    sweeps.sweep(x, w, y, "alt")
    sweeps.sweep(x, w, y, "alt", steps=[0, 5])
    assert [len(figure.axes) for figure in figures] == [12, 4]
    assert len(words(figures[1].axes[3])) == 6


def test_stamps_shows_the_frames_of_the_lecture(figures: list[Figure]) -> None:
    sweeps.stamps(torch.tensor([[6.0, 8], [3, 4]]), torch.ones(3, 3), "alt", stride=2)
    frames = [words(ax) for ax in figures[0].axes[1:]]
    assert frames[0] == ["6"] * 9
    assert " ".join(frames[1]) == "6 6 14 8 8 6 6 14 8 8 6 6 14 8 8"
    assert " ".join(frames[2][10:]) == "9 9 17 8 8 3 3 3 3 3 3"
    assert " ".join(frames[3][10:15]) == "9 9 21 12 12"


def test_receptive_field_counts_units(figures: list[Figure]) -> None:
    diagrams.receptive_field([(3, 2, 1), (3, 1, 1)], "alt")
    assert words(figures[0].axes[0]) == ["layer 2: 1", "layer 1: 3", "input: 7"]


def test_matrix_gives_equal_entries_equal_colours(figures: list[Figure]) -> None:
    diagrams.matrix([[[7, 5, 0], [0, 7, 5]]], ["Q"], "alt")
    painted = figures[0].axes[0].images[0].get_array()
    assert painted is not None
    assert painted[0, 0] == painted[1, 1] != painted[0, 1] == painted[1, 2]
    assert painted[0, 2] == painted[1, 0] == 0
    assert " ".join(words(figures[0].axes[0])) == "7 5 0 0 7 5"


def test_pooling_and_connections_draw(figures: list[Figure]) -> None:
    diagrams.pooling(torch.rand(4, 4), torch.rand(2, 2), 2, "alt", stride=2, idx=torch.tensor([5]))
    diagrams.connections(6, 3)
    assert corners(figures[0].axes[0]) == {(0, 0), (0, 2), (2, 0), (2, 2)}
    assert corners(figures[0].axes[1]) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert [ax.get_title()[-1] for ax in figures[1].axes] == ["²", "n", "n"]


def test_explore_picture_agrees_with_its_words() -> None:
    picture = widgets.picture(step=99, K=3, stride=2, pad=1)
    assert "step 16 of 16 fills row 3, column 3" in picture.alt
    assert len(picture.png) < 40_000
    assert "no output" in widgets.picture(K=5, dilation=3).alt


def test_explore_shows_a_still_figure_beside_the_widget(shown: list[Any]) -> None:
    widgets.explore(step=2, K=2)
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert 'alt="A 2 by 2 kernel' in shown[0]["text/html"]
    assert shown[0]["text/plain"].startswith("Figure: A 2 by 2 kernel")


def test_explore_without_ipywidgets(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    widgets.explore()
    assert set(shown[0]) == {"text/html", "text/plain"}


def test_sliders_redraw_and_the_last_step_follows() -> None:
    box = widgets._sliders({})
    columns, screen = box.children
    step, K, stride = columns.children[0].children
    assert step.max == 24 and "3 by 3 kernel" in screen.value
    step.value = 24
    stride.value = 2
    assert (step.value, step.max) == (8, 8) and "step 9 of 9" in screen.value
    K.value = 5
    columns.children[1].children[1].value = 3  # dilation: the kernel spans 13 of 7 cells
    assert "no output" in screen.value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (16777216, "16\N{NO-BREAK SPACE}777\N{NO-BREAK SPACE}216"),
        (54.25, "54.25"),
        (True, "yes"),
        (torch.tensor(3), "3"),
        (torch.tensor([[9.5, 12], [17, 19.5]]), "9.5 12 / 17 19.5"),
        ("a<b", "a<b"),
    ],
)
def test_table_cells(value: Any, text: str) -> None:
    assert Table(["v"], [[value]]).rows == [[text]]


def test_table_shows_html_and_plain_text(shown: list[Any]) -> None:
    table(["name", "size"], {"a<b": 3}.items())
    assert repr(shown[0]) == "name  size\na<b   3"
    html = shown[0]._repr_html_()
    assert "a&lt;b" in html and '<th style="text-align: right">size' in html


def test_a_row_of_the_wrong_length_is_explained() -> None:
    with pytest.raises(ValueError, match="2 columns but the row"):
        Table(["a", "b"], [[1, 2], [3]])


@pytest.mark.parametrize("draw", [lambda: diagrams.connections(), lambda: widgets.explore()])
def test_figures_stay_small(draw: Callable[[], None], shown: list[Any]) -> None:
    draw()
    html = shown[0]["text/html"] if isinstance(shown[0], dict) else shown[0]._repr_html_()
    assert len(html) < 54_000  # 40 kB in base64
