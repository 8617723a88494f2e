# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""compose_kernels: two layers without anything between them are one."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import kernel, whole
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

compose_kernels = Exercise("compose_kernels", points=1, stars=2, minutes=15, forbidden=CONVOLUTIONS)


def composed_on_image(student, x, k1, k2):
    import torch

    k = student.compose_kernels(k1=k1, k2=k2)
    windows = x.unfold(0, k.shape[0], 1).unfold(1, k.shape[1], 1)
    return torch.einsum("ijab,ab->ij", windows, k)


@compose_kernels.cases("values", weight=2)
def same_size(draw: Draw) -> Iterator[Inputs]:
    yield {"k1": kernel(draw, 2, 2), "k2": kernel(draw, 2, 2)}
    yield {"k1": kernel(draw, 3, 3), "k2": kernel(draw, 3, 3)}


@compose_kernels.cases("different sizes")
def sizes(draw: Draw) -> Iterator[Inputs]:
    yield {"k1": kernel(draw, 3, 3), "k2": kernel(draw, 2, 2)}
    yield {"k1": kernel(draw, 2, 2), "k2": kernel(draw, 5, 5)}
    yield {"k1": kernel(draw, 1, 1), "k2": kernel(draw, 3, 3)}


@compose_kernels.cases("one after the other", probe=composed_on_image)
def image(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 7, 8), "k1": kernel(draw, 3, 3), "k2": kernel(draw, 3, 3)}


@compose_kernels.cases("float64", weight=0.5)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"k1": draw.reals(3, 3), "k2": draw.reals(2, 2)}


@compose_kernels.misconception(
    "The second kernel runs backwards. Two cross-correlations in a row add up their shifts.",
    "Write down both sums: weight a of k1 and weight b of k2 meet pixel i + a + b, so "
    "their product belongs at a + b.",
)
def correlates_the_kernels(k1, k2):
    p = k2.shape[0] - 1
    return conv2d_naive(F.pad(k1, (p, p, p, p)), k2)


@compose_kernels.misconception(
    "The composed kernel is too small: how far do two kernels reach together?",
    "Two 3 x 3 kernels see 5 x 5 pixels; keep the parts that reach over the edge.",
)
def keeps_valid_part(k1, k2):
    large, small = (k1, k2) if len(k1) >= len(k2) else (k2, k1)
    return true_conv2d(large, small)


@compose_kernels.misconception(
    "The composed kernel has k1's size: the rim that only both together reach is cut off.",
    "Check the size with the receptive field of two layers.",
)
def keeps_the_same_size(k1, k2):
    p = k2.shape[0]
    k = true_conv2d(F.pad(k1, (p - 1, p - 1, p - 1, p - 1)), k2)
    return k[(p - 1) // 2 :, (p - 1) // 2 :][: k1.shape[0], : k1.shape[0]]


@compose_kernels.misconception(
    "The composed kernel comes out turned by 180 degrees.",
    "Both layers and the composed one are cross-correlations: nothing is flipped at the end.",
)
def result_flipped(k1, k2):
    p = k2.shape[0] - 1
    return true_conv2d(F.pad(k1, (p, p, p, p)), k2).flip((0, 1))


@compose_kernels.misconception(
    "Where copies of k2 overlap only the last one is left; they have to add up.",
    "Several pairs of weights lead to the same shift: sum all their products.",
)
def overwrites_overlaps(k1, k2):
    K1, K2 = k1.shape[0], k2.shape[0]
    k = torch.zeros(K1 + K2 - 1, K1 + K2 - 1, dtype=k1.dtype)
    for a in range(K1):
        for b in range(K1):
            k[a : a + K2, b : b + K2] = k1[a, b] * k2
    return k


@compose_kernels.misconception(
    "float64 kernels come out as float32: new tensors have torch's default type.",
    "Give the tensor you fill the dtype of the kernels.",
)
def composes_in_float32(k1, k2):
    K1, K2 = k1.shape[0], k2.shape[0]
    k = torch.zeros(K1 + K2 - 1, K1 + K2 - 1)
    for a in range(K1):
        for b in range(K1):
            k[a : a + K2, b : b + K2] += k1[a, b] * k2
    return k


@compose_kernels.alternative
def stamps(k1, k2):
    K1, K2 = k1.shape[0], k2.shape[0]
    k = torch.zeros(K1 + K2 - 1, K1 + K2 - 1, dtype=k1.dtype)
    for a in range(K1):
        for b in range(K1):
            k[a : a + K2, b : b + K2] += k1[a, b] * k2
    return k


@compose_kernels.alternative
def padded_true_convolution(k1, k2):
    p = k2.shape[0] - 1
    return true_conv2d(F.pad(k1, (p, p, p, p)), k2)


@compose_kernels.alternative
def by_fourier(k1, k2):
    size = (k1.shape[0] + k2.shape[0] - 1,) * 2
    spectrum = torch.fft.rfft2(k1.double(), s=size) * torch.fft.rfft2(k2.double(), s=size)
    return torch.fft.irfft2(spectrum, s=size).to(k1.dtype)


@compose_kernels.alternative
def outer_product_folded(k1, k2):
    K1, K2 = k1.shape[0], k2.shape[0]
    stamps = torch.outer(k2.flatten(), k1.flatten())  # (K2*K2, K1*K1)
    return F.fold(stamps[None], K1 + K2 - 1, K2)[0, 0]
