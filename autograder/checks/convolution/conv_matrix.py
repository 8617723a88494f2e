# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv_matrix: a convolution of images as one large matrix."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.checks.convolution.naive import (
    CROSS_IMAGE,
    CROSS_KERNEL,
    CROSS_RESULT,
    ONE_TO_FOUR,
    ONE_TO_NINE,
)
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

conv_matrix = Exercise("conv_matrix", points=1, stars=3, minutes=20, forbidden=CONVOLUTIONS)


def matrix_times_image(student, x, w):
    return student.conv_matrix(w=w, H=x.shape[0], W=x.shape[1]) @ x.flatten()


def back_and_forth(student, x, y, w, **geometry):
    # <Q x, y> and <x, Q^T y>: the same number, for a right Q the right one.
    Q = student.conv_matrix(w=w, H=x.shape[0], W=x.shape[1], **geometry)
    return {"forth": (Q @ x.flatten()) @ y.flatten(), "back": x.flatten() @ (Q.T @ y.flatten())}


@conv_matrix.cases("values", weight=2)
def square(draw: Draw) -> Iterator[Inputs]:
    yield {"w": kernel(draw, 2, 2), "H": 3, "W": 3}
    yield {"w": kernel(draw, 3, 3), "H": 4, "W": 4}
    yield {"w": kernel(draw, 3, 3), "H": 3, "W": 3}


@conv_matrix.cases("image shape")
def oblong(draw: Draw) -> Iterator[Inputs]:
    yield {"w": turned_alike(draw, 2, 2), "H": 3, "W": 4}
    yield {"w": turned_alike(draw, 2, 2), "H": 5, "W": 2}


@conv_matrix.cases("stride")
def stride(draw: Draw) -> Iterator[Inputs]:
    yield {"w": turned_alike(draw, 2, 2), "H": 5, "W": 5, "stride": 2}
    yield {"w": turned_alike(draw, 2, 2), "H": 5, "W": 5, "stride": 3}


@conv_matrix.cases("padding")
def padding(draw: Draw) -> Iterator[Inputs]:
    yield {"w": turned_alike(draw, 2, 2), "H": 3, "W": 3, "pad": 1}
    yield {"w": turned_alike(draw, 3, 3), "H": 2, "W": 2, "pad": 2}


@conv_matrix.cases("matrix times image", probe=matrix_times_image)
def product(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 5, 5), "w": kernel(draw, 3, 3)}


@conv_matrix.cases("all together", probe=back_and_forth)
def adjoint(draw: Draw) -> Iterator[Inputs]:
    # (6 + 2 - 3) // 2 + 1 = 3 rows and (5 + 2 - 3) // 2 + 1 = 3 columns.
    inputs = {"x": whole(draw, 6, 5), "y": whole(draw, 3, 3), "w": kernel(draw, 3, 3)}
    yield {**inputs, "stride": 2, "pad": 1}
    inputs = {"x": whole(draw, 4, 7), "y": whole(draw, 3, 4), "w": kernel(draw, 2, 2)}
    yield {**inputs, "stride": 2, "pad": 1}


@conv_matrix.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"w": turned_alike(draw, 2, 2).double(), "H": 3, "W": 3}
    yield {"w": strided(turned_alike(draw, 2, 2)), "H": 3, "W": 3}


conv_matrix.golden(
    "matrix times image",
    "lecture 003",
    {"x": CROSS_IMAGE, "w": CROSS_KERNEL},
    expected=CROSS_RESULT.flatten(),
)
conv_matrix.golden(
    "matrix times image",
    "lecture 000, its 3 x 3 image and 2 x 2 kernel filled with 1, 2, 3, ...",
    {"x": ONE_TO_NINE, "w": ONE_TO_FOUR},
    expected=CROSS_RESULT.new_tensor([37, 47, 67, 77]),
)


@conv_matrix.misconception(
    "The kernel's rows follow each other directly; in a flattened image the next row starts W "
    "entries later.",
    "Write the 3 x 3 image as nine numbers in a row and mark the four a 2 x 2 kernel touches.",
)
def forgets_the_row_gap(w, H, W, stride=1, pad=0):
    K = w.shape[0]
    rows, columns = conv_out(H, K, stride, pad), conv_out(W, K, stride, pad)
    Q = torch.zeros(rows * columns, H * W, dtype=w.dtype)
    for i in range(rows):
        for j in range(columns):
            start = i * stride * W + j * stride
            length = min(K * K, H * W - start)
            Q[i * columns + j, start : start + length] = w.flatten()[:length]
    return Q


@conv_matrix.misconception(
    "The kernel is flipped; the matrix of a cross-correlation is asked for.",
    "Row 0 of Q starts with the kernel's top left weight.",
)
def matrix_of_flipped_kernel(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W, dtype=w.dtype).reshape(H * W, 1, H, W)
    return conv2d(images, w.flip((0, 1))[None, None], None, stride, pad).reshape(H * W, -1).T


