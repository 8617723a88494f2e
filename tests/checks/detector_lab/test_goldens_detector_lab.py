"""The golden numbers of the lectures, B30, B33 and B34, from the solution's own functions."""

import pytest
import torch

from autograder.reference import Namespace, reference_namespace
from tests.checks.gate import REPOSITORY


@pytest.fixture(scope="module")
def solution() -> Namespace:
    return reference_namespace(REPOSITORY.source("05b_detector_lab"))


def test_b30_confusion(solution: Namespace) -> None:
    """The slide's formula for the precision is broken; 1/3 is what it means (erratum 18)."""
    truth = torch.tensor([1, 0, 0, 1, 0, 0])
    said = torch.tensor([1, 1, 1, 0, 0, 0])
    tp, fp, fn, tn = solution["confusion"](truth, said)
    assert (tp, fp, fn, tn) == (1, 2, 1, 2)
    assert solution["precision_recall"](tp, fp, fn) == (1 / 3, 1 / 2)
    assert (tp + tn) / len(truth) == 1 / 2
    assert solution["precision_recall"](2, 0, 0) == (1.0, 1.0)  # the oracle of the slide


def test_b33_average_precision(solution: Namespace) -> None:
    hits = torch.tensor([True, False, True, False, False, True])
    precision, recall = solution["precision_recall_curve"](hits, 4)
    assert precision.tolist() == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2, 2 / 5, 1 / 2], abs=1e-15)
    assert recall.tolist() == [0.25, 0.25, 0.5, 0.5, 0.5, 0.75]
    assert solution["ap11"](precision, recall) == pytest.approx(6 / 11, abs=1e-15)
    assert round(solution["ap_area"](precision, recall), 6) == 0.541667


@pytest.mark.parametrize(
    ("threshold", "kept"), [(0.3, [0, 3, 4]), (0.5, [0, 2, 3, 4]), (0.7, [0, 2, 3, 4])]
)
def test_b34_suppression(solution: Namespace, threshold: float, kept: list[int]) -> None:
    """IoU with A: 1, .8182, .5, 0, .25; exactly 0.5 is kept."""
    rows = [[0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 5], [20, 20, 30, 30], [6, 0, 16, 10]]
    boxes, scores = torch.tensor(rows).double(), torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5])
    overlaps = solution["box_iou"](boxes[:1], boxes)[0].tolist()
    assert overlaps == pytest.approx([1, 9 / 11, 0.5, 0, 0.25], abs=1e-15)
    assert solution["nms"](boxes, scores, threshold).tolist() == kept
