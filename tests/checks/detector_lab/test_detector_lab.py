"""Suppression as torchvision has it, average precision as pycocotools has it, and what learns."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torchvision.ops import box_iou
from torchvision.ops import nms as torchvision_nms

from autograder.checks.detector_lab import ASSIGNMENT
from autograder.checks.detector_lab.forbidden import METRICS, NMS, REFERENCE_WEIGHTS
from autograder.draw import Draw
from autograder.exercise import Scored
from autograder.reference import Namespace, reference_namespace
from tests.checks import gate
from visionlab.checking.detections import shortfall
from visionlab.checking.forbidden import Forbidden
from visionlab.checking.probing import Question, ask
from visionlab.checking.reading import forbidden_use
from visionlab.detection import trained_detector

NAME = "05b_detector_lab"
IMPORTS = gate.imports(NAME)
SOLUTION: Namespace = reference_namespace(gate.REPOSITORY.source(NAME))
SETS = 1000
COCO_SETS = 200


def _crowd(draw: Draw) -> torch.Tensor:
    """Up to 12 boxes in little room: touching, identical, nested, of one pixel, or none at all."""
    within = draw.choice([2, 4, 8, 30])
    boxes = [_box(draw, within) for _ in range(draw.integer(0, 9))]
    for _ in range(draw.integer(0, 3) if boxes else 0):
        x1, y1, x2, y2 = draw.choice(boxes)
        boxes.append(
            draw.choice(
                [
                    [x1, y1, x2, y2],  # identical
                    [x2, y1, x2 + 3, y2],  # touching
                    [x1 - 1, y1 - 1, x2 + 1, y2 + 2],  # around it
                    [x1, y1, x1 + 1, y1 + 1],  # its first pixel
                ]
            )
        )
    return torch.tensor(boxes, dtype=draw.choice([torch.float32, torch.float64])).reshape(-1, 4)


def _box(draw: Draw, within: int) -> list[int]:
    x, y = draw.integer(0, within - 1), draw.integer(0, within - 1)
    return [x, y, x + draw.integer(1, within - x), y + draw.integer(1, within - y)]


def test_suppression_keeps_what_torchvision_keeps() -> None:
    """Equal scores too: both take the first. Thresholds are fractions that float32 has."""
    draw = Draw("suppression")
    empty = equal = 0
    for _ in range(SETS):
        boxes = _crowd(draw)
        scores = torch.tensor([draw.integer(0, 12) for _ in boxes], dtype=boxes.dtype) / 8
        threshold = draw.choice([0.0, 0.125, 0.25, 0.5, 0.75, 1.0])
        kept = SOLUTION["nms"](boxes, scores, threshold)
        assert kept.tolist() == torchvision_nms(boxes, scores, threshold).tolist()
        again = SOLUTION["nms"](boxes[kept], scores[kept], threshold)
        assert again.tolist() == list(range(len(kept)))
        empty += len(boxes) == 0
        equal += bool(len(boxes)) and bool((box_iou(boxes, boxes).triu(1) == threshold).any())
    assert empty > 10 and equal > 100


@dataclass(frozen=True)
class Ranking:
    """Detections of one class in some images, and the objects there: lists of (n, 4) and (n,)."""

    boxes: list[torch.Tensor]
    scores: list[torch.Tensor]
    truths: list[torch.Tensor]


def _detections(draw: Draw) -> Ranking:
    """Objects far from each other, found well, badly, twice or not at all.

    VOC gives a detection the object it overlaps most and calls it wrong where that one is taken;
    COCO lets it take another one. As no detection here overlaps two objects by half, both rules
    say the same. Scores are equal now and then: both sort stably, images in their order.
    """
    boxes, scores, truths = [], [], []
    for _ in range(draw.integer(1, 4)):
        cells = [(40 * i, 40 * j) for i in range(2) for j in range(2)]
        objects = [
            [x + draw.integer(2, 6), y + draw.integer(2, 6), x + 24, y + draw.integer(20, 30)]
            for x, y in draw.sample(cells, draw.integer(0, 4))
        ]
        near: list[list[float]] = [
            [v + draw.integer(-4, 4) for v in draw.choice(objects)]
            for _ in range(draw.integer(0, 6) if objects else 0)
        ]
        for x1, y1, x2, y2 in objects[: draw.integer(0, 1)]:
            near.append([x1, y1, x2, (y1 + y2) / 2])  # an IoU of exactly one half
        said = near + [[v + 20 for v in _box(draw, 30)] for _ in range(draw.integer(0, 3))]
        boxes.append(torch.tensor(said).double().reshape(-1, 4))
        scores.append(torch.tensor([draw.integer(1, 20) for _ in said]).double() / 32)
        truths.append(torch.tensor(objects).double().reshape(-1, 4))
    if not any(map(len, truths)):  # COCO has no precision where there is no object
        truths[0] = torch.tensor([[2.0, 3, 20, 22]]).double()
    return Ranking(boxes, scores, truths)


def _curve(ranking: Ranking) -> tuple[torch.Tensor, torch.Tensor]:
    """The solution's precision and recall over all images, from its own matches."""
    hits = [
        SOLUTION["match_detections"](b, s, t)
        for b, s, t in zip(ranking.boxes, ranking.scores, ranking.truths, strict=True)
    ]
    falling = [s.sort(descending=True, stable=True).values for s in ranking.scores]
    order = torch.cat(falling).argsort(descending=True, stable=True)
    curve: tuple[torch.Tensor, torch.Tensor] = SOLUTION["precision_recall_curve"](
        torch.cat(hits)[order], sum(map(len, ranking.truths))
    )
    return curve


