# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How the memory of BatchNorm2d goes wrong: what it keeps, and when it uses it."""

from autograder.checks.batch_normalisation.layer import batch_norm_2d


@batch_norm_2d.misconception(
    "The running variance gathers the biased variance of the batches; it is to estimate that of "
    "all images, so each batch gives its unbiased one.",
    "Two variances of the same batch: divided by NHW to normalise, by NHW - 1 to remember.",
)
class BiasedRunningVariance:
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
            self.running_var = (1 - m) * self.running_var + m * var
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "Your momentum weighs the old running value; here it weighs the new one.",
    "With momentum 0.1 the running mean moves a tenth of the way to the batch's mean.",
)
class MomentumWeighsTheOld:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = m * self.running_mean + (1 - m) * mean
            self.running_var = m * self.running_var + (1 - m) * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "The momentum is always 0.1: use the one the layer was made with.",
    "Keep what `__init__` is given in an attribute and read it when called.",
)
class MomentumIsFixed:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean
            self.running_var = 0.9 * self.running_var + 0.1 * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "The running values are those of the last batch: what came before is forgotten.",
    "Move a part of the way from the old value to the new one; `momentum` says how large a part.",
)
class RemembersTheLastBatch:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            self.running_mean, self.running_var = mean, x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "The running values stay at 0 and 1: nothing is left over from training for inference.",
    "After each batch in training, move both running values towards those of the batch.",
)
class NeverRemembers:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "In inference you still use the statistics of the batch: what an image gives then depends on "
    "the company it is in.",
    "With `training=False` mean and variance are the running ones.",
)
class InfersWithTheBatch:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
        if training:
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "The running values change in inference: using a network must not train it.",
    "Only `training=True` moves the running values.",
)
class InferenceRemembersToo:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
        m, values = self.momentum, x.numel() // x.shape[1]
        unbiased = var * values / max(values - 1, 1)
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * unbiased
        if not training:
            mean, var = self.running_mean, self.running_var
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "In training you normalise with the running values; there the batch's own are used.",
    "The running values are only gathered in training, and only used in inference.",
)
class TrainsWithRunningValues:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.ones(C)

    def __call__(self, x, training):
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        mean, var = self.running_mean, self.running_var
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]


@batch_norm_2d.misconception(
    "A new layer's running variance is 0; before anything is seen it is 1, and the mean is 0.",
    "Compare the four attributes of a new layer with the text: two of ones, two of zeros.",
)
class StartsAtTheSameValues:
    def __init__(self, C, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = torch.ones(C), torch.zeros(C)
        self.running_mean, self.running_var = torch.zeros(C), torch.zeros(C)

    def __call__(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var((0, 2, 3))
        hat = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.gamma[:, None, None] * hat + self.beta[:, None, None]
