# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How layernorm_fb goes wrong, and other ways in which it goes right."""

from autograder.checks.batch_normalisation.layernorm import layernorm_fb


@layernorm_fb.misconception(
    "That is batch norm: the statistics run over the examples. Layer norm looks at one example, "
    "over its features.",
    "There are N means and N variances: average over the second axis.",
)
def over_the_batch(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return gamma * hat + beta, dx, (g * hat).sum(0), g.sum(0)


@layernorm_fb.misconception(
    "gamma is multiplied in at the end of dx. It differs from feature to feature, and the means "
    "run over the features now: it has to be inside of them.",
    "In batch norm gamma is the same for all that is averaged; here it is not. Start with g * "
    "gamma.",
)
def gamma_outside_the_means(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)
    hat = (x - x.mean(1, keepdim=True)) / root
    dx = g - g.mean(1, keepdim=True) - hat * (g * hat).mean(1, keepdim=True)
    return gamma * hat + beta, gamma * dx / root, (g * hat).sum(0), g.sum(0)


@layernorm_fb.misconception(
    "gamma is missing in dx: on its way back the gradient passes the product with gamma.",
    "Start the way to x with g * gamma.",
)
def forgets_gamma(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)
    hat = (x - x.mean(1, keepdim=True)) / root
    dx = g - g.mean(1, keepdim=True) - hat * (g * hat).mean(1, keepdim=True)
    return gamma * hat + beta, dx / root, (g * hat).sum(0), g.sum(0)


@layernorm_fb.misconception(
    "dgamma and dbeta are sums over the features. Each feature has its own gamma, which acts on "
    "all examples.",
    "They have the shape of gamma, (D,): sum over the first axis.",
)
def sums_over_features(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)
    hat = (x - x.mean(1, keepdim=True)) / root
    dhat = g * gamma
    dx = dhat - dhat.mean(1, keepdim=True) - hat * (dhat * hat).mean(1, keepdim=True)
    return gamma * hat + beta, dx / root, (g * hat).sum(1), g.sum(1)


@layernorm_fb.misconception(
    "Mean and variance are taken for constants in dx: but x moves them too.",
    "Three paths lead from x to the loss: straight on, through the mean, through the variance.",
)
def constants(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)
    hat = (x - x.mean(1, keepdim=True)) / root
    return gamma * hat + beta, g * gamma / root, (g * hat).sum(0), g.sum(0)


@layernorm_fb.misconception(
    "The variance is the unbiased one; divide by the number of features, not by one less.",
    "torch's `var` and `std` divide by one less unless told otherwise: look at `correction`.",
)
def unbiased_variance(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(1, keepdim=True) + eps)
    hat = (x - x.mean(1, keepdim=True)) / root
    dhat = g * gamma
    dx = dhat - dhat.mean(1, keepdim=True) - hat * (dhat * hat).mean(1, keepdim=True)
    return gamma * hat + beta, dx / root, (g * hat).sum(0), g.sum(0)


@layernorm_fb.misconception(
    "Epsilon is added to the standard deviation; it belongs inside the root, to the variance.",
    "Add first, take the root afterwards.",
)
def epsilon_outside_the_root(x, gamma, beta, g, eps=1e-5):
    root = x.var(1, correction=0, keepdim=True).sqrt() + eps
    hat = (x - x.mean(1, keepdim=True)) / root
    dhat = g * gamma
    dx = dhat - dhat.mean(1, keepdim=True) - hat * (dhat * hat).mean(1, keepdim=True)
    return gamma * hat + beta, dx / root, (g * hat).sum(0), g.sum(0)


@layernorm_fb.misconception(
    "Your x has changed: a minus with an equals sign works on the tensor that was given.",
    "Write the result to a new name instead of into x.",
)
def writes_into_x(x, gamma, beta, g, eps=1e-5):
    root = torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)
    x -= x.mean(1, keepdim=True)
    hat, dhat = x / root, g * gamma
    dx = dhat - dhat.mean(1, keepdim=True) - hat * (dhat * hat).mean(1, keepdim=True)
    return gamma * hat + beta, dx / root, (g * hat).sum(0), g.sum(0)


@layernorm_fb.alternative
def node_by_node(x, gamma, beta, g, eps=1e-5):
    D = x.shape[1]
    centred = x - x.mean(1, keepdim=True)
    inverse = 1 / torch.sqrt((centred**2).mean(1, keepdim=True) + eps)
    hat = centred * inverse
    dhat = g * gamma
    dvar = (dhat * centred).sum(1, keepdim=True) * -0.5 * inverse**3
    dcentred = dhat * inverse + 2 / D * dvar * centred
    dx = dcentred - dcentred.sum(1, keepdim=True) / D
    return gamma * hat + beta, dx, (g * hat).sum(0), g.sum(0)


@layernorm_fb.alternative
def example_by_example(x, gamma, beta, g, eps=1e-5):
    y, dx = torch.empty_like(x), torch.empty_like(x)
    dgamma, dbeta = torch.zeros_like(gamma), torch.zeros_like(beta)
    for n in range(len(x)):
        std = (x[n].var(correction=0) + eps) ** 0.5
        hat = (x[n] - x[n].mean()) / std
        up = g[n] * gamma
        y[n] = hat * gamma + beta
        dx[n] = (up - up.mean() - hat * (up @ hat) / len(hat)) / std
        dgamma += g[n] * hat
        dbeta += g[n]
    return y, dx, dgamma, dbeta


@layernorm_fb.alternative
def batch_norm_turned(x, gamma, beta, g, eps=1e-5):
    columns, up = x.T, (g * gamma).T  # examples as columns
    var, mean = torch.var_mean(columns, 0, correction=0)
    hat = (columns - mean) * (var + eps).rsqrt()
    D = len(columns)
    dx = (D * up - up.sum(0) - hat * (up * hat).sum(0)) * (var + eps).rsqrt() / D
    return hat.T * gamma + beta, dx.T, torch.einsum("nd,dn->d", g, hat), g.sum(0)
