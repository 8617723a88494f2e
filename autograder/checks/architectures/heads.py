# mypy: disable-error-code="no-untyped-def,name-defined"
"""googlenet_loss, smooth_labels, ensemble_predict: what comes after the scores."""

from collections.abc import Iterator

import torch

from autograder.draw import Draw, strided
from autograder.exercise import Exercise, Inputs

googlenet_loss = Exercise("googlenet_loss", points=0.5, stars=1, minutes=5)
smooth_labels = Exercise("smooth_labels", points=0.5, stars=1, minutes=6)
ensemble_predict = Exercise("ensemble_predict", points=0.25, stars=1, minutes=4)


def _scores(draw: Draw, N: int, K: int, dtype: torch.dtype = torch.float64) -> Inputs:
    heads = {name: draw.integers(N, K, dtype=dtype) for name in ("main", "aux1", "aux2")}
    return {**heads, "t": draw.integers(N, low=0, high=K - 1, dtype=torch.int64)}


def value(student, **inputs):
    return float(student.googlenet_loss(**inputs))


def gradients(student, main, aux1, aux2, t):
    heads = [head.clone().requires_grad_() for head in (main, aux1, aux2)]
    student.googlenet_loss(*heads, t).backward()
    return [head.grad for head in heads]


@googlenet_loss.cases("loss", probe=value)
def losses(draw: Draw) -> Iterator[Inputs]:
    yield _scores(draw, 3, draw.integer(4, 6))
    yield _scores(draw, draw.integer(4, 7), 3)


@googlenet_loss.cases("one image, a tensor of its dtype", weight=0.5)
def one_image(draw: Draw) -> Iterator[Inputs]:
    yield _scores(draw, 1, 5)
    yield _scores(draw, 1, 4, dtype=torch.float32)


@googlenet_loss.cases("gradients", weight=0.5, probe=gradients)
def flowing(draw: Draw) -> Iterator[Inputs]:
    yield _scores(draw, 3, draw.integer(4, 6))


def as_float32(student, **inputs):
    """Which dtype the answer has is another facet's case."""
    return student.smooth_labels(**inputs).float()


@smooth_labels.cases("values", probe=as_float32)
def targets(draw: Draw) -> Iterator[Inputs]:
    K = draw.integer(4, 7)
    t = draw.integers(5, low=0, high=K - 1, dtype=torch.int64)
    yield {"t": t, "K": K, "eps": draw.choice([0.1, 0.2, 0.3])}
    yield {"t": t, "K": K + 3, "eps": 0.5}


@smooth_labels.cases("no smoothing", weight=0.5, probe=as_float32)
def hard(draw: Draw) -> Iterator[Inputs]:
    t = draw.integers(4, low=0, high=5, dtype=torch.int64)
    t[draw.integer(0, 3)] = 5  # the last class occurs: that it may not is another facet's case
    yield {"t": t, "K": 6, "eps": 0.0}


@smooth_labels.cases("shapes and dtype")
def shapes(draw: Draw) -> Iterator[Inputs]:
    K = draw.integer(3, 6)
    yield {"t": draw.integers(1, low=0, high=K - 1, dtype=torch.int64), "K": K, "eps": 0.1}
    # The last class does not occur: K cannot be read off the labels.
    t = draw.integers(4, low=0, high=K - 1, dtype=torch.int64)
    yield {"t": strided(t), "K": K + 2, "eps": 0.25}
    yield {"t": t.to(torch.int64), "K": K, "eps": 1.0}


