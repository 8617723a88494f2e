"""Pictures of detections show what was found, mark what was missed, and follow the training."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from visionlab import boxes_plots, detections_plots, plots, waiting
from visionlab.detection import Detections
from visionlab.detections_plots import Live, gallery_figure, scene, suppressed
from visionlab.scenes import Scenes, street


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return street(6, seed=1)


@pytest.fixture
def ax() -> Axes:
    return plots.canvas()[1][0]


def truth_of(scenes: Scenes, i: int) -> Detections:
    """All objects of a scene, found exactly, with falling scores from 0.9."""
    boxes, labels = scenes.targets(i)
    return Detections(boxes, 0.9 - 0.1 * torch.arange(len(boxes)), labels)


def words_of(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def crowded(scenes: Scenes) -> int:
    """A scene with several objects."""
    return int(scenes.counts.argmax())


def test_detections_carry_their_scores(scenes: Scenes, ax: Axes) -> None:
    i = crowded(scenes)
    found = truth_of(scenes, i)
    scene(ax, scenes, i, found, score=0.0)
    assert words_of(ax) == [f"{value:.2f}" for value in found.scores.tolist()]


def test_detections_below_the_score_are_left_out_and_their_objects_missed(
    scenes: Scenes, ax: Axes
) -> None:
    i = crowded(scenes)
    scene(ax, scenes, i, truth_of(scenes, i), score=0.85)
    names = [f"no {scenes.class_names[label]}" for label in scenes.targets(i)[1].tolist()]
    assert sorted(words_of(ax)) == sorted(["0.90", *names[1:]])
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert len(dashed) == len(names) - 1


def test_an_object_of_another_class_counts_as_missed(scenes: Scenes, ax: Axes) -> None:
    i = crowded(scenes)
    boxes, scores, labels = truth_of(scenes, i)
    scene(ax, scenes, i, Detections(boxes, scores, labels % 3 + 1), score=0.0)
    assert sum(word.startswith("no ") for word in words_of(ax)) == len(boxes)


def test_words_take_the_place_of_scores(scenes: Scenes, ax: Axes) -> None:
    i = crowded(scenes)
    found = truth_of(scenes, i)
    scene(ax, scenes, i, found, score=0.0, words=["hit"] + [""] * (len(found.scores) - 1))
    assert words_of(ax)[:2] == ["hit", "0.80"]


def test_there_must_be_a_word_for_each_detection(scenes: Scenes, ax: Axes) -> None:
    with pytest.raises(ValueError, match="1 words for 0 detections: give one for each"):
        scene(ax, scenes, 0, truth_of(scenes, 0).above(1.0), words=["hit"])


def test_without_truth_only_detections_are_drawn(scenes: Scenes, ax: Axes) -> None:
    nothing = Detections(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, dtype=torch.int64))
    scene(ax, scenes, crowded(scenes), nothing, truth=False)
    assert not ax.lines and not ax.texts and not ax.collections


def test_a_gallery_has_a_panel_for_each_scene(scenes: Scenes) -> None:
    found = [truth_of(scenes, i) for i in range(5)]
    figure = gallery_figure(scenes, range(5), found, titles=list("abcde"))
    titles = [ax.get_title() for ax in figure.axes if ax.get_images()]
    assert titles == list("abcde")


@pytest.mark.parametrize(("found", "titles"), [(1, 2), (2, 1)])
def test_a_gallery_needs_one_of_each_for_a_scene(scenes: Scenes, found: int, titles: int) -> None:
    with pytest.raises(ValueError, match=r"1 (found|titles) for 2 scenes: give one for each"):
        gallery_figure(scenes, [0, 1], [truth_of(scenes, 0)] * found, titles=["x"] * titles)


class Net(nn.Module):
    """A network that is asked but never run."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))


def live(scenes: Scenes, net: nn.Module, total: int = 6) -> Live:
    def find(network: nn.Module, images: Tensor) -> Sequence[Detections]:
        network.eval()
        assert images.shape == (2, 3, 96, 96)
        assert not torch.is_grad_enabled()
        return [truth_of(scenes, 0), truth_of(scenes, 1)]

    return Live(net, find, scenes, [0, 1], total=total, every=2, title="training")


def test_the_live_picture_is_replaced_every_so_often(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(detections_plots, "in_notebook", lambda: True)
    monkeypatch.setattr(waiting.Bar, "replace", lambda _bar, thing: shown.append(thing))
    net, total = Net(), 5
    watch = live(scenes, net, total)
    for step in range(total):
        watch(step, 1.0 / (step + 1))
    assert [picture.alt.partition(":")[0] for picture in shown] == [
        "After 2 steps",
        "After 4 steps",
        "After 5 steps",
    ]
    assert net.training


def test_the_last_picture_is_the_same_every_time(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = []
    for start in (0.0, 50.0):
        now = iter([start, start * 7, start * 9])
        monkeypatch.setattr("visionlab.detections_plots.time.monotonic", lambda now=now: next(now))
        watch = live(scenes, Net(), total=2)
        for step in range(2):
            watch(step, 0.5)
        pictures.append(watch.picture())
    assert pictures[0] == pictures[1]


def test_outside_a_notebook_nothing_is_drawn(scenes: Scenes) -> None:
    def never(_net: nn.Module, _images: Tensor) -> Sequence[Detections]:
        raise AssertionError("asked for a picture that nobody sees")

    watch = Live(Net(), never, scenes, [0], total=2, every=1)
    watch(0, 1.0)
    watch(1, 1.0)
    assert watch.losses == [1.0, 1.0]


def first_two(boxes: Tensor, _scores: Tensor, _threshold: float) -> Tensor:
    return torch.arange(len(boxes))[:2]


def test_suppression_counts_what_the_caller_keeps(scenes: Scenes) -> None:
    boxes = torch.rand(9, 4).sort(dim=1).values * 90
    picture = suppressed(scenes, 0, boxes, torch.rand(9), first_two, 0.4)
    assert "of 9 boxes, 2 left at IoU 0.4" in picture.alt


def test_the_slider_starts_at_the_threshold_asked_for(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(boxes_plots, "explore", lambda picture, c: asked.append((picture, c)))
    detections_plots.explore_suppression(
        scenes, 0, torch.zeros(0, 4), torch.zeros(0), first_two, 0.7
    )
    ((picture, choices),) = asked
    assert choices["threshold"].start == 0.7 and 0.7 in choices["threshold"].options
    assert "0 left at IoU 0.7" in picture(threshold=0.7).alt


def test_precision_is_drawn_over_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(detections_plots, "curves", lambda lines, alt, **more: drawn.append(lines))
    precision, recall = torch.tensor([1.0, 0.5]), torch.tensor([0.25, 0.75])
    detections_plots.precision_recall({"car": (precision, recall)}, "Precision falls.")
    assert drawn == [{"car": ([0.25, 0.75], [1.0, 0.5])}]
