# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""conv1d and conv3d: the same layer over signals and over volumes."""

from collections.abc import Iterator

from autograder.checks.convolution.inputs import kernel, turned_alike, whole
from autograder.checks.forbidden import CONVOLUTIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

conv1d = Exercise("conv1d", points=0.5, stars=1, minutes=5, forbidden=CONVOLUTIONS)
conv3d = Exercise("conv3d", points=0.5, stars=2, minutes=8, forbidden=CONVOLUTIONS)


@conv1d.cases("values", weight=2)
def signal(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 7), "w": kernel(draw, 1, 1, 3, axes=1)}
    yield {"x": whole(draw, 1, 1, 6), "w": kernel(draw, 1, 1, 3, axes=1)}


@conv1d.cases("batch and channels")
def signals(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 3, 6), "w": turned_alike(draw, 2, 3, 3, axes=1)}
    yield {"x": whole(draw, 3, 2, 5), "w": turned_alike(draw, 4, 2, 3, axes=1)}


@conv1d.cases("kernel size")
def signal_kernels(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 6), "w": turned_alike(draw, 1, 1, 2, axes=1)}
    yield {"x": whole(draw, 1, 1, 4), "w": turned_alike(draw, 1, 1, 4, axes=1)}
    yield {"x": whole(draw, 1, 1, 5), "w": whole(draw, 1, 1, 1)}


@conv1d.cases("dtype and memory", weight=0.5)
def signal_types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 1, 6), "w": turned_alike(draw, 1, 1, 3, axes=1).double()}
    yield {"x": strided(whole(draw, 2, 2, 5)), "w": turned_alike(draw, 2, 2, 2, axes=1)}


@conv1d.misconception(
    "The kernel is flipped: cross-correlation is asked for.",
    "The first weight belongs to the first value of the window.",
)
def flips_along_time(x, w):
    windows = x.unfold(2, w.shape[2], 1)
    return torch.einsum("nclk,fck->nfl", windows, w.flip(2))


@conv1d.misconception(
    "Only the first channel is used; each filter sums over all of them.",
    "Let the sum run over the channels as well as over the kernel.",
)
def one_channel_of_signal(x, w):
    windows = x.unfold(2, w.shape[2], 1)
    return torch.einsum("nlk,fk->nfl", windows[:, 0], w[:, 0])


@conv1d.misconception(
    "The last position is missing: a kernel as long as the signal still has one.",
    "There are L - K + 1 positions, from 0 up to L - K.",
)
def misses_the_last(x, w):
    N, _, L = x.shape
    filters, _, K = w.shape
    y = x.new_zeros(N, filters, L - K)
    for i in range(L - K):
        y[:, :, i] = torch.einsum("nck,fck->nf", x[:, :, i : i + K], w)
    return y


@conv1d.misconception(
    "After its end your signal goes on at its beginning; here windows stay inside.",
    "Stop where the kernel's last weight meets the last value.",
)
def wraps_around(x, w):
    y = 0
    for k in range(w.shape[2]):
        y = y + torch.einsum("ncl,fc->nfl", torch.roll(x, -k, dims=2), w[:, :, k])
    return y


@conv1d.misconception(
    "float64 signals come out as float32: torch.zeros makes float32 unless told otherwise.",
    "Give the tensor you fill the dtype of x.",
)
def signal_in_float32(x, w):
    K = w.shape[2]
    y = torch.zeros(x.shape[0], w.shape[0], x.shape[2] - K + 1)
    for i in range(y.shape[2]):
        y[:, :, i] = torch.einsum("nck,fck->nf", x[:, :, i : i + K], w)
    return y


@conv1d.alternative
def signal_windows(x, w):
    return torch.einsum("nclk,fck->nfl", x.unfold(2, w.shape[2], 1), w)


@conv1d.alternative
def signal_in_loops(x, w):
    N, C, L = x.shape
    filters, _, K = w.shape
    y = torch.zeros(N, filters, L - K + 1, dtype=x.dtype)
    for f in range(filters):
        for i in range(L - K + 1):
            y[:, f, i] = (x[:, :, i : i + K] * w[f]).sum((1, 2))
    return y


@conv1d.alternative
def signal_as_image(x, w):
    # Each row of a K x K kernel but the first is zero, and so are the image's rows below.
    K = w.shape[2]
    image = F.pad(x[:, :, None], (0, 0, 0, K - 1))
    square = F.pad(w[:, :, None], (0, 0, 0, K - 1))
    return conv2d(image, square)[:, :, 0]


@conv1d.alternative
def signal_by_numpy(x, w):
    windows = np.lib.stride_tricks.sliding_window_view(x.numpy(), w.shape[2], axis=2)
    return torch.from_numpy(np.einsum("nclk,fck->nfl", windows, w.numpy()))


@conv3d.cases("values", weight=2)
def volume(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 4, 4, 4), "w": kernel(draw, 1, 1, 2, 2, 2, axes=3)}
    yield {"x": whole(draw, 1, 1, 4, 4, 4), "w": kernel(draw, 1, 1, 3, 3, 3, axes=3)}


