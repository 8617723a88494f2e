"""Right answers of 01_convolution from other hands: torch, scipy, numpy, or plain counting."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import scipy.linalg
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode


def conv_out(N: int, K: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """The positions at which all taps lie on the padded axis."""
    axis = range(-pad, N + pad)
    return sum(
        start + dilation * (K - 1) in axis for start in range(-pad, max(N + pad, -pad), stride)
    )


def conv2d_naive(x: Tensor, w: Tensor) -> Tensor:
    """scipy's valid cross-correlation of (H, W) with (K, K)."""
    return torch.from_numpy(scipy.signal.correlate2d(x.numpy(), w.numpy(), mode="valid"))


def true_conv2d(x: Tensor, w: Tensor) -> Tensor:
    """scipy's valid convolution of (H, W) with (K, K)."""
    return torch.from_numpy(scipy.signal.convolve2d(x.numpy(), w.numpy(), mode="valid"))


def conv2d(
    x: Tensor, w: Tensor, b: Tensor | None = None, stride: int = 1, pad: int = 0, dilation: int = 1
) -> Tensor:
    """torch's own layer."""
    return F.conv2d(x, w, b, stride=stride, padding=pad, dilation=dilation)


def conv_nhwc(I: Tensor, K: Tensor, S: int = 1) -> Tensor:  # noqa: E741
    """torch's own layer between two changes of axes."""
    return F.conv2d(I.permute(0, 3, 1, 2), K.permute(3, 2, 0, 1), stride=S).permute(0, 2, 3, 1)


def param_counts(N: int, n: int) -> dict[str, int]:
    """Sizes of weight tensors that hold nothing."""
    shapes = {"fc": (N, N), "local": (N, n), "conv": (n,)}
    return {name: torch.empty(shape, device="meta").numel() for name, shape in shapes.items()}


def conv_params(Cin: int, Cout: int, K: int, bias: bool = True) -> int:
    """The parameters of torch's layer."""
    layer = torch.nn.Conv2d(Cin, Cout, K, bias=bias, device="meta")
    return sum(p.numel() for p in layer.parameters())


def conv_macs(Cin: int, Cout: int, K: int, H: int, W: int, stride: int = 1, pad: int = 0) -> int:
    """Output size from torch's layer, times the products behind one value."""
    layer = torch.nn.Conv2d(Cin, Cout, K, stride=stride, padding=pad, device="meta")
    outputs = layer(torch.empty(1, Cin, H, W, device="meta")).numel()
    return outputs * layer.weight[0].numel()


def receptive_field(layers: list[tuple[int, int, int]]) -> int:
    """How many input values have a gradient: layers of ones, long enough for one output."""
    length = 1
    for K, s, d in reversed(layers):
        length = (length - 1) * s + d * (K - 1) + 1
    x = torch.ones(1, 1, length + 7, dtype=torch.float64, requires_grad=True)
    y = x
    for K, s, d in layers:
        y = F.conv1d(y, torch.ones(1, 1, K, dtype=torch.float64), stride=s, dilation=d)
    (gradient,) = torch.autograd.grad(y[0, 0, 0], x)
    touched = gradient[0, 0].nonzero().flatten()
    return int(touched[-1] - touched[0]) + 1


def compose_kernels(k1: Tensor, k2: Tensor) -> Tensor:
    """scipy's full convolution of the two."""
    return torch.from_numpy(scipy.signal.convolve2d(k1.numpy(), k2.numpy(), mode="full"))


def toeplitz_conv1d(q: Tensor, n: int) -> Tensor:
    """scipy's Toeplitz matrix from its first column and row."""
    L = len(q)
    row = np.concatenate([q.numpy()[::-1], np.zeros(n + L - 2)])
    column = np.concatenate([row[:1], np.zeros(n + L - 2)])
    return torch.from_numpy(scipy.linalg.toeplitz(column, row)).to(q.dtype)


