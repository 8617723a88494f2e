# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""n_windows: how many rectangles an image has (erratum 21, facts B35)."""

from collections.abc import Iterator

from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

n_windows = Exercise("n_windows", points=0.5, stars=1, minutes=5)


# That the answer is an int, and exact, is asked of large images.
def whole(student, H, W):
    return int(student.n_windows(H, W))


@n_windows.cases("square images", probe=whole)
def square(draw: Draw) -> Iterator[Inputs]:
    for side in draw.sample(range(4, 40), 2):
        yield {"H": side, "W": side}


@n_windows.cases("height and width", weight=2, probe=whole)
def oblong(draw: Draw) -> Iterator[Inputs]:
    H, W = draw.sample(range(3, 20), 2)
    yield {"H": H, "W": W}
    yield {"H": 2 * W + 1, "W": 2 * H}


@n_windows.cases("one row, one pixel, none", weight=0.5, probe=whole)
def narrow(draw: Draw) -> Iterator[Inputs]:
    length = draw.integer(3, 9)
    yield {"H": 1, "W": length}
    yield {"H": length + 1, "W": 1}
    yield {"H": 1, "W": 1}
    yield {"H": 0, "W": length}


@n_windows.cases("large images")
def large(draw: Draw) -> Iterator[Inputs]:
    yield {"H": 480 + draw.integer(1, 99), "W": 640 + draw.integer(1, 99)}
    # More windows than a float can count one by one.
    yield {"H": 20_001 + 2 * draw.integer(0, 99), "W": 30_001 + 2 * draw.integer(0, 99)}


n_windows.golden("large images", "lecture 000", {"H": 480, "W": 640}, 23_679_052_800)
n_windows.golden("large images", "lecture 000", {"H": 600, "W": 1000}, 90_240_150_000)


@n_windows.misconception(
    "These are the pixels. A window is chosen by its place and by its height and width.",
    "How many ways are there to choose a first and a last row, the last not above the first?",
)
def counts_pixels(H, W):
    return H * W


@n_windows.misconception(
    "Windows of a single row or column are missing: first and last row may be the same.",
    "An image of one pixel has one window.",
)
def without_thin_windows(H, W):
    return (H * (H - 1) // 2) * (W * (W - 1) // 2)


@n_windows.misconception(
    "You divide by 2 once; rows and columns each have their own half.",
    "Choose the rows first, H (H + 1) / 2 ways, then the columns likewise.",
)
def halves_once(H, W):
    return H * (H + 1) * W * (W + 1) // 2


@n_windows.misconception(
    "You count squares only; a window may be higher than wide, or wider than high.",
    "Choose the rows and the columns independently of each other.",
)
def counts_squares(H, W):
    return sum((H - side + 1) * (W - side + 1) for side in range(1, min(H, W) + 1))


@n_windows.misconception(
    "Rows and columns multiply: each choice of rows goes with each choice of columns.",
    "You have the two right numbers; adding them counts only one of the choices at a time.",
)
def adds_rows_and_columns(H, W):
    return H * (H + 1) // 2 + W * (W + 1) // 2


@n_windows.misconception(
    "First and last row are chosen freely in your count, so the last may lie above the first.",
    "Half of those pairs are upside down; take care of those whose rows are equal.",
)
def any_two_rows(H, W):
    return H * H * W * W


@n_windows.misconception(
    "Your answer is a float, which cannot hold every large whole number; an int is asked for.",
    "Python's whole numbers never overflow: divide by //.",
)
def divides_to_a_float(H, W):
    return H * (H + 1) / 2 * W * (W + 1) / 2


@n_windows.alternative
def sum_of_places(H, W):
    rows = sum(H - h + 1 for h in range(1, H + 1))
    columns = sum(W - w + 1 for w in range(1, W + 1))
    return rows * columns


@n_windows.alternative
def by_combinations(H, W):
    from math import comb

    return comb(H + 1, 2) * comb(W + 1, 2)


@n_windows.alternative
def by_loops_over_lines(H, W):
    def stretches(n):
        count = 0
        for first in range(n):
            count += n - first
        return count

    return stretches(H) * stretches(W)
