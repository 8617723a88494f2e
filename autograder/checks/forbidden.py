"""What answers may not call, because it would be the exercise itself.

The operator names are those a TorchDispatchMode sees: torch turns `F.conv2d`, `nn.Conv2d` and
`torch.conv2d` into `convolution` before it gets there. The others are reached through
`torch.ops` only, and are listed so that this way is closed too. The names are those a reader
finds in the text of an answer; what only `torch.ops` has needs none, since it is seen running.
"""

from visionlab.checking.forbidden import AUTOGRAD, Forbidden


def together(*parts: Forbidden, reason: str) -> Forbidden:
    """Everything that one of `parts` forbids, for one `reason`."""
    operators = frozenset[str]().union(*(part.operators for part in parts))
    names = frozenset[str]().union(*(part.names for part in parts))
    return Forbidden(operators, names, reason)


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

AUTOGRAD_TOOLS = Forbidden(
    operators=frozenset({AUTOGRAD}),
    # `.backward()` on a tensor needs no name: the tensor requires a gradient, which is seen.
    names=frozenset(
        {"grad", "grad_and_value", "vjp", "jvp", "jacrev", "jacfwd", "jacobian", "hessian"}
        | {"linearize", "hvp", "vhp", "backward", "value_and_grad"}
        | {f"conv{n}d_{of}" for n in (1, 2, 3) for of in ("input", "weight")}
    ),
    reason=(
        "This exercise is to find the gradient yourself: use no autograd, neither .backward() "
        "nor torch.autograd nor torch.func."
    ),
)

_ACTIVATION_KINDS = frozenset(
    {"sigmoid", "tanh", "leaky_relu", "elu", "celu", "selu", "silu", "gelu", "prelu", "rrelu"}
    | {"softplus", "softsign", "log_sigmoid", "hardsigmoid", "hardtanh", "softmax", "log_softmax"}
    | {"softmin", "logsumexp", "logaddexp"}
)
_LOSS_KINDS = frozenset({"cross_entropy", "nll_loss", "kl_div", "binary_cross_entropy"})

ACTIVATIONS = Forbidden(
    operators=frozenset(
        (_ACTIVATION_KINDS - {"logsumexp", "logaddexp"})
        | {"_softmax", "_log_softmax", "_safe_softmax", "special_expit", "log_sigmoid_forward"}
        | {"_softmax_backward_data", "_log_softmax_backward_data", "cross_entropy_loss"}
        | {f"{k}_backward" for k in ("sigmoid", "tanh", "leaky_relu", "elu", "softplus")}
        | {"nll_loss_forward", "nll_loss_backward", "nll_loss_nd", "nll_loss", "mse_loss"}
        | {f"{kind}_" for kind in ("sigmoid", "tanh", "leaky_relu", "elu")}
    ),
    names=frozenset(
        (_ACTIVATION_KINDS - {"logsumexp", "logaddexp"})
        | _LOSS_KINDS
        | {"expit", "log_expit", "logsigmoid", "sigmoid_", "tanh_", "elu_", "leaky_relu_"}
        | {"Sigmoid", "Tanh", "LeakyReLU", "ELU", "CELU", "SELU", "SiLU", "GELU", "PReLU", "RReLU"}
        | {"Softmax", "LogSoftmax", "Softmax2d", "Softmin", "Softplus", "LogSigmoid"}
        | {"CrossEntropyLoss", "NLLLoss", "KLDivLoss", "BCELoss", "log_loss"}
    ),
    reason=(
        "This exercise is to write the function yourself: use no ready-made activation, softmax "
        "or loss. exp, log, clamp, where, maximum, sum and max are fine."
    ),
)

NORMALISATIONS = Forbidden(
    operators=frozenset(
        {"batch_norm", "native_batch_norm", "_native_batch_norm_legit", "cudnn_batch_norm"}
        | {"_native_batch_norm_legit_no_training", "_batch_norm_with_update", "miopen_batch_norm"}
        | {"_batch_norm_no_update", "_batch_norm_impl_index", "batch_norm_stats"}
        | {"batch_norm_elemt", "native_batch_norm_backward", "batch_norm_backward"}
        | {"cudnn_batch_norm_backward", "layer_norm", "native_layer_norm", "rms_norm"}
        | {"native_layer_norm_backward", "group_norm", "native_group_norm", "instance_norm"}
        | {"native_group_norm_backward", "_fused_rms_norm"}
    ),
    names=frozenset(
        {"batch_norm", "layer_norm", "group_norm", "instance_norm", "local_response_norm"}
        | {"rms_norm", "LayerNorm", "GroupNorm", "LocalResponseNorm", "RMSNorm", "CrossMapLRN2d"}
        | {f"{kind}{n}d" for kind in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)}
        | {f"Lazy{kind}{n}d" for kind in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)}
        | {"SyncBatchNorm", "FrozenBatchNorm2d", "native_batch_norm", "native_layer_norm"}
        | {"native_group_norm", "fuse_conv_bn_eval", "fuse_conv_bn_weights"}
        | {"fuse_linear_bn_eval", "fuse_linear_bn_weights", "StandardScaler", "scale"}
    ),
    reason=(
        "This exercise is to write the normalisation yourself: use no ready-made one. mean, var, "
        "std, sums and linear algebra are fine."
    ),
)

MODELS = Forbidden(
    names=frozenset(
        {"models", "get_model", "alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "googlenet"}
        | {f"resnet{depth}" for depth in (18, 34, 50, 101, 152)}
        | {"resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2", "inception_v3", "ResNet"}
        | {"VGG", "AlexNet", "GoogLeNet", "Inception3", "SqueezeExcitation", "timm"}
    ),
    reason=(
        "This exercise is to build the network yourself: use no ready-made one. All layers of "
        "torch.nn are fine."
    ),
)
