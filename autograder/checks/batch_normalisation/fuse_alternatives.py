# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Other ways in which fuse_conv_bn goes right."""

from autograder.checks.batch_normalisation.fuse import fuse_conv_bn


@fuse_conv_bn.alternative
def a_new_layer(conv, bn):
    fused = torch.nn.Conv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        stride=conv.stride,
        padding=conv.padding,
        dilation=conv.dilation,
        groups=conv.groups,
        bias=True,
        dtype=conv.weight.dtype,
    )
    with torch.no_grad():
        std = (bn.running_var + bn.eps).sqrt()
        fused.weight.copy_(conv.weight * (bn.weight / std).reshape(-1, 1, 1, 1))
        shift = -bn.running_mean if conv.bias is None else conv.bias - bn.running_mean
        fused.bias.copy_(bn.weight * shift / std + bn.bias)
    return fused


@fuse_conv_bn.alternative
def filter_by_filter(conv, bn):
    fused = copy.deepcopy(conv)
    fused.bias = torch.nn.Parameter(torch.zeros_like(bn.bias))
    gamma, beta = bn.weight.tolist(), bn.bias.tolist()
    old = [0.0] * len(gamma) if conv.bias is None else conv.bias.tolist()
    for f in range(conv.out_channels):
        factor = gamma[f] / math.sqrt(bn.running_var[f].item() + bn.eps)
        fused.weight.data[f] = conv.weight.data[f] * factor
        fused.bias.data[f] = (old[f] - bn.running_mean[f].item()) * factor + beta[f]
    return fused


@fuse_conv_bn.alternative
def by_a_diagonal_matrix(conv, bn):
    diagonal = torch.diag(bn.weight * torch.rsqrt(bn.running_var + bn.eps)).detach()
    fused = copy.deepcopy(conv).requires_grad_(False)
    flat = conv.weight.detach().flatten(1)  # (F, C/groups * K * K)
    fused.weight.data = (diagonal @ flat).view_as(conv.weight)
    old = bn.running_mean * 0 if conv.bias is None else conv.bias.detach()
    shift = diagonal @ (old - bn.running_mean) + bn.bias.detach()
    fused.bias = torch.nn.Parameter(shift, requires_grad=False)
    return fused


@fuse_conv_bn.alternative
def asks_the_batch_norm(conv, bn):
    F = conv.out_channels
    probe = torch.zeros(2, F, 1, 1, dtype=conv.weight.dtype)
    probe[1] = 1
    with torch.no_grad():
        at_zero, at_one = bn(probe)[:, :, 0, 0]
        factor = at_one - at_zero
        fused = copy.deepcopy(conv)
        fused.weight.mul_(factor.view(F, 1, 1, 1))
        old = 0 if conv.bias is None else conv.bias
        fused.bias = torch.nn.Parameter(old * factor + at_zero)
    return fused
