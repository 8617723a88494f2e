# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to rpn_loss, wrong and right."""

from autograder.checks.region_proposals.loss import rpn_loss


@rpn_loss.misconception(
    "Ignored anchors count as background in your objectness.",
    "Choose the anchors labelled 0 or 1 before you average.",
)
def ignored_are_background(logits, deltas, labels, targets, lam=1.0):
    positive = labels == 1
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / max(1, len(labels))


@rpn_loss.misconception(
    "Ignored anchors add nothing to your sums but are counted in n.",
    "n is the number of anchors labelled 0 or 1.",
)
def ignored_are_counted(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / max(1, len(labels))


@rpn_loss.misconception(
    "Your sums multiply ignored anchors by 0; nan times 0 is nan.",
    "Pick the anchors that count by a mask, so that the others are never touched.",
)
def multiplies_by_the_mask(logits, deltas, labels, targets, lam=1.0):
    positive, known = (labels == 1).to(logits), (labels >= 0).to(logits)
    objectness = (F.softplus(logits) - logits * positive) * known
    box = smooth_l1_fb(deltas - targets, 1 / 9)[0].sum(1) * positive
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "The boxes are averaged over the positive anchors; they are divided by n, as objectness is.",
    "One number n divides both parts: the anchors labelled 0 or 1.",
)
def boxes_by_positives(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return objectness.sum() / known.sum().clamp(min=1) + lam * box.sum() / positive.sum().clamp(
        min=1
    )


@rpn_loss.misconception(
    "The four numbers of a box are averaged; they are summed.",
    "Divide the sum of all entries by n, not by 4 n.",
)
def mean_of_four(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0].mean(1)
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "beta is 1 in your smooth L1; here it is 1/9.",
    "Deltas are small numbers: with beta = 1 nearly all of them are on the parabola.",
)
def beta_of_one(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive])[0]
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "Background anchors have no box to find, but theirs count in your loss.",
    "Only anchors labelled 1 have targets.",
)
def boxes_of_background(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[known], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "The logarithm of a probability that has become 0 is infinite: logits of 1000 break your loss.",
    "Compute log sigmoid in one step: F.logsigmoid or F.softplus take logits.",
)
def logarithm_of_sigmoid(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    p = torch.sigmoid(logits[known])
    objectness = -torch.where(positive[known], p.log(), (1 - p).log())
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "A confident mistake costs too little: your probabilities are kept away from 0.",
    "Compute log sigmoid in one step: F.logsigmoid or F.softplus take logits.",
)
def probabilities_cut_off(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    p = torch.sigmoid(logits[known]).clamp(1e-7, 1 - 1e-7)
    objectness = -torch.where(positive[known], p.log(), (1 - p).log())
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "Objectness is summed up; it is averaged over the anchors labelled 0 or 1.",
    "With logits of 0 and background only the loss is log 2, however many anchors there are.",
)
def objectness_summed(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return objectness.sum() + lam * box.sum() / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "Objects and background are exchanged: a high logit should be cheap for anchors labelled 1.",
    "The logit is large where the network is sure of an object.",
)
def classes_exchanged(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(logits), F.softplus(-logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "lam changes nothing in your loss: it weighs the boxes against objectness.",
    "Multiply the boxes' part by it.",
)
def without_lam(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "lam multiplies the whole loss; it weighs the boxes only.",
    "Objectness stays as it is when lam is 0.",
)
def lam_for_both(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return lam * (objectness.sum() + box.sum()) / known.sum().clamp(min=1)


@rpn_loss.misconception(
    "Without labelled anchors your loss is nan, 0 divided by 0; it should be 0.",
    "Divide by 1 instead of by 0.",
)
def nan_of_nothing(logits, deltas, labels, targets, lam=1.0):
    positive, known = labels == 1, labels >= 0
    objectness = torch.where(positive, F.softplus(-logits), F.softplus(logits))[known]
    box = smooth_l1_fb((deltas - targets)[positive], 1 / 9)[0]
    return (objectness.sum() + lam * box.sum()) / known.sum()


@rpn_loss.alternative
def by_softplus(logits, deltas, labels, targets, lam=1.0):
    chosen = labels != -1
    z, t = logits[chosen], labels[chosen].to(logits.dtype)
    if len(z) == 0:
        return logits.new_zeros(())
    objectness = (F.softplus(z) - z * t).mean()
    errors = (deltas - targets)[labels == 1].abs()
    beta = 1 / 9
    box = torch.where(errors < beta, errors**2 / (2 * beta), errors - beta / 2)
    return objectness + lam * box.sum() / len(z)


@rpn_loss.alternative
def the_textbooks_stable_formula(logits, deltas, labels, targets, lam=1.0):
    known, positive = (labels >= 0).nonzero().flatten(), (labels > 0).nonzero().flatten()
    z, t = logits[known], labels[known]
    objectness = (z.clamp(min=0) - z * t + torch.log1p(torch.exp(-z.abs()))).sum()
    y, _ = smooth_l1_fb(deltas[positive] - targets[positive], 1 / 9)
    return objectness / max(len(known), 1) + lam * (y.sum() / max(len(known), 1))


@rpn_loss.alternative
def anchor_by_anchor(logits, deltas, labels, targets, lam=1.0):
    total, n = 0.0, 0
    for i, label in enumerate(labels.tolist()):
        if label == -1:
            continue
        n += 1
        z = logits[i].item() * (1 if label == 1 else -1)
        total += math.log1p(math.exp(-abs(z))) + max(0.0, -z)
        if label == 1:
            for error in (deltas[i] - targets[i]).abs().tolist():
                total += lam * (4.5 * error**2 if error < 1 / 9 else error - 1 / 18)
    return torch.tensor(total / n if n else 0.0, dtype=logits.dtype)


@rpn_loss.alternative
def scores_for_two_classes(logits, deltas, labels, targets, lam=1.0):
    known = labels >= 0
    scores = torch.stack([torch.zeros_like(logits), logits], dim=1)[known]  # (n, 2)
    chosen = scores.log_softmax(1).gather(1, labels[known][:, None])
    box = smooth_l1_fb((deltas - targets)[labels == 1], 1 / 9)[0]
    return (lam * box.sum() - chosen.sum()) / known.sum().clamp(min=1)
