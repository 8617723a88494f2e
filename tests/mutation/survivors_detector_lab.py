"""Mutants of 05b_detector_lab that get full points because they are right."""

from tests.mutation.survivors import Equivalent

AS_MANY = "as many rows in the one as in the other"
ONE_AXIS = "a list has one axis only"
ONE_DTYPE = "all predictions and targets have one dtype"
A_NUMBER = "a tensor without dimensions counts as a number"

_DRAWN = "for label, most in ((1, count // 2), (0, count)):"
_TRUTH = "truth = ones[known].to({}.dtype)"
_SMOOTH = "where = F.smooth_l1_loss({}, beta=1 / 9, reduction='sum')"
_RAISE = "raise FileNotFoundError(f'{path} is not there: train the detector first.')"
_LOOP = "for i in range(len({})):"
_PRECISION = "precision = tp / (tp + fp) if {} else 1.0"
_RECALL = "recall = tp / (tp + fn) if {} else 1.0"
_SAID = "said = torch.arange(1, len({}) + 1{})"
_DOUBLE = ", dtype=torch.float64"
_REACHED = "reached = [precision[recall {} level / 10 - 1e-09] for level in range({})]"
_ENVELOPE = "envelope = precision.flip({}).cummax(dim={}).values.flip({})"
_STEPS = "steps = recall.diff(prepend={}.new_zeros(1))"
_FALLING = "for i in scores.argsort(descending=True, stable=True){}:"

