# mypy: disable-error-code="no-untyped-def,name-defined,operator"
"""pareto_front and search_space_size: what NASNet searches, and what is worth having."""

from collections.abc import Iterator

from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

pareto_front = Exercise("pareto_front", points=0.5, stars=2, minutes=8)
search_space_size = Exercise("search_space_size", points=0.5, stars=1, minutes=6)


def _rows(draw: Draw, *pairs: tuple[float, float]) -> Inputs:
    """Rows with these costs and accuracies, in random order, under random names."""
    letters = draw.sample("ABCDEFGHIJKLMNOP", len(pairs))
    rows = [(name, cost, accuracy) for name, (cost, accuracy) in zip(letters, pairs, strict=True)]
    return {"rows": draw.sample(rows, len(rows))}


def in_any_order(student, rows):
    return sorted(student.pareto_front(rows))


@pareto_front.cases("beaten rows", probe=in_any_order)
def beaten(draw: Draw) -> Iterator[Inputs]:
    yield _rows(draw, (1, 60), (2, 70), (3, 65), (4, 80), (5, 55), (6, 79))
    base = draw.integer(3, 9)
    yield _rows(draw, (base, 50), (base + 1, 40), (base + 2, 90), (base + 3, 89.5), (base + 9, 30))


@pareto_front.cases("order", weight=0.5)
def order(draw: Draw) -> Iterator[Inputs]:
    yield _rows(draw, (2.5, 60), (10, 70), (11.5, 71), (9, 65), (100, 80))
    yield _rows(draw, (9, 70), (10, 75), (10, 75), (10, 75), (11, 76))


@pareto_front.cases("equal numbers", probe=in_any_order)
def ties(draw: Draw) -> Iterator[Inputs]:
    yield _rows(draw, (2, 60), (2, 70), (5, 70), (6, 80), (6, 75))
    yield _rows(draw, (2, 60), (2, 60), (4, 70), (4, 70), (5, 65))


@pareto_front.cases("few rows", weight=0.5)
def few(draw: Draw) -> Iterator[Inputs]:
    yield {"rows": []}
    yield _rows(draw, (draw.integer(1, 9), 70.5))


# Multiply-adds in billions and top-1 accuracy in percent, as the table has them (facts B28).
NASNET_TABLE = [
    ("Inception V2", 1.94, 74.8),
    ("NASNet-A (5 @ 1538)", 2.35, 78.6),
    ("Inception V3", 5.72, 78.0),
    ("Xception", 8.38, 79.0),
    ("Inception ResNet V2", 13.2, 80.4),
    ("NASNet-A (7 @ 1920)", 4.93, 80.8),
    ("ResNeXt-101 (64 x 4d)", 31.5, 80.9),
    ("PolyNet", 34.7, 81.3),
    ("DPN-131", 32.0, 81.5),
    ("SENet", 42.3, 82.7),
    ("NASNet-A (6 @ 4032)", 23.8, 82.7),
]
pareto_front.golden(
    "beaten rows",
    "lecture 004, NASNet's table",
    {"rows": NASNET_TABLE},
    sorted(["Inception V2", "NASNet-A (5 @ 1538)", "NASNet-A (7 @ 1920)", "NASNet-A (6 @ 4032)"]),
)


def as_int(student, **inputs):
    """Whether the answer is an int is another facet's case."""
    return int(student.search_space_size(**inputs))


@search_space_size.cases("one block", probe=as_int)
def one(draw: Draw) -> Iterator[Inputs]:
    yield {"B": 1, "ops": draw.integer(3, 13)}


@search_space_size.cases("several blocks", probe=as_int)
def several(draw: Draw) -> Iterator[Inputs]:
    yield {"B": draw.integer(2, 4), "ops": draw.integer(3, 7)}
    yield {"B": 4, "ops": 13}


@search_space_size.cases("inputs and merges", probe=as_int)
def options(draw: Draw) -> Iterator[Inputs]:
    yield {"B": 3, "ops": 4, "inputs": draw.integer(3, 5)}
    yield {"B": 2, "ops": draw.integer(3, 7), "merges": 3}
    yield {"B": 3, "ops": 2, "inputs": 1, "merges": 1}


@search_space_size.cases("exact int, no block, many blocks", weight=0.5)
def extremes(draw: Draw) -> Iterator[Inputs]:
    yield {"B": 0, "ops": draw.integer(3, 7)}
    yield {"B": draw.integer(15, 20), "ops": 13}


@pareto_front.misconception(
    "Only the most accurate rows are left; a cheap row stays too if nothing as cheap is as good.",
    "Ask of every row: is there one that is no worse in both numbers and better in one?",
)
def only_the_most_accurate(rows):
    ranked = sorted(rows, key=lambda row: row[1])
    return [name for name, _, accuracy in ranked if accuracy == max(row[2] for row in rows)]


@pareto_front.misconception(
    "The names come in the order of the table; they are asked for from cheap to costly.",
    "Sort the rows by their cost before you take the names.",
)
def unsorted(rows):
    def beats(a, b):
        return a[1] <= b[1] and a[2] >= b[2] and a[1:] != b[1:]

    return [row[0] for row in rows if not any(beats(other, row) for other in rows)]


