"""The golden numbers of the lectures, B31 to B42, from the solution's own functions."""

import math

import pytest
import torch

from autograder.reference import Namespace, reference_namespace
from tests.checks.gate import REPOSITORY


@pytest.fixture(scope="module")
def solution() -> Namespace:
    return reference_namespace(REPOSITORY.source("05a_region_proposals"))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([0, 0, 2, 2], [1, 1, 3, 3], 1 / 7),
        ([0, 0, 2, 2], [0, 0, 2, 1], 0.5),
        ([0, 0, 10, 10], [2, 0, 12, 10], 2 / 3),
        ([0, 0, 2, 2], [5, 5, 6, 6], 0),
    ],
)
def test_b31_overlaps(solution: Namespace, a: list[int], b: list[int], expected: float) -> None:
    iou = solution["box_iou"](torch.tensor([a]).double(), torch.tensor([b]).double())
    assert iou.item() == pytest.approx(expected, abs=1e-15)


def test_b32_smooth_l1(solution: Namespace) -> None:
    y, dx = solution["smooth_l1_fb"](torch.tensor([-2, -1, -0.5, 0, 0.5, 1, 2]))
    assert y.tolist() == [1.5, 0.5, 0.125, 0, 0.125, 0.5, 1.5]
    assert dx.tolist() == [-1, -1, -0.5, 0, 0.5, 1, 1]


@pytest.mark.parametrize(
    ("H", "W", "count", "days"),
    [(480, 640, 23_679_052_800, 274), (600, 1000, 90_240_150_000, 1044)],
)
def test_b35_all_windows(solution: Namespace, H: int, W: int, count: int, days: int) -> None:
    """At a millisecond each; 100 sizes at every pixel would take hours only (erratum 21)."""
    assert solution["n_windows"](H, W) == count
    assert int(count / 1000 / 86_400) == days
    assert round(480 * 640 * 10 * 10 / 1000 / 3600, 1) == 8.5


def test_b36_coding(solution: Namespace) -> None:
    """Centres and sizes (50, 50, 40, 20) and (60, 45, 80, 20) as corners, there and back."""
    anchor = torch.tensor([[30.0, 40, 70, 60]]).double()
    box = torch.tensor([[20.0, 35, 100, 55]]).double()
    code = solution["encode"](anchor, box)
    assert code[0].tolist() == pytest.approx([0.25, -0.25, math.log(2), 0], abs=1e-15)
    assert solution["decode"](anchor, code)[0].tolist() == pytest.approx(box[0].tolist())


def test_b40_nine_anchors(solution: Namespace) -> None:
    anchors = solution["make_anchors"](1, 1, 16, (128, 256, 512), (0.5, 1, 2))
    sides = anchors[:, 2:] - anchors[:, :2]
    long, short = [181.0193, 362.0387, 724.0773], [90.5097, 181.0193, 362.0387]
    for k, scale in enumerate((128, 256, 512)):
        expected = [[long[k], short[k]], [scale, scale], [short[k], long[k]]]
        assert torch.allclose(sides[3 * k : 3 * k + 3], torch.tensor(expected), atol=1e-3)
    areas = sides.prod(1).round().view(3, 3).int().tolist()
    assert areas == [[16_384] * 3, [65_536] * 3, [262_144] * 3]


def test_b42_the_grid_holds_72_numbers(solution: Namespace) -> None:
    """Eight for each of 3 x 3 cells: p, the box, and three classes."""
    box = torch.tensor([[40.0, 8, 56, 24]])  # centre (48, 16): the middle of the top row
    grid = solution["grid_targets"](box, torch.tensor([2]), 96)
    assert grid.shape == (3, 3, 8) and grid.numel() == 72
    assert grid[0, 1].tolist() == pytest.approx([1, 0.5, 0.5, 1 / 6, 1 / 6, 0, 1, 0])
    assert int(grid.count_nonzero()) == 6
