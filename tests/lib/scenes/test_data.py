"""Scenes as a data set: parts of it, other devices, what it says of itself."""

import pytest
import torch

from visionlab.scenes import Scenes, card


def tiny() -> Scenes:
    """Two images of 4 x 4: one with a car behind a person, one without objects."""
    instances = torch.zeros(2, 4, 4, dtype=torch.uint8)
    instances[0, :, :2], instances[0, 1, 2:] = 1, 2
    boxes, labels = torch.zeros(2, 2, 4), torch.zeros(2, 2, dtype=torch.int64)
    boxes[0] = torch.tensor([[0.0, 0, 2, 4], [2, 1, 4, 2]])
    labels[0] = torch.tensor([1, 2])
    images = torch.full((2, 3, 4, 4), 51, dtype=torch.uint8)
    return Scenes("tiny", ("background", "person", "car"), images, boxes, labels, instances)


def test_targets_come_without_padding() -> None:
    boxes, labels = tiny().targets(0)
    assert boxes.shape == (2, 4) and labels.tolist() == [1, 2]
    boxes, labels = tiny().targets(1)
    assert boxes.shape == (0, 4) and labels.shape == (0,)


def test_pixels_are_floats_from_0_to_1() -> None:
    assert tiny().pixels().shape == (2, 3, 4, 4)
    assert torch.allclose(tiny().pixels(0), torch.full((3, 4, 4), 0.2))
    assert tiny().pixels([1, 0, 1]).shape == (3, 3, 4, 4)


def test_masks_in_the_order_of_the_boxes() -> None:
    masks = tiny().masks(0)
    assert masks.dtype == torch.bool and masks.sum(dim=(1, 2)).tolist() == [8, 2]
    assert tiny().masks(1).shape == (0, 4, 4)


def test_classes_of_pixels() -> None:
    classes = tiny().classes_of_pixels()
    assert classes[0, 1].tolist() == [1, 1, 2, 2] and classes[0, 0].tolist() == [1, 1, 0, 0]
    assert classes[1].sum() == 0 and classes.dtype == torch.int64


def test_parts_of_the_data() -> None:
    for index in ([1], slice(1, 2), torch.tensor([1]), torch.tensor([False, True])):
        part = tiny().subset(index)
        assert len(part) == 1 and part.counts.tolist() == [0]
        assert part.instances is not None and len(part.instances) == 1
        assert part.class_names == tiny().class_names


def test_data_moves_as_a_whole() -> None:
    moved = tiny().to("meta")
    assert moved.instances is not None
    assert {moved.images.device.type, moved.instances.device.type} == {"meta"}
    assert moved.keypoints is None


def test_no_masks_no_answer() -> None:
    boxes_only = tiny()
    object.__setattr__(boxes_only, "instances", None)
    for ask in (lambda: boxes_only.masks(0), boxes_only.classes_of_pixels):
        with pytest.raises(ValueError, match="tiny has no masks"):
            ask()


def test_it_says_what_it_is() -> None:
    assert repr(tiny()) == "tiny: 2 scenes of 4 x 4 with 2 objects, classes person, car"


def test_the_card_counts_and_credits(normal: Scenes) -> None:
    assert card.contents(tiny()).rows == [["person", "1", "1", "4", "4 to 4"]] + [
        ["car", "1", "1", "2", "2 to 2"]
    ]
    assert card.crowding(tiny()).rows == [["0", "1"], ["2", "1"]]
    text = card.card(normal)
    assert "120 images of 96 x 96" in text and "CC0" in text and "linolafett" in text
    people = int((normal.labels == 1).sum())
    assert f"| person | {people} |" in text
