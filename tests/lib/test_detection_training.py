"""The reference detector starts at log 2, learns, and comes with weights that find objects."""

import math
from pathlib import Path
from statistics import fmean

import pytest
import torch
import torch.nn.functional as F

from visionlab.detection import (
    Backbone,
    ReferenceDetector,
    average_precision,
    batches,
    detect,
    predictions,
    recall,
    reference,
    trained_detector,
    training,
)
from visionlab.detection.training import loss_of, save_weights, train_reference
from visionlab.scenes import EASY, street


@pytest.mark.parametrize(("size", "width"), [((96, 96), 1.0), ((32, 64), 0.5)])
def test_features_have_a_quarter_of_the_sides(size: tuple[int, int], width: float) -> None:
    backbone = Backbone(width)
    features = backbone(torch.rand(2, 3, *size))
    assert features.shape == (2, backbone.channels, size[0] // 4, size[1] // 4)


def test_an_image_with_other_sides_is_refused() -> None:
    with pytest.raises(ValueError, match="an image of 96 x 90; sides are multiples of 16"):
        Backbone()(torch.rand(1, 3, 96, 90))


def test_predictions_have_one_row_for_every_anchor() -> None:
    objectness, deltas, class_scores = ReferenceDetector()(torch.rand(2, 3, 32, 48))
    assert objectness.shape == (2, 8 * 12 * 12) and class_scores.shape == (*objectness.shape, 3)
    assert deltas.shape == (*objectness.shape, 4)


def test_predictions_are_in_the_order_of_the_anchors() -> None:
    """Only the head's answer for anchor 5 of row 1, column 2 is above 0."""
    net = ReferenceDetector().eval()
    for layer in (net.head.cls_logits, net.classes):
        torch.nn.init.zeros_(layer.weight)
    hidden = torch.zeros(1, 64, 4, 4)
    hidden[0, 7, 1, 2] = 1
    net.head.conv, net.backbone = torch.nn.Identity(), torch.nn.Identity()  # type: ignore[assignment]
    with torch.no_grad():
        net.head.cls_logits.weight[5, 7] = 1
        net.classes.weight[5 * 3 + 2, 7] = 1
    objectness, _, class_scores = net(hidden)
    assert objectness.nonzero().tolist() == [[0, (1 * 4 + 2) * 12 + 5]]
    assert class_scores.nonzero().tolist() == [[0, (1 * 4 + 2) * 12 + 5, 2]]


def test_the_first_loss_is_that_of_a_thrown_coin() -> None:
    scenes = street(8, seed=3)
    torch.manual_seed(0)
    (batch,) = batches(scenes, 1, batch_size=8)
    objectness, deltas, class_scores = ReferenceDetector()(batch.images)
    nothing = F.binary_cross_entropy_with_logits(objectness, (batch.labels == 1).float())
    assert nothing.item() == pytest.approx(math.log(2), abs=0.01)
    # With perfect boxes, what is left is the coin and half of log 3 for the classes.
    loss = loss_of((objectness, batch.targets, class_scores), batch)
    assert loss.item() == pytest.approx(math.log(2) + 0.5 * math.log(3), abs=0.02)


def test_a_batch_without_objects_has_a_loss() -> None:
    scenes = street(2, seed=3)
    scenes.labels.zero_()
    (batch,) = batches(scenes, 1, batch_size=2)
    loss = loss_of(ReferenceDetector()(batch.images), batch)
    assert loss.item() == pytest.approx(math.log(2), abs=0.01)


@pytest.mark.slow
def test_four_scenes_are_learnt_by_heart() -> None:
    scenes = street(4, seed=3, difficulty=EASY)
    net = train_reference(scenes, 200)
    found = detect(net, scenes.pixels())
    assert set(average_precision(found, scenes).values()) == {1.0}


def test_training_again_gives_the_same_weights_and_another_seed_others() -> None:
    scenes = street(4, size=32, seed=3)
    weights = [
        torch.cat([p.flatten() for p in train_reference(scenes, 3, seed=seed).parameters()])
        for seed in (1, 1, 2)
    ]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


def test_a_training_that_was_stopped_gives_no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_said: object, _batch: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "loss_of", stop)
    with pytest.raises(KeyboardInterrupt):
        train_reference(street(2, size=32), 3)


def test_the_weights_that_ship_find_most_objects() -> None:
    scenes = street(40, seed=7)
    found = detect(trained_detector(), scenes.pixels())
    assert fmean(average_precision(found, scenes).values()) > 0.9
    assert recall([one.boxes for one in found], scenes) > 0.95
    assert reference.WEIGHTS.stat().st_size < 2**20


def test_weights_come_back_from_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = ReferenceDetector()
    net(torch.rand(4, 3, 32, 32))  # moves the running statistics
    monkeypatch.setattr(reference, "WEIGHTS", tmp_path / "new" / "weights.safetensors")
    save_weights(net, reference.WEIGHTS)
    again, image = trained_detector(), torch.rand(1, 3, 32, 32)
    assert not again.training
    for got, wanted in zip(again(image), net.eval()(image), strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-2, atol=1e-3)


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "WEIGHTS", tmp_path / "weights.safetensors")
    with pytest.raises(FileNotFoundError, match="write it with `make lab-weights`"):
        trained_detector()


@pytest.mark.parametrize("training", [True, False])
def test_predicting_leaves_the_mode(training: bool) -> None:
    net = ReferenceDetector().train(training)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    said = predictions(net, torch.rand(5, 3, 32, 32), at_once=2)
    assert net.training == training and [len(part) for part in said] == [5, 5, 5]
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
