# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""standardize: both sets with the statistics of the training set."""

from collections.abc import Iterator

import torch

from autograder.checks.batch_normalisation.inputs import batch
from autograder.checks.forbidden import NORMALISATIONS
from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

standardize = Exercise("standardize", points=0.5, stars=1, minutes=6, forbidden=NORMALISATIONS)


def the_training_set(student, train, test):
    return student.standardize(train.clone(), test.clone())[0]


def the_test_set(student, train, test):
    return student.standardize(train.clone(), test.clone())[1]


def the_constant_feature(student, train, test):
    """Feature 1 of both sets."""
    new_train, new_test = student.standardize(train.clone(), test.clone())
    return {"train": new_train[:, 1], "test": new_test[:, 1]}


def up_to_a_factor(student, train, test):
    """Both sets about their means, each feature divided by its largest entry."""
    centred = [x - x.mean(0) for x in student.standardize(train, test)]
    return [x / x.abs().amax(0) for x in centred]


def with_constant(draw: Draw, rows: int, value: float, dtype: torch.dtype) -> torch.Tensor:
    """Two features that vary about one that does not."""
    x = batch(draw, rows, 3, dtype=dtype)
    x[:, 1] = value
    return x


@standardize.cases("training set", probe=the_training_set)
def training(draw: Draw) -> Iterator[Inputs]:
    yield {"train": batch(draw, 6, 3), "test": batch(draw, 4, 3)}
    yield {"train": batch(draw, 4, 4), "test": batch(draw, 4, 4)}


@standardize.cases("test set", weight=2, probe=the_test_set)
def test(draw: Draw) -> Iterator[Inputs]:
    yield {"train": batch(draw, 6, 3), "test": 2 * batch(draw, 4, 3) + 5}
    yield {"train": batch(draw, 5, 2), "test": batch(draw, 1, 2)}


@standardize.cases("constant feature", probe=the_constant_feature)
def constant(draw: Draw) -> Iterator[Inputs]:
    train = with_constant(draw, 5, draw.integer(2, 9), torch.float32)
    test = batch(draw, 4, 3)
    test[:, 1] = train[0, 1] + draw.integer(2, 5)
    yield {"train": train, "test": test}


@standardize.cases("one example to train with", weight=0.5, probe=the_test_set)
def single(draw: Draw) -> Iterator[Inputs]:
    # Every feature is constant then.
    yield {"train": batch(draw, 1, 3), "test": batch(draw, 2, 3)}


@standardize.cases("dtype and memory", weight=0.5, probe=up_to_a_factor)
def types(draw: Draw) -> Iterator[Inputs]:
    yield {"train": draw.reals(6, 3) + 2, "test": draw.reals(3, 3)}
    yield {"train": strided(batch(draw, 6, 3)), "test": strided(batch(draw, 4, 3))}


@standardize.misconception(
    "The test set is moved by its own mean and scaled by its own spread. In use, examples come "
    "one by one: which numbers do you know then?",
    "Compute mean and standard deviation from `train` once and use the two for both sets.",
)
def test_set_by_itself(train, test):
    def normalised(x):
        std = x.std(0, correction=0)
        return (x - x.mean(0)) / torch.where(std == 0, torch.ones_like(std), std)

    return normalised(train), normalised(test)


@standardize.misconception(
    "Mean and spread come from both sets together: the test set has leaked into training.",
    "Only the rows of `train` may have a say.",
)
def both_sets_together(train, test):
    everything = torch.cat([train, test])
    mean, std = everything.mean(0), everything.std(0, correction=0)
    std = torch.where(std == 0, torch.ones_like(std), std)
    return (train - mean) / std, (test - mean) / std


@standardize.misconception(
    "The spread is the unbiased one (divided by N - 1); the text asks for the biased one.",
    "torch's `std` divides by N - 1 unless told otherwise: look at its `correction`.",
)
def unbiased_spread(train, test):
    mean = train.mean(0)
    std = torch.sqrt(((train - mean) ** 2).sum(0) / (len(train) - 1))
    std = torch.where(std == 0, torch.ones_like(std), std)
    return (train - mean) / std, (test - mean) / std


@standardize.misconception(
    "A feature that is constant in `train` comes out as NaN or infinity: you divide by 0.",
    "Where the standard deviation is 0, divide by 1.",
)
def divides_by_zero(train, test):
    mean, std = train.mean(0), train.std(0, correction=0)
    return (train - mean) / std, (test - mean) / std


@standardize.misconception(
    "A tiny number in the denominator blows up a feature that is constant in `train`, when it "
    "is not so in `test`. Such a feature is only centred.",
    "Divide by 1 where the standard deviation is 0, and by the standard deviation elsewhere.",
)
def tiny_denominator(train, test):
    mean, std = train.mean(0), train.std(0, correction=0)
    return (train - mean) / (std + 1e-12), (test - mean) / (std + 1e-12)


@standardize.misconception(
    "You divide by the variance; dividing by its root gives a standard deviation of 1.",
    "The variance is in squared units.",
)
def divides_by_variance(train, test):
    mean, var = train.mean(0), train.var(0, correction=0)
    var = torch.where(var == 0, torch.ones_like(var), var)
    return (train - mean) / var, (test - mean) / var


@standardize.misconception(
    "One mean and one spread for the whole table: every feature has its own.",
    "Features lie along the second axis; average over the first.",
)
def one_for_all_features(train, test):
    mean, std = train.mean(), train.std(correction=0)
    return (train - mean) / std, (test - mean) / std


@standardize.misconception(
    "Only the mean is taken away; the spread of the features is as it was.",
    "After centring, divide by the standard deviation.",
)
def only_centred(train, test):
    mean = train.mean(0)
    return train - mean, test - mean


@standardize.misconception(
    "Your train or test has changed: a minus with an equals sign works on the given tensor.",
    "Write the result to a new name.",
)
def writes_into_both(train, test):
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(std == 0, torch.ones_like(std), std)
    train -= mean
    test -= mean
    return train / std, test / std


@standardize.alternative
def by_sums(train, test):
    N = train.shape[0]
    mean = train.sum(0) / N
    std = (((train - mean) ** 2).sum(0) / N).sqrt()
    std[std == 0] = 1
    return (train - mean) / std, (test - mean) / std


@standardize.alternative
def feature_by_feature(train, test):
    new_train, new_test = train.clone(), test.clone()
    for d in range(train.shape[1]):
        mean, std = train[:, d].mean(), train[:, d].std(correction=0)
        if std == 0:
            std = 1
        new_train[:, d] = (train[:, d] - mean) / std
        new_test[:, d] = (test[:, d] - mean) / std
    return new_train, new_test


@standardize.alternative
def in_numpy(train, test):
    mean, std = train.numpy().mean(0), train.numpy().std(0)
    std[std == 0] = 1
    return torch.from_numpy((train.numpy() - mean) / std), torch.from_numpy(
        (test.numpy() - mean) / std
    )
