# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to sample_anchors, wrong and right."""

from autograder.checks.detector_lab.sampling import sample_anchors


@sample_anchors.misconception(
    "You always take the first candidates: those at the upper border of the image, every time.",
    "Put the candidates into a random order before you take some.",
)
def the_first_ones(labels, count=256, generator=None):
    ones, zeros = (labels == 1).nonzero()[: count // 2, 0], (labels == 0).nonzero()[:, 0]
    sampled = torch.full_like(labels, -1)
    sampled[ones], sampled[zeros[: count - len(ones)]] = 1, 0
    return sampled


@sample_anchors.misconception(
    "All ones are kept; where there are more than half of `count`, only that many may stay.",
    "count // 2 is the most that ones may be.",
)
def all_ones_kept(labels, count=256, generator=None):
    ones, zeros = (labels == 1).nonzero()[:, 0], (labels == 0).nonzero()[:, 0]
    order = torch.randperm(len(zeros), generator=generator)
    sampled = torch.full_like(labels, -1)
    sampled[ones], sampled[zeros[order[: max(0, count - len(ones))]]] = 1, 0
    return sampled


@sample_anchors.misconception(
    "Half of the sample is reserved for ones even where there are few: zeros are to fill it up.",
    "Count the ones you took; zeros take the rest of `count`.",
)
def half_of_each(labels, count=256, generator=None):
    sampled = torch.full_like(labels, -1)
    for value, most in ((1, count // 2), (0, count - count // 2)):
        places = (labels == value).nonzero()[:, 0]
        sampled[places[torch.randperm(len(places), generator=generator)[:most]]] = value
    return sampled


@sample_anchors.misconception(
    "What is not drawn becomes background (0), and so enters the loss; it is to be ignored.",
    "Start from -1 everywhere and put back what is drawn.",
)
def the_rest_is_background(labels, count=256, generator=None):
    sampled = torch.zeros_like(labels)
    ones = (labels == 1).nonzero()[:, 0]
    sampled[ones[torch.randperm(len(ones), generator=generator)[: count // 2]]] = 1
    return sampled


@sample_anchors.misconception(
    "You write into `labels` itself; the next sample would start from this one.",
    "Work on a copy, or on a new tensor.",
)
def in_place(labels, count=256, generator=None):
    room = count
    for value, most in ((1, count // 2), (0, count)):
        places = (labels == value).nonzero()[:, 0]
        order = torch.randperm(len(places), generator=generator)
        keep = min(most, room, len(places))
        labels[places[order[keep:]]] = -1
        room -= keep
    return labels


@sample_anchors.misconception(
    "Ignored anchors (-1) are drawn as background; only zeros are.",
    "Compare with 0, not with everything that is not 1.",
)
def ignored_ones_too(labels, count=256, generator=None):
    ones, zeros = (labels == 1).nonzero()[:, 0], (labels != 1).nonzero()[:, 0]
    ones = ones[torch.randperm(len(ones), generator=generator)[: count // 2]]
    zeros = zeros[torch.randperm(len(zeros), generator=generator)[: count - len(ones)]]
    sampled = torch.full_like(labels, -1)
    sampled[ones], sampled[zeros] = 1, 0
    return sampled


@sample_anchors.misconception(
    "Where zeros are few you fill up with ones, beyond half of `count`.",
    "The sample may be smaller than `count`; ones are never more than half of it.",
)
def filled_with_ones(labels, count=256, generator=None):
    ones, zeros = (labels == 1).nonzero()[:, 0], (labels == 0).nonzero()[:, 0]
    most = max(count // 2, count - len(zeros))
    ones = ones[torch.randperm(len(ones), generator=generator)[:most]]
    zeros = zeros[torch.randperm(len(zeros), generator=generator)[: count - len(ones)]]
    sampled = torch.full_like(labels, -1)
    sampled[ones], sampled[zeros] = 1, 0
    return sampled


@sample_anchors.misconception(
    "Your sample does not come from `generator`: the same seed gives another one.",
    "torch.randperm and torch.rand take the generator by name.",
)
def without_generator(labels, count=256, generator=None):
    sampled, room = torch.full_like(labels, -1), count
    for value, most in ((1, count // 2), (0, count)):
        places = (labels == value).nonzero()[:, 0]
        chosen = places[torch.randperm(len(places))[: min(most, room)]]
        sampled[chosen] = value
        room -= len(chosen)
    return sampled


@sample_anchors.misconception(
    "The sample is always of 256: use `count`.",
    "256 is only what `count` is when nothing is said.",
)
def always_256(labels, count=256, generator=None):
    sampled, room = torch.full_like(labels, -1), 256
    for value, most in ((1, 128), (0, 256)):
        places = (labels == value).nonzero()[:, 0]
        chosen = places[torch.randperm(len(places), generator=generator)[: min(most, room)]]
        sampled[chosen] = value
        room -= len(chosen)
    return sampled


@sample_anchors.misconception(
    "With fewer ones or zeros than you ask for, your sampling repeats some or fails.",
    "Draw without repetition, and no more than there are.",
)
def drawn_with_repetition(labels, count=256, generator=None):
    sampled = torch.full_like(labels, -1)
    ones, zeros = (labels == 1).nonzero()[:, 0], (labels == 0).nonzero()[:, 0]
    n = min(len(ones), count // 2)
    sampled[ones[torch.randint(max(len(ones), 1), (n,), generator=generator)]] = 1
    m = min(len(zeros), count - n)
    sampled[zeros[torch.randint(max(len(zeros), 1), (m,), generator=generator)]] = 0
    return sampled


@sample_anchors.alternative
def by_random_keys(labels, count=256, generator=None):
    keys = torch.rand(len(labels), generator=generator)
    ones = (labels == 1).nonzero()[:, 0]
    ones = ones[keys[ones].argsort()][: count // 2]
    zeros = (labels == 0).nonzero()[:, 0]
    zeros = zeros[keys[zeros].argsort()][: count - len(ones)]
    sampled = labels.new_full(labels.shape, -1)
    sampled[ones], sampled[zeros] = 1, 0
    return sampled


@sample_anchors.alternative
def one_by_one(labels, count=256, generator=None):
    sampled, taken = [-1] * len(labels), {0: 0, 1: 0}
    order = torch.randperm(len(labels), generator=generator).tolist()
    for value in (1, 0):
        most = count // 2 if value else count - taken[1]
        for i in order:
            if int(labels[i]) == value and taken[value] < most:
                sampled[i] = value
                taken[value] += 1
    return torch.tensor(sampled, dtype=labels.dtype)


@sample_anchors.alternative
def by_numpy(labels, count=256, generator=None):
    import numpy as np

    seed = int(torch.randint(2**31, (), generator=generator))
    source = np.random.default_rng(seed)
    known = labels.numpy()
    ones = source.permutation(np.flatnonzero(known == 1))[: count // 2]
    zeros = source.permutation(np.flatnonzero(known == 0))[: count - len(ones)]
    drawn = np.concatenate([ones, zeros])
    sampled = np.full_like(known, -1)
    sampled[drawn] = known[drawn]
    return torch.from_numpy(sampled)


@sample_anchors.alternative
def by_thresholds(labels, count=256, generator=None):
    keys = torch.rand(len(labels), generator=generator, dtype=torch.float64)
    sampled, room = torch.full_like(labels, -1), count
    for value, most in ((1, count // 2), (0, count)):
        mine = torch.where(labels == value, keys, 2.0)
        n = min(most, room, int((labels == value).sum()))
        sampled[mine.topk(n, largest=False).indices] = value
        room -= n
    return sampled
