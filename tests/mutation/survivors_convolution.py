"""Mutants of 01_convolution that get full points because they are right."""

from tests.mutation.survivors import Equivalent

SQUARE = "kernels are square: their last two axes have the same length"
ONE_DTYPE = "image and kernel, or both kernels, have one dtype and one device"
CPU = "every case lies on the CPU, torch's default device"
ONE_PLACE = "all the tensors are on the device of x"
SAME_SIZES = "windows, y and inside have the same axes 2 and 3"

_TOP = "top = s * torch.arange(y.shape[2], device=x.device)[:, None]"
_LEFT = "left = s * torch.arange(y.shape[3], device=x.device)"

EQUIVALENTS = (
    Equivalent(
        "conv2d_naive",
        "y = x.new_zeros(H - K + 1, W - K + 1)",
        ("y = w.new_zeros(H - K + 1, W - K + 1)",),
        ONE_DTYPE,
    ),
    Equivalent(
        "conv_out",
        "return room // stride + 1 if room >= 0 else 0",
        ("return room // stride + 1 if room >= -1 else 0",),
        "-1 // stride is -1 for every stride, and -1 + 1 is the 0 that is asked for",
    ),
    Equivalent(
        "conv2d",
        "span = dilation * (w.shape[-1] - 1) + 1",
        ("span = dilation * (w.shape[-2] - 1) + 1",),
        SQUARE,
    ),
    Equivalent(
        "receptive_field", "size, jump = (1, 1)", ("jump, size = (1, 1)",), "both start at 1"
    ),
    Equivalent(
        "compose_kernels",
        "both = k1.new_zeros(K1 + K2 - 1, K1 + K2 - 1)",
        ("both = k2.new_zeros(K1 + K2 - 1, K1 + K2 - 1)",),
        ONE_DTYPE,
    ),
    Equivalent(
        "true_conv2d",
        "return conv2d_naive(x, w.flip(0, 1))",
        ("return conv2d_naive(x, w.flip(1, 0))",),
        "flips of two axes may be done in any order",
    ),
    Equivalent(
        "toeplitz_conv1d",
        "Q[i, i:i + L] = q.flip(0)",
        ("Q[i, i:i + L] = q.flip(-1)",),
        "q has one axis, which is the first and the last",
    ),
    Equivalent(
        "conv_matrix",
        "pixels = torch.eye(H * W, dtype=w.dtype, device=w.device).view(H * W, 1, H, W)",
        ("pixels = torch.eye(H * W, dtype=w.dtype).view(H * W, 1, H, W)",),
        CPU,
    ),
    Equivalent(
        "conv_transpose2d",
        "K = w.shape[-1]",
        ("K = w.shape[-2]", "K = stamps.shape[-1]"),
        SQUARE + ", and a stamp has the kernel's size",
    ),
    Equivalent(
        "conv_transpose2d",
        "y = stamps.new_zeros(len(x), w.shape[1], H, W)",
        tuple(f"y = {v}.new_zeros(len(x), w.shape[1], H, W)" for v in "wx"),
        ONE_DTYPE,
    ),
    Equivalent("maxpool2d", _TOP, (_TOP.replace(", device=x.device", ""),), CPU),
    Equivalent("maxpool2d", _LEFT, (_LEFT.replace(", device=x.device", ""),), CPU),
    Equivalent(
        "maxpool2d",
        _TOP,
        tuple(_TOP.replace("x.device", f"{v}.device") for v in ("inside", "windows", "y")),
        ONE_PLACE,
    ),
    Equivalent(
        "maxpool2d",
        _LEFT,
        tuple(_LEFT.replace("x.device", f"{v}.device") for v in ("inside", "top", "windows", "y")),
        ONE_PLACE,
    ),
    Equivalent(
        "maxpool2d",
        _TOP,
        tuple(_TOP.replace("y.shape", f"{v}.shape") for v in ("inside", "windows")),
        SAME_SIZES,
    ),
    Equivalent(
        "maxpool2d",
        _LEFT,
        tuple(_LEFT.replace("y.shape", f"{v}.shape") for v in ("inside", "windows")),
        SAME_SIZES,
    ),
    Equivalent(
        "avgpool",
        "return x.unfold(2, k, s).unfold(3, k, s).mean((-2, -1))",
        ("return x.unfold(2, k, s).unfold(3, k, s).mean((-1, -2))",),
        "a mean over two axes takes them in any order",
    ),
    Equivalent(
        "max_unpool",
        "N, C, (H, W) = (*x.shape[:2], out_size)",
        ("N, C, (H, W) = (*idx.shape[:2], out_size)",),
        "x and idx have the same shape",
    ),
    Equivalent("conv3d", "K = w.shape[-1]", ("K = w.shape[-2]",), SQUARE),
)
