# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""sample_anchors: 256 of thousands, at most half of them with an object (facts A136, field 7)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.forbidden import SAMPLERS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

sample_anchors = Exercise("sample_anchors", points=0.5, stars=2, minutes=12, forbidden=SAMPLERS)


def kept(student, labels, **options):
    """How many ones and zeros are kept."""
    sampled = student.sample_anchors(labels.clone(), **options)
    return [int((sampled == value).sum()) for value in (1, 0)]


def invented(student, labels, **options):
    """Entries that are neither what they were nor -1, and the kind of tensor."""
    sampled = student.sample_anchors(labels, **options)
    other = int(((sampled != labels) & (sampled != -1)).sum())
    return {"neither kept nor -1": other, "shape": list(sampled.shape), "dtype": str(sampled.dtype)}


def everyones_turn(student, labels, count):
    """Over many draws: does each candidate get its turn, as often as the others of its label?

    Right answers are out of bounds once in 10^13 draws of these 400.
    """
    torch.manual_seed(1)
    times = sum(student.sample_anchors(labels.clone(), count) != -1 for _ in range(400))
    fair = []
    for value in (1, 0):
        those = times[labels == value].double()
        fair.append(bool((those > those.mean() / 2).all() and (those < those.mean() * 1.5).all()))
    return fair


def drawn_by_the_generator(student, labels, count, seed):
    """The generator alone decides, and it moves on."""
    draws = []
    for own, other in ((seed, 1), (seed, 2), (seed + 1, 1)):
        torch.manual_seed(other)
        generator = torch.Generator().manual_seed(own)
        pair = [student.sample_anchors(labels.clone(), count, generator) for _ in range(2)]
        draws.append(torch.stack(pair).tolist())
    return {
        "same seed, same sample": draws[0] == draws[1],
        "other seed, other sample": draws[0] != draws[2],
        "next sample, another one": draws[0][0] != draws[0][1],
    }


def _labels(draw: Draw, ones: int, zeros: int, ignored: int) -> torch.Tensor:
    values: Sequence[int] = [1] * ones + [0] * zeros + [-1] * ignored
    return torch.tensor(draw.sample(values, len(values)))


@sample_anchors.cases("few ones", weight=2, probe=kept)
def few_ones(draw: Draw) -> Iterator[Inputs]:
    yield {"labels": _labels(draw, draw.integer(1, 3), 30, 9), "count": 16}
    yield {"labels": _labels(draw, 0, 20, 5), "count": 8}
    yield {"labels": _labels(draw, 4, 300, 50)}


@sample_anchors.cases("too many ones", weight=2, probe=kept)
def many_ones(draw: Draw) -> Iterator[Inputs]:
    yield {"labels": _labels(draw, draw.integer(10, 14), 20, 6), "count": 12}
    yield {"labels": _labels(draw, 9, 12, 3), "count": 7}
    yield {"labels": _labels(draw, 200, 200, 10)}


@sample_anchors.cases("too few zeros", probe=kept)
def few_zeros(draw: Draw) -> Iterator[Inputs]:
    yield {"labels": _labels(draw, 9, draw.integer(1, 3), 5), "count": 12}
    yield {"labels": _labels(draw, 2, 3, 4)}
    yield {"labels": _labels(draw, 0, 0, 4), "count": 6}


@sample_anchors.cases("nothing new, input kept", weight=1.5, probe=invented)
def honest(draw: Draw) -> Iterator[Inputs]:
    yield {"labels": _labels(draw, 8, 12, 6), "count": 10}
    yield {"labels": _labels(draw, 2, 3, 4), "count": 20}
    yield {"labels": strided(_labels(draw, 5, 9, 3)), "count": 8}


@sample_anchors.cases("random", weight=2, probe=everyones_turn)
def fair(draw: Draw) -> Iterator[Inputs]:
    yield {"labels": _labels(draw, 6, 9, 3), "count": 6}
    yield {"labels": _labels(draw, draw.integer(1, 2), 8, 2), "count": 6}


@sample_anchors.cases("generator", probe=drawn_by_the_generator)
def generators(draw: Draw) -> Iterator[Inputs]:
    inputs = {"labels": _labels(draw, 60, 90, 20), "count": 40}
    yield {**inputs, "seed": draw.integer(0, 1000)}
