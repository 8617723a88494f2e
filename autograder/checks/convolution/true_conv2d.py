# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""true_conv2d: the convolution of mathematics, whose kernel is flipped."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import kernel, whole
from autograder.checks.convolution.naive import CROSS_IMAGE, CROSS_KERNEL, CROSS_RESULT
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

true_conv2d = Exercise("true_conv2d", points=0.75, stars=1, minutes=5, forbidden=CONVOLUTIONS)


@true_conv2d.cases("values", weight=2)
def square(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 6, 6), "w": kernel(draw, 3, 3)}
    yield {"x": whole(draw, 5, 5), "w": kernel(draw, 2, 2)}


@true_conv2d.cases("shapes")
def shapes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 4, 7), "w": kernel(draw, 3, 3)}
    yield {"x": whole(draw, 4, 4), "w": kernel(draw, 4, 4)}
    yield {"x": whole(draw, 5, 3), "w": kernel(draw, 1, 1)}


@true_conv2d.cases("dtype and memory", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(5, 5), "w": draw.reals(3, 3)}
    yield {"x": strided(whole(draw, 5, 5)), "w": strided(kernel(draw, 3, 3))}


true_conv2d.golden(
    "values",
    "lecture 003: a symmetric kernel hides the flip",
    {"x": CROSS_IMAGE, "w": CROSS_KERNEL},
    expected=CROSS_RESULT,
)


@true_conv2d.misconception(
    "This is cross-correlation: the kernel is not flipped.",
    "In (x * w)(i) the indices of x and w run against each other: turn the kernel by 180 degrees.",
)
def does_not_flip(x, w):
    return conv2d_naive(x, w)


@true_conv2d.misconception(
    "The kernel is flipped along one axis only.",
    "Both sums of the convolution run backwards: flip top to bottom and left to right.",
)
def flips_one_axis(x, w):
    return conv2d_naive(x, torch.flip(w, (0,)))


@true_conv2d.misconception(
    "The kernel is transposed, mirrored about its diagonal; it should be turned by 180 degrees.",
    "Follow the top left weight: where should it end up?",
)
def transposes(x, w):
    return conv2d_naive(x, w.T)


@true_conv2d.misconception(
    "You flip the image instead of the kernel: then the result comes out flipped too.",
    "Leave the image as it is and turn the kernel only.",
)
def flips_the_image(x, w):
    return conv2d_naive(torch.flip(x, (0, 1)), w)


@true_conv2d.misconception(
    "The kernel itself is turned around in memory: after the call w is another kernel.",
    "Make a flipped copy and leave the tensor that was passed in as it was.",
)
def flips_in_place(x, w):
    w[:] = torch.flip(w, (0, 1))
    return conv2d_naive(x, w)


@true_conv2d.misconception(
    "The output has more values than there are whole windows: here only those count.",
    "Leave out every position at which the kernel reaches over the image's edge.",
)
def full_convolution(x, w):
    K = w.shape[0] - 1
    return conv2d_naive(F.pad(x, (K, K, K, K)), torch.flip(w, (0, 1)))


@true_conv2d.alternative
def flip_and_reuse(x, w):
    return conv2d_naive(x, torch.flip(w, (0, 1)))


@true_conv2d.alternative
def flip_x_and_result(x, w):
    return conv2d_naive(x.flip(0).flip(1), w).flip(0).flip(1)


@true_conv2d.alternative
def by_the_sum(x, w):
    K = w.shape[0]
    y = torch.zeros(x.shape[0] - K + 1, x.shape[1] - K + 1, dtype=x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for a in range(K):
                for b in range(K):
                    y[i, j] += x[i + K - 1 - a, j + K - 1 - b] * w[a, b]
    return y


@true_conv2d.alternative
def by_fourier(x, w):
    K = w.shape[0]
    size = tuple(x.shape)
    spectrum = torch.fft.rfft2(x.double()) * torch.fft.rfft2(w.double(), s=size)
    return torch.fft.irfft2(spectrum, s=size)[K - 1 :, K - 1 :].to(x.dtype)
