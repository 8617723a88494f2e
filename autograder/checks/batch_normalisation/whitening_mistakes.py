# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How dbn_forward goes wrong, and other ways in which it goes right."""

from autograder.checks.batch_normalisation.whitening import dbn_forward


@dbn_forward.misconception(
    "The result is white but turned: you stopped in the axes of the eigenvectors. The symmetric "
    "root turns back.",
    "U Λ^(-1/2) is followed by the transposed U.",
)
def stays_in_the_eigenvectors(x, eps=1e-5):
    centred = x - x.mean(0)
    values, U = torch.linalg.eigh(centred.T @ centred / len(x))
    return centred @ U / torch.sqrt(values.clamp(min=0) + eps)


@dbn_forward.misconception(
    "Any root of the inverse whitens, but the one from Cholesky is triangular; the symmetric one "
    "is asked for.",
    "Take the eigenvalues and eigenvectors of the covariance.",
)
def by_cholesky(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = centred.T @ centred / len(x) + eps * torch.eye(x.shape[1], dtype=x.dtype)
    L = torch.linalg.cholesky(cov)
    return torch.linalg.solve_triangular(L, centred.T, upper=False).T


@dbn_forward.misconception(
    "Each feature is normalised alone, as in batch norm: their correlations are still there.",
    "The covariance is a full matrix; so is its root.",
)
def each_feature_alone(x, eps=1e-5):
    centred = x - x.mean(0)
    return centred / torch.sqrt((centred**2).mean(0) + eps)


@dbn_forward.misconception(
    "The covariance is divided by N - 1; here it is divided by N.",
    "`torch.cov` too divides by N - 1 unless told otherwise: look at `correction`.",
)
def unbiased_covariance(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = centred.T @ centred / max(len(x) - 1, 1)
    values, U = torch.linalg.eigh(cov + eps * torch.eye(len(cov), dtype=x.dtype))
    return centred @ U @ torch.diag(values**-0.5) @ U.T


@dbn_forward.misconception(
    "The mean is still in your result: take it from the rows that you multiply, too.",
    "Centre once, then use the centred rows for both the covariance and the product.",
)
def not_centred(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = centred.T @ centred / len(x)
    values, U = torch.linalg.eigh(cov + eps * torch.eye(len(cov), dtype=x.dtype))
    return x @ U @ torch.diag(values**-0.5) @ U.T


@dbn_forward.misconception(
    "You divide by the eigenvalues themselves: that is the inverse of the covariance, not of its "
    "root.",
    "Variances are in squared units; the exponent is -1/2.",
)
def without_the_root(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = centred.T @ centred / len(x)
    return centred @ torch.linalg.inv(cov + eps * torch.eye(len(cov), dtype=x.dtype))


@dbn_forward.misconception(
    "You multiply by the root of the covariance; dividing by it makes the result white.",
    "The exponent is -1/2.",
)
def multiplies_by_the_root(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = centred.T @ centred / len(x)
    values, U = torch.linalg.eigh(cov + eps * torch.eye(len(cov), dtype=x.dtype))
    return centred @ U @ torch.diag(values**0.5) @ U.T


@dbn_forward.misconception(
    "Epsilon is missing: with fewer examples than features some eigenvalues are 0.",
    "Add epsilon to the diagonal of the covariance; the lecture's slide leaves it out.",
)
def without_epsilon(x, eps=1e-5):
    centred = x - x.mean(0)
    values, U = torch.linalg.eigh(centred.T @ centred / len(x))
    return centred @ U @ torch.diag(values**-0.5) @ U.T


@dbn_forward.misconception(
    "Epsilon is added to the roots of the eigenvalues; it belongs to the covariance, before the "
    "root.",
    "The matrix under the root is the covariance plus epsilon times the unit matrix.",
)
def epsilon_after_the_root(x, eps=1e-5):
    centred = x - x.mean(0)
    values, U = torch.linalg.eigh(centred.T @ centred / len(x))
    return centred @ U @ torch.diag(1 / (values.clamp(min=0).sqrt() + eps)) @ U.T


@dbn_forward.misconception(
    "U and its transpose have changed places: eigenvectors are the columns of what eigh returns.",
    "Check that U Λ Uᵀ gives back the covariance.",
)
def transposes_swapped(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = centred.T @ centred / len(x)
    values, U = torch.linalg.eigh(cov + eps * torch.eye(len(cov), dtype=x.dtype))
    return centred @ U.T @ torch.diag(values**-0.5) @ U


@dbn_forward.alternative
def by_singular_values(x, eps=1e-5):
    centred = x - x.mean(0)
    U, s, Vt = torch.linalg.svd(centred, full_matrices=False)
    return U @ torch.diag(s / torch.sqrt(s * s / len(x) + eps)) @ Vt


@dbn_forward.alternative
def sum_of_projections(x, eps=1e-5):
    centred = x - x.mean(0)
    cov = torch.einsum("ni,nj->ij", centred, centred) / len(x)
    values, vectors = torch.linalg.eigh(cov)
    y = torch.zeros_like(x)
    for value, v in zip(values, vectors.T, strict=True):
        y += torch.outer(centred @ v, v) / torch.sqrt(value.clamp(min=0) + eps)
    return y


@dbn_forward.alternative
def by_newtons_iteration(x, eps=1e-5):
    wide = x.double()
    centred = wide - wide.mean(0)
    Y = centred.T @ centred / len(x) + eps * torch.eye(x.shape[1]).double()
    Z = torch.eye(len(Y)).double()
    for _ in range(60):  # Denman and Beavers: Z goes to the inverse of the root
        Y, Z = (Y + torch.linalg.inv(Z)) / 2, (Z + torch.linalg.inv(Y)) / 2
    return (centred @ Z).to(x.dtype)


@dbn_forward.alternative
def in_scipy(x, eps=1e-5):
    import numpy as np
    import scipy.linalg

    values = x.numpy().astype(np.float64)
    centred = values - values.mean(0)
    root = scipy.linalg.sqrtm(centred.T @ centred / len(values) + eps * np.eye(values.shape[1]))
    return torch.from_numpy(np.linalg.solve(root, centred.T).T.copy()).to(x.dtype)
