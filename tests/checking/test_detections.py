"""A detector is judged by its boxes alone, whatever comes back."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from visionlab.checking.detections import Found, average_precisions, shortfall
from visionlab.checking.forbidden import NOTHING
from visionlab.checking.judge import judge
from visionlab.checking.probing import Answer
from visionlab.checking.records import CaseRecord, ExerciseRecord, load_records, save_records

BOXES = [torch.tensor([[0.0, 0, 10, 10], [20, 20, 40, 40]]), torch.tensor([[5.0, 5, 25, 45]])]
LABELS = [torch.tensor([1, 2]), torch.tensor([1])]
TRUTH: dict[str, Any] = {"boxes": BOXES, "labels": LABELS}
PERFECT: list[Any] = [
    [b, torch.full((len(b),), 0.9), k] for b, k in zip(BOXES, LABELS, strict=True)
]
NOTHING_FOUND = [torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, dtype=torch.int64)]


def scored(*scenes: tuple[list[list[float]], list[float], list[int]]) -> list[Found]:
    return [
        Found(torch.tensor(b).float().view(-1, 4), torch.tensor(s), torch.tensor(k))
        for b, s, k in scenes
    ]


def test_perfect_detections_reach_one() -> None:
    assert shortfall(TRUTH, PERFECT, 1.0) is None


def test_nothing_found_falls_short_and_says_the_number() -> None:
    found = shortfall(TRUTH, [NOTHING_FOUND, NOTHING_FOUND], 0.5)
    assert found is not None and "is 0.00, 0.50 is asked" in found.words


def test_each_class_counts_as_much_whatever_its_objects() -> None:
    only_second = [[BOXES[0][1:], torch.ones(1), LABELS[0][1:]], NOTHING_FOUND]
    assert shortfall(TRUTH, only_second, 0.5) is None
    assert shortfall(TRUTH, only_second, 0.51) is not None


def test_a_second_box_on_an_object_is_a_false_alarm() -> None:
    found = scored(([[0, 0, 10, 10], [0, 0, 10, 9], [20, 0, 30, 10]], [0.9, 0.8, 0.7], [1, 1, 1]))
    truths = [torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10]])]
    # Ranked: hit, duplicate, hit: precision 1 at the first object, 2/3 at the second.
    assert average_precisions(found, truths, [torch.tensor([1, 1])]) == {1: pytest.approx(5 / 6)}


def test_objects_never_found_count_as_nothing() -> None:
    found = scored(([[0, 0, 10, 10]], [0.9], [1]))
    truths = [torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10], [50, 0, 60, 10], [70, 0, 80, 10]])]
    assert average_precisions(found, truths, [torch.ones(4, dtype=torch.int64)]) == {1: 0.25}


def test_false_alarms_in_scenes_without_objects_cost() -> None:
    found = scored(([[0, 0, 10, 10]], [0.5], [1]), ([[0, 0, 9, 9]], [0.9], [1]))
    truths = [torch.tensor([[0.0, 0, 10, 10]]), torch.zeros(0, 4)]
    labels = [torch.tensor([1]), torch.zeros(0, dtype=torch.int64)]
    assert average_precisions(found, truths, labels) == {1: 0.5}


def one(boxes: Any = BOXES[1], scores: Any = None, labels: Any = LABELS[1]) -> list[Any]:
    scores = torch.ones(1) if scores is None else scores
    return [PERFECT[0], [boxes, scores, labels]]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3.0,
        "boxes",
        [],
        PERFECT[:1],
        [PERFECT[0], None],
        [PERFECT[0], [1, 2, 3]],
        [PERFECT[0], PERFECT[1][:2]],
        one(boxes=torch.zeros(1, 5)),
        one(boxes=torch.zeros(4)),
        one(scores=torch.tensor(1.0)),
        one(scores=torch.ones(2)),
        one(scores=torch.tensor([math.nan])),
        one(boxes=torch.full((1, 4), math.inf)),
        one(boxes=torch.zeros(1, 4, dtype=torch.int64)),
        one(labels=torch.tensor([1.0])),
        one(torch.zeros(1001, 4), torch.zeros(1001), torch.ones(1001, dtype=torch.int64)),
    ],
)
def test_what_is_no_detections_fails_without_an_exception(answer: Any) -> None:
    assert shortfall(TRUTH, answer, 0.01) is not None


def test_boxes_turned_inside_out_find_nothing() -> None:
    turned: list[Tensor] = [b[:, [2, 3, 0, 1]] for b in BOXES]
    answer = [[b, torch.ones(len(b)), k] for b, k in zip(turned, LABELS, strict=True)]
    assert shortfall(TRUTH, answer, 0.01) is not None


def record() -> ExerciseRecord:
    case = CaseRecord("scenes", False, "", {}, "", TRUTH, at_least=0.9)
    return ExerciseRecord("detect", 1.0, NOTHING, {"scenes": 1.0}, {}, [case])


def test_the_judge_asks_for_the_mean_average_precision_of_a_scored_case() -> None:
    assert judge(record(), [Answer(value=PERFECT)]).score == 1.0
    assert judge(record(), [Answer(value=TRUTH)]).score == 0.0


def test_the_goal_of_a_scored_case_survives_its_file(tmp_path: Path) -> None:
    save_records(tmp_path / "a.checks", [record()])
    (read,) = load_records(tmp_path / "a.checks")
    assert judge(read, [Answer(value=[NOTHING_FOUND] * 2)]).score == 0.0
    assert judge(read, [Answer(value=PERFECT)]).score == 1.0
