# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""recompute_stats and drop_bias: what inference needs, lectures 004 and 001."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch, factors
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs

recompute_stats = Exercise("recompute_stats", points=1, stars=2, minutes=12)
drop_bias = Exercise("drop_bias", points=0.5, stars=1, minutes=5)


def mean_set(student, batches, running_mean, running_var):
    from types import SimpleNamespace

    bn = SimpleNamespace(running_mean=running_mean.clone(), running_var=running_var.clone())
    student.recompute_stats(bn, batches)
    return bn.running_mean


def variance_set(student, batches, running_mean, running_var):
    from types import SimpleNamespace

    bn = SimpleNamespace(running_mean=running_mean.clone(), running_var=running_var.clone())
    student.recompute_stats(bn, batches)
    return bn.running_var


def both_set(student, batches, running_mean, running_var):
    from types import SimpleNamespace

    bn = SimpleNamespace(running_mean=running_mean.clone(), running_var=running_var.clone())
    returned = student.recompute_stats(bn, batches)
    return {"mean": bn.running_mean, "variance": bn.running_var, "returned": returned}


def fresh(C: int, dtype: torch.dtype = torch.float32) -> Inputs:
    """The running values of a new layer."""
    return {"running_mean": torch.zeros(C, dtype=dtype), "running_var": torch.ones(C, dtype=dtype)}


@recompute_stats.cases("mean", probe=mean_set)
def mean(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [batch(draw, 2, 3, 2, 4) + i for i in range(3)], **fresh(3)}


@recompute_stats.cases("one batch", weight=0.5, probe=both_set)
def one(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [batch(draw, 3, 2, 2, 1)], **fresh(2)}


@recompute_stats.cases("variance", weight=2, probe=variance_set)
def variance(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [batch(draw, 2, 2, 1, 3) + 40 * i for i in range(3)], **fresh(2)}


@recompute_stats.cases("batches of different sizes", probe=mean_set)
def sizes(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [batch(draw, n, 2, 2, 3) + 10 * n for n in (4, 4, 1)], **fresh(2)}
    shapes = [(2, 3, 4, 4), (2, 3, 2, 3)]
    yield {"batches": [batch(draw, *s) + 30 * s[2] for s in shapes], **fresh(3)}


@recompute_stats.cases("old values", weight=0.5, probe=mean_set)
def old(draw: Draw) -> Iterator[Inputs]:
    running = {"running_mean": factors(draw, 2), "running_var": 3 * torch.ones(2)}
    yield {"batches": [batch(draw, 2, 2, 2, 3) for _ in range(2)], **running}


@recompute_stats.cases("dtype and memory", weight=0.5, probe=mean_set)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"batches": [draw.reals(2, 3, 2, 2) for _ in range(2)], **fresh(3, torch.float64)}
    x = batch(draw, 2, 3, 2, 4)
    yield {"batches": [strided(x), channels_last(x)], **fresh(3)}


@recompute_stats.cases("all together", probe=both_set)
def together(draw: Draw) -> Iterator[Inputs]:
    batches = [draw.reals(n, 3, 2, w) + n for n, w in ((3, 2), (1, 5), (2, 1))]
    double = torch.float64
    running = {"running_mean": factors(draw, 3, double), "running_var": 2 * torch.ones(3).double()}
    yield {"batches": batches, **running}


def on_copies(student, b, running_mean):
    return student.drop_bias(b.clone(), running_mean.clone())


def same_output(student, W, x, b, running_mean):
    """W x minus the student's mean: it must be W x + b minus the old one."""
    return x @ W.T - student.drop_bias(b.clone(), running_mean.clone())


@drop_bias.cases("values", probe=on_copies)
def of_vectors(draw: Draw) -> Iterator[Inputs]:
    yield {"b": whole(draw, 4), "running_mean": factors(draw, 4)}


@drop_bias.cases("same output", probe=same_output)
def of_layers(draw: Draw) -> Iterator[Inputs]:
    inputs = {"W": whole(draw, 3, 2), "x": whole(draw, 4, 2)}
    yield {**inputs, "b": factors(draw, 3), "running_mean": factors(draw, 3)}


@drop_bias.cases("dtype and memory", weight=0.5)
def of_types(draw: Draw) -> Iterator[Inputs]:
    yield {"b": draw.reals(3), "running_mean": draw.reals(3)}
    yield {"b": strided(whole(draw, 3)), "running_mean": strided(factors(draw, 3))}