EQUIVALENTS = (
    Equivalent(
        "sample_anchors",
        _DRAWN,
        (_DRAWN.replace("count //", "room //"), _DRAWN.replace("(0, count)", "(0, room)")),
        "before anything is drawn there is room for `count`; zeros get no more than the room left",
    ),
    Equivalent(
        "sample_anchors",
        "candidates = (labels == label).nonzero()[:, 0]",
        ("candidates = (labels == label).nonzero()[:, -1]",),
        "places in a list have one coordinate",
    ),
    Equivalent(
        "sample_anchors",
        "chosen = candidates[order[:min(most, room)]]",
        ("chosen = candidates[order[:min(room, most)]]",),
        "the smaller of two numbers does not depend on their order",
    ),
    Equivalent(
        "detector_loss",
        _TRUTH.format("objectness"),
        ("truth = labels[known].to(objectness.dtype)",),
        "among the labelled anchors the label is 1 just where it is positive",
    ),
    Equivalent(
        "detector_loss",
        _TRUTH.format("objectness"),
        tuple(_TRUTH.format(name) for name in ("class_scores", "deltas", "targets")),
        ONE_DTYPE,
    ),
    Equivalent(
        "detector_loss",
        _SMOOTH.format("deltas[ones], targets[ones]"),
        (_SMOOTH.format("targets[ones], deltas[ones]"),),
        "smooth L1 is the same of a difference and of its negative",
    ),
    Equivalent(
        "train_rpn",
        "optimizer.zero_grad()",
        ("net.zero_grad()",),
        "the optimizer has all parameters of the network",
    ),
    Equivalent(
        "load_detector",
        f"if not Path(path).exists(): {_RAISE}",
        ("pass",),
        "load_file raises FileNotFoundError itself",
    ),
    Equivalent(
        "load_detector",
        "if not Path(path).exists():",
        ("if not Path(path):",),
        "load_file raises FileNotFoundError itself",
    ),
    Equivalent(
        "load_detector",
        _RAISE,
        ("pass", _RAISE.replace("first.", "first._")),
        "load_file raises FileNotFoundError itself, and its words are anybody's",
    ),
    Equivalent(
        "nms",
        "kept = torch.ones_like(order, dtype=torch.bool)",
        ("kept = torch.ones_like(scores, dtype=torch.bool)",),
        AS_MANY,
    ),
    Equivalent(
        "nms",
        _LOOP.format("order"),
        ("for i in range(len(order) - 1):",),
        "behind the last box there is none to suppress",
    ),
    Equivalent(
        "nms",
        _LOOP.format("order"),
        tuple(_LOOP.format(name) for name in ("boxes", "iou", "kept", "scores")),
        AS_MANY,
    ),
    Equivalent(
        "nms",
        "kept[i + 1:] &= iou[i, i + 1:] <= threshold",
        ("kept[i + 1:] &= iou[i + 1:, i] <= threshold",),
        "the overlap of two boxes does not depend on their order",
    ),
    Equivalent(
        "confusion",
        "truth, said = (truth.bool(), said.bool())",
        ("truth, said = (truth, said.bool())", "truth, said = (truth.bool(), said)"),
        "of a bool and an integer of 0 or 1, & is right where one of them is a bool",
    ),
    Equivalent(
        "precision_recall",
        _PRECISION.format("tp + fp"),
        (_PRECISION.format("fp"), _PRECISION.format("fp + fp")),
        "without false alarms the quotient is 1 as well",
    ),
    Equivalent(
        "precision_recall",
        _RECALL.format("tp + fn"),
        (_RECALL.format("fn"), _RECALL.format("fn + fn")),
        "where nothing is missed the quotient is 1 as well",
    ),
    Equivalent(
        "match_detections",
        "hits = torch.zeros_like(order, dtype=torch.bool)",
        ("hits = torch.zeros_like(scores, dtype=torch.bool)",),
        AS_MANY,
    ),
    Equivalent(
        "match_detections",
        "if len(order) and len(truths):",
        tuple(f"if len({name}) and len(truths):" for name in ("boxes", "hits", "scores")),
        AS_MANY,
    ),
    Equivalent(
        "match_detections",
        "if len(order) and len(truths):",
        ("if len(truths) and len(truths):",),
        "without detections the largest IoU of each is a list without entries",
    ),
    Equivalent(
        "match_detections",
        _LOOP.format("hits"),
        ("for i in range(1, len(hits)):",),
        "before the first detection there is none that took its object",
    ),
    Equivalent(
        "match_detections",
        _LOOP.format("hits"),
        tuple(_LOOP.format(name) for name in ("best", "boxes", "order", "scores", "which")),
        AS_MANY,
    ),
    Equivalent(
        "precision_recall_curve",
        "right = hits.double().cumsum(dim=0)",
        ("right = hits.double().cumsum(dim=-1)",),
        ONE_AXIS,
    ),
    Equivalent(
        "precision_recall_curve",
        _SAID.format("hits", f"{_DOUBLE}, device=hits.device"),
        (
            _SAID.format("hits", ", device=hits.device"),
            _SAID.format("hits", _DOUBLE),
            _SAID.format("right", f"{_DOUBLE}, device=hits.device"),
            _SAID.format("hits", f"{_DOUBLE}, device=right.device"),
        ),
        "a double divided by a whole number is a double; all tensors are on the CPU here",
    ),
    Equivalent(
        "ap11",
        _REACHED.format(">=", 11),
        (_REACHED.format(">", 11),),
        "no recall is 1e-9 below a level to the last bit",
    ),
    Equivalent(
        "ap11",
        _REACHED.format(">=", 11),
        (_REACHED.format(">=", "11 + 1"), _REACHED.format(">=", 12)),
        "no recall is above 1: the twelfth level is never reached",
    ),
    Equivalent(
        "ap11",
        "return sum((part.max().item() for part in reached if len(part))) / 11",
        ("return sum((part.max() for part in reached if len(part))) / 11",),
        A_NUMBER,
    ),
    Equivalent(
        "ap_area",
        _ENVELOPE.format(0, 0, 0),
        (
            _ENVELOPE.format(-1, 0, 0),
            _ENVELOPE.format(0, -1, 0),
            _ENVELOPE.format(0, 0, -1),
        ),
        ONE_AXIS,
    ),
    Equivalent(
        "ap_area",
        _STEPS.format("recall"),
        (_STEPS.format("envelope"), _STEPS.format("precision")),
        "a zero of the same dtype",
    ),
    Equivalent(
        "ap_area",
        "return (steps * envelope).sum().item()",
        ("return (steps * envelope).sum()",),
        A_NUMBER,
    ),
    Equivalent(
        "explain_failures",
        "if len(truths) == 0:",
        ("if len(truth_labels) == 0:",),
        AS_MANY,
    ),
    Equivalent(
        "explain_failures",
        "return ['background'] * len(boxes)",
        tuple(f"return ['background'] * len({name})" for name in ("labels", "scores")),
        AS_MANY,
    ),
    Equivalent(
        "explain_failures",
        _FALLING.format(".tolist()"),
        (_FALLING.format(""),),
        "a tensor of one whole number is an index too",
    ),
    Equivalent(
        "explain_failures",
        "best, which = same[i].max(dim=0)",
        ("best, which = same[i].max(dim=-1)",),
        ONE_AXIS,
    ),
)