def _coco(ranking: Ranking) -> Callable[[np.ndarray], float]:
    """pycocotools on the same detections: mean precision at recall levels, IoU 0.5."""

    def rows(images: list[torch.Tensor]) -> list[dict[str, Any]]:
        found = [(i, box) for i, boxes in enumerate(images) for box in boxes.tolist()]
        return [
            {"id": k, "image_id": i + 1, "category_id": 1, "iscrowd": 0}
            | {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1)}
            for k, (i, (x1, y1, x2, y2)) in enumerate(found, start=1)
        ]

    values = torch.cat(ranking.scores).tolist()
    said = [r | {"score": s} for r, s in zip(rows(ranking.boxes), values, strict=True)]
    truth, found = COCO(), COCO()
    images = [{"id": i + 1, "height": 200, "width": 200} for i in range(len(ranking.truths))]
    for coco, annotations in ((truth, rows(ranking.truths)), (found, said)):
        coco.dataset = {"images": images, "categories": [{"id": 1}], "annotations": annotations}
        coco.createIndex()

    def average(levels: np.ndarray) -> float:
        judge = COCOeval(truth, found, "bbox")
        judge.params.iouThrs, judge.params.recThrs = np.array([0.5]), levels
        judge.params.maxDets, judge.params.areaRng = [100], [[0, 1e10]]
        judge.params.areaRngLbl = ["all"]
        judge.evaluate()
        judge.accumulate()
        precision = judge.eval["precision"]
        return float(precision.mean()) if precision.size else 0.0

    return average


def _at_101_points(precision: torch.Tensor, recall: torch.Tensor) -> float:
    """COCO's own average, from a curve: levels as numpy has them, without any tolerance."""
    p, r = precision.numpy(), recall.numpy()
    return float(np.mean([p[r >= level].max(initial=0.0) for level in np.linspace(0, 1, 101)]))


def test_average_precision_is_that_of_pycocotools() -> None:
    """At COCO's 101 levels, at the lecture's 11, and all points.

    11 levels are put where the exercise puts them, 1e-9 lower than tenths. All points: recall has
    steps of 1/n only, so the mean over the middles of these steps is the area under the envelope.
    """
    draw = Draw("coco")
    for _ in range(COCO_SETS):
        ranking = _detections(draw)
        pairs = zip(ranking.boxes, ranking.truths, strict=True)
        assert all(int((box_iou(b, t) >= 0.5).sum(1).max()) <= 1 for b, t in pairs if b.numel())
        precision, recall = _curve(ranking)
        n = sum(map(len, ranking.truths))
        with contextlib.redirect_stdout(io.StringIO()):
            coco = _coco(ranking)
            expected = [
                coco(np.linspace(0, 1, 101)),
                coco(np.arange(11) / 10 - 1e-9),
                coco((np.arange(n) + 0.5) / n),
            ]
        own = [
            _at_101_points(precision, recall),
            SOLUTION["ap11"](precision, recall),
            SOLUTION["ap_area"](precision, recall),
        ]
        assert own == pytest.approx(expected, rel=0, abs=1e-9)


