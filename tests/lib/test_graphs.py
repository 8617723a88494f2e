"""Drawings of graphs: what is written, where it lies, and that nothing runs through a box."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from visionlab import graph_layout, graphs, plots

RESIDUAL = [("x", "conv"), ("conv", "relu"), ("relu", "conv 2"), ("conv 2", "+"), ("x", "+")]


@dataclass(eq=False)
class Number:
    """The least that `draw_node` asks for."""

    value: float
    parents: tuple[Any, ...] = ()
    op: str = ""
    grad: float = 0.0


def square_and_more() -> tuple[Number, Number]:
    """x and x * x + x at x = 3, with the gradient filled in."""
    x = Number(3.0, grad=7.0)
    square = Number(9.0, (x, x), "*", 1.0)
    return x, Number(12.0, (square, x), "+", 1.0)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures handed to `show`, in order, instead of being displayed."""
    kept: list[Figure] = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: kept.append(figure))
    return kept


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def arrows(figure: Figure) -> list[FancyArrowPatch]:
    return [p for p in figure.axes[0].patches if isinstance(p, FancyArrowPatch)]


def names(edges: list[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(name for edge in edges for name in edge))


def arranged(edges: list[tuple[str, str]]) -> graph_layout.Layout:
    return graph_layout.arrange({name: (0.6, 0.4) for name in names(edges)}, edges)


def test_layers_follow_the_longest_path() -> None:
    layer = graph_layout.layers(names(RESIDUAL), RESIDUAL)
    assert layer == {"x": 0, "conv": 1, "relu": 2, "conv 2": 3, "+": 4}


def test_inputs_and_loose_branches_stand_just_before_their_use() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "end"), ("t", "-t"), ("-t", "end"), ("k", "c")]
    layer = graph_layout.layers(names(edges), edges)
    assert (layer["k"], layer["-t"], layer["t"]) == (1, 2, 1)


def test_a_branch_used_elsewhere_stays() -> None:
    edges = [("x", "a"), ("a", "b"), ("b", "c"), ("x", "side"), ("side", "c")]
    assert graph_layout.layers(names(edges), edges)["side"] == 1


def test_boxes_of_a_column_do_not_touch_and_edges_point_right() -> None:
    edges = [("in", f"b{i}") for i in range(4)] + [(f"b{i}", "out") for i in range(4)]
    layout = arranged(edges)
    heights = [layout.y[place] for place in layout.columns[1]]
    assert len(heights) == 4
    assert min(-np.diff(heights)) >= 0.4 + graph_layout._ROW_GAP - 1e-9
    assert layout.y["in"] == pytest.approx(np.mean(heights), abs=1e-6)
    assert layout.middles == sorted(layout.middles)


def test_long_edges_pass_beside_the_boxes() -> None:
    layout = arranged(RESIDUAL)
    sizes = {name: (0.6, 0.4) for name in names(RESIDUAL)}
    points = dict(graphs.lines(layout, sizes, RESIDUAL))["x", "+"]
    assert len(points) == 8  # both ends, and in and out of three layers
    for name in ("conv", "relu", "conv 2"):
        passing = layout.y["x", "+", layout.column_of[name]]
        assert abs(passing - layout.y[name]) >= 0.2
    assert layout.y["conv"] == pytest.approx(layout.y["relu"], abs=0.02)
    assert layout.y["conv"] == pytest.approx(layout.y["x"], abs=0.05)


def test_crossings_are_undone() -> None:
    edges = [("a", "r"), ("b", "p"), ("c", "q"), *((name, "end") for name in "pqr")]
    layout = graph_layout.arrange({name: (0.6, 0.4) for name in [*"abcpqr", "end"]}, edges)
    partner = dict(edges)
    assert [partner[str(place)] for place in layout.columns[0]] == layout.columns[1]


def test_falling_is_the_nearest_sequence_that_does_not_rise() -> None:
    wish, weight = np.array([1.0, 3, 0, 2]), np.array([1.0, 1, 1, 3])
    assert graph_layout.falling(wish, weight) == pytest.approx([2, 2, 1.5, 1.5])
    assert graph_layout.falling(np.array([3.0, 2, -1]), np.ones(3)) == pytest.approx([3, 2, -1])


def test_errors_name_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="conv, which is no node"):
        graphs.draw({"x": ("x", "")}, [("x", "conv")], "alt")
    with pytest.raises(ValueError, match="run in a circle"):
        graphs.draw({"a": ("a", ""), "b": ("b", "")}, [("a", "b"), ("b", "a")], "alt")


def test_draw_writes_labels_small_texts_notes_and_title(figures: list[Figure]) -> None:
    nodes = {"x": ("x", "64 × 56"), "y": ("conv\n3 × 3", "")}
    graphs.draw(nodes, [("x", "y")], "alt", notes={("x", "y"): "w"}, title="block")
    assert words(figures[0]) == ["block", "w", "x", "64 × 56", "conv\n3 × 3"]
    assert len(arrows(figures[0])) == 1


def test_draw_colours_boxes(figures: list[Figure]) -> None:
    nodes = {"x": ("x", ""), "y": ("y", "")}
    graphs.draw(nodes, [("x", "y")], "alt", colors={"y": plots.SKY})
    boxes = [p for p in figures[0].axes[0].patches if isinstance(p, FancyBboxPatch)]
    assert [to_hex(box.get_facecolor()) for box in boxes] == ["#ffffff", plots.SKY.lower()]


def test_draw_node_tells_value_and_gradient(figures: list[Figure]) -> None:
    x, result = square_and_more()
    graphs.draw_node(result, "alt", names={"x": x})
    assert set(words(figures[0])) == {"x = 3", "grad 7", "×\n9", "grad 1", "+\n12"}
    graphs.draw_node(result, "alt", grads=False)
    assert set(words(figures[1])) == {"3", "×\n9", "+\n12"}


def test_a_node_used_twice_gets_two_arrows_apart(figures: list[Figure]) -> None:
    _, result = square_and_more()
    assert len(graphs.ancestors(result)) == 3
    graphs.draw_node(result, "alt")
    assert len(arrows(figures[0])) == 4
    edges = [("x", "square"), ("x", "square")]
    sizes = {"x": (0.6, 0.4), "square": (0.6, 0.4)}
    first, second = (points[-1] for _, points in graphs.lines(arranged(edges), sizes, edges))
    assert first[0] == second[0] and first[1] - second[1] == pytest.approx(graphs._PORT)


def test_a_negative_zero_is_written_as_zero(figures: list[Figure]) -> None:
    graphs.draw_node(Number(-0.0, grad=-0.0), "alt")
    assert words(figures[0]) == ["0", "grad 0"]


def test_the_same_graph_gives_the_same_bytes() -> None:
    nodes = {name: (name, "") for name in names(RESIDUAL)}
    first, second = (plots.render(graphs.paint(nodes, RESIDUAL), "x").png for _ in range(2))
    assert first == second
