"""Detections are made by the stated steps, and judged as pycocotools judges them."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from visionlab.detection import (
    Detections,
    average_precision,
    encode,
    postprocess,
    recall,
    street_anchors,
)
from visionlab.scenes import Scenes, street


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return street(40, seed=5)


@pytest.fixture(scope="module")
def found(scenes: Scenes) -> list[Detections]:
    """Objects found somewhat askew, some twice, some in the wrong class, and some inventions."""
    generator = torch.Generator().manual_seed(0)
    result = []
    for i in range(len(scenes)):
        boxes, labels = scenes.targets(i)
        twice = torch.cat([boxes, boxes])
        askew = twice + torch.randn(twice.shape, generator=generator) * 1.3
        corner = torch.rand(3, 2, generator=generator) * 60
        invented = torch.cat([corner, corner + 20], dim=1)
        said = torch.cat([labels, labels, torch.tensor([1, 2, 3])])
        wrong = torch.rand(len(said), generator=generator) < 0.1
        said = torch.where(wrong, said % 3 + 1, said)
        scores = torch.rand(len(said), generator=generator)
        result.append(Detections(torch.cat([askew, invented]), scores, said))
    return result


def corner_and_size(box: Tensor) -> list[float]:
    """A box as COCO writes it: x, y, width, height."""
    corner, opposite = box.double().split(2)
    return [*corner.tolist(), *(opposite - corner).tolist()]


def coco_matches(found: list[Detections], scenes: Scenes, threshold: float) -> Any:
    """pycocotools' evaluation of all scenes at one threshold."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for i, (boxes, scores, labels) in enumerate(found):
        for box, label in zip(*scenes.targets(i), strict=True):
            about = {"id": len(truth) + 1, "image_id": i, "category_id": int(label), "iscrowd": 0}
            truth.append({**about, "bbox": corner_and_size(box), "area": 1.0})
        for box, score, label in zip(boxes, scores, labels, strict=True):
            where = {"image_id": i, "category_id": int(label), "bbox": corner_and_size(box)}
            results.append({**where, "score": float(score)})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"annotations": truth}
        coco.dataset["images"] = [{"id": i} for i in range(len(scenes))]
        coco.dataset["categories"] = [{"id": k} for k in (1, 2, 3)]
        coco.createIndex()
        judge = COCOeval(coco, coco.loadRes(results), "bbox")
        judge.params.iouThrs = np.array([threshold])
        judge.params.maxDets = [100]
        judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
        judge.evaluate()
        judge.accumulate()
    return judge


@pytest.mark.parametrize("threshold", [0.5, 0.75])
def test_average_precision_is_that_of_pycocotools_matches(
    found: list[Detections], scenes: Scenes, threshold: float
) -> None:
    judge = coco_matches(found, scenes, threshold)
    got = average_precision(found, scenes, threshold)
    assert list(got) == ["person", "car", "tree"]
    for k, name in enumerate(got):
        parts = [part for part in judge.evalImgs[k * len(scenes) : (k + 1) * len(scenes)] if part]
        scores = np.concatenate([part["dtScores"] for part in parts])
        hits = np.concatenate([part["dtMatches"][0] > 0 for part in parts])
        hits = hits[np.argsort(-scores, kind="stable")]
        truths = sum(len(part["gtIds"]) for part in parts)
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        assert 0.05 < got[name] < 0.95
        assert got[name] == pytest.approx((precision * hits).sum() / truths, abs=1e-9)
        # COCO's own figure takes the best precision from there on, so it is never lower.
        interpolated = judge.eval["precision"][0, :, k, 0, 0].mean()
        assert got[name] - 0.01 < interpolated < got[name] + 0.1


def test_perfect_detections_have_average_precision_one(scenes: Scenes) -> None:
    truths = [scenes.targets(i) for i in range(len(scenes))]
    perfect = [Detections(b, torch.ones(len(b)), known) for b, known in truths]
    assert average_precision(perfect, scenes) == {"person": 1.0, "car": 1.0, "tree": 1.0}
    assert recall([b for b, _ in truths], scenes) == 1.0
    nothing = [Detections(b[:0], b[:0, 0], known[:0]) for b, known in truths]
    assert set(average_precision(nothing, scenes).values()) == {0.0}
    assert recall([b[:0] for b, _ in truths], scenes) == 0.0


def test_recall_counts_objects_not_boxes(scenes: Scenes) -> None:
    boxes = [scenes.targets(i)[0] for i in range(len(scenes))]
    first = [b[:1].repeat(3, 1) for b in boxes]
    alone = sum(len(b) > 0 for b in boxes) / sum(len(b) for b in boxes)
    assert alone <= recall(first, scenes) < alone + 0.05  # two objects may share a box
    assert recall([b + 1000 for b in boxes], scenes) == 0.0
    assert recall([boxes[0][:0]], scenes.subset([0])) == 0.0


def test_as_many_answers_as_scenes_are_needed(scenes: Scenes) -> None:
    with pytest.raises(ValueError, match="average_precision: 0 answers for 40 scenes"):
        average_precision([], scenes)
    with pytest.raises(ValueError, match="recall: 1 answers for 40 scenes"):
        recall([torch.zeros(0, 4)], scenes)


def certain(boxes: Tensor, logits: list[float], classes: list[int]) -> Detections:
    """What is made of a network that says these boxes, and nothing of all other anchors."""
    anchors = street_anchors()
    objectness, deltas = torch.full((len(anchors),), -20.0), torch.zeros(len(anchors), 4)
    class_scores = torch.zeros(len(anchors), 3)
    places = torch.arange(len(boxes)) * 601
    objectness[places] = torch.tensor(logits)
    deltas[places] = encode(anchors[places], boxes)
    class_scores[places, torch.tensor(classes).long() - 1] = 30.0
    return postprocess(objectness, deltas, class_scores, anchors, 96)


def test_postprocess_keeps_the_best_of_each_class_inside_the_image() -> None:
    rows = [[10.0, 10, 30, 30], [11, 10, 31, 30], [10, 10, 30, 30], [80, 80, 120, 120]]
    boxes = torch.tensor([*rows, [50, 50, 50.5, 60], [95.5, 10, 120, 40]])
    found = certain(boxes, [2.0, 3.0, 1.0, 0.0, 5.0, 5.0], [1, 1, 2, 3, 1, 1])
    wanted = torch.tensor([rows[1], rows[2], [80.0, 80, 96, 96]])
    torch.testing.assert_close(found.boxes, wanted, rtol=0, atol=1e-4)
    torch.testing.assert_close(found.scores, torch.tensor([3.0, 1.0, 0.0]).sigmoid())
    assert found.labels.tolist() == [1, 2, 3]
    assert found.above(0.6).labels.tolist() == [1, 2]


def test_postprocess_of_nothing_is_empty() -> None:
    found = certain(torch.zeros(0, 4), [], [])
    assert [tuple(part.shape) for part in found] == [(0, 4), (0,), (0,)]


def test_postprocess_keeps_no_more_than_asked() -> None:
    anchors = street_anchors()
    said = torch.zeros(len(anchors)), torch.zeros(len(anchors), 4), torch.zeros(len(anchors), 3)
    found = postprocess(*said, anchors, 96, most=7)
    assert len(found.scores) == len(found.boxes) == len(found.labels) == 7
