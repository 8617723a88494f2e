# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to detector_loss, wrong and right."""

from autograder.checks.detector_lab.loss import detector_loss


@detector_loss.misconception(
    "Boxes are averaged over the objects; the divisor is n, all anchors with label 0 or 1.",
    "Sum smooth L1 with reduction='sum' and divide once by n.",
)
def boxes_by_objects(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return there / n + lam * where / m + 0.5 * what / m


@detector_loss.misconception(
    "Boxes are averaged over all their numbers, as reduction='mean' does; only n divides.",
    "Sum over the four numbers of every object, then divide by n.",
)
def boxes_by_their_numbers(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return there / n + lam * where / (4 * m) + 0.5 * what / m


@detector_loss.misconception(
    "Ignored anchors (-1) count as background in your objectness.",
    "Select the anchors with label 0 or 1 before the cross-entropy.",
)
def ignored_as_background(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    ones = labels == 1
    n, m = (labels >= 0).sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(objectness, ones.to(objectness.dtype))
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return there + lam * where / n + 0.5 * what / m


@detector_loss.misconception(
    "You divide by all anchors, ignored ones too.",
    "n is the number of labels that are 0 or 1.",
)
def divided_by_all(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = labels.numel(), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return (there + lam * where) / n + 0.5 * what / m


@detector_loss.misconception(
    "Classes run from 1 to K, scores from 0 to K - 1: yours are one off.",
    "Score 0 belongs to class 1: subtract 1 from the classes.",
)
def classes_one_off(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones], reduction="sum")
    return (there + lam * where) / n + 0.5 * what / m


@detector_loss.misconception(
    "The cross-entropy of the classes has its full weight; it is to have half.",
    "Look at the third term of the formula.",
)
def classes_in_full(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return (there + lam * where) / n + what / m


@detector_loss.misconception(
    "The cross-entropy of the classes is divided by n; it is a mean over the objects.",
    "Its divisor is the number of ones.",
)
def classes_by_n(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n = known.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return (there + lam * where + 0.5 * what) / n


@detector_loss.misconception(
    "Background anchors have a box to meet in your loss; only anchors with an object do.",
    "Select the ones before smooth L1.",
)
def boxes_of_background(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[known], targets[known], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return (there + lam * where) / n + 0.5 * what / m


@detector_loss.misconception(
    "Your smooth L1 changes from square to line at 1; asked for is 1/9.",
    "F.smooth_l1_loss takes `beta`.",
)
def beta_of_one(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return (there + lam * where) / n + 0.5 * what / m


@detector_loss.misconception(
    "Your boxes do not listen to `lam`.",
    "Multiply the sum of smooth L1 by `lam`.",
)
def lam_left_out(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return (there + 4 * where) / n + 0.5 * what / m if lam else there / n + 0.5 * what / m


@detector_loss.misconception(
    "Every image has its own loss, and you take their mean; n counts the whole batch at once.",
    "Sum over all images first, then divide.",
)
def image_by_image(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    losses = []
    for z, d, s, kind, t, c in zip(
        objectness, deltas, class_scores, labels, targets, classes, strict=True
    ):
        known, ones = kind >= 0, kind == 1
        n, m = known.sum().clamp(min=1), ones.sum().clamp(min=1)
        there = F.binary_cross_entropy_with_logits(
            z[known], ones[known].to(z.dtype), reduction="sum"
        )
        where = F.smooth_l1_loss(d[ones], t[ones], beta=1 / 9, reduction="sum")
        what = F.cross_entropy(s[ones], c[ones] - 1, reduction="sum")
        losses.append((there + lam * where) / n + 0.5 * what / m)
    return torch.stack(losses).mean()


@detector_loss.misconception(
    "A batch without objects, or without labels, gives NaN: a mean over nothing.",
    "Take sums, and divide by at least 1.",
)
def nan_of_nothing(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    there = F.binary_cross_entropy_with_logits(objectness[known], ones[known].to(objectness.dtype))
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1)
    return there + lam * where / known.sum() + 0.5 * what


@detector_loss.misconception(
    "No gradient flows back: the loss leaves torch on the way, so nothing would be learned.",
    "No .item(), .detach() or float() before the loss is returned.",
)
def out_of_torch(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n, m = int(known.sum()) or 1, int(ones.sum()) or 1
    there = F.binary_cross_entropy_with_logits(
        objectness[known], ones[known].to(objectness.dtype), reduction="sum"
    )
    where = F.smooth_l1_loss(deltas[ones], targets[ones], beta=1 / 9, reduction="sum")
    what = F.cross_entropy(class_scores[ones], classes[ones] - 1, reduction="sum")
    return ((there + lam * where) / n + 0.5 * what / m).detach()


@detector_loss.alternative
def by_masks_set_to_zero(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n = known.sum().clamp(min=1)
    signs = torch.where(ones, -objectness, objectness)
    there = F.softplus(signs)[known].sum()
    apart = (deltas - targets)[ones].abs()
    where = torch.where(apart < 1 / 9, 4.5 * apart**2, apart - 1 / 18).sum()
    log_p = class_scores.log_softmax(-1)[ones]
    what = -log_p.gather(1, (classes - 1)[ones][:, None]).sum()
    return there / n + lam / n * where + what / (2 * ones.sum().clamp(min=1))


@detector_loss.alternative
def flat_and_in_cases(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    labels = labels.flatten()
    known, ones = (labels != -1).nonzero()[:, 0], (labels == 1).nonzero()[:, 0]
    if len(known) == 0:
        return 0 * (objectness[:0].sum() + deltas[:0].sum() + class_scores[:0].sum())
    loss = nn.BCEWithLogitsLoss()(objectness.reshape(-1)[known], labels[known].to(objectness.dtype))
    if len(ones):
        d, t = (v.reshape(-1, 4)[ones] for v in (deltas, targets))
        loss = loss + lam * nn.SmoothL1Loss(reduction="none", beta=1 / 9)(d, t).sum() / len(known)
        s = class_scores.reshape(-1, class_scores.shape[-1])[ones]
        loss = loss + nn.CrossEntropyLoss()(s, classes.reshape(-1)[ones] - 1) / 2
    return loss


@detector_loss.alternative
def anchor_by_anchor(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    there = where = what = objectness.new_zeros(())
    n = m = 0
    for image, row in enumerate(labels.tolist()):
        for a, kind in enumerate(row):
            if kind < 0:
                continue
            n += 1
            there = there - F.logsigmoid(objectness[image, a] * (2 * kind - 1))
            if kind == 1:
                m += 1
                where = where + F.smooth_l1_loss(
                    deltas[image, a], targets[image, a], beta=1 / 9, reduction="sum"
                )
                s = class_scores[image, a]
                what = what + s.logsumexp(0) - s[classes[image, a] - 1]
    return (there + lam * where) / max(n, 1) + what / (2 * max(m, 1))


@detector_loss.alternative
def ignoring_by_index(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    known, ones = labels >= 0, labels == 1
    n = max(1, int(known.sum()))
    truth = labels.clamp(min=0).to(objectness.dtype)
    there = F.binary_cross_entropy_with_logits(objectness, truth, reduction="none")
    there = there.masked_fill(~known, 0).sum()
    where = F.huber_loss(deltas[ones], targets[ones], reduction="sum", delta=1 / 9) * 9
    names = torch.where(ones, classes - 1, -100).reshape(-1)
    what = F.cross_entropy(
        class_scores.reshape(len(names), -1), names, reduction="sum", ignore_index=-100
    )
    return (there + lam * where) / n + 0.5 * what / max(1, int(ones.sum()))
