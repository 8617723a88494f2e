# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How the arithmetic of BatchNorm2d goes wrong; its memory has a file of its own."""

from autograder.checks.batch_normalisation.layer import batch_norm_2d


@batch_norm_2d.misconception(
    "In training the batch is normalised with its unbiased variance; there you divide by NHW.",
    "Two variances of the same batch: divided by NHW to normalise, by NHW - 1 to remember.",
)
class UnbiasedEverywhere:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "You normalise each image by itself: that is instance norm. Batch norm takes a channel of all "
    "images together.",
    "Average over N, H and W at once; C numbers are left.",
)
class EachImageByItself:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean = self.running_mean[:, None, None]
        var = self.running_var[:, None, None]
        if training:
            mean = x.mean((2, 3), keepdim=True)
            var = x.var((2, 3), correction=0, keepdim=True)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean((0, 2, 3))
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean) / torch.sqrt(var + self.eps)
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "Every pixel gets a mean and a variance of its own. In a convolutional layer all pixels of a "
    "channel share theirs.",
    "Average over N, H and W at once; C numbers are left.",
)
class EachPixelByItself:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean = self.running_mean[:, None, None]
        var = self.running_var[:, None, None]
        if training:
            mean, var = x.mean(0), x.var(0, correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean((0, 2, 3))
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean) / torch.sqrt(var + self.eps)
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "All channels share one mean and one variance: each has its own.",
    "Average over N, H and W, not over C.",
)
class OneForAllChannels:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean = x.mean().expand(x.shape[1])
            var = x.var(correction=0).expand(x.shape[1])
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean((0, 2, 3))
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "gamma and beta act along the columns of the image; they belong to the channels.",
    "A tensor (C,) lines up with the last axis. Give it two more axes: (C, 1, 1).",
)
class ScalesTheColumns:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma * hat + self.beta


@batch_norm_2d.misconception(
    "gamma and beta are kept but change nothing in the result.",
    "After normalising, scale every channel by its gamma and shift it by its beta.",
)
class WithoutScaleAndShift:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        return (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]


@batch_norm_2d.misconception(
    "In inference you divide by the running variance; by its root, as in training.",
    "Both cases differ only in which mean and variance they take.",
)
class NoRootInInference:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        root = torch.sqrt(var + self.eps) if training else var + self.eps
        hat = (x - mean[:, None, None]) / root[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "Epsilon is always 1e-5: use the one the layer was made with.",
    "Keep what `__init__` is given in an attribute and read it when called.",
)
class EpsilonIsFixed:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + 1e-5)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "Your x has changed: a minus with an equals sign works on the tensor that was given.",
    "Write the result to a new name instead of into x.",
)
class WritesIntoX:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        x -= mean[:, None, None]
        factor = self.gamma / torch.sqrt(var + self.eps)
        return x * factor[:, None, None] + self.beta[:, None, None]
