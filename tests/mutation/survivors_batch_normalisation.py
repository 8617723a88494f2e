"""Mutants of 03_batch_normalisation that get full points because they are right."""

from tests.mutation.survivors import Equivalent

ANY_ORDER = "a mean or a variance over several axes takes them in any order"
DETACHED = "nn.Parameter keeps the values of a tensor and drops its history"
ONE_DTYPE = "x, g and u have one dtype"
NUMBERS = "a number may come as a tensor without axes"
SAME_LENGTH = "steps and accuracies have the same length"

_STATISTICS = "mean, var = (x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0))"
_UNBIASED = "m, unbiased = (self.momentum, x.var((0, 2, 3)))"
_WEIGHT = "fused.weight = nn.Parameter((conv.weight * scale[:, None, None, None]).detach())"
_BIAS = "fused.bias = nn.Parameter(((bias - bn.running_mean) * scale + bn.bias).detach())"
_COVARIANCE = "cov = centred.T @ centred / len(x)"
_EIGEN = "values, vectors = torch.linalg.eigh(cov + eps * torch.eye(len(cov)).to(cov))"
_MASK = "scale = (u >= p).to(x.dtype) / (1 - p)"
_PAIRS = "for step, accuracy in zip(steps, accuracies, strict=True):"

EQUIVALENTS = (
    Equivalent(
        "standardize",
        "std = torch.where((train == train[0]).all(0), 1.0, std)",
        ("std = torch.where((train == train[-1]).all(0), 1.0, std)",),
        "a feature is constant when all rows equal any one of them",
    ),
    Equivalent(
        "BatchNorm2d",
        _STATISTICS,
        (
            _STATISTICS.replace("mean((0, 2, 3))", "mean((2, 0, 3))"),
            _STATISTICS.replace("mean((0, 2, 3))", "mean((0, 3, 2))"),
            _STATISTICS.replace("var((0, 2, 3)", "var((2, 0, 3)"),
            _STATISTICS.replace("var((0, 2, 3)", "var((0, 3, 2)"),
        ),
        ANY_ORDER,
    ),
    Equivalent(
        "BatchNorm2d",
        _UNBIASED,
        (_UNBIASED.replace("0, 2, 3", "2, 0, 3"), _UNBIASED.replace("0, 2, 3", "0, 3, 2")),
        ANY_ORDER,
    ),
    Equivalent(
        "recompute_stats",
        "values = torch.cat([x.transpose(0, 1).flatten(1) for x in batches], dim=1)",
        ("values = torch.cat([x.transpose(1, 0).flatten(1) for x in batches], dim=1)",),
        "swapping axis 0 with 1 is swapping axis 1 with 0",
    ),
    Equivalent(
        "fuse_conv_bn",
        _WEIGHT,
        ("fused.weight = nn.Parameter(conv.weight * scale[:, None, None, None])",),
        DETACHED,
    ),
    Equivalent(
        "fuse_conv_bn",
        _WEIGHT,
        (_WEIGHT.replace("(conv.weight", "(fused.weight"),),
        "the copy has the weights of the layer it was made from",
    ),
    Equivalent(
        "fuse_conv_bn",
        _BIAS,
        ("fused.bias = nn.Parameter((bias - bn.running_mean) * scale + bn.bias)",),
        DETACHED,
    ),
    Equivalent(
        "instancenorm",
        "mean = x.mean((2, 3), keepdim=True)",
        ("mean = x.mean((3, 2), keepdim=True)",),
        ANY_ORDER,
    ),
    Equivalent(
        "instancenorm",
        "var = x.var((2, 3), correction=0, keepdim=True)",
        ("var = x.var((3, 2), correction=0, keepdim=True)",),
        ANY_ORDER,
    ),
    Equivalent(
        "groupnorm",
        "parts = x.reshape(len(x), groups, -1)",
        ("parts = x.reshape(groups, len(x), -1)",),
        "as many blocks of the same length follow each other in either order of the axes, and "
        "each is normalised by itself",
    ),
    Equivalent(
        "dbn_forward",
        _COVARIANCE,
        ("cov = x.T @ centred / len(x)", "cov = centred.T @ x / len(x)"),
        "the centred rows sum to 0, so what is constant in the other factor adds nothing",
    ),
    Equivalent(
        "dbn_forward",
        _COVARIANCE,
        ("cov = centred.T @ centred / len(centred)",),
        "centring keeps the number of rows",
    ),
    Equivalent(
        "dbn_forward",
        _EIGEN,
        (_EIGEN.replace(".to(cov)", ".to(x)"), _EIGEN.replace(".to(cov)", ".to(centred)")),
        "x, its centred rows and their covariance have one dtype and device",
    ),
    Equivalent(
        "dbn_forward",
        _EIGEN,
        (_EIGEN.replace(".to(cov)", ""),),
        "a sum with a float64 covariance is float64 again; epsilon alone is rounded to float32, "
        "which changes nothing where it is a power of two or far below the eigenvalues",
    ),
    Equivalent(
        "activation_stats", "means, stds = ([], [])", ("stds, means = ([], [])",), "both are empty"
    ),
    Equivalent(
        "activation_stats",
        "means.append(x.mean().item())",
        ("means.append(x.mean())",),
        NUMBERS,
    ),
    Equivalent(
        "activation_stats",
        "stds.append(x.std(correction=0).item())",
        ("stds.append(x.std(correction=0))",),
        NUMBERS,
    ),
    Equivalent(
        "dropout_fb",
        _MASK,
        (_MASK.replace("x.dtype", "g.dtype"), _MASK.replace("x.dtype", "u.dtype")),
        ONE_DTYPE,
    ),
    Equivalent(
        "steps_to",
        _PAIRS,
        (_PAIRS.replace(", strict=True", ""), _PAIRS.replace("strict=True", "strict=False")),
        SAME_LENGTH,
    ),
    Equivalent("steps_to", "return None", ("pass",), "a function without a return gives None"),
)
