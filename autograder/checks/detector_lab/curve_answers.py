# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to precision_recall_curve, ap11 and ap_area, wrong and right."""

from autograder.checks.detector_lab.curve import ap11, ap_area, precision_recall_curve


@precision_recall_curve.misconception(
    "Recall is divided by the detections, or by the hits; its divisor is the number of objects.",
    "n_truths counts what is there, found or not.",
)
def recall_of_the_hits(hits, n_truths):
    right = hits.double().cumsum(0)
    return right / torch.arange(1, len(hits) + 1).double(), right / hits.sum().clamp(min=1)


@precision_recall_curve.misconception(
    "The first detection is counted as none: your precision divides by 0, 1, 2, ...",
    "Entry k is for the first k + 1 detections.",
)
def counted_from_zero(hits, n_truths):
    right = hits.double().cumsum(0)
    return right / torch.arange(len(hits)).double(), right / n_truths


@precision_recall_curve.misconception(
    "Precision and recall have changed places.",
    "Precision comes first.",
)
def swapped(hits, n_truths):
    right = hits.double().cumsum(0)
    return right / n_truths, right / torch.arange(1, len(hits) + 1).double()


@precision_recall_curve.misconception(
    "Your values are float32; asked for is float64.",
    "Turn the hits into double before you divide.",
)
def in_float32(hits, n_truths):
    right = hits.float().cumsum(0)
    return right / torch.arange(1, len(hits) + 1), right / n_truths


@precision_recall_curve.misconception(
    "Each entry is about one detection; it is to be about all up to there.",
    "Add the hits up: cumsum.",
)
def not_added_up(hits, n_truths):
    return hits.double(), hits.double() / n_truths


@precision_recall_curve.alternative
def by_loops(hits, n_truths):
    right, precision, recall = 0, [], []
    for said, hit in enumerate(hits.tolist(), start=1):
        right += hit
        precision.append(right / said)
        recall.append(right / n_truths)
    return torch.tensor(precision, dtype=torch.float64), torch.tensor(recall, dtype=torch.float64)


@precision_recall_curve.alternative
def by_true_and_false(hits, n_truths):
    tp = hits.cumsum(0, dtype=torch.float64)
    fp = (~hits).cumsum(0, dtype=torch.float64)
    return tp / (tp + fp), tp / n_truths


@precision_recall_curve.alternative
def by_a_triangle(hits, n_truths):
    n = len(hits)
    upto = torch.ones(n, n, dtype=torch.float64).tril()
    right = upto @ hits.double()
    return right / upto.sum(1), right / n_truths


@ap11.misconception(
    "You take the precision at the first place that reaches the level; the largest from there on "
    "is meant.",
    "A maximum over all recalls of at least r.",
)
def first_place(precision, recall):
    total = 0.0
    for level in range(11):
        reached = precision[recall >= level / 10 - 1e-9]
        total += reached[0].item() if len(reached) else 0.0
    return total / 11


@ap11.misconception(
    "Levels that are never reached are left out of the mean; they count as 0.",
    "Divide by 11, always.",
)
def mean_of_the_reached(precision, recall):
    reached = [precision[recall >= level / 10 - 1e-9] for level in range(11)]
    found = [part.max().item() for part in reached if len(part)]
    return sum(found) / len(found) if found else 0.0


@ap11.misconception(
    "Ten levels only: 0 or 1 is missing.",
    "0, 0.1, ..., 1 are eleven numbers.",
)
def ten_levels(precision, recall):
    reached = [precision[recall >= level / 10 - 1e-9] for level in range(1, 11)]
    return sum(part.max().item() for part in reached if len(part)) / 10


@ap11.misconception(
    "A recall of 0.3 does not reach your level of 3 * 0.1, which is 0.30000000000000004.",
    "Compare with a little less than the level, as the task says.",
)
def without_tolerance(precision, recall):
    reached = [precision[recall >= level * 0.1] for level in range(11)]
    return sum(part.max().item() for part in reached if len(part)) / 11


@ap11.misconception(
    "The level has to be passed in your answer; reaching it is enough.",
    "Recall at least r.",
)
def strictly_above(precision, recall):
    reached = [precision[recall > level / 10 + 1e-9] for level in range(11)]
    return sum(part.max().item() for part in reached if len(part)) / 11


@ap11.misconception(
    "You look at recalls up to the level instead of from the level on.",
    "The maximum is over r' >= r.",
)
def from_below(precision, recall):
    reached = [precision[recall <= level / 10 + 1e-9] for level in range(11)]
    return sum(part.max().item() for part in reached if len(part)) / 11


