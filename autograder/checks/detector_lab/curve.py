# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""precision_recall_curve, ap11 and ap_area: a detector in one number (facts A117, B33)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.forbidden import METRICS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

precision_recall_curve = Exercise(
    "precision_recall_curve", points=0.25, stars=1, minutes=6, forbidden=METRICS
)
ap11 = Exercise("ap11", points=0.5, stars=2, minutes=12, forbidden=METRICS)
ap_area = Exercise("ap_area", points=0.25, stars=2, minutes=10, forbidden=METRICS)

RANKED = [True, False, True, False, False, True]


def precision_of(student, hits, n_truths):
    """In float64, whatever the dtype: that is another facet's case."""
    return torch.as_tensor(student.precision_recall_curve(hits, n_truths)[0]).double()


def recall_of(student, hits, n_truths):
    """In float64, whatever the dtype: that is another facet's case."""
    return torch.as_tensor(student.precision_recall_curve(hits, n_truths)[1]).double()


def _hits(draw: Draw, right: int, wrong: int) -> torch.Tensor:
    kinds = [True] * right + [False] * wrong
    return torch.tensor(draw.sample(kinds, len(kinds)))


# Halves, quarters and eighths only: float32 has them too.
@precision_recall_curve.cases("precision", weight=2, probe=precision_of)
def precision(draw: Draw) -> Iterator[Inputs]:
    first = draw.choice([True, False])
    yield {"hits": torch.tensor([first, not first]), "n_truths": 4}
    yield {"hits": torch.tensor([True, True]), "n_truths": draw.choice([2, 4, 8])}
    yield {"hits": torch.tensor([False, False, False]), "n_truths": 2}


@precision_recall_curve.cases("recall", weight=2, probe=recall_of)
def recall(draw: Draw) -> Iterator[Inputs]:
    yield {"hits": _hits(draw, 3, 4), "n_truths": 8}
    yield {"hits": _hits(draw, 2, 1), "n_truths": 4}
    yield {"hits": torch.tensor([False, True]), "n_truths": 1}


@precision_recall_curve.cases("no detections", weight=0.5)
def no_detections(draw: Draw) -> Iterator[Inputs]:
    yield {"hits": torch.zeros(0, dtype=torch.bool), "n_truths": draw.integer(1, 9)}


@precision_recall_curve.cases("float64, memory", weight=2)
def many(draw: Draw) -> Iterator[Inputs]:
    yield {"hits": _hits(draw, draw.integer(6, 9), 11), "n_truths": 13}
    yield {"hits": strided(_hits(draw, 3, 3)), "n_truths": 7}
    yield {"hits": _hits(draw, 260, 40), "n_truths": 300}


precision_recall_curve.golden(
    "float64, memory",
    "lecture 004's definition, four objects",
    {"hits": torch.tensor(RANKED), "n_truths": 4},
    expected=[
        torch.tensor([1, 1 / 2, 2 / 3, 1 / 2, 2 / 5, 1 / 2], dtype=torch.float64),
        torch.tensor([0.25, 0.25, 0.5, 0.5, 0.5, 0.75], dtype=torch.float64),
    ],
)


def curve_of(hits: Sequence[bool] | torch.Tensor, n_truths: int) -> Inputs:
    """Precision and recall of ranked detections, as precision_recall_curve gives them."""
    right = torch.as_tensor(hits).double().cumsum(0)
    return {
        "precision": right / torch.arange(1, len(right) + 1, dtype=torch.float64),
        "recall": right / n_truths,
    }


def _steps(precision: Sequence[float], recall: Sequence[float]) -> Inputs:
    return {
        "precision": torch.tensor(precision, dtype=torch.float64),
        "recall": torch.tensor(recall, dtype=torch.float64),
    }


def _falling(draw: Draw, n: int) -> list[float]:
    """n different precisions in falling order."""
    return sorted((k / 64 for k in draw.sample(range(8, 64), n)), reverse=True)


@ap11.cases("levels", weight=2)
def levels(draw: Draw) -> Iterator[Inputs]:
    """Precision only falls, recall reaches 1, and lies between the levels but for that."""
    yield _steps(_falling(draw, 4), [0.25, 0.375, 0.8125, 1])
    yield _steps(_falling(draw, 3), [0.15625, 0.5625, 1])


@ap11.cases("best precision further on", weight=2)
def interpolated(draw: Draw) -> Iterator[Inputs]:
    low, middle, high = sorted(draw.sample(range(8, 64), 3))
    yield _steps([low / 64, high / 64, middle / 64], [0.25, 0.625, 1])
    yield _steps([middle / 64, low / 64, high / 64, low / 64], [0.125, 0.34375, 0.65625, 1])


@ap11.cases("levels not reached", weight=2)
def unreached(draw: Draw) -> Iterator[Inputs]:
    yield _steps(_falling(draw, 3), [0.125, 0.375, draw.choice([0.5625, 0.65625])])
    yield _steps([0.0, 0.0], [0.0, 0.0])


@ap11.cases("exactly at a level", weight=2)
def exact(draw: Draw) -> Iterator[Inputs]:
    """Tenths, as float64 has them: 3/10, where 3 * 0.1 is a little more."""
    yield _steps(_falling(draw, 4), [1 / 10, 3 / 10, 6 / 10, 7 / 10])
    yield curve_of(_hits(draw, 10, draw.integer(3, 5)), 10)
    yield _steps(_falling(draw, 3), [0.1 + 0.2, 0.7 - 1e-16, 0.8 + 0.1 + 0.1])


@ap11.cases("no detections", weight=0.5)
def ap11_of_nothing(_draw: Draw) -> Iterator[Inputs]:
    yield _steps([], [])


@ap11.cases("all together, memory")
def ap11_together(draw: Draw) -> Iterator[Inputs]:
    yield curve_of(_hits(draw, 8, 9), draw.integer(9, 12))
    yield {k: strided(v) for k, v in curve_of(_hits(draw, 5, 5), 7).items()}


ap11.golden(
    "all together, memory",
    "lecture 004's definition, four objects",
    curve_of(RANKED, 4),
    expected=6 / 11,
)


@ap_area.cases("steps", weight=2)
def area_steps(draw: Draw) -> Iterator[Inputs]:
    """Precision only falls: no envelope is needed."""
    yield _steps(_falling(draw, 3), [0.25, 0.375, 0.875])
    yield _steps(_falling(draw, 4), [0.125, 0.25, 0.75, 1])


@ap_area.cases("envelope", weight=2)
def envelope(draw: Draw) -> Iterator[Inputs]:
    low, middle, high = sorted(draw.sample(range(8, 64), 3))
    yield _steps([low / 64, high / 64, middle / 64], [0.25, 0.625, 1])
    yield _steps([middle / 64, low / 64, high / 64, low / 64], [0.125, 0.25, 0.5, 0.75])


@ap_area.cases("false alarms only, no detections", weight=0.5)
def area_of_nothing(draw: Draw) -> Iterator[Inputs]:
    yield _steps([], [])
    yield curve_of([False] * draw.integer(1, 4), 5)


@ap_area.cases("all together, memory")
def area_together(draw: Draw) -> Iterator[Inputs]:
    yield curve_of(_hits(draw, 8, 9), draw.integer(9, 12))
    yield {k: strided(v) for k, v in curve_of(_hits(draw, 5, 5), 7).items()}


ap_area.golden(
    "all together, memory",
    "lecture 004's definition, four objects",
    curve_of(RANKED, 4),
    expected=0.25 + 0.25 * 2 / 3 + 0.25 / 2,
)
