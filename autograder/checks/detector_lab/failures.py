# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""explain_failures: one word for every detection (fact A117, Hoiem et al. 2012)."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.detector_lab.inputs import corners, scores
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

explain_failures = Exercise("explain_failures", points=1, stars=3, minutes=20)

Thing = tuple[float, int]  # how far a box is moved to the right, and its class


def _case(
    draw: Draw, said: Sequence[Thing], there: Sequence[Thing], falling: bool = True
) -> Inputs:
    """Boxes of 12 x 8 pixels at one height, moved; detections by falling score unless said so.

    Two of them that are d < 12 apart have the IoU (12 - d) / (12 + d): 0.85 to 0.6 for 1 to 3,
    1/2 for 4, 0.41 to 0.14 for 5 to 9, 0.09 and 0.04 for 10 and 11.
    """
    x, y = draw.integer(20, 30), draw.integer(2, 9)

    def boxes(things: Sequence[Thing]) -> torch.Tensor:
        return corners(*([x + d, y, x + d + 12, y + 8] for d, _ in things))

    values = scores(draw, len(said))
    return {
        "boxes": boxes(said),
        "scores": values.sort(descending=True).values if falling else values,
        "labels": torch.tensor([label for _, label in said], dtype=torch.int64),
        "truths": boxes(there),
        "truth_labels": torch.tensor([label for _, label in there], dtype=torch.int64),
    }


def _classes(draw: Draw) -> tuple[int, int]:
    one, other = draw.sample([1, 2, 3], 2)
    return one, other


@explain_failures.cases("hit, background")
def hits(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    yield _case(draw, [(2, a), (60, b), (32, b)], [(0, a), (30, b)])
    yield _case(draw, [(30, a), (11, b), (-3, b)], [(0, b)])


@explain_failures.cases("duplicate", weight=2)
def duplicates(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    yield _case(draw, [(2, a), (0, a), (-1, a)], [(0, a)])
    yield _case(draw, [(30, b), (1, a), (31, b), (-3, a)], [(0, a), (30, b)])


@explain_failures.cases("wrong class", weight=2)
def wrong_classes(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    yield _case(draw, [(2, b), (30, a)], [(0, a), (30, b)])
    # An object of its own class is near, but not near enough.
    yield _case(draw, [(1, a)], [(0, b), (6, a)])
    # The other object does not count as found: the next detection hits it.
    yield _case(draw, [(0, b), (1, a)], [(0, a)])


@explain_failures.cases("poor box", weight=2)
def poor_boxes(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    yield _case(draw, [(draw.integer(5, 9), a)], [(0, a)])
    # Whatever the class; and the object is still there for the next detection.
    yield _case(draw, [(6, b), (7, a), (1, a)], [(0, a)])
    yield _case(draw, [(10, a), (-11, a), (9, a)], [(0, a)])


@explain_failures.cases("own class first")
def own_class(draw: Draw) -> Iterator[Inputs]:
    """An object of another class overlaps more; that of the own class is near enough."""
    a, b = _classes(draw)
    yield _case(draw, [(0, a)], [(0, b), (3, a)])
    yield _case(draw, [(3, a), (0, a)], [(0, b), (3, a)])


@explain_failures.cases("one half and one tenth")
def thresholds(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    yield _case(draw, [(4, a)], [(0, a)])
    yield _case(draw, [(4, b)], [(0, a)])
    # 10 x 8 pixels, of which 5 x 2 are in the other: 10 / (80 + 30 - 10) is a tenth.
    x = draw.integer(0, 9)
    inputs = _case(draw, [(0, a)], [(0, a)])
    yield {
        **inputs,
        "boxes": corners([x, 0, x + 10, 8]),
        "truths": corners([x, 6, x + 5, 12]),
        "labels": torch.tensor([a]),
        "truth_labels": torch.tensor([b]),
    }


@explain_failures.cases("no detections, no objects", weight=0.5)
def empty(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    yield _case(draw, [], [(0, a), (20, b)])
    yield _case(draw, [(0, a), (20, b)], [])
    yield _case(draw, [], [])


@explain_failures.cases("order", weight=2)
def order(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    said = [(0, a), (30, b), (90, a)]
    rising = torch.tensor([0.25, 0.5, 0.75])
    yield {**_case(draw, said, said[:2]), "scores": rising}
    yield {**_case(draw, [(1, a), (0, a)], [(0, a)]), "scores": rising[:2]}
    # Equal scores: the lower index first.
    inputs = _case(draw, [(1, a), (0, a), (60, b), (2, a)], [(0, a)])
    yield {**inputs, "scores": torch.full((4,), 0.5)}
    # Of more than 16 numbers torch keeps equals in their order only when it is told to.
    there = [(20 * k, a) for k in draw.sample(range(24), 9)]
    inputs = _case(draw, [(20 * k, a) for k in range(24)], there)
    yield {**inputs, "scores": torch.full((24,), 0.5)}


@explain_failures.cases("all together, dtype, memory", weight=2)
def together(draw: Draw) -> Iterator[Inputs]:
    a, b = _classes(draw)
    there = [(0, a), (30, b), (33, a), (70, 3), (100, a)]
    said = [(1, a), (2, a), (30, a), (31, b), (66, 3), (75, 2), (90, b), (105, b), (140, a)]
    yield _case(draw, draw.sample(said, 9), there, falling=False)
    inputs = _case(draw, draw.sample(said, 7), draw.sample(there, 4), falling=False)
    yield {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}
    yield {k: strided(v) for k, v in _case(draw, said, there, falling=False).items()}
