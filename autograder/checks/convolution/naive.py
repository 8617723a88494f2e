# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv2d_naive: one kernel over one image."""

from collections.abc import Iterator

import torch

from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

conv2d_naive = Exercise("conv2d_naive", points=2, stars=1, minutes=12, forbidden=CONVOLUTIONS)


@conv2d_naive.cases("values", weight=2)
def square(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 6, 6), "w": kernel(draw, 3, 3)}
    yield {"x": whole(draw, 5, 5), "w": kernel(draw, 3, 3)}


@conv2d_naive.cases("lecture example")
def like_the_lecture(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 3, 3), "w": kernel(draw, 2, 2)}


@conv2d_naive.cases("image shape")
def oblong(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 4, 8), "w": turned_alike(draw, 3, 3)}
    yield {"x": whole(draw, 9, 5), "w": turned_alike(draw, 3, 3)}


@conv2d_naive.cases("kernel size")
def sizes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 6, 6), "w": turned_alike(draw, 2, 2)}
    yield {"x": whole(draw, 7, 7), "w": turned_alike(draw, 4, 4)}
    yield {"x": whole(draw, 5, 5), "w": turned_alike(draw, 5, 5)}
    yield {"x": whole(draw, 5, 5), "w": turned_alike(draw, 1, 1)}


def summed_and_shifted(student, x, y, w):
    both = student.conv2d_naive(x=x + 2 * y, w=w)
    shifted = student.conv2d_naive(x=x[1:, 1:].contiguous(), w=w)
    return [student.conv2d_naive(x=x, w=w), student.conv2d_naive(x=y, w=w), both, shifted]


@conv2d_naive.cases("sums and shifts", weight=0.5, probe=summed_and_shifted)
def laws(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 6, 6), "y": whole(draw, 6, 6), "w": turned_alike(draw, 3, 3)}


@conv2d_naive.cases("dtype and memory")
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(5, 5), "w": turned_alike(draw, 3, 3).double()}
    yield {"x": strided(whole(draw, 5, 5)), "w": strided(turned_alike(draw, 3, 3))}
    yield {"x": whole(draw, 5, 5).T, "w": turned_alike(draw, 3, 3)}