@ap11.misconception(
    "Without detections your answer fails or is not a number; it is 0.0.",
    "A level that nobody reaches adds 0.",
)
def fails_on_nothing(precision, recall):
    best = precision.flip(0).cummax(0).values.flip(0)
    total = best[0] * 0
    for level in range(11):
        reached = best[recall >= level / 10 - 1e-9]
        total = total + (reached[0] if len(reached) else 0)
    return total.item() / 11


@ap11.alternative
def by_a_table(precision, recall):
    levels = torch.linspace(0, 1, 11, dtype=torch.float64)
    there = recall >= levels[:, None] - 1e-9  # (11, N)
    best = torch.where(there, precision, 0.0)
    return best.amax(dim=1).mean().item() if len(precision) else 0.0


@ap11.alternative
def by_lists(precision, recall):
    pairs = list(zip(precision.tolist(), recall.tolist(), strict=True))
    levels = (i / 10 for i in range(11))
    return (
        sum(max((p for p, r in pairs if r >= level - 1e-9), default=0.0) for level in levels) / 11
    )


@ap11.alternative
def by_searching(precision, recall):
    envelope = precision.flip(0).cummax(0).values.flip(0)
    padded = torch.cat([envelope, envelope.new_zeros(1)])
    levels = torch.arange(11, dtype=recall.dtype) / 10 - 1e-9
    return padded[torch.searchsorted(recall.contiguous(), levels)].sum().item() / 11


@ap11.alternative
def levels_in_numpy(precision, recall):
    import numpy as np

    p, r = precision.numpy(), recall.numpy()
    levels = np.arange(0, 1.05, 0.1)
    return float(np.mean([p[r >= level - 1e-9].max(initial=0.0) for level in levels]))


@ap_area.misconception(
    "You add up the precisions as they are; each is to be the largest from there on.",
    "The envelope: a running maximum from the end.",
)
def without_envelope(precision, recall):
    return (recall.diff(prepend=recall.new_zeros(1)) * precision).sum().item()


@ap_area.misconception(
    "The first step, from recall 0, is missing.",
    "r_0 is 0: put a 0 before the recalls.",
)
def first_step_missing(precision, recall):
    envelope = precision.flip(0).cummax(0).values.flip(0)
    return (recall.diff() * envelope[1:]).sum().item()


@ap_area.misconception(
    "Your running maximum starts at the beginning: it never falls again.",
    "Turn the list round, take cummax, turn it back.",
)
def maximum_from_the_start(precision, recall):
    steps = recall.diff(prepend=recall.new_zeros(1))
    return (steps * precision.cummax(0).values).sum().item()


@ap_area.misconception(
    "You connect the points by slanted lines (trapezoids); the envelope has steps.",
    "Each step of recall times the envelope at its end.",
)
def trapezoids(precision, recall):
    envelope = precision.flip(0).cummax(0).values.flip(0)
    r = torch.cat([recall.new_zeros(1), recall])
    p = torch.cat([envelope[:1], envelope])
    return torch.trapezoid(p, r).item() if len(recall) else 0.0


@ap_area.misconception(
    "The mean of the precisions is not the area: steps of recall are unlike, and misses are none.",
    "Multiply each precision by its step of recall.",
)
def mean_precision(precision, recall):
    envelope = precision.flip(0).cummax(0).values.flip(0)
    return envelope.mean().item() if len(recall) else 0.0


@ap_area.alternative
def from_the_end(precision, recall):
    area, best = 0.0, 0.0
    r = [0.0, *recall.tolist()]
    for k in range(len(precision), 0, -1):
        best = max(best, precision[k - 1].item())
        area += (r[k] - r[k - 1]) * best
    return area


@ap_area.alternative
def by_a_maximum_each(precision, recall):
    before = torch.cat([recall.new_zeros(1), recall[:-1]]) if len(recall) else recall
    return sum(
        float(recall[k] - before[k]) * precision[k:].max().item() for k in range(len(recall))
    )


@ap_area.alternative
def steps_in_numpy(precision, recall):
    import numpy as np

    envelope = np.maximum.accumulate(precision.numpy()[::-1])[::-1]
    return float(np.dot(np.diff(recall.numpy(), prepend=0.0), envelope))


@ap_area.alternative
def by_levels_reached(precision, recall):
    area, last = 0.0, 0.0
    for r in recall.unique().tolist():
        area += (r - last) * precision[recall >= r].max().item()
        last = r
    return area
