# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""toeplitz_conv1d: a convolution as a matrix, lecture 002."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import kernel, whole
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

toeplitz_conv1d = Exercise("toeplitz_conv1d", points=1, stars=2, minutes=12, forbidden=CONVOLUTIONS)


def matrix_times_padded(student, q, p):
    import torch

    Q = student.toeplitz_conv1d(q=q, n=len(p))
    zeros = torch.zeros(len(q) - 1, dtype=p.dtype)
    return Q @ torch.cat([zeros, p, zeros])


def transposed_times_padded(student, q, p):
    import torch

    Q = student.toeplitz_conv1d(q=q, n=len(p))
    return Q.T @ torch.cat([p, torch.zeros(len(q) - 1, dtype=p.dtype)])


@toeplitz_conv1d.cases("matrix", weight=2)
def matrix(draw: Draw) -> Iterator[Inputs]:
    yield {"q": kernel(draw, 4, axes=1), "n": 3}
    yield {"q": kernel(draw, 3, axes=1), "n": 5}


@toeplitz_conv1d.cases("product", probe=matrix_times_padded)
def product(draw: Draw) -> Iterator[Inputs]:
    yield {"q": kernel(draw, 3, axes=1), "p": kernel(draw, 4, axes=1)}


@toeplitz_conv1d.cases("transpose", probe=transposed_times_padded)
def transpose(draw: Draw) -> Iterator[Inputs]:
    yield {"q": kernel(draw, 3, axes=1), "p": kernel(draw, 4, axes=1)}


@toeplitz_conv1d.cases("sizes")
def sizes(draw: Draw) -> Iterator[Inputs]:
    yield {"q": kernel(draw, 2, axes=1), "n": 1}
    yield {"q": whole(draw, 1), "n": 4}
    yield {"q": kernel(draw, 5, axes=1), "n": 2}


@toeplitz_conv1d.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"q": draw.reals(3), "n": 4}
    yield {"q": strided(kernel(draw, 3, axes=1)), "n": 2}


DIGITS = torch.tensor([2, 3, 5, 7], dtype=torch.float32)
POWERS = torch.tensor([1, 10, 100], dtype=torch.float32)
toeplitz_conv1d.golden(
    "matrix",
    "lecture 002, with a, b, c, d = 2, 3, 5, 7",
    {"q": DIGITS, "n": 3},
    expected=DIGITS.new_tensor(
        [
            [7, 5, 3, 2, 0, 0, 0, 0, 0],
            [0, 7, 5, 3, 2, 0, 0, 0, 0],
            [0, 0, 7, 5, 3, 2, 0, 0, 0],
            [0, 0, 0, 7, 5, 3, 2, 0, 0],
            [0, 0, 0, 0, 7, 5, 3, 2, 0],
            [0, 0, 0, 0, 0, 7, 5, 3, 2],
        ]
    ),
)
toeplitz_conv1d.golden(
    "product",
    "lecture 002, with x, y, z = 1, 10, 100 and a, b, c, d = 2, 3, 5, 7",
    {"q": DIGITS, "p": POWERS},
    expected=DIGITS.new_tensor([2, 23, 235, 357, 570, 700]),
)
toeplitz_conv1d.golden(
    "transpose",
    "lecture 002: the transposed matrix convolves with the flipped q",
    {"q": DIGITS, "p": POWERS},
    expected=DIGITS.new_tensor([7, 75, 753, 532, 320, 200, 0, 0, 0]),
)


@toeplitz_conv1d.misconception(
    "q stands in the rows as it is; on the slide it is reversed.",
    "A convolution runs through the kernel backwards: the last entry of q comes first in a row.",
)
def does_not_reverse(q, n):
    L = len(q)
    Q = torch.zeros(n + L - 1, n + 2 * (L - 1), dtype=q.dtype)
    for i in range(n + L - 1):
        Q[i, i : i + L] = q
    return Q


@toeplitz_conv1d.misconception(
    "Your matrix acts on p itself; the slide's acts on p with zeros on both sides.",
    "Count the columns: p has n entries, and L - 1 zeros lie before and after it.",
)
def for_unpadded_signal(q, n):
    L = len(q)
    Q = torch.zeros(n + L - 1, n, dtype=q.dtype)
    for j in range(n):
        Q[j : j + L, j] = q
    return Q


@toeplitz_conv1d.misconception(
    "Rows and columns are exchanged: this is the transposed matrix.",
    "Q has one row for every entry of the result.",
)
def returns_the_transpose(q, n):
    L = len(q)
    Q = torch.zeros(n + 2 * (L - 1), n + L - 1, dtype=q.dtype)
    for i in range(n + L - 1):
        Q[i : i + L, i] = torch.flip(q, (0,))
    return Q


@toeplitz_conv1d.misconception(
    "There are too few rows: these are only the positions where q lies inside p.",
    "The result p * q is longer than p: q may hang over on both sides.",
)
def inside_positions_only(q, n):
    L = len(q)
    rows = max(1, n - L + 1)
    Q = torch.zeros(rows, n + 2 * (L - 1), dtype=q.dtype)
    for i in range(rows):
        Q[i, i : i + L] = torch.flip(q, (0,))
    return Q


@toeplitz_conv1d.misconception(
    "float64 kernels come out as float32: new tensors have torch's default type.",
    "Give the matrix the dtype of q.",
)
def float32_matrix(q, n):
    L = len(q)
    Q = torch.zeros(n + L - 1, n + 2 * (L - 1))
    for i in range(n + L - 1):
        Q[i, i : i + L] = torch.flip(q, (0,))
    return Q


@toeplitz_conv1d.alternative
def row_by_row(q, n):
    L = len(q)
    rows = []
    for i in range(n + L - 1):
        rows.append(torch.cat([q.new_zeros(i), q.flip(0), q.new_zeros(n + L - 2 - i)]))
    return torch.stack(rows)


@toeplitz_conv1d.alternative
def diagonal_by_diagonal(q, n):
    L = len(q)
    Q = torch.zeros(n + L - 1, n + 2 * (L - 1), dtype=q.dtype)
    for k in range(L):
        Q.diagonal(offset=L - 1 - k).fill_(q[k])
    return Q


@toeplitz_conv1d.alternative
def by_index_difference(q, n):
    L = len(q)
    row = torch.arange(n + L - 1)[:, None]
    column = torch.arange(n + 2 * (L - 1))[None, :]
    k = row + L - 1 - column
    inside = (k >= 0) & (k < L)
    return torch.where(inside, q[k.clamp(0, L - 1)], torch.zeros((), dtype=q.dtype))


@toeplitz_conv1d.alternative
def rolled_rows_in_numpy(q, n):
    L = len(q)
    first = np.zeros(n + 2 * (L - 1), dtype=q.numpy().dtype)
    first[:L] = q.numpy()[::-1]
    return torch.from_numpy(np.stack([np.roll(first, i) for i in range(n + L - 1)]))
