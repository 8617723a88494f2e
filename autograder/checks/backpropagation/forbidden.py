"""What assignment 02 may not call: gradients and layers are to be written by hand."""

from autograder.checks.forbidden import ACTIVATIONS, AUTOGRAD_TOOLS, POOLING, together
from visionlab.checking.forbidden import Forbidden

READY_MADE = together(
    AUTOGRAD_TOOLS,
    ACTIVATIONS,
    reason=(
        "This exercise is to write the function and its gradient yourself: use no autograd and no "
        "ready-made activation, softmax or loss. exp, log, clamp, where, maximum and sums are fine."
    ),
)

POOLING_GRADIENTS = together(
    AUTOGRAD_TOOLS,
    POOLING,
    reason=(
        "This exercise is to route the gradients yourself: use no autograd, pooling or unpooling. "
        "Loops, indexing, scatter_add_ and index_add_ are fine."
    ),
)

# F.conv2d is allowed: that the backward pass is a convolution too is the lesson. Torch has one
# operator, `convolution`, for it and for the transposed one, so the latter is found by its name.
CONVOLUTION_GRADIENTS = together(
    AUTOGRAD_TOOLS,
    Forbidden(
        operators=frozenset(
            {"convolution_backward", "convolution_backward_overrideable", "conv_tbc_backward"}
            | {"_convolution_double_backward", "_slow_conv2d_backward", "slow_conv_transpose2d"}
            | {"cudnn_convolution_transpose", "miopen_convolution_transpose"}
            | {"_mps_convolution_transpose", "mps_convolution_backward"}
            | {"_convolution_transpose_pointwise", "mps_convolution_transpose_backward"}
            | {f"conv_transpose{n}d" for n in (1, 2, 3)}
        ),
        names=frozenset(
            {f"{name}{n}d" for n in (1, 2, 3) for name in ("conv_transpose", "ConvTranspose")}
            | {f"LazyConvTranspose{n}d" for n in (1, 2, 3)}
            | {"convolution", "_convolution", "convolution_backward"}
        ),
    ),
    reason=(
        "This exercise is to write the gradient of a convolution: use no autograd, torch.nn.grad "
        "or transposed convolution. F.conv2d, unfold, fold, einsum and flip are fine."
    ),
)
