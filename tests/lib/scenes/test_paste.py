"""Who covers whom: squares put down by hand, nearest first."""

import numpy as np
import torch

from visionlab.scenes.paste import Canvas
from visionlab.scenes.sprites import Sprites


def square(left: int, top: int, label: int = 2, side: int = 4, points: bool = False) -> Sprites:
    """One opaque white square in scene 0, with 13 keypoints in its corner pixel on demand."""
    where = torch.tensor([left + 0.5, top + 0.5]).expand(1, 13, 2) if points else None
    return Sprites(
        colours=torch.ones(1, 4, side, side),
        masks=torch.ones(1, side, side, dtype=torch.bool),
        left=torch.tensor([left]),
        top=torch.tensor([top]),
        row=torch.tensor([0]),
        slot=np.array([0]),
        label=label,
        keypoints=where,
    )


def canvas() -> Canvas:
    return Canvas(1, 12, 3, torch.device("cpu"))


def test_the_nearer_figure_covers_and_boxes_shrink() -> None:
    image = canvas()
    image.paste(square(2, 2), 0.9)
    image.paste(square(4, 2, label=3), 0.9)
    assert image.boxes[0].tolist() == [[2, 2, 6, 6], [6, 2, 8, 6], [0, 0, 0, 0]]
    assert image.labels[0].tolist() == [2, 3, 0]
    instances = image.instances()[0]
    assert instances[3].tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 0, 0, 0, 0]


def test_the_border_cuts_boxes() -> None:
    image = canvas()
    image.paste(square(-1, 10), 0.9)
    assert image.boxes[0, 0].tolist() == [0, 10, 3, 12]


def test_what_is_hidden_too_much_leaves_no_trace() -> None:
    image = canvas()
    image.paste(square(0, 0), 0.5)
    image.paste(square(1, 0), 0.5)  # three quarters hidden
    assert image.labels[0].tolist() == [2, 0, 0]
    assert image.instances().sum() == 16
    assert image.over(torch.zeros(1, 3, 12, 12)).sum() == 3 * 16
    image.paste(square(2, 0), 0.5)  # exactly half hidden is allowed
    assert image.labels[0].tolist() == [2, 2, 0]


def test_clutter_covers_but_is_no_object() -> None:
    image = canvas()
    image.paste(square(0, 0, label=0), 0.0)
    image.paste(square(0, 1), 0.8)
    assert image.boxes[0, 0].tolist() == [0, 4, 4, 5]
    assert image.instances()[0, :4].sum() == 0


def test_keypoints_know_whether_they_are_seen() -> None:
    image = canvas()
    image.paste(square(0, 0), 0.9)
    image.paste(square(3, 3, label=1, points=True), 0.9)  # its corner is under the first
    image.paste(square(8, 8, label=1, points=True), 0.9)
    assert image.keypoints[0, 1, 0].tolist() == [3.5, 3.5, 1]
    assert image.keypoints[0, 2, 0].tolist() == [8.5, 8.5, 2]
    outside = canvas()
    outside.paste(square(-1, 0, label=1, points=True), 0.9)
    assert outside.keypoints[0, 0, 0].tolist() == [0, 0, 0]


def test_half_transparent_edges_mix_with_what_is_behind() -> None:
    image = canvas()
    glass = square(0, 0)
    glass.colours.mul_(0.25)
    image.paste(glass, 0.9)
    done = image.over(torch.full((1, 3, 12, 12), 0.4))
    assert torch.allclose(done[0, :, 0, 0], torch.tensor(0.25 + 0.75 * 0.4))
    assert torch.allclose(done[0, :, 9, 9], torch.tensor(0.4))
