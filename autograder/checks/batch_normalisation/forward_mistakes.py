# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How batchnorm_forward goes wrong, and other ways in which it goes right."""

from autograder.checks.batch_normalisation.forward import batchnorm_forward


@batchnorm_forward.misconception(
    "The variance is the unbiased one: in the transform the batch is not a sample of something "
    "else, so divide by N.",
    "torch's `var` and `std` divide by N - 1 unless told otherwise: look at `correction`.",
)
def unbiased_variance(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(0)
    var = (centred**2).sum(0) / (len(x) - 1)
    return gamma * centred / torch.sqrt(var + eps) + beta


@batchnorm_forward.misconception(
    "Epsilon is added to the standard deviation; it belongs inside the root, to the variance.",
    "Add first, take the root afterwards.",
)
def epsilon_outside_the_root(x, gamma, beta, eps=1e-5):
    std = x.var(0, correction=0).sqrt()
    return gamma * (x - x.mean(0)) / (std + eps) + beta


@batchnorm_forward.misconception(
    "Epsilon is missing: a feature that is the same in the whole batch divides 0 by 0.",
    "Some lecture slides leave it out too. Add it to the variance before taking the root.",
)
def without_epsilon(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / x.var(0, correction=0).sqrt() + beta


@batchnorm_forward.misconception(
    "Your epsilon is always 1e-5: use the one that is given.",
    "The number in the head of the function is only what holds when nobody says otherwise.",
)
def epsilon_is_fixed(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + 1e-5) + beta


@batchnorm_forward.misconception(
    "You normalise each example over its features. Batch norm looks at one feature in all "
    "examples.",
    "Examples lie along the first axis: that is the one to average over.",
)
def over_the_features(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta


@batchnorm_forward.misconception(
    "One mean and one variance for the whole table: every feature has its own.",
    "There are D means and D variances.",
)
def over_everything(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean()) / torch.sqrt(x.var(correction=0) + eps) + beta


@batchnorm_forward.misconception(
    "You divide by the variance. Its root is what brings the spread to 1.",
    "The variance is in squared units.",
)
def divides_by_the_variance(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.var(0, correction=0) + eps) + beta


@batchnorm_forward.misconception(
    "The mean is still in your result: take it away before you divide.",
    "With beta = 0 every feature of the result has mean 0.",
)
def not_centred(x, gamma, beta, eps=1e-5):
    return gamma * x / torch.sqrt(x.var(0, correction=0) + eps) + beta


@batchnorm_forward.misconception(
    "gamma and beta have changed places: gamma scales, beta shifts.",
    "First a product with gamma, then a sum with beta.",
)
def scale_and_shift_swapped(x, gamma, beta, eps=1e-5):
    return beta * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + gamma


@batchnorm_forward.misconception(
    "beta is added before gamma scales, so it is scaled too.",
    "The mean of a feature of the result is beta itself.",
)
def shifts_first(x, gamma, beta, eps=1e-5):
    return gamma * ((x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + beta)


@batchnorm_forward.misconception(
    "gamma and beta change nothing in your result.",
    "After normalising, scale every feature by its gamma and shift it by its beta.",
)
def forgets_scale_and_shift(x, gamma, beta, eps=1e-5):
    return (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps)


@batchnorm_forward.misconception(
    "gamma and beta are applied to the examples, not to the features.",
    "They have one entry for each column of x.",
)
def scales_the_examples(x, gamma, beta, eps=1e-5):
    hat = (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps)
    return gamma[:, None] * hat + beta[:, None]


@batchnorm_forward.misconception(
    "Your x has changed: a minus with an equals sign works on the tensor that was given.",
    "Write the result to a new name instead of into x.",
)
def writes_into_x(x, gamma, beta, eps=1e-5):
    var = x.var(0, correction=0)
    x -= x.mean(0)
    return gamma * x / torch.sqrt(var + eps) + beta


@batchnorm_forward.misconception(
    "float64 comes out as float32: a new tensor has torch's default type.",
    "Make the tensor that you fill with the dtype of x.",
)
def always_float32(x, gamma, beta, eps=1e-5):
    y = torch.zeros(x.shape)
    for d in range(x.shape[1]):
        column = x[:, d]
        std = torch.sqrt(column.var(correction=0) + eps)
        y[:, d] = gamma[d] * (column - column.mean()) / std + beta[d]
    return y


@batchnorm_forward.alternative
def feature_by_feature(x, gamma, beta, eps=1e-5):
    columns = []
    for column, scale, shift in zip(x.T, gamma, beta, strict=True):
        centred = column - sum(column) / len(column)
        variance = (centred * centred).sum() / len(column)
        columns.append(scale * centred / (variance + eps) ** 0.5 + shift)
    return torch.stack(columns, dim=1)


@batchnorm_forward.alternative
def by_a_centring_matrix(x, gamma, beta, eps=1e-5):
    N = x.shape[0]
    centred = (torch.eye(N, dtype=x.dtype) - 1 / N) @ x
    variance = torch.einsum("nd,nd->d", centred, centred) / N
    return centred @ torch.diag(gamma * (variance + eps).rsqrt()) + beta


@batchnorm_forward.alternative
def mean_of_squares(x, gamma, beta, eps=1e-5):
    wide = x.double()
    mean = wide.mean(0)
    scale = gamma / ((wide**2).mean(0) - mean**2 + eps).sqrt()
    return (wide * scale + (beta - mean * scale)).to(x.dtype)


@batchnorm_forward.alternative
def in_numpy(x, gamma, beta, eps=1e-5):
    values = x.numpy()
    hat = (values - values.mean(axis=0)) / (values.var(axis=0) + eps) ** 0.5
    return gamma * torch.from_numpy(hat.astype(values.dtype)) + beta