def _votes_against_mean(draw: Draw) -> torch.Tensor:
    """(3, 4, 5) probabilities: mean, votes, product and maximum choose different classes."""
    mean, votes, product, *_ = classes = draw.sample(range(5), 5)
    rows = torch.zeros(3, 5, dtype=torch.float64)
    rows[0, mean], rows[0, product] = 0.875, 0.125  # one network is sure
    rows[1:, votes], rows[1:, product] = 0.5, 0.25
    rows[1, mean], rows[2, mean] = 0.25, 0.0
    rows[2, classes[3]] = 0.25
    sure = torch.zeros(3, 5, dtype=torch.float64)
    sure[0, mean], sure[0, product] = 0.75, 0.25  # the surest network is alone
    sure[1:, votes], sure[1:, product] = 0.625, 0.375
    others = torch.full((3, 2, 5), 0.0625, dtype=torch.float64)
    for n in range(2):
        others[:, n, draw.integer(0, 4)] = 0.75
    return torch.cat([rows[:, None], sure[:, None], others], dim=1)


@ensemble_predict.cases("mean of the networks")
def ensembles(draw: Draw) -> Iterator[Inputs]:
    yield {"probs": _votes_against_mean(draw)}
    yield {"probs": strided(_votes_against_mean(draw))}


@ensemble_predict.cases("one network, ties", weight=0.5)
def small(draw: Draw) -> Iterator[Inputs]:
    yield {"probs": draw.distinct(1, 3, 4).sigmoid()}
    tie = torch.full((2, 2, 4), 0.125)
    tie[:, :, draw.integer(0, 1)] = tie[:, :, draw.integer(2, 3)] = 0.375
    yield {"probs": tie}


@googlenet_loss.misconception(
    "All three losses weigh the same; the auxiliary ones weigh 0.3 each.",
    "The auxiliary heads help the gradient, the main head decides.",
)
def all_alike(main, aux1, aux2, t):
    return F.cross_entropy(main, t) + F.cross_entropy(aux1, t) + F.cross_entropy(aux2, t)


@googlenet_loss.misconception(
    "Your weights share out a whole; the main loss keeps its full weight of 1.",
    "The losses are added, not averaged.",
)
def shares_out_one(main, aux1, aux2, t):
    aux = F.cross_entropy(aux1, t) + F.cross_entropy(aux2, t)
    return 0.4 * F.cross_entropy(main, t) + 0.3 * aux


@googlenet_loss.misconception(
    "The two auxiliary losses are averaged before 0.3 weighs them; they are added.",
    "Each of the two counts 0.3.",
)
def averages_the_heads(main, aux1, aux2, t):
    aux = (F.cross_entropy(aux1, t) + F.cross_entropy(aux2, t)) / 2
    return F.cross_entropy(main, t) + 0.3 * aux


@googlenet_loss.misconception(
    "The losses are summed over the images; they are means.",
    "A loss that grows with the batch would ask for another learning rate.",
)
def sums_the_images(main, aux1, aux2, t):
    losses = [F.cross_entropy(z, t, reduction="sum") for z in (main, aux1, aux2)]
    return losses[0] + 0.3 * (losses[1] + losses[2])


@googlenet_loss.misconception(
    "You give probabilities to the cross-entropy; it takes scores and does the softmax itself.",
    "Leave the softmax out.",
)
def softmax_twice(main, aux1, aux2, t):
    losses = [F.cross_entropy(z.softmax(1), t) for z in (main, aux1, aux2)]
    return losses[0] + 0.3 * (losses[1] + losses[2])


@googlenet_loss.misconception(
    "The value is right, but it is a plain number: no gradient flows through it.",
    "Return the tensor itself; .item() and float() cut the graph.",
)
def plain_number(main, aux1, aux2, t):
    aux = F.cross_entropy(aux1, t) + F.cross_entropy(aux2, t)
    return (F.cross_entropy(main, t) + 0.3 * aux).item()


@googlenet_loss.alternative
def from_log_softmax(main, aux1, aux2, t):
    total = 0
    for weight, scores in ((1, main), (0.3, aux1), (0.3, aux2)):
        total = total + weight * F.nll_loss(scores.log_softmax(dim=1), t)
    return total


