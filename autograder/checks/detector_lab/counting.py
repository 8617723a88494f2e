# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""confusion and precision_recall: right and wrong, said and unsaid (facts A115, A116, B30)."""

from collections.abc import Iterator

import torch

from autograder.checks.detector_lab.forbidden import METRICS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

confusion = Exercise("confusion", points=0.5, stars=1, minutes=8, forbidden=METRICS)
precision_recall = Exercise("precision_recall", points=0.5, stars=1, minutes=6, forbidden=METRICS)


def true_positives(student, truth, said):
    return int(student.confusion(truth, said)[0])


def false_positives(student, truth, said):
    return int(student.confusion(truth, said)[1])


def false_negatives(student, truth, said):
    return int(student.confusion(truth, said)[2])


def true_negatives(student, truth, said):
    return int(student.confusion(truth, said)[3])


def _said(draw: Draw, tp: int, fp: int, fn: int, tn: int) -> Inputs:
    """As many of each kind, in random order."""
    kinds = [(1, 1)] * tp + [(0, 1)] * fp + [(1, 0)] * fn + [(0, 0)] * tn
    pairs = torch.tensor(draw.sample(kinds, len(kinds))).reshape(-1, 2).bool()
    return {"truth": pairs[:, 0].clone(), "said": pairs[:, 1].clone()}


def _unlike(draw: Draw) -> Inputs:
    """Four different numbers."""
    tp, fp, fn, tn = draw.sample(range(1, 8), 4)
    return _said(draw, tp, fp, fn, tn)


@confusion.cases("found", probe=true_positives)
def found(draw: Draw) -> Iterator[Inputs]:
    yield _unlike(draw)
    yield _unlike(draw)


@confusion.cases("false alarms", probe=false_positives)
def alarms(draw: Draw) -> Iterator[Inputs]:
    yield _unlike(draw)
    yield _unlike(draw)


@confusion.cases("missed", probe=false_negatives)
def missed(draw: Draw) -> Iterator[Inputs]:
    yield _unlike(draw)
    yield _unlike(draw)


@confusion.cases("rightly left out", probe=true_negatives)
def left_out(draw: Draw) -> Iterator[Inputs]:
    yield _unlike(draw)
    yield _unlike(draw)


@confusion.cases("integers 0 and 1")
def integers(draw: Draw) -> Iterator[Inputs]:
    for dtype in (torch.int64, torch.uint8):
        yield {k: v.to(dtype) for k, v in _unlike(draw).items()}


@confusion.cases("types, many, nobody")
def extremes(draw: Draw) -> Iterator[Inputs]:
    yield _said(draw, 0, 0, 0, 0)
    yield {k: strided(v) for k, v in _said(draw, 300, 270, 0, 280).items()}
    yield {k: v.to(torch.uint8) for k, v in _said(draw, 0, 300, 290, 0).items()}


for _facet, _place in (("found", 0), ("false alarms", 1), ("missed", 2), ("rightly left out", 3)):
    confusion.golden(
        _facet,
        "lecture 000, a detector of danger",
        {
            "truth": torch.tensor([True, False, False, True, False, False]),
            "said": torch.tensor([True, True, True, False, False, False]),
        },
        expected=(1, 2, 1, 2)[_place],
    )


def precision_of(student, **counts):
    return float(student.precision_recall(**counts)[0])


def recall_of(student, **counts):
    return float(student.precision_recall(**counts)[1])


def _counts(draw: Draw) -> Inputs:
    return dict(zip(("tp", "fp", "fn"), draw.sample(range(1, 30), 3), strict=True))


@precision_recall.cases("precision", weight=2, probe=precision_of)
def precision(draw: Draw) -> Iterator[Inputs]:
    yield _counts(draw)
    yield {**_counts(draw), "fp": 0}
    yield {"tp": 3, "fp": 3, "fn": draw.integer(4, 9)}
    yield {**_counts(draw), "tp": 0}


@precision_recall.cases("recall", weight=2, probe=recall_of)
def recall(draw: Draw) -> Iterator[Inputs]:
    yield _counts(draw)
    yield {**_counts(draw), "fn": 0}
    yield {"tp": 3, "fp": draw.integer(4, 9), "fn": 3}
    yield {**_counts(draw), "tp": 0}


@precision_recall.cases("nothing said", probe=precision_of)
def nothing_said(draw: Draw) -> Iterator[Inputs]:
    yield {"tp": 0, "fp": 0, "fn": draw.integer(1, 9)}


@precision_recall.cases("nothing there", probe=recall_of)
def nothing_there(draw: Draw) -> Iterator[Inputs]:
    yield {"tp": 0, "fp": draw.integer(1, 9), "fn": 0}


@precision_recall.cases("neither", weight=0.5)
def neither(_draw: Draw) -> Iterator[Inputs]:
    yield {"tp": 0, "fp": 0, "fn": 0}


@precision_recall.cases("both at once")
def both(draw: Draw) -> Iterator[Inputs]:
    yield {name: 1000 * count for name, count in _counts(draw).items()}


for _facet, _value in (("precision", 1 / 3), ("recall", 0.5)):
    precision_recall.golden(
        _facet, "lecture 000, a detector of danger", {"tp": 1, "fp": 2, "fn": 1}, expected=_value
    )