@conv_matrix.misconception(
    "Rows and columns of Q are exchanged: Q takes an image to an output, so it has one row for "
    "every output value.",
    "The transpose of Q leads back from outputs to images.",
)
def matrix_transposed(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W, dtype=w.dtype).reshape(H * W, 1, H, W)
    return conv2d(images, w[None, None], None, stride, pad).reshape(H * W, -1)


@conv_matrix.misconception(
    "The padding is ignored: the matrix has too few rows.",
    "Zeros need no columns of their own, but windows that hang over the edge need rows.",
)
def matrix_without_padding(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W, dtype=w.dtype).reshape(H * W, 1, H, W)
    return conv2d(images, w[None, None], None, stride).reshape(H * W, -1).T


@conv_matrix.misconception(
    "Weights that lie on the padding come back on the image's other side.",
    "Look at the row and at the column of the pixel: leave the weight out unless both are inside.",
)
def wraps_around_the_edge(w, H, W, stride=1, pad=0):
    K = w.shape[0]
    rows, columns = conv_out(H, K, stride, pad), conv_out(W, K, stride, pad)
    Q = torch.zeros(rows * columns, H * W, dtype=w.dtype)
    for i in range(rows):
        for j in range(columns):
            for a in range(K):
                for b in range(K):
                    pixel = (i * stride + a - pad) * W + j * stride + b - pad
                    if 0 <= pixel < H * W:
                        Q[i * columns + j, pixel] += w[a, b]
    return Q


@conv_matrix.misconception(
    "The stride is ignored: with stride 2 only every second position has a row, along both axes.",
    "Compute the number of rows with the stride, and let window i start at pixel row i * stride.",
)
def matrix_without_stride(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W, dtype=w.dtype).reshape(H * W, 1, H, W)
    return conv2d(images, w[None, None], None, 1, pad).reshape(H * W, -1).T


@conv_matrix.misconception(
    "The stride picks every second row of Q, which skips columns of the output and no rows.",
    "A step goes to the right as well as down: leave out whole rows of the output too.",
)
def every_other_row_of_matrix(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W, dtype=w.dtype).reshape(H * W, 1, H, W)
    Q = conv2d(images, w[None, None], None, 1, pad).reshape(H * W, -1).T
    return Q[::stride]


@conv_matrix.misconception(
    "Pixel (row, column) is looked for at row * H + column: right for square images only.",
    "Row major means that each row of W pixels is followed by the next one.",
)
def counts_rows_by_height(w, H, W, stride=1, pad=0):
    K = w.shape[0]
    rows, columns = conv_out(H, K, stride, pad), conv_out(W, K, stride, pad)
    Q = torch.zeros(rows * columns, H * W, dtype=w.dtype)
    for i in range(rows):
        for j in range(columns):
            for a in range(K):
                for b in range(K):
                    r, c = i * stride + a - pad, j * stride + b - pad
                    if 0 <= r < H and 0 <= c < W and r * H + c < H * W:
                        Q[i * columns + j, r * H + c] = w[a, b]
    return Q


@conv_matrix.misconception(
    "A float64 kernel gives a float32 matrix: new tensors have torch's default type.",
    "Give the matrix the dtype of w.",
)
def matrix_in_float32(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W).reshape(H * W, 1, H, W)
    return conv2d(images, w[None, None].float(), None, stride, pad).reshape(H * W, -1).T


@conv_matrix.alternative
def five_loops(w, H, W, stride=1, pad=0):
    K = w.shape[0]
    rows, columns = conv_out(H, K, stride, pad), conv_out(W, K, stride, pad)
    Q = torch.zeros(rows * columns, H * W, dtype=w.dtype)
    for i in range(rows):
        for j in range(columns):
            for a in range(K):
                for b in range(K):
                    r, c = i * stride + a - pad, j * stride + b - pad
                    if 0 <= r < H and 0 <= c < W:
                        Q[i * columns + j, r * W + c] = w[a, b]
    return Q


@conv_matrix.alternative
def from_unit_images(w, H, W, stride=1, pad=0):
    images = torch.eye(H * W, dtype=w.dtype).reshape(H * W, 1, H, W)
    return conv2d(images, w[None, None], None, stride, pad).reshape(H * W, -1).T


@conv_matrix.alternative
def stamped_on_a_canvas(w, H, W, stride=1, pad=0):
    K = w.shape[0]
    rows = []
    for top in range(0, H + 2 * pad - K + 1, stride):
        for left in range(0, W + 2 * pad - K + 1, stride):
            canvas = w.new_zeros(H + 2 * pad, W + 2 * pad)
            canvas[top : top + K, left : left + K] = w
            rows.append(canvas[pad : pad + H, pad : pad + W].reshape(-1))
    return torch.stack(rows)


@conv_matrix.alternative
def from_unfolded_numbers(w, H, W, stride=1, pad=0):
    K = w.shape[0]
    numbers = torch.arange(1.0, H * W + 1, dtype=torch.float64).reshape(1, 1, H, W)
    touched = F.unfold(numbers, K, padding=pad, stride=stride)[0].long()  # 0 is the padding
    Q = torch.zeros(touched.shape[1], H * W + 1, dtype=w.dtype)
    return Q.scatter_(1, touched.T, w.reshape(1, -1).expand_as(touched.T))[:, 1:]