def test_where_the_rules_of_voc_and_coco_part() -> None:
    """The second box is nearest to the object that is taken, and near enough to the other one."""
    objects = torch.tensor([[0.0, 0, 12, 8], [3, 0, 15, 8]]).double()
    boxes = torch.tensor([[0.0, 0, 12, 8], [1, 0, 13, 8]]).double()
    ranking = Ranking([boxes], [torch.tensor([0.75, 0.5]).double()], [objects])
    assert SOLUTION["match_detections"](boxes, ranking.scores[0], objects).tolist() == [True, False]
    with contextlib.redirect_stdout(io.StringIO()):
        assert _coco(ranking)(np.array([0.25, 0.75])) == pytest.approx(1)
    assert SOLUTION["ap_area"](*_curve(ranking)) == 0.5


def _scored(exercise: str, facet: str, seed: str) -> tuple[Question, Scored]:
    declared = ASSIGNMENT.exercise(exercise)
    found = next(f for f in declared.facets if f.name == facet)
    (case,) = found.build(Draw(seed, exercise, facet))
    assert isinstance(case, Scored)
    return Question(exercise, case.inputs, declared.probe_source(found), declared.forbidden), case


def _missing(question: Question, case: Scored, namespace: Namespace) -> str:
    answer = ask(question, namespace)
    assert not answer.error and not answer.changed, answer
    truth = {"boxes": case.boxes, "labels": case.labels}
    found = shortfall(truth, answer.value, case.at_least)
    return found.words if found else ""


@pytest.mark.parametrize("seed", ["public", "one", "two"])
def test_the_solution_learns_a_few_scenes(seed: str) -> None:
    assert not _missing(*_scored("train_rpn", "learns four scenes", seed), SOLUTION)


def test_who_takes_no_step_does_not_learn() -> None:
    question, case = _scored("train_rpn", "learns four scenes", "public")
    mistakes = {m.name: m.source for m in ASSIGNMENT.exercise("train_rpn").misconceptions}
    namespace = gate.define(mistakes["cleared_too_late"], SOLUTION)
    assert "mean average precision" in _missing(question, case, namespace)


@pytest.mark.parametrize("facet", ["mean AP of 0.5", "mean AP of 0.8"])
def test_a_trained_detector_finds_enough(facet: str) -> None:
    question, case = _scored("load_detector", facet, "one")
    trained = {**SOLUTION, "load_detector": trained_detector}
    assert not _missing(question, case, trained)
    untrained = {**SOLUTION, "load_detector": SOLUTION["Detector"]}
    assert "mean average precision" in _missing(question, case, untrained)


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("torchvision.ops.nms(a, b, 0.5)", NMS),
        ("torchvision.ops.boxes.batched_nms(a, b, b, 0.5)", NMS),
        ("visionlab.detection.postprocess(a, b, b, a, 96)", NMS),
        ("getattr(torchvision.ops, 'nms')(a, b, 0.5)", NMS),
        ("sklearn.metrics.average_precision_score(a, b)", METRICS),
        ("sklearn.metrics.confusion_matrix(a, b)", METRICS),
        ("visionlab.detection.average_precision(a, b)", METRICS),
        ("trained_detector()", REFERENCE_WEIGHTS),
        ("visionlab.detection.reference.ReferenceDetector()", REFERENCE_WEIGHTS),
    ],
)
def test_ready_made_answers_are_read(code: str, forbidden: Forbidden) -> None:
    more = "import sklearn.metrics, torchvision, visionlab.detection"
    cells = [IMPORTS, more, f"def answer(a, b):\n    return {code}\n"]
    assert forbidden_use(cells, "answer", forbidden)


def test_ones_own_nms_and_the_given_decode_are_allowed() -> None:
    own = "def nms(boxes, scores, threshold):\n    return box_iou(boxes, boxes).argsort()\n"
    code = "def proposals(a, b, c):\n    return nms(decode(a, b), c, 0.7)\n"
    forbidden = ASSIGNMENT.exercise("proposals").forbidden
    assert not forbidden_use([IMPORTS, own, code], "proposals", forbidden)


def test_no_overlap_comes_near_a_threshold() -> None:
    """A right answer in other words may differ by a rounding: it must not change a result."""
    for name, other in (("nms", "boxes"), ("match_detections", "truths")):
        for seed in range(20):
            for case in gate.drawn_cases(ASSIGNMENT.exercise(name), seed):
                inputs = case.question.inputs
                threshold = inputs.get("threshold", 0.5)
                iou = box_iou(inputs["boxes"].double(), inputs[other].double())
                exact = (8 * threshold).is_integer()
                gap = (iou - threshold).abs()
                assert not bool(((gap < 1e-3) & ~((gap == 0) & exact)).any()), case