@pareto_front.misconception(
    "Of rows with equal cost, or equal accuracy, you keep one that another one beats.",
    "No worse in both and strictly better in one: equal in the other is enough.",
)
def strictly_in_both(rows):
    front = []
    for name, cost, accuracy in sorted(rows, key=lambda row: row[1]):
        if not any(c < cost and a > accuracy for _, c, a in rows):
            front.append(name)
    return front


@pareto_front.misconception(
    "Rows with the same cost and the same accuracy drop each other; neither beats the other.",
    "Strictly better in at least one of the two: an equal row is not.",
)
def twins_fall(rows):
    front = []
    for i, (name, cost, accuracy) in enumerate(rows):
        others = rows[:i] + rows[i + 1 :]
        if not any(c <= cost and a >= accuracy for _, c, a in others):
            front.append((cost, i, name))
    return [name for _, _, name in sorted(front)]


@pareto_front.misconception(
    "Low accuracy wins in your comparison: cost should be low, accuracy high.",
    "Turn the sign of one comparison round.",
)
def both_small(rows):
    def beats(a, b):
        return a[1] <= b[1] and a[2] <= b[2] and a[1:] != b[1:]

    left = [row for row in rows if not any(beats(other, row) for other in rows)]
    return [row[0] for row in sorted(left, key=lambda row: row[1])]


@pareto_front.alternative
def one_walk(rows):
    front, best, cheapest = [], float("-inf"), None
    for name, cost, accuracy in sorted(rows, key=lambda row: (row[1], -row[2])):
        if accuracy > best or (accuracy == best and cost == cheapest):
            front.append(name)
            best, cheapest = accuracy, cost
    return front


@pareto_front.alternative
def with_tensors(rows):
    if not rows:
        return []
    cost = torch.tensor([row[1] for row in rows], dtype=torch.float64)
    accuracy = torch.tensor([row[2] for row in rows], dtype=torch.float64)
    no_worse = (cost[:, None] <= cost) & (accuracy[:, None] >= accuracy)
    better = (cost[:, None] < cost) | (accuracy[:, None] > accuracy)
    left = ~(no_worse & better).any(0)
    order = torch.sort(cost, stable=True).indices.tolist()
    return [rows[i][0] for i in order if left[i]]


@pareto_front.alternative
def by_removing(rows):
    left = sorted(rows, key=lambda row: row[1])
    for _, cost, accuracy in rows:
        left = [
            row
            for row in left
            if row[1] < cost or row[2] > accuracy or (row[1] == cost and row[2] == accuracy)
        ]
    return [name for name, *_ in left]


@search_space_size.misconception(
    "Every block chooses among the same inputs; later ones also see the blocks before them.",
    "Block b has `inputs` + b things to choose from.",
)
def inputs_stay(B, ops, inputs=2, merges=2):
    return (inputs**2 * ops**2 * merges) ** B


@search_space_size.misconception(
    "A block takes one input and one operation in your count; it takes two of each.",
    "Five decisions: two inputs, two operations, one way to join them.",
)
def one_of_each(B, ops, inputs=2, merges=2):
    size = 1
    for b in range(B):
        size *= (inputs + b) * ops * merges
    return size


@search_space_size.misconception(
    "The blocks' counts are added; they are chosen independently.",
    "Every choice for one block goes with every choice for the others: multiply.",
)
def adds_the_blocks(B, ops, inputs=2, merges=2):
    return sum((inputs + b) ** 2 * ops**2 * merges for b in range(B))


@search_space_size.misconception(
    "The way to join the two is left out of the count.",
    "`merges` is the fifth decision of each block.",
)
def forgets_the_merge(B, ops, inputs=2, merges=2):
    size = 1
    for b in range(B):
        size *= (inputs + b) ** 2 * ops**2
    return size


@search_space_size.misconception(
    "The first block sees one input too many: it has no block before it.",
    "Count the blocks from 0: block b sees b blocks.",
)
def starts_at_one(B, ops, inputs=2, merges=2):
    size = 1
    for b in range(1, B + 1):
        size *= (inputs + b) ** 2 * ops**2 * merges
    return size


@search_space_size.misconception(
    "Your number is a float, which rounds such large counts.",
    "Start from the int 1 and use ints throughout.",
)
def as_float(B, ops, inputs=2, merges=2):
    size = 1.0
    for b in range(B):
        size *= (inputs + b) ** 2 * ops**2 * merges
    return size


@search_space_size.alternative
def by_factorials(B, ops, inputs=2, merges=2):
    import math

    choices = math.factorial(inputs + B - 1) // math.factorial(inputs - 1)
    return choices**2 * ops ** (2 * B) * merges**B


@search_space_size.alternative
def by_recursion(B, ops, inputs=2, merges=2):
    if B == 0:
        return 1
    return (ops * inputs) ** 2 * merges * search_space_size(B - 1, ops, inputs + 1, merges)


@search_space_size.alternative
def decision_by_decision(B, ops, inputs=2, merges=2):
    decisions = []
    for b in range(B):
        decisions += [inputs + b, inputs + b, ops, ops, merges]
    size = 1
    for options in decisions:
        size *= options
    return size
