"""The drawings of boxes count, choose and say what they are given."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import IPython.display
import pytest
import torch
from matplotlib.axes import Axes
from torch import Tensor

from visionlab import boxes_plots, plots
from visionlab.scenes import Scenes, street

BIG, SMALL = 96.0, 1.0


@pytest.fixture
def alts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The alt texts of the figures shown from here on."""
    said: list[str] = []
    monkeypatch.setattr(plots, "show", lambda _figure, alt: said.append(alt))
    return said


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return street(3, seed=1)


def whole_or_tiny(side: float) -> Callable[..., Tensor]:
    """A maker of anchors that all lie at the top left with this side."""

    def make(Hf: int, Wf: int, _stride: int, scales: Any, ratios: Any) -> Tensor:
        count = Hf * Wf * len(scales) * len(ratios)
        return torch.tensor([[0.0, 0.0, side, side]]).expand(count, 4)

    return make


@pytest.mark.parametrize(
    ("second", "shared", "covered"),
    [((2, 2, 6, 4), 24, 24), ((8, 2, 6, 4), 0, 48), ((5, 3, 6, 4), 9, 39), ((3, 3, 1, 1), 1, 24)],
)
def test_overlap_counts_the_squares(
    second: tuple[int, int, int, int], shared: int, covered: int
) -> None:
    alt = boxes_plots.overlap(*second).alt
    assert f"shared {shared}, covered by either {covered}: IoU = {shared / covered:.2f}" in alt


def test_every_slider_position_keeps_the_box_on_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Mapping[str, boxes_plots.Choice]] = []
    monkeypatch.setattr(boxes_plots, "explore", lambda _picture, choices: asked.append(choices))
    boxes_plots.explore_overlap()
    largest = {name: max(choice.options) for name, choice in asked[0].items()}
    columns, rows = boxes_plots.SQUARES
    assert largest["x"] + largest["width"] == columns
    assert largest["y"] + largest["height"] == rows


@pytest.mark.parametrize(("values", "met"), [([0.5, 0.49], 1), ([0.9, 0.9], 2), ([0.0, 0.4], 0)])
def test_an_object_is_met_from_one_half(scenes: Scenes, values: list[float], met: int) -> None:
    i = int((scenes.counts >= 2).nonzero()[0])
    count = int(scenes.counts[i])
    values = values + [0.0] * (count - 2)

    def iou(anchors: Tensor, _boxes: Tensor) -> Tensor:
        return torch.tensor(values).expand(len(anchors), count)

    picture = boxes_plots.anchors_over(scenes, whole_or_tiny(BIG), iou, i=i)
    assert f"meet {met} of {count} objects" in picture.alt
    assert f"the {12 * 12 * 12} anchors" in picture.alt


def test_anchors_of_the_middle_position_are_drawn(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Tensor] = []

    def outlines(_ax: Axes, boxes: Any, *_: Any, **__: Any) -> None:
        drawn.append(torch.as_tensor(boxes))

    def numbered(Hf: int, Wf: int, _stride: int, scales: Any, ratios: Any) -> Tensor:
        count = Hf * Wf * len(scales) * len(ratios)
        return torch.arange(count).view(-1, 1).expand(count, 4).float()

    monkeypatch.setattr(boxes_plots, "outlines", outlines)

    def no_overlap(a: Tensor, b: Tensor) -> Tensor:
        return torch.zeros(len(a), len(b))

    boxes_plots.anchors_over(scenes, numbered, no_overlap, scales=2, stride=16)
    first = (3 * 6 + 3) * 6  # row 3, column 3 of 6 x 6 positions with 6 anchors each
    assert torch.cat(drawn[:2])[:, 0].tolist() == list(range(first, first + 6))


def test_labelled_counts_each_kind(scenes: Scenes, alts: list[str]) -> None:
    anchors = torch.tensor([[0.0, 0.0, 9.0, 9.0]]).expand(50, 4)
    labels = torch.tensor([1] * 3 + [-1] * 7 + [0] * 40)
    boxes_plots.labelled(scenes, 0, anchors, labels)
    assert alts == ["Anchors over scene 0: 3 positive, 7 ignored, 40 background."]


def test_coding_shows_what_it_is_given_without_minus_zero(alts: list[str]) -> None:
    anchors, boxes = torch.tensor([[1.0, 2, 3, 4]]), torch.tensor([[5.0, 6, 7, 8]])
    boxes_plots.coding(anchors, boxes, torch.tensor([[0.25, -0.0, 1.5, -2]]))
    assert "(1, 2, 3, 4) to (5, 6, 7, 8): dx 0.25, dy 0.00, dw 1.50, dh -2.00" in alts[0]


def test_explore_shows_the_first_picture_and_sliders(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: shown.append(bundle))
    boxes_plots.explore_overlap()
    assert re.search(r'alt="[^"]*shared 9, covered by either 39', shown[0]["text/html"])
    assert "application/vnd.jupyter.widget-view+json" in shown[0]


def test_sliders_redraw(scenes: Scenes) -> None:
    asked: list[int] = []

    def picture(a: int) -> plots.Picture:
        asked.append(a)
        return plots.Picture(b"", f"number {a}")

    view = boxes_plots._sliders(picture, {"a": boxes_plots.Choice("a", (1, 2, 3), 2)})
    slider = view.children[0].children[0].children[0]
    slider.value = 3
    assert asked == [2, 3]
    assert "number 3" in view.children[1].value