@conv3d.cases("batch and channels")
def volumes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 3, 3, 3, 3), "w": turned_alike(draw, 2, 3, 2, 2, 2, axes=3)}
    yield {"x": whole(draw, 2, 2, 3, 3, 3), "w": turned_alike(draw, 1, 2, 2, 2, 2, axes=3)}


@conv3d.cases("shapes")
def boxes(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 1, 3, 4, 6), "w": turned_alike(draw, 1, 1, 2, 2, 2, axes=3)}
    yield {"x": whole(draw, 1, 1, 3, 3, 3), "w": turned_alike(draw, 1, 1, 3, 3, 3, axes=3)}


@conv3d.cases("dtype and memory", weight=0.5)
def volume_types(draw: Draw) -> Iterator[Inputs]:
    yield {"x": draw.reals(1, 1, 3, 3, 3), "w": turned_alike(draw, 1, 1, 2, 2, 2, axes=3).double()}
    x = strided(whole(draw, 2, 2, 3, 3, 3))
    yield {"x": x, "w": turned_alike(draw, 2, 2, 2, 2, 2, axes=3)}


@conv3d.misconception(
    "The depth of the kernel is not used: each slice is treated as an image by itself.",
    "Each output value also sums over K neighbouring slices.",
)
def slice_by_slice(x, w):
    slices = [conv2d(x[:, :, d], w[:, :, 0]) for d in range(x.shape[2] - w.shape[2] + 1)]
    return torch.stack(slices, dim=2)


@conv3d.misconception(
    "The kernel is flipped: cross-correlation is asked for.",
    "The kernel's first weight belongs to the first voxel of the window, along all three axes.",
)
def flips_the_volume_kernel(x, w):
    K = w.shape[2]
    windows = x.unfold(2, K, 1).unfold(3, K, 1).unfold(4, K, 1)
    return torch.einsum("ncdhwijk,fcijk->nfdhw", windows, w.flip((2, 3, 4)))


@conv3d.misconception(
    "Only cubes come out right: depth, height and width may all differ.",
    "Compute three output sizes, one from each axis.",
)
def cubes_only(x, w):
    K = w.shape[2]
    size = x.shape[2] - K + 1
    y = torch.zeros(x.shape[0], w.shape[0], size, size, size, dtype=x.dtype)
    for d in range(size):
        for i in range(size):
            for j in range(size):
                window = x[:, :, d : d + K, i : i + K, j : j + K]
                y[:, :, d, i, j] = torch.einsum("ncijk,fcijk->nf", window, w)
    return y


@conv3d.misconception(
    "The kernel's axes are taken in another order than the volume's: both are depth, row, column.",
    "Give the letters of the sum the same order in the window and in w.",
)
def mixes_axes(x, w):
    K = w.shape[2]
    windows = x.unfold(2, K, 1).unfold(3, K, 1).unfold(4, K, 1)
    return torch.einsum("ncdhwijk,fckij->nfdhw", windows, w)


@conv3d.misconception(
    "Only the first channel is used; each filter sums over all of them.",
    "Let the sum run over the channels as well as over the three axes of the kernel.",
)
def one_channel_of_volume(x, w):
    K = w.shape[2]
    windows = x.unfold(2, K, 1).unfold(3, K, 1).unfold(4, K, 1)
    return torch.einsum("ndhwijk,fijk->nfdhw", windows[:, 0], w[:, 0])


@conv3d.alternative
def volume_windows(x, w):
    K = w.shape[2]
    windows = x.unfold(2, K, 1).unfold(3, K, 1).unfold(4, K, 1)
    return torch.einsum("ncdhwijk,fcijk->nfdhw", windows, w)


@conv3d.alternative
def sum_of_images(x, w):
    K = w.shape[2]
    slices = []
    for d in range(x.shape[2] - K + 1):
        slices.append(sum(conv2d(x[:, :, d + k], w[:, :, k]) for k in range(K)))
    return torch.stack(slices, dim=2)


@conv3d.alternative
def voxel_by_voxel(x, w):
    N, _, D, H, W = x.shape
    K = w.shape[2]
    y = torch.zeros(N, w.shape[0], D - K + 1, H - K + 1, W - K + 1, dtype=x.dtype)
    for d in range(y.shape[2]):
        for i in range(y.shape[3]):
            for j in range(y.shape[4]):
                window = x[:, None, :, d : d + K, i : i + K, j : j + K]
                y[:, :, d, i, j] = (window * w).sum((2, 3, 4, 5))
    return y


@conv3d.alternative
def volume_by_fourier(x, w):
    size = tuple(x.shape[2:])
    K = w.shape[2]
    kernels = torch.fft.fftn(w.double().flip((2, 3, 4)), s=size, dim=(2, 3, 4))
    spectrum = torch.fft.fftn(x.double(), dim=(2, 3, 4))
    y = torch.fft.ifftn(torch.einsum("ncdhw,fcdhw->nfdhw", spectrum, kernels), dim=(2, 3, 4))
    return y.real[:, :, K - 1 :, K - 1 :, K - 1 :].to(x.dtype)
