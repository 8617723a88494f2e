"""What answers may not call, because it would be the exercise itself.

The operator names are those a TorchDispatchMode sees: torch turns `F.conv2d`, `nn.Conv2d` and
`torch.conv2d` into `convolution` before it gets there. The others are reached through
`torch.ops` only, and are listed so that this way is closed too. The names are those a reader
finds in the text of an answer; what only `torch.ops` has needs none, since it is seen running.
"""

from visionlab.checking.forbidden import Forbidden

_CONVOLUTION_OPERATORS = frozenset(
    {
        "convolution",
        "_convolution",
        "_convolution_mode",
        "convolution_overrideable",
        "convolution_backward",
        "convolution_backward_overrideable",
        "_convolution_double_backward",
        "conv1d",
        "conv2d",
        "conv3d",
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
        "conv_tbc",
        "conv_tbc_backward",
        "conv_depthwise3d",
        "_conv_depthwise2d",
        "thnn_conv2d",
        "_slow_conv2d_forward",
        "_slow_conv2d_backward",
        "slow_conv3d",
        "slow_conv3d_forward",
        "slow_conv_dilated2d",
        "slow_conv_dilated3d",
        "slow_conv_transpose2d",
        "slow_conv_transpose3d",
        "mkldnn_convolution",
        "_convolution_pointwise",
        "_convolution_transpose_pointwise",
        "_nnpack_spatial_convolution",
        "cudnn_convolution",
        "cudnn_convolution_relu",
        "cudnn_convolution_add_relu",
        "cudnn_convolution_transpose",
        "miopen_convolution",
        "miopen_convolution_relu",
        "miopen_convolution_add_relu",
        "miopen_convolution_transpose",
        "miopen_depthwise_convolution",
        "_mps_convolution",
        "_mps_convolution_transpose",
        "mps_convolution_backward",
        "mps_convolution_transpose_backward",
    }
)

_CONVOLUTION_NAMES = frozenset(
    {f"{name}{n}d" for n in (1, 2, 3) for name in ("conv", "conv_transpose", "Conv")}
    | {f"{name}{n}d" for n in (1, 2, 3) for name in ("ConvTranspose", "LazyConv")}
    | {f"LazyConvTranspose{n}d" for n in (1, 2, 3)}
    | {f"conv{n}d_{of}" for n in (1, 2, 3) for of in ("input", "weight")}
    | {"convolve", "convolve1d", "convolve2d", "fftconvolve", "oaconvolve"}
    | {"correlate", "correlate1d", "correlate2d", "deform_conv2d", "DeformConv2d"}
    | {"convolution", "conv_tbc"}
)

CONVOLUTIONS = Forbidden(
    operators=_CONVOLUTION_OPERATORS,
    names=_CONVOLUTION_NAMES,
    reason=(
        "This exercise is to write the convolution yourself: use no ready-made one from torch, "
        "numpy or scipy. Padding, slicing, unfold, fold, einsum, matmul, flip and FFT are fine."
    ),
)

_POOLING_OPERATORS = frozenset(
    {f"{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")}
    | {f"max_pool{n}d_with_indices" for n in (1, 2, 3)}
    | {f"max_unpool{n}d" for n in (2, 3)}
    | {f"adaptive_{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")}
    | {f"_adaptive_avg_pool{n}d" for n in (2, 3)}
    | {f"fractional_max_pool{n}d" for n in (2, 3)}
    | {f"mkldnn_max_pool{n}d" for n in (2, 3)}
    | {f"quantized_max_pool{n}d" for n in (1, 2, 3)}
    | {"mkldnn_adaptive_avg_pool2d"}
    # The gradient of average pooling spreads values over blocks, as unpooling does.
    | {f"{kind}_pool{n}d_backward" for n in (2, 3) for kind in ("avg", "_adaptive_avg")}
    | {f"max_pool{n}d_with_indices_backward" for n in (2, 3)}
)

_INTERPOLATION_OPERATORS = frozenset(
    {f"upsample_nearest{n}d" for n in (1, 2, 3)}
    | {f"_upsample_nearest_exact{n}d" for n in (1, 2, 3)}
    | {f"upsample_nearest{n}d_backward" for n in (1, 2, 3)}
    | {f"_upsample_nearest_exact{n}d_backward" for n in (1, 2, 3)}
    | {"upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d"}
    | {f"_upsample_{kind}2d_aa" for kind in ("bilinear", "bicubic", "lanczos")}
    | {"grid_sampler_2d", "grid_sampler_3d"}
)

_POOLING_NAMES = frozenset(
    {f"{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg", "lp")}
    | {f"{kind}Pool{n}d" for n in (1, 2, 3) for kind in ("Max", "Avg", "LP")}
    | {f"adaptive_{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")}
    | {f"Adaptive{kind}Pool{n}d" for n in (1, 2, 3) for kind in ("Max", "Avg")}
    | {f"max_unpool{n}d" for n in (1, 2, 3)}
    | {f"MaxUnpool{n}d" for n in (1, 2, 3)}
    | {f"fractional_max_pool{n}d" for n in (2, 3)}
    | {f"FractionalMaxPool{n}d" for n in (2, 3)}
    | {"interpolate", "upsample", "upsample_nearest", "upsample_bilinear", "Upsample"}
    | {"UpsamplingNearest2d", "UpsamplingBilinear2d", "grid_sample", "block_reduce"}
)

POOLING = Forbidden(
    operators=_POOLING_OPERATORS | _INTERPOLATION_OPERATORS | _CONVOLUTION_OPERATORS,
    names=_POOLING_NAMES | _CONVOLUTION_NAMES,
    reason=(
        "This exercise is to write the pooling or unpooling yourself: use no ready-made pooling, "
        "unpooling, interpolation or convolution. Slicing, unfold, reshape, max and mean are fine."
    ),
)
