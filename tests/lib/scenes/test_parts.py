"""Parts of figures: coverage against their area and against slow, plain geometry."""

import math

import numpy as np
import pytest
import torch

from visionlab.scenes.draws import Draws
from visionlab.scenes.parts import Part, capsule, corners, coverage, disc, turned
from visionlab.scenes.person import KEYPOINTS, NUMBERS, person

GREY = np.full((1, 3), 0.5)
ONE = np.ones(1)
CENTRES = torch.arange(-20, 20, dtype=torch.float32) + 0.5
X, Y = CENTRES[None, None, :], CENTRES[None, :, None]


def covered(part: Part, length: float = 10.0) -> torch.Tensor:
    return coverage(part, length * ONE, X, Y)[0]


def test_a_disc_covers_its_area() -> None:
    area = covered(disc(np.zeros((1, 2)), 0.6 * ONE, GREY)).sum()
    assert abs(area - math.pi * 36) < 0.5


def test_a_capsule_covers_its_area_and_y_points_up() -> None:
    part = capsule(np.zeros((1, 2)), np.array([[0.0, 1.0]]), 0.3 * ONE, 0.3 * ONE, GREY)
    pixels = covered(part)
    assert abs(pixels.sum() - (60 + math.pi * 9)) < 0.5
    assert pixels[:20].sum() > pixels[20:].sum() * 3


def test_a_tapering_capsule_is_thinner_at_its_end() -> None:
    part = capsule(np.array([[-1.0, 0.0]]), np.array([[1.0, 0.0]]), 0.5 * ONE, 0.1 * ONE, GREY)
    widths = covered(part).sum(dim=0)
    assert widths[12] > 8 and widths[28] < 4


@pytest.mark.parametrize("backwards", [False, True])
def test_a_polygon_covers_its_inside_whichever_way_it_turns(backwards: bool) -> None:
    points = corners(1, (-1.0, 0.0), (1.0, 0.0), (0.5 * ONE, 1.0), (-0.5, 1.0))
    pixels = covered(Part(points[:, ::-1] if backwards else points, GREY))
    assert abs(pixels.sum() - 150) < 1.5
    assert pixels[15, 20] == 1 and pixels[22, 20] == 0


def test_an_edge_through_a_centre_covers_half() -> None:
    part = Part(corners(1, (-1.0, -1.0), (0.05, -1.0), (0.05, 1.0), (-1.0, 1.0)), GREY)
    assert covered(part)[20, 18:23].tolist() == [1, 1, 0.5, 0, 0]


def test_a_part_that_is_not_there_covers_nothing() -> None:
    part = disc(np.zeros((2, 2)), np.ones(2), np.ones((2, 3)), there=np.array([True, False]))
    both = coverage(part, np.array([5.0, 5.0]), X, Y)
    assert both[0].sum() > 70 and both[1].sum() == 0


def test_thin_parts_stay_visible() -> None:
    assert covered(disc(np.zeros((1, 2)), 0.001 * ONE, GREY)).max() > 0.2


def test_mirrored_parts() -> None:
    part = disc(np.array([[0.5, 0.0]] * 2), 0.2 * np.ones(2), np.ones((2, 3)))
    (other,) = turned([part], np.array([1.0, -1.0]))
    both = coverage(other, np.array([10.0, 10.0]), X, Y)
    assert torch.equal(both[0], both[1].flip(1))


# The first three numbers of a person: below 0.45 from the side, below 0.25 from behind, below 0.5
# facing right.
@pytest.mark.parametrize(
    "view, left_is_right_in_picture",
    [((0.9, 0.9, 0.9), True), ((0.9, 0.1, 0.9), False), ((0.1, 0.9, 0.9), True)],
    ids=["front", "back", "side, facing left"],
)
def test_left_is_the_persons_left(view: tuple[float, ...], left_is_right_in_picture: bool) -> None:
    u = np.random.default_rng(0).random((20, NUMBERS))
    u[:, :3] = view
    points = person(Draws(u)).keypoints
    assert points is not None and points.shape == (20, 13, 2)
    left, right = (points[:, KEYPOINTS.index(f"{side} shoulder"), 0] for side in ("left", "right"))
    assert (((left - right) > 0) == left_is_right_in_picture).all()


def test_persons_stand_on_the_ground_with_their_head_on_top() -> None:
    points = person(Draws(np.random.default_rng(1).random((200, NUMBERS)))).keypoints
    assert points is not None
    named = dict(zip(KEYPOINTS, points.transpose(1, 0, 2), strict=True))
    feet = np.minimum(named["left foot"][:, 1], named["right foot"][:, 1])
    assert np.allclose(feet, 0.025)
    assert (named["head"][:, 1] > 0.78).all() and (named["head"][:, 1] < 1).all()
    assert (named["head"][:, 1] > named["left hip"][:, 1] + 0.3).all()
