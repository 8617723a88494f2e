# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Right values by what each exercise forbids: every one of these answers earns nothing."""

from autograder.checks.convolution.average import avgpool
from autograder.checks.convolution.compose import compose_kernels
from autograder.checks.convolution.conv2d import conv2d
from autograder.checks.convolution.conv_matrix import conv_matrix
from autograder.checks.convolution.max_unpool import max_unpool
from autograder.checks.convolution.naive import conv2d_naive
from autograder.checks.convolution.nhwc import conv_nhwc
from autograder.checks.convolution.pooling import maxpool2d
from autograder.checks.convolution.transpose import conv_transpose2d
from autograder.checks.convolution.true_conv2d import true_conv2d
from autograder.checks.convolution.unpooling import bed_of_nails, unpool_nearest
from autograder.checks.convolution.volumes import conv1d, conv3d


@conv2d_naive.borrows
def by_functional(x, w):
    return F.conv2d(x[None, None], w[None, None])[0, 0]


@conv2d.borrows
def by_layer(x, w, b=None, stride=1, pad=0, dilation=1):
    layer = torch.nn.Conv2d(1, 1, 1)
    layer.weight, layer.bias = torch.nn.Parameter(w), b if b is None else torch.nn.Parameter(b)
    layer.stride, layer.padding, layer.dilation = (stride,) * 2, (pad,) * 2, (dilation,) * 2
    return layer(x)


@conv2d.borrows
def by_name_put_together(x, w, b=None, stride=1, pad=0, dilation=1):
    return getattr(F, "con" + "v2d")(x, w, b, stride, pad, dilation)


@true_conv2d.borrows
def by_scipy(x, w):
    from scipy.signal import convolve2d

    return torch.from_numpy(convolve2d(x.numpy(), w.numpy(), mode="valid"))


@conv_nhwc.borrows
def between_permutations(I, K, S=1):
    return F.conv2d(I.permute(0, 3, 1, 2), K.permute(3, 2, 0, 1), stride=S).permute(0, 2, 3, 1)


@compose_kernels.borrows
def by_padding(k1, k2):
    k = k2.shape[-1] - 1
    return F.conv2d(k1[None, None], k2.flip(0, 1)[None, None], padding=k)[0, 0]


@conv_matrix.borrows
def of_unit_images(w, H, W, stride=1, pad=0):
    units = torch.eye(H * W, dtype=w.dtype).view(H * W, 1, H, W)
    return F.conv2d(units, w[None, None], stride=stride, padding=pad).flatten(1).T


@conv_transpose2d.borrows
def transposed_by_torch(x, w, stride=1, pad=0, output_padding=0):
    return torch.conv_transpose2d(x, w, None, stride, pad, output_padding)


@maxpool2d.borrows
def pooled_by_torch(x, k, s):
    return F.max_pool2d(x, k, s, return_indices=True)


@avgpool.borrows
def averaged_by_torch(x, k, s):
    return torch.nn.AvgPool2d(k, s)(x)


@unpool_nearest.borrows
def interpolated(x, k):
    return F.interpolate(x, scale_factor=k, mode="nearest")


@bed_of_nails.borrows
def stamped(x, k):
    w = torch.zeros(x.shape[1], 1, k, k, dtype=x.dtype)
    w[:, :, 0, 0] = 1
    return F.conv_transpose2d(x, w, stride=k, groups=x.shape[1])


@max_unpool.borrows
def unpooled_by_torch(x, idx, out_size):
    k = out_size[0] // x.shape[2]
    return F.max_unpool2d(x, idx, k, output_size=[*out_size])


@conv1d.borrows
def line_by_torch(x, w):
    return torch.conv1d(x, w)


@conv3d.borrows
def volume_by_torch(x, w):
    return F.conv3d(x, w)
