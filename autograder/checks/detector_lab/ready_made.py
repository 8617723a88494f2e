# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,operator"
"""Right values by what each exercise forbids: every one of these answers earns nothing."""

from torch import nn

from autograder.checks.detector_lab.counting import confusion, precision_recall
from autograder.checks.detector_lab.curve import ap11, ap_area, precision_recall_curve
from autograder.checks.detector_lab.flatten import flatten_predictions
from autograder.checks.detector_lab.head import rpn_head
from autograder.checks.detector_lab.loss import detector_loss
from autograder.checks.detector_lab.matching import match_detections
from autograder.checks.detector_lab.proposing import proposals
from autograder.checks.detector_lab.sampling import sample_anchors
from autograder.checks.detector_lab.saved import load_detector
from autograder.checks.detector_lab.suppression import nms
from autograder.checks.detector_lab.training import train_rpn


@rpn_head.borrows
class HeadOfTorchvision(nn.Module):
    def __init__(self, C, A):
        from torchvision.models.detection import rpn

        super().__init__()
        self.head = rpn.RPNHead(C, A)

    def forward(self, features):
        objectness, deltas = self.head([features])
        return objectness[0], deltas[0]


@sample_anchors.borrows
def sampler_of_torchvision(labels, count=256, generator=None):
    from torchvision.models.detection._utils import BalancedPositiveNegativeSampler

    ones, zeros = BalancedPositiveNegativeSampler(count, 0.5)([labels])
    sampled = torch.full_like(labels, -1)
    sampled[ones[0].bool()], sampled[zeros[0].bool()] = 1, 0
    return sampled


@nms.borrows
def nms_of_torchvision(boxes, scores, threshold):
    import torchvision

    return torchvision.ops.nms(boxes, scores, threshold)


@nms.borrows
def nms_by_its_operator(boxes, scores, threshold):
    return torch.ops.torchvision.nms(boxes, scores, threshold)


@nms.borrows
def nms_of_all_classes(boxes, scores, threshold):
    from torchvision.ops.boxes import batched_nms

    return batched_nms(boxes, scores, torch.zeros_like(scores).long(), threshold)


@proposals.borrows
def proposals_by_torchvision(objectness, deltas, anchors, size, count=50, threshold=0.7):
    from torchvision import ops

    boxes = decode(anchors, deltas).clamp(0, size)
    large = (boxes[:, 2:] - boxes[:, :2] >= 1).all(dim=1)
    boxes, objectness = boxes[large], objectness[large]
    best = objectness.argsort(descending=True, stable=True)[:400]
    return boxes[best][ops.nms(boxes[best], objectness[best], threshold)[:count]]


@confusion.borrows
def confusion_of_sklearn(truth, said):
    from sklearn.metrics import confusion_matrix

    (tn, fp), (fn, tp) = confusion_matrix(truth.bool(), said.bool(), labels=[False, True])
    return int(tp), int(fp), int(fn), int(tn)


@precision_recall.borrows
def scores_of_sklearn(tp, fp, fn):
    from sklearn import metrics

    truth, said = [1] * tp + [0] * fp + [1] * fn, [1] * tp + [1] * fp + [0] * fn
    precision = metrics.precision_score(truth, said, zero_division=1.0)
    return float(precision), float(metrics.recall_score(truth, said, zero_division=1.0))


@precision_recall_curve.borrows
def curve_of_sklearn(hits, n_truths):
    from sklearn import metrics

    n = len(hits)
    precision, recall, _ = metrics.precision_recall_curve(hits.long(), -torch.arange(n))
    share = hits.double().sum().item() / n_truths
    pair = precision[:-1][::-1].copy(), recall[:-1][::-1].copy() * share
    return tuple(torch.from_numpy(values) for values in pair)


@ap_area.borrows
def area_of_sklearn(precision, recall):
    from sklearn.metrics import auc

    envelope = precision.flip(0).cummax(0).values.flip(0)
    r = torch.cat([recall.new_zeros(1), recall]).repeat_interleave(2)[1:-1]
    return float(auc(r, envelope.repeat_interleave(2)))


@load_detector.borrows
def the_courses_own(path="detector.safetensors"):
    from visionlab.detection import trained_detector

    net = Detector()
    net.load_state_dict(load_file(path))
    return net.eval() if path else trained_detector()


@flatten_predictions.borrows
def flattened_by_torchvision(maps, values):
    from torchvision.models.detection.rpn import permute_and_flatten

    N, channels, H, W = maps.shape
    return permute_and_flatten(maps, N, channels // values, values, H, W)


@detector_loss.borrows
def loss_of_the_course(objectness, deltas, class_scores, labels, targets, classes, lam=4.0):
    from visionlab.detection import Batch, training

    batch = Batch(objectness, labels, targets, classes)
    return training.loss_of((objectness, deltas, class_scores), batch)


@train_rpn.borrows
def trained_by_the_loss_of_the_course(net, batches, optimizer, schedule=None, seen=None):
    from visionlab.detection.training import loss_of

    net.train()
    losses = []
    for batch in batches:
        loss = loss_of(net(batch.images), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@match_detections.borrows
def matched_by_the_judge(boxes, scores, truths, threshold=0.5):
    from visionlab.checking.detections import _hits

    return _hits(boxes, scores, truths, threshold)[scores.argsort(descending=True, stable=True)]


@ap11.borrows
def levels_by_sklearn(precision, recall):
    from sklearn.metrics import auc

    levels = torch.arange(11) / 10
    reached = [precision[recall >= level / 10 - 1e-9].amax().item() for level in range(11)]
    return float(auc(levels, reached) * 10 + (reached[0] + reached[-1]) / 2) / 11
