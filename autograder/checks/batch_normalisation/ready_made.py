# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Right values by what each exercise forbids: every one of these answers earns nothing."""

import torch

from autograder.checks.batch_normalisation.backward import batchnorm_backward
from autograder.checks.batch_normalisation.dropout import dropout_fb
from autograder.checks.batch_normalisation.forward import batchnorm_forward
from autograder.checks.batch_normalisation.fuse import fuse_conv_bn
from autograder.checks.batch_normalisation.groups import groupnorm
from autograder.checks.batch_normalisation.initialising import xavier_bound
from autograder.checks.batch_normalisation.layer import batch_norm_2d
from autograder.checks.batch_normalisation.layernorm import layernorm_fb
from autograder.checks.batch_normalisation.maps import instancenorm
from autograder.checks.batch_normalisation.response import lrn
from autograder.checks.batch_normalisation.standardize import standardize


@standardize.borrows
def by_sklearn(train, test):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train.numpy())
    return torch.from_numpy(scaler.transform(train.numpy())), torch.from_numpy(
        scaler.transform(test.numpy())
    )


@batchnorm_forward.borrows
def by_functional(x, gamma, beta, eps=1e-5):
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


@batchnorm_forward.borrows
def by_group_norm_turned(x, gamma, beta, eps=1e-5):
    rows = x.T[None]  # (1, D, N): one group for each feature
    return getattr(torch, "group" + "_norm")(rows, x.shape[1], gamma, beta, eps)[0].T


@batchnorm_backward.borrows
def by_autograd(g, x, gamma, eps=1e-5):
    x, gamma = x.clone().requires_grad_(), gamma.clone().requires_grad_()
    beta = torch.zeros_like(gamma, requires_grad=True)
    y = gamma * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + beta
    y.backward(g)
    return x.grad, gamma.grad, beta.grad


@batchnorm_backward.borrows
def by_the_function_behind_autograd(g, x, gamma, eps=1e-5):
    mean, inverse = x.mean(0), (x.var(0, correction=0) + eps).rsqrt()
    masks = [True, True, True]
    return torch.ops.aten.native_batch_norm_backward(
        g, x, gamma, None, None, mean, inverse, True, eps, masks
    )


@batch_norm_2d.borrows
class WithTheFunction:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        from torch.nn.functional import batch_norm

        running = (self.running_mean, self.running_var, self.gamma, self.beta)
        return batch_norm(x, *running, training, self.momentum, self.eps)


@fuse_conv_bn.borrows
def by_helper(conv, bn):
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    return fuse_conv_bn_eval(conv, bn)


@layernorm_fb.borrows
def by_autograd_again(x, gamma, beta, g, eps=1e-5):
    leaves = [t.clone().requires_grad_() for t in (x, gamma, beta)]
    y = F.layer_norm(leaves[0], gamma.shape, *leaves[1:], eps)
    return (y.detach(), *torch.autograd.grad(y, leaves, g))


@instancenorm.borrows
def by_instance_norm(x, gamma, beta, eps=1e-5):
    return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)


@groupnorm.borrows
def by_group_norm(x, groups, gamma, beta, eps=1e-5):
    return F.group_norm(x, groups, gamma, beta, eps)


@lrn.borrows
def by_local_response_norm(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    from torch.nn.functional import local_response_norm

    return local_response_norm(x, size, alpha, beta, k)


@xavier_bound.borrows
def by_looking_at_a_draw(fan_in, fan_out):
    from torch.nn import init

    drawn = init.xavier_uniform_(torch.empty(fan_out, fan_in))
    return init.calculate_gain("linear") * math.sqrt(6 / sum(drawn.shape))


@dropout_fb.borrows
def without_the_noise(x, g, u, p, training):
    from torch.nn.functional import dropout

    mask = dropout(torch.ones_like(x), p, training)
    return x * mask, g * mask
