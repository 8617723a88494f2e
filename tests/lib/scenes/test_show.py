"""Galleries: boxes where they belong, detections dashed, everything with alt text."""

from typing import Any

import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from visionlab import plots
from visionlab.scenes import Scenes, show


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were shown, drawn once as a check."""
    figures: list[Figure] = []

    def keep(figure: Figure, alt: str) -> None:
        plots.render(figure, alt)
        figures.append(figure)

    monkeypatch.setattr(plots, "show", keep)
    return figures


def frames(ax: Any) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def test_a_box_for_each_object_at_its_place(normal: Scenes, shown: list[Figure]) -> None:
    show.gallery(normal, [0, 1, 2, 3, 4], "five scenes", titles=list("abcde"))
    axes = shown[0].axes
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", "d", "e", "", "", ""]
    for i in range(5):
        boxes = [
            [f.get_x(), f.get_y(), f.get_x() + f.get_width(), f.get_y() + f.get_height()]
            for f in frames(axes[i])
        ]
        assert torch.equal(torch.tensor(boxes).view(-1, 4), normal.targets(i)[0])


def test_detections_are_dashed_and_scored(normal: Scenes, shown: list[Figure]) -> None:
    found = (torch.tensor([[1.0, 2, 30, 40]]), torch.tensor([2]), torch.tensor([0.876]))
    show.gallery(normal, [0], "a detection", boxes=False, detections=[found])
    (ax,) = shown[0].axes
    (frame,) = frames(ax)
    assert frame.get_linestyle() != "-"
    assert [text.get_text() for text in ax.texts] == ["car 0.88"]


def test_masks_and_keypoints(normal: Scenes, shown: list[Figure]) -> None:
    persons = (normal.labels == 1).any(dim=1).nonzero()[:2, 0].tolist()
    show.gallery(normal, persons, "persons", masks=True, keypoints=True)
    assert all(ax.collections for ax in shown[0].axes)


def test_a_scene_without_objects(normal: Scenes, shown: list[Figure]) -> None:
    normal.labels.new_zeros(1)
    nothing = (torch.zeros(0, 4), torch.zeros(0), torch.zeros(0))
    show.gallery(normal, [0], "nothing found", boxes=False, detections=[nothing])
    assert not frames(shown[0].axes[0])


def test_too_few_detections_are_said(normal: Scenes) -> None:
    with pytest.raises(ValueError, match="0 detections for 2 scenes"):
        show.gallery(normal, [0, 1], "two", detections=[])


def test_classes_have_colours_of_their_own() -> None:
    assert len({show.colour(label) for label in range(1, 7)}) == 6
    assert show.colour(7) == show.colour(1)
