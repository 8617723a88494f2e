"""Batches hold the answers for their images, also for mirrored ones, in an order that is kept."""

import pytest
import torch
from torch import Tensor

from visionlab.detection import Batch, batches, decode, label_anchors, street_anchors
from visionlab.scenes import Scenes, street


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return street(10, seed=3)


def number_of(image: Tensor, scenes: Scenes) -> int:
    """Which of the scenes this image is."""
    same = (scenes.pixels() == image).flatten(1).all(dim=1).nonzero()[:, 0].tolist()
    return same[0] if same else -1


def test_an_epoch_has_every_scene_once(scenes: Scenes) -> None:
    five = list(batches(scenes, 5, batch_size=4, flip=False))
    assert [len(batch.images) for batch in five] == [4] * 5
    seen = [number_of(image, scenes) for batch in five for image in batch.images]
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10] != seen[10:]


def test_labels_and_classes_are_those_of_the_scene(scenes: Scenes) -> None:
    (batch,) = batches(scenes, 1, batch_size=10, flip=False)
    anchors = street_anchors()
    for k, image in enumerate(batch.images):
        boxes, known = scenes.targets(number_of(image, scenes))
        labels, matched = label_anchors(anchors, boxes)
        positive = labels == 1
        assert torch.equal(batch.labels[k], labels)
        assert torch.equal(batch.classes[k][positive], known[matched[positive]])
        assert not batch.classes[k][~positive].any() and not batch.targets[k][~positive].any()


def test_targets_lead_from_the_anchors_to_the_objects(scenes: Scenes) -> None:
    (batch,) = batches(scenes, 1, batch_size=10, flip=False)
    boxes = decode(street_anchors(), batch.targets)
    for k, image in enumerate(batch.images):
        truths = scenes.targets(number_of(image, scenes))[0]
        led = boxes[k][batch.labels[k] == 1]
        nearest = (led[:, None] - truths).abs().amax(dim=2).amin(dim=1)  # (positives,)
        assert len(led) and nearest.max() < 1e-3


def test_a_mirrored_image_has_mirrored_answers(scenes: Scenes) -> None:
    plain = next(batches(scenes, 1, batch_size=10, flip=False))
    flipped = next(batches(scenes, 1, batch_size=10, flip=True))
    anchors, turned = street_anchors(), []
    for k, image in enumerate(flipped.images):
        turned.append(torch.equal(image, plain.images[k].flip(2)))
        assert turned[-1] or torch.equal(image, plain.images[k])
        boxes, known = scenes.targets(number_of(plain.images[k], scenes))
        if turned[-1]:
            boxes = torch.stack([96 - boxes[:, 2], boxes[:, 1], 96 - boxes[:, 0], boxes[:, 3]], 1)
        labels, matched = label_anchors(anchors, boxes)
        # Ties of IoU may fall otherwise in a mirror: a handful of 6912 anchors.
        assert (flipped.labels[k] != labels).sum() <= 8
        both = (flipped.labels[k] == 1) & (labels == 1)
        led = decode(anchors, flipped.targets[k])[both]
        assert ((led[:, None] - boxes).abs().amax(dim=2).amin(dim=1) < 1e-3).all()
        agree = flipped.classes[k][both] == known[matched[both]]
        assert agree.double().mean() > 0.95
    assert 0 < sum(turned) < 10


def test_the_seed_decides_everything_and_first_goes_on(scenes: Scenes) -> None:
    whole = list(batches(scenes, 5, batch_size=3, seed=4))
    rest = list(batches(scenes, 2, batch_size=3, seed=4, first=3))
    for one, other in zip(whole[3:], rest, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(tensors(one), tensors(other), strict=True))
    other_seed = next(batches(scenes, 1, batch_size=3, seed=5))
    assert not torch.equal(other_seed.images, whole[0].images)


def tensors(batch: Batch) -> list[Tensor]:
    return [batch.images, batch.labels, batch.targets, batch.classes]


def test_a_scene_without_objects_is_all_background(scenes: Scenes) -> None:
    empty = scenes.subset([0])
    empty.labels.zero_()
    (batch,) = batches(empty, 1, batch_size=1)
    assert not batch.labels.any() and not batch.targets.any() and not batch.classes.any()


def test_a_batch_may_be_larger_than_the_scenes(scenes: Scenes) -> None:
    (batch,) = batches(scenes.subset([0, 1]), 1, batch_size=5)
    assert batch.images.shape == (5, 3, 96, 96) and batch.targets.shape == (5, 6912, 4)


def test_no_scenes_are_refused(scenes: Scenes) -> None:
    with pytest.raises(ValueError, match="no scenes"):
        next(batches(scenes.subset(slice(0, 0)), 1))


def test_a_batch_moves_as_a_whole(scenes: Scenes) -> None:
    moved = next(batches(scenes, 1)).to("meta")
    assert all(tensor.device.type == "meta" for tensor in tensors(moved))