def conv_matrix(w: Tensor, H: int, W: int, stride: int = 1, pad: int = 0) -> Tensor:
    """The Jacobian of torch's layer, by autograd."""

    def layer(x: Tensor) -> Tensor:
        return F.conv2d(x.reshape(1, 1, H, W), w[None, None], stride=stride, padding=pad).flatten()

    jacobian = torch.autograd.functional.jacobian(layer, torch.zeros(H * W, dtype=w.dtype))
    assert isinstance(jacobian, Tensor)
    return jacobian


def conv_transpose2d(
    x: Tensor, w: Tensor, stride: int = 1, pad: int = 0, output_padding: int = 0
) -> Tensor:
    """torch's own layer."""
    return F.conv_transpose2d(x, w, stride=stride, padding=pad, output_padding=output_padding)


def maxpool2d(x: Tensor, k: int, s: int) -> tuple[Tensor, Tensor]:
    """torch's own layer."""
    y, idx = F.max_pool2d(x, k, s, return_indices=True)
    return y, idx


def avgpool(x: Tensor, k: int, s: int) -> Tensor:
    """torch's own layer."""
    return F.avg_pool2d(x, k, s)


def unpool_nearest(x: Tensor, k: int) -> Tensor:
    """torch's own resampling."""
    return F.interpolate(x, scale_factor=k, mode="nearest")


def bed_of_nails(x: Tensor, k: int) -> Tensor:
    """A transposed convolution with a kernel that has a single 1."""
    C = x.shape[1]
    w = torch.zeros(C, 1, k, k, dtype=x.dtype)
    w[:, :, 0, 0] = 1
    return F.conv_transpose2d(x, w, stride=k, groups=C)


def max_unpool(x: Tensor, idx: Tensor, out_size: list[int]) -> Tensor:
    """One plane after the other, in numpy."""
    H, W = out_size
    y = np.zeros((*x.shape[:2], H * W), dtype=x.numpy().dtype)
    for n, c in product(range(x.shape[0]), range(x.shape[1])):
        y[n, c][idx[n, c].numpy().ravel()] = x[n, c].numpy().ravel()
    return torch.from_numpy(y.reshape(*x.shape[:2], H, W))


def conv1d(x: Tensor, w: Tensor) -> Tensor:
    """torch's own layer."""
    return F.conv1d(x, w)


def conv3d(x: Tensor, w: Tensor) -> Tensor:
    """torch's own layer."""
    return F.conv3d(x, w)


def alexnet_first_macs() -> int:
    """Counted by torch on a layer without memory; it counts a multiply-add as two."""
    layer = torch.nn.Conv2d(3, 96, 11, stride=4, device="meta")
    with FlopCounterMode(display=False) as counter:
        layer(torch.empty(1, 3, 227, 227, device="meta"))
    return counter.get_total_flops() // 2


def same_either_way() -> str:
    """The kind of kernel for which flipping changes no output, found by trying one of each."""
    w = torch.arange(9.0).reshape(3, 3) ** 2
    kinds = {"A": w / w.sum(), "B": w + w.T, "C": w + w.flip(0, 1), "D": w + w.flip(1)}
    x = torch.arange(25.0).reshape(1, 1, 5, 5) ** 2
    same = [
        letter
        for letter, k in kinds.items()
        if torch.equal(F.conv2d(x, k[None, None]), F.conv2d(x, k.flip(0, 1)[None, None]))
    ]
    (letter,) = same
    return letter


ORACLES: dict[str, Callable[..., Any]] = {
    oracle.__name__: oracle
    for oracle in (
        *(conv_out, conv2d_naive, conv2d, true_conv2d, conv_nhwc),
        *(param_counts, conv_params, conv_macs, receptive_field, compose_kernels),
        *(alexnet_first_macs, same_either_way),
        *(toeplitz_conv1d, conv_matrix, conv_transpose2d),
        *(maxpool2d, avgpool, unpool_nearest, bed_of_nails, max_unpool, conv1d, conv3d),
    )
}