@googlenet_loss.alternative
def from_logsumexp(main, aux1, aux2, t):
    scores = torch.stack([main, aux1, aux2])  # (3, N, K)
    right = scores[:, torch.arange(len(t)), t]
    losses = (scores.logsumexp(2) - right).mean(1)
    return losses @ torch.tensor([1, 0.3, 0.3], dtype=losses.dtype)


@googlenet_loss.alternative
def by_a_module(main, aux1, aux2, t):
    loss = torch.nn.CrossEntropyLoss()
    return loss(main, t) + (loss(aux1, t) * 3 + loss(aux2, t) * 3) / 10


@smooth_labels.misconception(
    "epsilon is shared by the K - 1 wrong classes; here all K classes get their part of it.",
    "Every entry gets epsilon / K, the right class too.",
)
def spares_the_right_class(t, K, eps):
    hot = F.one_hot(t, K).float()
    return (1 - eps) * hot + (1 - hot) * eps / (K - 1)


@smooth_labels.misconception(
    "The right class keeps its whole 1, so the rows sum to more than 1.",
    "Take epsilon away from the one-hot row before you spread it.",
)
def adds_without_taking(t, K, eps):
    return F.one_hot(t, K).float() + eps / K


@smooth_labels.misconception(
    "Every class gets the whole epsilon; they share it.",
    "Divide it by the number of classes: the rows must sum to 1.",
)
def does_not_share(t, K, eps):
    return (1 - eps) * F.one_hot(t, K).float() + eps


@smooth_labels.misconception(
    "Your result is float64; float32 is asked for.",
    "Say the dtype when you make the tensor.",
)
def double(t, K, eps):
    return (1 - eps) * F.one_hot(t, K).double() + eps / K


@smooth_labels.misconception(
    "The number of classes is read off the labels, but the last classes may not occur in a batch.",
    "K is an argument: give it to the one-hot function.",
)
def counts_the_labels(t, K, eps):
    hot = F.one_hot(t).float()
    return (1 - eps) * hot + eps / hot.shape[1]


@smooth_labels.alternative
def by_scatter(t, K, eps):
    y = torch.full((len(t), K), eps / K, dtype=torch.float32)
    return y.scatter_add_(1, t[:, None], torch.full((len(t), 1), 1 - eps))


@smooth_labels.alternative
def by_comparing(t, K, eps):
    right = t[:, None] == torch.arange(K)
    return torch.where(right, 1 - eps + eps / K, eps / K).to(torch.float32)


@smooth_labels.alternative
def by_rows_of_a_matrix(t, K, eps):
    return torch.lerp(torch.eye(K), torch.full((K, K), 1 / K), eps)[t]


@ensemble_predict.misconception(
    "Your networks vote; the lecture averages their probabilities.",
    "A network that is sure should count more than two that are not.",
)
def majority(probs):
    return probs.argmax(2).mode(0).values


@ensemble_predict.misconception(
    "The mean runs over the wrong axis: the networks are the first one.",
    "(M, N, K) averaged over the networks is (N, K).",
)
def averages_the_images(probs):
    return probs.mean(1).argmax(1)


@ensemble_predict.misconception(
    "The probabilities are multiplied; one network that says 0 then rules a class out.",
    "Average them.",
)
def product(probs):
    return probs.prod(0).argmax(1)


@ensemble_predict.misconception(
    "The surest network decides alone; the others count too.",
    "Average over the networks instead of taking the maximum.",
)
def surest(probs):
    return probs.amax(0).argmax(1)


@ensemble_predict.misconception(
    "These are probabilities; the class is asked for.",
    "Return the index of the largest mean, not its value.",
)
def probability(probs):
    return probs.mean(0).amax(1)


@ensemble_predict.alternative
def by_sum(probs):
    return torch.argmax(sum(probs), dim=-1)


@ensemble_predict.alternative
def by_maximum(probs):
    return probs.sum(dim=0).max(dim=1).indices


@ensemble_predict.alternative
def by_einsum(probs):
    means = torch.einsum("mnk->nk", probs).tolist()
    return torch.tensor([row.index(max(row)) for row in means])
