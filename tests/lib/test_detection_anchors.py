"""The ready-made steps give what the solution of 05a gives, which is graded by other oracles."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from autograder.course import Repository
from autograder.reference import Namespace, reference_namespace
from visionlab import detection
from visionlab.scenes import Scenes, street


@pytest.fixture(scope="module")
def lab() -> Namespace:
    """The names of the solved notebook 05a."""
    return reference_namespace(Repository.find(Path(__file__)).source("05a_region_proposals"))


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return street(40, seed=3)


@pytest.fixture(scope="module")
def anchors() -> Tensor:
    return detection.street_anchors()


def test_anchors_are_those_of_the_notebook_in_its_order(lab: Namespace) -> None:
    wanted = lab["make_anchors"](12, 24, 4, detection.SCALES, detection.RATIOS)
    got = detection.street_anchors(48, 96)
    assert got.dtype == torch.float32 and got.shape == (12 * 24 * detection.PER_POSITION, 4)
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-5)


def test_anchors_need_sides_of_whole_strides() -> None:
    with pytest.raises(ValueError, match=r"street_anchors\(96, 90\): sides are multiples of 4"):
        detection.street_anchors(96, 90)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_codes_are_those_of_the_notebook(lab: Namespace, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    corners = torch.rand(2, 50, 2, generator=generator, dtype=dtype) * 50
    sizes = 1 + torch.rand(2, 50, 2, generator=generator, dtype=dtype) * 30
    anchors, boxes = torch.cat([corners, corners + sizes], dim=2)
    deltas = torch.randn(50, 4, generator=generator, dtype=dtype) * 3
    near = 1e-4 if dtype == torch.float32 else 1e-10
    for name, other in (("encode", boxes), ("decode", deltas)):
        got, wanted = getattr(detection, name)(anchors, other), lab[name](anchors, other)
        assert got.dtype == dtype
        torch.testing.assert_close(got, wanted, rtol=near, atol=near)


def test_decode_takes_a_batch_of_deltas_for_the_same_anchors(anchors: Tensor) -> None:
    deltas = torch.randn(3, len(anchors), 4, generator=torch.Generator().manual_seed(1)) / 4
    got = detection.decode(anchors, deltas)
    assert torch.equal(got[2], detection.decode(anchors, deltas[2]))
    torch.testing.assert_close(
        detection.encode(anchors.expand_as(got), got), deltas, rtol=1e-3, atol=1e-4
    )


def test_labels_are_those_of_the_notebook(lab: Namespace, scenes: Scenes, anchors: Tensor) -> None:
    for i in range(len(scenes)):
        boxes = scenes.targets(i)[0]
        for hi, lo in ((0.5, 0.3), (0.7, 0.3)):
            got = detection.label_anchors(anchors, boxes, hi, lo)
            wanted = lab["label_anchors"](anchors, boxes, hi, lo)
            assert torch.equal(got[0], wanted[0]) and torch.equal(got[1], wanted[1])


@pytest.mark.parametrize("boxes", [torch.zeros(0, 4), torch.tensor([[500.0, 500, 510, 510]])])
def test_without_an_object_in_reach_all_is_background(anchors: Tensor, boxes: Tensor) -> None:
    labels, matched = detection.label_anchors(anchors, boxes)
    assert not labels.any() and not matched.any()
    assert labels.dtype == matched.dtype == torch.int64


def test_a_box_out_of_reach_does_not_shift_the_others(lab: Namespace, anchors: Tensor) -> None:
    boxes = torch.tensor([[500.0, 500, 510, 510], [10, 10, 30, 40], [60, 50, 90, 70]])
    got, wanted = (
        f(anchors, boxes, 0.5, 0.3) for f in (detection.label_anchors, lab["label_anchors"])
    )
    assert torch.equal(got[0], wanted[0]) and torch.equal(got[1], wanted[1])
    assert got[1].unique().tolist() == [0, 1, 2]
