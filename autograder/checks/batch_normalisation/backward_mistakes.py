# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How batchnorm_backward goes wrong, and other ways in which it goes right."""

from autograder.checks.batch_normalisation.backward import batchnorm_backward


@batchnorm_backward.misconception(
    "Mean and variance are taken for constants: but x moves them too, and they move the result.",
    "Three paths lead from x to the loss: straight on, through the mean, through the variance.",
)
def constants(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    return g * gamma / root, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "The path through the mean is missing: the gradients for x of a feature sum to 0 over the "
    "batch.",
    "Adding the same to all examples changes nothing in y: what must then hold for the sum of dx?",
)
def forgets_the_mean(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    return (dhat - hat * (dhat * hat).mean(0)) / root, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "The path through the variance is missing: stretching x about its mean hardly changes y.",
    "The variance depends on every x: give it a gradient of its own and pass that on.",
)
def forgets_the_variance(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    return (dhat - dhat.mean(0)) / root, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "The path through the variance has the wrong sign: a larger variance makes the result smaller.",
    "The derivative of 1 / root has a minus.",
)
def sign_of_the_variance(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) + hat * (dhat * hat).mean(0)) / root
    return dx, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "The path through the variance is twice too strong.",
    "The square gives a factor of 2 and the root one of 1/2.",
)
def twice_the_variance(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - 2 * hat * (dhat * hat).mean(0)) / root
    return dx, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "In dx there are sums over the batch where means belong: who divides by N?",
    "Mean and variance are averages, so 1 / N comes along on their paths.",
)
def sums_for_means(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.sum(0) - hat * (dhat * hat).sum(0)) / root
    return dx, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "dx is not divided by the root of the variance.",
    "The last step towards x, through (x - mean) / root, has the derivative 1 / root.",
)
def forgets_the_root(g, x, gamma, eps=1e-5):
    hat = (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps)
    dhat = g * gamma
    return dhat - dhat.mean(0) - hat * (dhat * hat).mean(0), (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "gamma is missing in dx: on its way back the gradient passes the product with gamma.",
    "Multiply g by gamma before anything else happens on the way to x.",
)
def forgets_gamma(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    return (g - g.mean(0) - hat * (g * hat).mean(0)) / root, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "dgamma uses x itself. gamma multiplies the normalised x.",
    "The local gradient of a product is the other factor.",
)
def dgamma_from_x(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, (g * x).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "dgamma and dbeta are means over the batch; gradients from several examples add up.",
    "One gamma acts on N examples: sum over all its uses.",
)
def averages_over_the_batch(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, (g * hat).mean(0), g.mean(0)


@batchnorm_backward.misconception(
    "dgamma and dbeta have an entry for every example; they have the shapes of gamma and beta.",
    "One gamma acts on N examples: sum over all its uses.",
)
def not_summed(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, g * hat, g


@batchnorm_backward.misconception(
    "dgamma and dbeta have changed places in what you return.",
    "The order is (dx, dgamma, dbeta).",
)
def returns_swapped(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, g.sum(0), (g * hat).sum(0)


@batchnorm_backward.misconception(
    "The normalised x is made with the unbiased variance; the forward pass divides by N.",
    "torch's `var` and `std` divide by N - 1 unless told otherwise: look at `correction`.",
)
def unbiased_variance(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0) + eps)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "Epsilon is not used as in the forward pass, where it stands inside the root.",
    "Use the root of variance plus epsilon wherever the forward pass does.",
)
def epsilon_outside_the_root(g, x, gamma, eps=1e-5):
    root = x.var(0, correction=0).sqrt() + eps
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "Your epsilon is always 1e-5: use the one that is given.",
    "The number in the head of the function is only what holds when nobody says otherwise.",
)
def epsilon_is_fixed(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + 1e-5)
    hat = (x - x.mean(0)) / root
    dhat = g * gamma
    dx = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / root
    return dx, (g * hat).sum(0), g.sum(0)


@batchnorm_backward.misconception(
    "Your g has changed: a product with an equals sign works on the tensor that was given.",
    "Write the product to a new name instead of into g.",
)
def writes_into_g(g, x, gamma, eps=1e-5):
    root = torch.sqrt(x.var(0, correction=0) + eps)
    hat = (x - x.mean(0)) / root
    dgamma, dbeta = (g * hat).sum(0), g.sum(0)
    g *= gamma
    return (g - g.mean(0) - hat * (g * hat).mean(0)) / root, dgamma, dbeta


@batchnorm_backward.alternative
def node_by_node(g, x, gamma, eps=1e-5):
    N = x.shape[0]
    centred = x - x.mean(0)
    var = (centred**2).mean(0)
    inverse = 1 / torch.sqrt(var + eps)
    dbeta, dgamma = g.sum(0), (g * centred * inverse).sum(0)
    dhat = g * gamma
    dvar = (dhat * centred).sum(0) * -0.5 * inverse**3
    dcentred = dhat * inverse + dvar * 2 * centred / N
    return dcentred - dcentred.sum(0) / N, dgamma, dbeta


@batchnorm_backward.alternative
def from_the_sums(g, x, gamma, eps=1e-5):
    N = len(x)
    std = (x.var(0, correction=0) + eps).sqrt()
    hat = (x - x.mean(0)) / std
    dbeta, dgamma = g.sum(0), (g * hat).sum(0)
    return gamma / (N * std) * (N * g - dbeta - hat * dgamma), dgamma, dbeta


@batchnorm_backward.alternative
def by_jacobians(g, x, gamma, eps=1e-5):
    N, D = x.shape
    eye = torch.eye(N, dtype=x.dtype)
    dx, dgamma = torch.empty_like(x), torch.empty_like(gamma)
    for d in range(D):
        centred = x[:, d] - x[:, d].mean()
        root = (centred.dot(centred) / N + eps).sqrt()
        hat = centred / root
        J = gamma[d] / root * (eye - 1 / N - torch.outer(hat, hat) / N)  # (N, N), symmetric
        dx[:, d] = J @ g[:, d]
        dgamma[d] = hat @ g[:, d]
    return dx, dgamma, g.sum(dim=0)


@batchnorm_backward.alternative
def in_numpy(g, x, gamma, eps=1e-5):
    import numpy as np

    up, values, scale = g.numpy(), x.numpy(), gamma.numpy()
    root = np.sqrt(values.var(0) + eps).astype(values.dtype)
    hat = (values - values.mean(0)) / root
    dhat = up * scale
    dx = (dhat - dhat.mean(0) - hat * np.mean(dhat * hat, axis=0)) / root
    parts = (dx, np.einsum("nd,nd->d", up, hat), up.sum(0))
    return tuple(torch.from_numpy(np.asarray(part)) for part in parts)
