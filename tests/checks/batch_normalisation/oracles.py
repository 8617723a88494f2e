"""Right answers of 03_batch_normalisation from other hands: torch, sklearn, scipy, numpy."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.optimize
import scipy.stats
import torch
import torch.nn.functional as F
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

Act = Callable[[Tensor], Tensor]


def standardize(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """sklearn's scaler, fitted to the training set."""
    scaler = StandardScaler().fit(train.numpy())
    new = (torch.from_numpy(scaler.transform(x.numpy())).to(x.dtype) for x in (train, test))
    return next(new), next(new)


def batchnorm_forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    """torch's own kernel; `F.batch_norm` in front of it refuses a batch of one."""
    y: Tensor = torch.native_batch_norm(x, gamma, beta, None, None, True, 0.0, eps)[0]
    return y


def batchnorm_backward(
    g: Tensor, x: Tensor, gamma: Tensor, eps: float = 1e-5
) -> tuple[Tensor, ...]:
    """torch's autograd through its own layer."""
    a, b, c = (t.clone().requires_grad_() for t in (x, gamma, torch.zeros_like(gamma)))
    y = F.batch_norm(a, None, None, b, c, training=True, eps=eps)
    return torch.autograd.grad(y, [a, b, c], g)


class BatchNorm2d:
    """torch's own function with the attributes of the exercise."""

    def __init__(self, C: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        like = nn.BatchNorm2d(C)
        assert like.running_mean is not None and like.running_var is not None
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = like.weight.detach(), like.bias.detach()
        self.running_mean, self.running_var = like.running_mean, like.running_var

    def __call__(self, x: Tensor, training: bool) -> Tensor:
        running = (self.running_mean, self.running_var, self.gamma, self.beta)
        return F.batch_norm(x, *running, training, self.momentum, self.eps)


def recompute_stats(bn: Any, batches: list[Tensor]) -> None:
    """What torch's layer remembers of one very long image when the old values weigh nothing."""
    C = batches[0].shape[1]
    long = torch.cat([x.transpose(0, 1).reshape(C, -1) for x in batches], dim=1)[None]  # (1, C, M)
    mean, var = long.new_zeros(C), long.new_ones(C)
    F.batch_norm(long, mean, var, training=True, momentum=1.0)
    bn.running_mean, bn.running_var = mean, var


def drop_bias(b: Tensor, running_mean: Tensor) -> Tensor:
    """What torch's layer makes of a zero: the new mean with its sign turned round."""
    ones = torch.ones_like(b)
    return -F.batch_norm(b[None], running_mean, ones, training=False, eps=0.0)[0]


def bias_gradient() -> int:
    """torch's autograd on the question's four examples."""
    x = torch.tensor([[0.5], [-1.0], [2.0], [4.0]], dtype=torch.float64)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    gamma, beta = torch.full_like(b, 3.0), torch.ones_like(b)
    y = F.batch_norm(2 * x + b, None, None, gamma, beta, training=True)
    y.backward(torch.tensor([[1.0], [2.0], [3.0], [6.0]], dtype=torch.float64))
    assert b.grad is not None and b.grad.abs().item() < 1e-12
    return round(b.grad.item())


def fuse_conv_bn(conv: nn.Conv2d, bn: nn.BatchNorm2d) -> nn.Conv2d:
    """torch's own helper."""
    return fuse_conv_bn_eval(conv, bn)


def layernorm_fb(
    x: Tensor, gamma: Tensor, beta: Tensor, g: Tensor, eps: float = 1e-5
) -> tuple[Tensor, ...]:
    """torch's autograd through its own layer."""
    a, b, c = (t.clone().requires_grad_() for t in (x, gamma, beta))
    y = F.layer_norm(a, list(gamma.shape), b, c, eps)
    return y.detach(), *torch.autograd.grad(y, [a, b, c], g)


def instancenorm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    """torch's layer norm of every map; `F.instance_norm` refuses maps of one pixel."""
    hat = F.layer_norm(x, list(x.shape[2:]), eps=eps)
    return torch.einsum("nchw,c->nchw", hat, gamma) + beta.view(-1, 1, 1)


def groupnorm(x: Tensor, groups: int, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    """torch's own layer."""
    return F.group_norm(x, groups, gamma, beta, eps)


def dbn_forward(x: Tensor, eps: float = 1e-5) -> Tensor:
    """numpy's covariance and its singular values, which are its eigenvalues."""
    values = x.numpy().astype(np.float64)
    cov = np.atleast_2d(np.cov(values, rowvar=False, bias=True)) + eps * np.eye(values.shape[1])
    U, s, Vt = np.linalg.svd(cov)
    return torch.from_numpy((values - values.mean(0)) @ (U / np.sqrt(s)) @ Vt).to(x.dtype)


def lrn(
    x: Tensor, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Tensor:
    """torch's own layer."""
    return F.local_response_norm(x, size, alpha, beta, k)


def xavier_bound(fan_in: int, fan_out: int) -> float:
    """The bound for which scipy's uniform distribution has the variance asked for."""

    def excess(a: float) -> float:
        return float(scipy.stats.uniform(-a, 2 * a).var()) - 2 / (fan_in + fan_out)

    return float(scipy.optimize.brentq(excess, 1e-6, 10.0, xtol=1e-14))


def activation_stats(x: Tensor, weights: list[Tensor], act: Act) -> tuple[list[float], list[float]]:
    """torch's linear layer, numpy's mean and standard deviation."""
    means, stds = [], []
    for W in weights:
        x = act(F.linear(x, W))
        means.append(float(x.numpy().astype(np.float64).mean()))
        stds.append(float(x.numpy().astype(np.float64).std()))
    return means, stds


def dropout_fb(x: Tensor, g: Tensor, u: Tensor, p: float, training: bool) -> tuple[Tensor, Tensor]:
    """A choice between two tensors, and torch's autograd through it."""
    leaf = x.clone().requires_grad_()
    dropped = (u < p) if training else torch.zeros_like(u, dtype=torch.bool)
    y = torch.where(dropped, torch.zeros_like(leaf), leaf / (1 - p if training else 1))
    return y.detach(), torch.autograd.grad(y, leaf, g)[0]


def steps_to(steps: list[int], accuracies: list[float], goal: float) -> int | None:
    """numpy's places of what is true."""
    places = np.flatnonzero(np.asarray(accuracies) >= goal)
    return steps[int(places[0])] if len(places) else None


def speed_ups(steps: dict[str, float | None]) -> dict[str, float | None]:
    """Exact fractions."""
    known = {name: Fraction(n) for name, n in steps.items() if n is not None}
    ratios = {name: float(known["plain"] / n) for name, n in known.items()}
    return {name: ratios.get(name) for name in steps}


ORACLES: dict[str, Callable[..., Any]] = {
    oracle.__name__: oracle
    for oracle in (
        *(standardize, batchnorm_forward, batchnorm_backward, BatchNorm2d, recompute_stats),
        *(drop_bias, bias_gradient, fuse_conv_bn, layernorm_fb, instancenorm, groupnorm),
        *(dbn_forward, lrn, xavier_bound, activation_stats, dropout_fb, steps_to, speed_ups),
    )
}