CROSS_IMAGE = torch.tensor(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]],
    dtype=torch.float32,
)
CROSS_KERNEL = torch.tensor([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=torch.float32)
CROSS_RESULT = torch.tensor([[4, 3, 4], [2, 4, 3], [2, 3, 4]], dtype=torch.float32)
conv2d_naive.golden(
    "values", "lecture 003", {"x": CROSS_IMAGE, "w": CROSS_KERNEL}, expected=CROSS_RESULT
)

ONE_TO_NINE = torch.arange(1, 10, dtype=torch.float32).reshape(3, 3)
ONE_TO_FOUR = torch.tensor([[1, 2], [3, 4]], dtype=torch.float32)
conv2d_naive.golden(
    "lecture example",
    "lecture 000, its 3 x 3 image and 2 x 2 kernel filled with 1, 2, 3, ...",
    {"x": ONE_TO_NINE, "w": ONE_TO_FOUR},
    expected=torch.tensor([[37, 47], [67, 77]], dtype=torch.float32),
)


@conv2d_naive.misconception(
    "Your kernel is flipped: that is true convolution, and here cross-correlation is asked for.",
    "The kernel's top left weight belongs to the top left pixel of the window.",
)
def flips(x, w):
    K = w.shape[0]
    H, W = x.shape
    w = torch.flip(w, (0, 1))
    y = torch.zeros(H - K + 1, W - K + 1, dtype=x.dtype)
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            y[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return y


@conv2d_naive.misconception(
    "Only square images come out right: the number of columns is taken from the height.",
    "Read both sizes from the shape of x and give each axis its own.",
)
def takes_images_for_squares(x, w):
    K, H = w.shape[0], x.shape[0]
    y = torch.zeros(H - K + 1, H - K + 1, dtype=x.dtype)
    for i in range(H - K + 1):
        for j in range(H - K + 1):
            y[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return y


@conv2d_naive.misconception(
    "One row and one column are missing: how many positions does the kernel have?",
    "A kernel as large as the image still has one position.",
)
def misses_last_position(x, w):
    K = w.shape[0]
    H, W = x.shape
    y = torch.zeros(H - K, W - K, dtype=x.dtype)
    for i in range(H - K):
        for j in range(W - K):
            y[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return y


@conv2d_naive.misconception(
    "Each output is a sum over the kernel, but only the last product is left in yours.",
    "In the two inner loops add to what is already there instead of replacing it.",
)
def keeps_last_product(x, w):
    K = w.shape[0]
    H, W = x.shape
    y = torch.zeros(H - K + 1, W - K + 1, dtype=x.dtype)
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            for a in range(K):
                for b in range(K):
                    y[i, j] = x[i + a, j + b] * w[a, b]
    return y


@conv2d_naive.misconception(
    "The kernel's size is fixed to 3 in your code; w says how large it is.",
    "Take K from the shape of w and use it for the window as well as for the output.",
)
def only_three_by_three(x, w):
    H, W = x.shape
    y = torch.zeros(H - 2, W - 2, dtype=x.dtype)
    for i in range(H - 2):
        for j in range(W - 2):
            for a in range(3):
                for b in range(3):
                    y[i, j] += x[i + a, j + b] * w[a, b]
    return y


@conv2d_naive.misconception(
    "The values are right, but the image is overwritten: the input must stay as it was.",
    "Make a tensor of zeros of the output's size and write into that one.",
)
def writes_into_the_image(x, w):
    K = w.shape[0]
    H, W = x.shape
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            x[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return x[: H - K + 1, : W - K + 1]


@conv2d_naive.misconception(
    "A float64 image comes out as float32: new tensors have torch's default type.",
    "Say which dtype the tensor you fill should have; x knows it.",
)
def default_type(x, w):
    K = w.shape[0]
    H, W = x.shape
    y = torch.zeros(H - K + 1, W - K + 1)
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            y[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return y


@conv2d_naive.misconception(
    "The output is as large as the image: zeros were added, but here only whole windows count.",
    "Start at the first window that lies inside the image and stop at the last one.",
)
def keeps_the_size(x, w):
    K = w.shape[0]
    H, W = x.shape
    x = F.pad(x, ((K - 1) // 2, K // 2, (K - 1) // 2, K // 2))
    y = torch.zeros(H, W, dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            y[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return y


@conv2d_naive.misconception(
    "Window and kernel are multiplied as matrices; here each pixel meets the one weight over it.",
    "In Python `@` is the matrix product. Which sign multiplies entry by entry?",
)
def multiplies_matrices(x, w):
    K = w.shape[0]
    H, W = x.shape
    y = torch.zeros(H - K + 1, W - K + 1, dtype=x.dtype)
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            y[i, j] = (x[i : i + K, j : j + K] @ w).sum()
    return y


@conv2d_naive.misconception(
    "Rows and columns are exchanged: the first index counts rows, downwards.",
    "Let one letter stand for rows everywhere, in x as in y, and another one for columns.",
)
def exchanges_rows_and_columns(x, w):
    K = w.shape[0]
    H, W = x.shape
    y = torch.zeros(W - K + 1, H - K + 1, dtype=x.dtype)
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            y[j, i] = (x[i : i + K, j : j + K] * w).sum()
    return y


@conv2d_naive.alternative
def shifted_images(x, w):
    K = w.shape[0]
    rows, columns = x.shape[0] - K + 1, x.shape[1] - K + 1
    y = torch.zeros(rows, columns, dtype=x.dtype)
    for a in range(K):
        for b in range(K):
            y = y + w[a, b] * x[a : a + rows, b : b + columns]
    return y


@conv2d_naive.alternative
def four_loops(x, w):
    H, W = x.shape
    K = len(w)
    y = x.new_zeros(H - K + 1, W - K + 1)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for a in range(K):
                for b in range(K):
                    y[i, j] += x[i + a, j + b] * w[a, b]
    return y


@conv2d_naive.alternative
def columns_times_kernel(x, w):
    K = w.shape[0]
    patches = F.unfold(x[None, None], K)[0]
    return (w.reshape(1, -1) @ patches).reshape(x.shape[0] - K + 1, x.shape[1] - K + 1)


@conv2d_naive.alternative
def numpy_windows(x, w):
    windows = np.lib.stride_tricks.sliding_window_view(x.numpy(), tuple(w.shape))
    return torch.from_numpy(np.einsum("ijab,ab->ij", windows, w.numpy()))
