# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,operator,assignment"
"""Other ways in which BatchNorm2d goes right."""

import torch

from autograder.checks.batch_normalisation.layer import batch_norm_2d


@batch_norm_2d.alternative
class OnATable:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = torch.ones(C)
        self.beta = torch.zeros(C)
        self.running_mean = torch.zeros(C)
        self.running_var = torch.ones(C)

    def __call__(self, x, training):
        N, C, H, W = x.shape
        table = x.permute(0, 2, 3, 1).reshape(-1, C)  # (NHW, C)
        if training:
            mean = table.mean(0)
            squares = ((table - mean) ** 2).sum(0)
            var = squares / len(table)
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (squares / (len(table) - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        table = (table - mean) / (var + self.eps) ** 0.5 * self.gamma + self.beta
        return table.reshape(N, H, W, C).permute(0, 3, 1, 2)


@batch_norm_2d.alternative
class AsAModule(torch.nn.Module):
    def __init__(self, C, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = torch.nn.Parameter(torch.ones(C))
        self.beta = torch.nn.Parameter(torch.zeros(C))
        self.register_buffer("running_mean", torch.zeros(C))
        self.register_buffer("running_var", torch.ones(C))

    def forward(self, x, training):
        if training:
            var, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
            n = x.numel() // x.size(1)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * n / (n - 1), self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.gamma * torch.rsqrt(var + self.eps)
        shift = self.beta - mean * scale
        return x * scale.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1)


@batch_norm_2d.alternative
class ChannelByChannel:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        if training:
            self._remember(x)
        y = torch.empty_like(x)
        for c in range(x.shape[1]):
            one = x[:, c]
            mean = one.mean() if training else self.running_mean[c]
            var = ((one - mean) ** 2).mean() if training else self.running_var[c]
            y[:, c] = self.gamma[c] * (one - mean) / torch.sqrt(var + self.eps) + self.beta[c]
        return y

    def _remember(self, x):
        new_mean = torch.stack([x[:, c].mean() for c in range(x.shape[1])])
        new_var = torch.stack([x[:, c].var() for c in range(x.shape[1])])
        keep = 1 - self.momentum
        self.running_mean = keep * self.running_mean + self.momentum * new_mean
        self.running_var = keep * self.running_var + self.momentum * new_var


@batch_norm_2d.alternative
class InNumpy:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean.numpy(), self.running_var.numpy()
        values = x.numpy()
        if training:
            new = values.mean((0, 2, 3)), values.var((0, 2, 3), ddof=1)
            self.running_mean = torch.from_numpy(mean + self.momentum * (new[0] - mean))
            self.running_var = torch.from_numpy(var + self.momentum * (new[1] - var))
            mean, var = new[0], values.var((0, 2, 3))
        std = (var + self.eps) ** 0.5
        hat = (values - mean[:, None, None]) / std[:, None, None]
        gamma, beta = self.gamma.numpy(), self.beta.numpy()
        return torch.from_numpy(gamma[:, None, None] * hat + beta[:, None, None]).to(x.dtype)
