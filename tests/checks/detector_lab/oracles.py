"""Right answers to 05b_detector_lab from other hands: torchvision, sklearn, exact fractions."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from sklearn import metrics
from torch import Tensor, nn
from torchvision import ops
from torchvision.models.detection import rpn
from torchvision.models.detection._utils import BalancedPositiveNegativeSampler, BoxCoder

_CODER = BoxCoder((1.0, 1.0, 1.0, 1.0))
Predictions = tuple[Tensor, Tensor, Tensor]


class RPNHead(rpn.RPNHead):
    """torchvision's, which takes the maps of several levels."""

    def forward(self, x: Any) -> Any:
        """(N, C, H, W) to (N, A, H, W) and (N, 4 A, H, W)."""
        (objectness,), (deltas,) = super().forward([x])
        return objectness, deltas


def flatten_predictions(maps: Tensor, values: int) -> Tensor:
    """torchvision's, which its detectors use for their own maps."""
    N, channels, H, W = maps.shape
    return rpn.permute_and_flatten(maps, N, channels // values, values, H, W)


def sample_anchors(
    labels: Tensor, count: int = 256, generator: torch.Generator | None = None
) -> Tensor:
    """torchvision's sampler, which knows torch's own generator only."""
    seed = int(torch.randint(2**31, (), generator=generator))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        (ones,), (zeros,) = BalancedPositiveNegativeSampler(count, 0.5)([labels])
    return torch.where(ones.bool(), 1, torch.where(zeros.bool(), 0, -1))


def detector_loss(
    objectness: Tensor,
    deltas: Tensor,
    class_scores: Tensor,
    labels: Tensor,
    targets: Tensor,
    classes: Tensor,
    lam: float = 4.0,
) -> Tensor:
    """A focal loss that focuses on nothing, Huber's loss, a divergence from one-hot classes."""
    known, one = labels != -1, labels == 1
    truth = labels[known].to(objectness.dtype)
    there = ops.sigmoid_focal_loss(objectness[known], truth, alpha=-1, gamma=0, reduction="sum")
    where = 9 * F.huber_loss(deltas[one], targets[one], reduction="sum", delta=1 / 9)
    names = F.one_hot(classes[one] - 1, class_scores.shape[-1]).to(class_scores.dtype)
    what = F.kl_div(class_scores[one].log_softmax(-1), names, reduction="sum")
    n, m = max(1, int(known.sum())), max(1, int(one.sum()))
    return (there + lam * where) / n + what / (2 * m)


def train_rpn(
    net: nn.Module,
    batches: Iterable[Any],
    optimizer: torch.optim.Optimizer,
    schedule: Any = None,
    seen: Callable[[int, float], None] | None = None,
) -> list[float]:
    """The optimizer asks for the loss itself."""
    net.train()
    losses: list[float] = []
    for step, batch in enumerate(batches, start=1):

        def closure(batch: Any = batch) -> float:
            labels = torch.stack([sample_anchors(row) for row in batch.labels])
            z, d, s = net(batch.images)
            loss = detector_loss(z, d, s, labels, batch.targets, batch.classes)
            net.zero_grad(set_to_none=True)
            loss.backward()
            return float(loss.detach())

        losses.append(float(optimizer.step(closure)))
        if schedule is not None:
            schedule.step()
        if seen is not None:
            seen(step, losses[-1])
    return losses


def load_detector(path: str = "detector.safetensors") -> nn.Module:
    """Entry by entry, into whatever network is called Detector."""
    with safe_open(path, framework="pt") as file:
        net: nn.Module = globals()["Detector"]()
        for name, value in net.state_dict(keep_vars=True).items():
            value.data = file.get_tensor(name)
    return net.requires_grad_(False).eval()


def nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """torchvision's, which sorts stably."""
    return ops.nms(boxes, scores, threshold)


def proposals(
    objectness: Tensor,
    deltas: Tensor,
    anchors: Tensor,
    size: int,
    count: int = 50,
    threshold: float = 0.7,
) -> Tensor:
    """The steps of torchvision's region proposal network, in the order of the exercise."""
    boxes = ops.clip_boxes_to_image(_CODER.decode_single(deltas, anchors), (size, size))
    large = ops.remove_small_boxes(boxes, 1.0)
    surest = large[np.argsort(-objectness[large].numpy(), kind="stable")[:400].copy()]
    return boxes[surest][ops.nms(boxes[surest], objectness[surest], threshold)][:count]


def confusion(truth: Tensor, said: Tensor) -> tuple[int, int, int, int]:
    """sklearn's matrix."""
    if len(truth) == 0:
        return 0, 0, 0, 0
    (tn, fp), (fn, tp) = metrics.confusion_matrix(truth.int(), said.int(), labels=[0, 1])
    return int(tp), int(fp), int(fn), int(tn)


def precision_recall(tp: int, fp: int, fn: int) -> tuple[float, float]:
    """sklearn's, of three samples with weights, and a fourth one that neither of them counts."""
    truth, said, weights = [1, 0, 1, 0], [1, 1, 0, 0], [tp, fp, fn, 1]
    options = {"sample_weight": weights, "zero_division": 1.0}
    return (
        float(metrics.precision_score(truth, said, **options)),
        float(metrics.recall_score(truth, said, **options)),
    )


def _iou(one: list[float], other: list[float]) -> Fraction:
    """The exact overlap of two boxes."""
    a, b = [Fraction(v) for v in one], [Fraction(v) for v in other]
    width = max(Fraction(0), min(a[2], b[2]) - max(a[0], b[0]))
    height = max(Fraction(0), min(a[3], b[3]) - max(a[1], b[1]))
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (total - width * height)


def _by_falling_score(scores: Tensor) -> list[int]:
    return [i for _, i in sorted((-score, i) for i, score in enumerate(scores.tolist()))]


def match_detections(
    boxes: Tensor, scores: Tensor, truths: Tensor, threshold: float = 0.5
) -> Tensor:
    """Exact overlaps; every object knows who came first."""
    first: dict[int, int] = {}
    objects = truths.tolist()
    order = _by_falling_score(scores)
    for i in order:
        overlaps = [_iou(boxes[i].tolist(), other) for other in objects]
        if overlaps and max(overlaps) >= Fraction(threshold):
            first.setdefault(overlaps.index(max(overlaps)), i)
    return torch.tensor([i in first.values() for i in order], dtype=torch.bool)


def precision_recall_curve(hits: Tensor, n_truths: int) -> tuple[Tensor, Tensor]:
    """Exact fractions, rounded at the end."""
    right = list(accumulate(map(int, hits.tolist())))
    precision = [float(Fraction(r, k)) for k, r in enumerate(right, start=1)]
    recall = [float(Fraction(r, n_truths)) for r in right]
    return torch.tensor(precision, dtype=torch.float64), torch.tensor(recall, dtype=torch.float64)


def ap11(precision: Tensor, recall: Tensor) -> float:
    """The place of every level in the sorted recalls."""
    places = (bisect_left(recall.tolist(), level / 10 - 1e-9) for level in range(11))
    return sum(max(precision.tolist()[place:], default=0.0) for place in places) / 11


def ap_area(precision: Tensor, recall: Tensor) -> float:
    """sklearn's area under a line that goes along the steps."""
    best = np.maximum.accumulate(precision.numpy()[::-1])[::-1]
    corners = np.repeat(np.concatenate([[0.0], recall.numpy()]), 2)[1:-1]
    return float(metrics.auc(corners, np.repeat(best, 2))) if len(best) else 0.0


def explain_failures(
    boxes: Tensor, scores: Tensor, labels: Tensor, truths: Tensor, truth_labels: Tensor
) -> list[str]:
    """Exact overlaps; 0.1 as the boxes' own dtype has it."""
    hit: set[int] = set()
    words = []
    for i in _by_falling_score(scores):
        overlaps = [_iou(boxes[i].tolist(), other) for other in truths.tolist()]
        own = [v if truth_labels[k] == labels[i] else Fraction(-1) for k, v in enumerate(overlaps)]
        largest = max(overlaps, default=Fraction(0))
        if max(own, default=Fraction(-1)) >= Fraction(1, 2):
            place = own.index(max(own))
            words.append("duplicate" if place in hit else "hit")
            hit.add(place)
        elif largest >= Fraction(1, 2):
            words.append("wrong class")
        else:
            words.append("poor box" if largest >= Fraction(1, 10) else "background")
    return words


ORACLES: dict[str, Callable[..., Any]] = {
    oracle.__name__: oracle
    for oracle in (
        *(RPNHead, flatten_predictions, sample_anchors, detector_loss, train_rpn, load_detector),
        *(nms, proposals, confusion, precision_recall, match_detections),
        *(precision_recall_curve, ap11, ap_area, explain_failures),
    )
}
