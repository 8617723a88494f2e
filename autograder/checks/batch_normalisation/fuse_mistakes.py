# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How fuse_conv_bn goes wrong, and other ways in which it goes right."""

from autograder.checks.batch_normalisation.fuse import fuse_conv_bn


@fuse_conv_bn.misconception(
    "The bias of the convolution has got lost: it passes through the batch norm too.",
    "What comes out of the convolution is Wx + b; put all of it into the formula of batch norm.",
)
def loses_the_bias(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter(bn.bias - bn.running_mean * factor)
    return fused


@fuse_conv_bn.misconception(
    "The bias of the convolution is added as it was; batch norm scales it like everything else.",
    "Batch norm multiplies (Wx + b - mean), not only Wx.",
)
def bias_not_scaled(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter(old + bn.bias - bn.running_mean * factor)
    return fused


@fuse_conv_bn.misconception(
    "The running mean is missing: batch norm takes it away before it scales.",
    "Put Wx + b into the formula of batch norm and sort what multiplies x from what does not.",
)
def forgets_the_mean(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter(old * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The running mean is taken away as it is, without being scaled.",
    "Batch norm subtracts first and scales then: the mean is scaled too.",
)
def mean_not_scaled(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter(old * factor + bn.bias - bn.running_mean)
    return fused


@fuse_conv_bn.misconception(
    "The running mean is added; batch norm takes it away.",
    "Put Wx + b into the formula of batch norm and sort what multiplies x from what does not.",
)
def adds_the_mean(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter((old + bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The kernels are divided by the variance instead of its root.",
    "The factor of a channel is gamma over the root of variance plus epsilon.",
)
def without_the_root(conv, bn):
    factor = bn.weight / (bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "gamma is missing: the kernels carry only the division by the root.",
    "The factor of a channel is gamma over the root of variance plus epsilon.",
)
def forgets_gamma(conv, bn):
    factor = 1 / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "Epsilon is always 1e-5 here: the batch norm brings its own.",
    "Read it from `bn.eps`.",
)
def epsilon_is_fixed(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + 1e-5)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The factors are laid along the last axis of the weights; a factor belongs to a filter.",
    "Filters lie along the first axis: the factors need three more axes behind theirs.",
)
def scales_the_last_axis(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor)
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The factors act on the input channels; batch norm stands behind the convolution, so each "
    "belongs to an output channel.",
    "Filters lie along the first axis of the weights.",
)
def scales_the_inputs(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[None, :, None, None])
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The new layer has stride 1, no padding and no dilation, whatever the old one had.",
    "Give the new layer all that the old one has, or start from a copy.",
)
def loses_the_geometry(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    sizes = (conv.in_channels, conv.out_channels, conv.kernel_size)
    fused = torch.nn.Conv2d(*sizes, groups=conv.groups)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The new layer has one group, whatever the old one had.",
    "Give the new layer the `groups` of the old one, or start from a copy.",
)
def loses_the_groups(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    shape = (conv.stride, conv.padding, conv.dilation)
    fused = torch.nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, *shape)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    fused.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The new layer has a bias only where the old one had: but the batch norm's shift has to go "
    "somewhere.",
    "Make the new layer with a bias in any case.",
)
def bias_only_where_there_was_one(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    fused = copy.deepcopy(conv)
    fused.weight = torch.nn.Parameter(conv.weight * factor[:, None, None, None])
    if conv.bias is not None:
        fused.bias = torch.nn.Parameter((conv.bias - bn.running_mean) * factor + bn.bias)
    return fused


@fuse_conv_bn.misconception(
    "The convolution you were given has changed: the network it belongs to is spoilt now.",
    "Make a new layer, for example with `copy.deepcopy`, and change that one.",
)
def changes_the_given_layer(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    with torch.no_grad():
        conv.weight *= factor[:, None, None, None]
        conv.bias = torch.nn.Parameter((old - bn.running_mean) * factor + bn.bias)
    return conv


@fuse_conv_bn.misconception(
    "float64 layers are fused to a float32 one.",
    "A new nn.Conv2d is float32: give it the dtype of the weights.",
)
def always_float32(conv, bn):
    factor = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    old = torch.zeros_like(bn.bias) if conv.bias is None else conv.bias
    sizes = (conv.in_channels, conv.out_channels, conv.kernel_size)
    shape = (conv.stride, conv.padding, conv.dilation, conv.groups)
    fused = torch.nn.Conv2d(*sizes, *shape)
    fused.weight.data.copy_(conv.weight * factor[:, None, None, None])
    fused.bias.data.copy_((old - bn.running_mean) * factor + bn.bias)
    return fused
