# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""batches: one epoch cut into index tensors, lectures 001 and 003."""

from collections.abc import Iterator

import torch

from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

batches = Exercise("batches", points=0.5, stars=1, minutes=6)


def _epoch(draw: Draw, n: int, batch_size: int) -> Inputs:
    """An order that is neither sorted nor its own reverse."""
    order = draw.distinct(n).long() + n // 2
    if n > 1 and bool((order.diff() > 0).all() | (order.diff() < 0).all()):
        order = order.roll(1)
    return {"n": n, "batch_size": batch_size, "order": order}


def sizes(student, n, batch_size, order):
    return [len(batch) for batch in student.batches(n=n, batch_size=batch_size, order=order)]


@batches.cases("number and sizes", weight=2, probe=sizes)
def counts(draw: Draw) -> Iterator[Inputs]:
    yield _epoch(draw, 6, 3)
    yield _epoch(draw, 12, 3)
    yield _epoch(draw, 8, 3)


@batches.cases("full batches", weight=2)
def even(draw: Draw) -> Iterator[Inputs]:
    yield _epoch(draw, 6, 3)
    yield _epoch(draw, 8, 2)


@batches.cases("last batch is smaller", weight=2)
def uneven(draw: Draw) -> Iterator[Inputs]:
    yield _epoch(draw, 7, 3)
    yield _epoch(draw, 10, 4)
    yield _epoch(draw, 9, 8)


@batches.cases("one batch, batches of one")
def extremes(draw: Draw) -> Iterator[Inputs]:
    yield _epoch(draw, 5, 5)
    yield _epoch(draw, 3, 8)
    yield _epoch(draw, 4, 1)
    yield _epoch(draw, 1, 1)


@batches.cases("memory", weight=0.5)
def memory(draw: Draw) -> Iterator[Inputs]:
    inputs = _epoch(draw, 6, 2)
    order = torch.stack([inputs["order"], -inputs["order"]], dim=1)[:, 0]
    yield {**inputs, "order": order}


@batches.misconception(
    "The last, smaller batch is missing: its examples would never be seen.",
    "Round the number of batches up, not down.",
)
def drops_the_last(n, batch_size, order):
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size)]


@batches.misconception(
    "The batches count 0, 1, 2, ...; their indices should come in the given order.",
    "Cut `order` itself into pieces.",
)
def ignores_the_order(n, batch_size, order):
    return [torch.arange(s, min(s + batch_size, n)) for s in range(0, n, batch_size)]


@batches.misconception(
    "The last batch is filled up with indices from the beginning: these would count twice.",
    "Let the last batch be smaller.",
)
def fills_the_last(n, batch_size, order):
    count = -(-n // batch_size)
    around = torch.cat([order] * (1 + batch_size))
    return [around[i * batch_size : (i + 1) * batch_size] for i in range(count)]


@batches.misconception(
    "You make batch_size batches; it is the size of a batch, not their number.",
    "How many examples go into each?",
)
def as_many_as_the_size(n, batch_size, order):
    size = -(-n // batch_size)
    return [order[s : s + size] for s in range(0, n, size)]


@batches.misconception(
    "The batches are made as even as possible; all but the last should have batch_size entries.",
    "Cut full batches from the front; what is left over is the last one.",
)
def evens_them_out(n, batch_size, order):
    return list(torch.tensor_split(order, math.ceil(n / batch_size)))


@batches.misconception(
    "The batches overlap: each starts one later than the last, not batch_size later.",
    "Let the starts be 0, batch_size, 2 batch_size, ...",
)
def slides_along(n, batch_size, order):
    return [order[s : s + batch_size] for s in range(max(1, n - batch_size + 1))]


@batches.misconception(
    "There is one batch too many, an empty one, when the batches come out even.",
    "The number of batches is n / batch_size rounded up: n // batch_size + 1 is more than that "
    "where it divides evenly.",
)
def one_too_many(n, batch_size, order):
    count = n // batch_size + 1
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(count)]


@batches.misconception(
    "Your batches are lists of numbers; index tensors are asked for.",
    "Slicing a tensor gives a tensor.",
)
def lists_of_numbers(n, batch_size, order):
    numbers = order.tolist()
    return [numbers[s : s + batch_size] for s in range(0, n, batch_size)]


@batches.alternative
def by_split(n, batch_size, order):
    return list(torch.split(order, batch_size))


@batches.alternative
def by_counting(n, batch_size, order):
    result = []
    for b in range(math.ceil(n / batch_size)):
        result.append(order[b * batch_size : min(n, (b + 1) * batch_size)])
    return result


@batches.alternative
def by_cutting_off(n, batch_size, order):
    result, rest = [], order
    while len(rest) > 0:
        result.append(rest[:batch_size])
        rest = rest[batch_size:]
    return result


@batches.alternative
def one_index_at_a_time(n, batch_size, order):
    result = [order[:0]]
    for index in order:
        if len(result[-1]) == batch_size:
            result.append(order[:0])
        result[-1] = torch.cat([result[-1], index.reshape(1)])
    return result
