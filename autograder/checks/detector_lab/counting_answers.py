# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to confusion and precision_recall, wrong and right."""

from autograder.checks.detector_lab.counting import confusion, precision_recall


@confusion.misconception(
    "False positives and false negatives have changed places.",
    "Positive or negative is what was said; true or false is whether it was right.",
)
def false_ones_swapped(truth, said):
    truth, said = truth.bool(), said.bool()
    tp, tn = (truth & said).sum(), (~truth & ~said).sum()
    return int(tp), int((truth & ~said).sum()), int((~truth & said).sum()), int(tn)


@confusion.misconception(
    "The true negatives come second in your answer.",
    "The order is TP, FP, FN, TN.",
)
def true_ones_first(truth, said):
    truth, said = truth.bool(), said.bool()
    tp, tn = (truth & said).sum(), (~truth & ~said).sum()
    return int(tp), int(tn), int((~truth & said).sum()), int((truth & ~said).sum())


@confusion.misconception(
    "Your ~ works for bool; of integers it makes -1 and -2.",
    "Turn both into bool first, or compare with 0 and 1.",
)
def inverts_integers(truth, said):
    tp, fp = (truth & said).sum(), (~truth & said).sum()
    return int(tp), int(fp), int((truth & ~said).sum()), int((~truth & ~said).sum())


@confusion.misconception(
    "All that was said, and all that is there, is counted: TP is in FP and in FN again.",
    "A false alarm is said and not there.",
)
def counts_all_that_is_said(truth, said):
    truth, said = truth.bool(), said.bool()
    tp, tn = (truth & said).sum(), (~truth & ~said).sum()
    return int(tp), int(said.sum()), int(truth.sum()), int(tn)


@confusion.misconception(
    "You return shares; asked for are counts.",
    "Four whole numbers whose sum is N.",
)
def shares(truth, said):
    truth, said = truth.bool(), said.bool()
    kinds = (truth & said, ~truth & said, truth & ~said, ~truth & ~said)
    return tuple(kind.double().mean().item() for kind in kinds)


@confusion.misconception(
    "True negatives are all entries that were right; only those where nothing was said are.",
    "TN: not there, and not said.",
)
def right_ones_are_negative(truth, said):
    truth, said = truth.bool(), said.bool()
    kinds = (truth & said, ~truth & said, truth & ~said, truth == said)
    return tuple(int(kind.sum()) for kind in kinds)


@confusion.alternative
def by_comparing(truth, said):
    return tuple(
        int(((truth == t) & (said == s)).sum().item()) for t, s in ((1, 1), (0, 1), (1, 0), (0, 0))
    )


@confusion.alternative
def by_bincount(truth, said):
    counts = torch.bincount(2 * truth.long() + said.long(), minlength=4).tolist()
    return counts[3], counts[1], counts[2], counts[0]


@confusion.alternative
def one_after_the_other(truth, said):
    counts = {(1, 1): 0, (0, 1): 0, (1, 0): 0, (0, 0): 0}
    for t, s in zip(truth.tolist(), said.tolist(), strict=True):
        counts[int(t), int(s)] += 1
    return tuple(counts.values())


@confusion.alternative
def by_subtracting(truth, said):
    import numpy as np

    t, s = truth.numpy().astype(np.int64), said.numpy().astype(np.int64)
    tp = int(t @ s)
    fp, fn = int(s.sum()) - tp, int(t.sum()) - tp
    return [tp, fp, fn, len(t) - tp - fp - fn]


@precision_recall.misconception(
    "Precision and recall have changed places.",
    "Precision asks of what was said, recall of what is there.",
)
def swapped(tp, fp, fn):
    precision = tp / (tp + fp) if tp + fp else 1.0
    recall = tp / (tp + fn) if tp + fn else 1.0
    return recall, precision


@precision_recall.misconception(
    "Without detections, or without objects, your answer divides by zero.",
    "Look at the two last sentences of the task: both are 1.0 then.",
)
def divides_by_zero(tp, fp, fn):
    return tp / (tp + fp), tp / (tp + fn)


@precision_recall.misconception(
    "Where there is nothing to divide by you say 0; nothing said, or nothing there, is 1.0.",
    "Who says nothing says nothing wrong.",
)
def zero_of_nothing(tp, fp, fn):
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return precision, recall


@precision_recall.misconception(
    "Your division rounds down: only 0 and 1 come out.",
    "/ divides, // rounds down.",
)
def whole_numbers(tp, fp, fn):
    precision = tp // (tp + fp) if tp + fp else 1
    recall = tp // (tp + fn) if tp + fn else 1
    return precision, recall


@precision_recall.misconception(
    "You divide by all three counts; each of the two leaves one out.",
    "TP + FP is what was said, TP + FN is what is there.",
)
def of_all_three(tp, fp, fn):
    n = tp + fp + fn
    return (tp / n if tp + fp else 1.0), (tp / n if tp + fn else 1.0)


@precision_recall.misconception(
    "A small number in the divisor changes the values, and makes 0 of nothing.",
    "Ask whether the divisor is 0 instead.",
)
def a_little_more(tp, fp, fn):
    return tp / (tp + fp + 1e-6), tp / (tp + fn + 1e-6)


@precision_recall.alternative
def by_a_helper(tp, fp, fn):
    def share(whole):
        return float(tp) / whole if whole > 0 else 1.0

    return share(tp + fp), share(tp + fn)


@precision_recall.alternative
def by_exceptions(tp, fp, fn):
    values = []
    for wrong in (fp, fn):
        try:
            values.append(1 / (1 + wrong / tp))
        except ZeroDivisionError:
            values.append(0.0 if wrong else 1.0)
    return tuple(values)


@precision_recall.alternative
def by_tensors(tp, fp, fn):
    whole = torch.tensor([tp + fp, tp + fn], dtype=torch.float64)
    shares = torch.where(whole > 0, tp / whole, 1.0)
    return tuple(shares.tolist())