@recompute_stats.misconception(
    "The variance is the average of the batches' variances. How far the batches lie apart from "
    "each other is missing.",
    "Think of two batches that are constant, one all 0 and one all 10: their common variance is "
    "not 0.",
)
def averages_the_variances(bn, batches):
    count = sum(x.numel() // x.shape[1] for x in batches)
    mean = sum(x.sum((0, 2, 3)) for x in batches) / count
    var = sum(x.var((0, 2, 3)) * (x.numel() // x.shape[1]) for x in batches) / count
    bn.running_mean, bn.running_var = mean, var


@recompute_stats.misconception(
    "Every batch counts the same, although they hold different numbers of values.",
    "Add up sums and counts, and divide at the end.",
)
def batches_count_alike(bn, batches):
    means = torch.stack([x.mean((0, 2, 3)) for x in batches])
    squares = torch.stack([(x**2).mean((0, 2, 3)) for x in batches])
    count = sum(x.numel() // x.shape[1] for x in batches)
    bn.running_mean = means.mean(0)
    bn.running_var = (squares.mean(0) - bn.running_mean**2) * count / (count - 1)


@recompute_stats.misconception(
    "The variance is the biased one: for inference divide by the number of values less one.",
    "The training set stands for all images that are still to come, as the running variance does.",
)
def biased_variance(bn, batches):
    values = torch.cat([x.transpose(0, 1).flatten(1) for x in batches], dim=1)
    bn.running_mean, bn.running_var = values.mean(1), values.var(1, correction=0)


@recompute_stats.misconception(
    "Your values are running averages: the last batches count most and the old values still do.",
    "All values of all batches have the same weight; no momentum is left.",
)
def still_running(bn, batches):
    mean, var = bn.running_mean, bn.running_var
    for x in batches:
        mean = 0.9 * mean + 0.1 * x.mean((0, 2, 3))
        var = 0.9 * var + 0.1 * x.var((0, 2, 3))
    bn.running_mean, bn.running_var = mean, var


@recompute_stats.misconception(
    "Your sums start from the old running mean: what the layer held before still counts.",
    "Start from zeros; the old values do not matter.",
)
def starts_from_the_old_mean(bn, batches):
    count = sum(x.numel() // x.shape[1] for x in batches)
    values = torch.cat([x.transpose(0, 1).flatten(1) for x in batches], dim=1)
    bn.running_mean = bn.running_mean + values.sum(1) / count
    bn.running_var = values.var(1)


@recompute_stats.misconception(
    "Only the last batch is left: each one overwrites what came before.",
    "Gather over the loop and set the two attributes after it.",
)
def only_the_last(bn, batches):
    for x in batches:
        bn.running_mean, bn.running_var = x.mean((0, 2, 3)), x.var((0, 2, 3))


@recompute_stats.misconception(
    "running_var holds the standard deviation; the layer takes the root itself.",
    "Leave the root out.",
)
def stores_the_root(bn, batches):
    values = torch.cat([x.transpose(0, 1).flatten(1) for x in batches], dim=1)
    bn.running_mean, bn.running_var = values.mean(1), values.std(1)


@recompute_stats.misconception(
    "The two values are returned, but bn still has its old ones.",
    "Set the attributes of bn; nothing is returned.",
)
def returns_them(bn, batches):
    values = torch.cat([x.transpose(0, 1).flatten(1) for x in batches], dim=1)
    return values.mean(1), values.var(1)


@recompute_stats.alternative
def in_two_passes(bn, batches):
    count = sum(x.shape[0] * x.shape[2] * x.shape[3] for x in batches)
    mean = sum(x.sum((0, 2, 3)) for x in batches) / count
    squares = sum(((x - mean[:, None, None]) ** 2).sum((0, 2, 3)) for x in batches)
    bn.running_mean, bn.running_var = mean, squares / (count - 1)


@recompute_stats.alternative
def merged_batch_by_batch(bn, batches):
    count, mean, squares = 0, 0.0, 0.0
    for x in batches:
        n = x.numel() // x.shape[1]
        var, new = torch.var_mean(x, (0, 2, 3), correction=0)
        gap, total = new - mean, count + n
        mean = mean + gap * n / total
        squares = squares + var * n + gap**2 * count * n / total
        count = total
    bn.running_mean.copy_(mean)
    bn.running_var.copy_(squares / (count - 1))


@recompute_stats.alternative
def in_numpy(bn, batches):
    import numpy as np

    rows = [x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]).numpy() for x in batches]
    table = np.concatenate(rows)
    bn.running_mean = torch.tensor(table.mean(axis=0))
    bn.running_var = torch.tensor(table.var(axis=0, ddof=1))


@drop_bias.misconception(
    "The sign is wrong: without the bias the layer's values are smaller by b, and so must be the "
    "mean that is taken from them.",
    "Write down Wx + b - mean and Wx - new mean; they have to be equal.",
)
def adds_the_bias(b, running_mean):
    return running_mean + b


@drop_bias.misconception(
    "The mean stays as it was. In training the batch's own mean absorbs a bias; in inference the "
    "running mean is a fixed number.",
    "Write down Wx + b - mean and Wx - new mean; they have to be equal.",
)
def nothing_to_do(b, running_mean):
    return running_mean


@drop_bias.misconception(
    "That is the new mean with its sign turned round.",
    "Batch norm subtracts the mean: Wx + b - mean = Wx - new mean.",
)
def turned_round(b, running_mean):
    return b - running_mean


@drop_bias.misconception(
    "Your running mean has changed: a minus with an equals sign works on the given tensor.",
    "Return a new tensor.",
)
def changes_the_mean(b, running_mean):
    running_mean -= b
    return running_mean


@drop_bias.alternative
def by_the_sum(b, running_mean):
    return torch.sub(running_mean, b)


@drop_bias.alternative
def entry_by_entry(b, running_mean):
    return torch.stack([mean - bias for mean, bias in zip(running_mean, b, strict=True)])


@drop_bias.alternative
def on_a_copy(b, running_mean):
    new = running_mean.clone()
    new -= b
    return new


@drop_bias.alternative
def in_numpy_again(b, running_mean):
    return torch.from_numpy(running_mean.numpy() - b.numpy())
