"""Moving pictures of the backward passes: right numbers in the right frames."""

import sys
from typing import Any

import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from visionlab import backward_sweeps, plots
from visionlab.backward_sweeps import INPUT, WEIGHTS

X = torch.arange(1.0, 10).view(3, 3)
W = torch.tensor([[1.0, 2], [3, 4]])
G = torch.tensor([[1.0, -1], [2, 0.5]])


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures of frames, in order, instead of being displayed."""
    kept: list[Figure] = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: kept.append(figure))
    return kept


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_gradients_are_those_of_the_lecture() -> None:
    assert backward_sweeps.weight_gradient(X, G, 2).tolist() == [[9.5, 12], [17, 19.5]]
    dx = backward_sweeps.input_gradient(G, W, (3, 3))
    assert dx.tolist() == [[1, 1, -2], [5, 5.5, -3], [6, 9.5, 2]]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("pad", [0, 1])
def test_gradients_are_those_of_autograd(stride: int, pad: int) -> None:
    x, w, g = (v.double() for v in backward_sweeps._example(stride, pad))
    padded = torch.nn.functional.pad(x, (pad,) * 4).requires_grad_()
    w.requires_grad_()
    y = torch.nn.functional.conv2d(padded[None, None], w[None, None], stride=stride)[0, 0]
    y.backward(g)
    dw = backward_sweeps.weight_gradient(x, g, 2, stride=stride, pad=pad)
    dx = backward_sweeps.input_gradient(g, w.detach(), (5, 5), stride=stride, pad=pad)
    assert w.grad is not None and torch.equal(dw, w.grad)
    assert padded.grad is not None and torch.equal(dx, padded.grad)


def test_what_the_frames_draw_slides_to_the_same_numbers(figures: list[Figure]) -> None:
    backward_sweeps.sweep_input(G, W, (5, 5), "alt", stride=2)
    frame, last = figures[0].axes[-2:]
    shown = torch.tensor([float(word) for word in words(frame)]).view(6, 6)
    slid = torch.nn.functional.conv2d(shown[None, None], W.flip(0, 1)[None, None])
    assert [float(word) for word in words(last)] == slid.flatten().tolist()


def test_sweeps_draw_one_pair_for_each_entry(figures: list[Figure]) -> None:
    backward_sweeps.sweep_weights(X, G, 2, "alt")
    backward_sweeps.sweep_input(G, W, (3, 3), "alt")
    backward_sweeps.sweep_input(G, W, (5, 5), "alt", stride=2, steps=[0, 6])
    assert [len(figure.axes) for figure in figures] == [8, 18, 4]
    assert words(figures[0].axes[-1]) == ["9.5", "12", "17", "19.5"]
    assert words(figures[1].axes[3]) == ["1", "1"]
    assert "".join(words(figures[2].axes[0])[7:11]) == "10-10"  # a zero between neighbours


def test_the_weights_that_slide_are_mirrored(figures: list[Figure]) -> None:
    w = torch.tensor([[1.0, 0], [3, 4]])  # a weight of zero has a thin outline
    backward_sweeps.sweep_input(G, w, (3, 3), "alt", steps=[0])
    patches = figures[0].axes[0].patches
    boxes = [p for p in patches if isinstance(p, Rectangle) and not p.get_hatch()]
    thin = [(p.get_y() + 0.5, p.get_x() + 0.5) for p in boxes if p.get_linewidth() < 1]
    assert thin == [(1, 0)]


def test_picture_agrees_with_its_words() -> None:
    first = backward_sweeps.picture(step=99, of=WEIGHTS, stride=2)
    x, _, g = backward_sweeps._example(2, 0)
    dw = backward_sweeps.weight_gradient(x, g, 2, stride=2)
    assert "Step 4 of 4: the upstream gradient, its values 2 apart" in first.alt
    assert first.alt.endswith(f"gives {dw[1, 1]:g} at 1, 1.")
    assert "Step 49 of 49" in backward_sweeps.picture(step=99, of=INPUT, pad=1).alt


def test_picture_of_something_else() -> None:
    with pytest.raises(ValueError, match="not of 'bias'"):
        backward_sweeps.picture(of="bias")


def test_controls_redraw_and_the_last_step_follows() -> None:
    choice, step, stride, pad, screen = backward_sweeps._controls({"of": INPUT}).children
    assert step.max == 24 and "mirrored weights" in screen.value
    step.value, stride.value, pad.value = 24, 2, 1
    assert step.max == 48 and "Step 25 of 49" in screen.value
    choice.value = WEIGHTS
    assert (step.value, step.max) == (3, 3) and "Step 4 of 4" in screen.value


def test_explore_shows_a_still_figure_beside_the_widget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import IPython.display

    shown: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda x, **_: shown.append(x))
    backward_sweeps.explore(of=INPUT, step=13, stride=2)
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert "Step 14 of 25" in shown[0]["text/html"]
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    backward_sweeps.explore()
    assert set(shown[1]) == {"text/html", "text/plain"}
