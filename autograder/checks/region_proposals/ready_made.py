# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,operator"
"""Right values by what each exercise forbids: every one of these answers earns nothing."""

from autograder.checks.region_proposals.anchors import make_anchors
from autograder.checks.region_proposals.coverage import coverage
from autograder.checks.region_proposals.decode import decode
from autograder.checks.region_proposals.encode import encode
from autograder.checks.region_proposals.grid import grid_targets
from autograder.checks.region_proposals.iou import box_iou
from autograder.checks.region_proposals.labelling import label_anchors
from autograder.checks.region_proposals.loss import rpn_loss
from autograder.checks.region_proposals.lost import lost_objects
from autograder.checks.region_proposals.smooth import smooth_l1_fb


@box_iou.borrows
def iou_of_torchvision(a, b):
    import torchvision

    return torchvision.ops.box_iou(a, b)


@box_iou.borrows
def areas_of_torchvision(a, b):
    from torchvision.ops.boxes import box_area

    near = torch.maximum(a[:, None, :2], b[None, :, :2])
    inter = (torch.minimum(a[:, None, 2:], b[None, :, 2:]) - near).clamp(min=0).prod(2)
    return inter / (box_area(a)[:, None] + box_area(b) - inter)


@encode.borrows
def coded_by_torchvision(anchors, boxes):
    from torchvision.models.detection import _utils

    return _utils.BoxCoder((1.0, 1.0, 1.0, 1.0)).encode_single(boxes, anchors)


@encode.borrows
def converted_by_torchvision(anchors, boxes):
    from torchvision.ops import box_convert

    a, g = (box_convert(v, "xyxy", "cxcywh") for v in (anchors, boxes))
    return torch.cat([(g - a)[:, :2] / a[:, 2:], (g / a)[:, 2:].log()], 1)


@encode.borrows
def coded_for_lab_05b(anchors, boxes):
    from visionlab.detection import encode as ready

    return ready(anchors, boxes)


@decode.borrows
def decoded_for_lab_05b(anchors, deltas):
    import visionlab.detection.anchors as ready

    return ready.decode(anchors, deltas)


@decode.borrows
def decoded_by_torchvision(anchors, deltas):
    from torchvision.models.detection._utils import BoxCoder

    return BoxCoder((1.0, 1.0, 1.0, 1.0)).decode_single(deltas, anchors)


@grid_targets.borrows
def converted_for_the_grid(boxes, labels, size, S=3, K=3):
    from torchvision.ops import box_convert

    grid = boxes.new_zeros(S, S, 5 + K)
    for box, label in zip(box_convert(boxes, "xyxy", "cxcywh"), labels, strict=True):
        (column, row), place = (box[:2] * S / size).long(), box[:2] * S / size % 1
        grid[row, column] = 0
        grid[row, column, 0] = grid[row, column, 4 + label] = 1
        grid[row, column, 1:3], grid[row, column, 3:5] = place, box[2:] / size
    return grid


@lost_objects.borrows
def converted_for_the_cells(boxes, size, S=3):
    import torchvision.ops as ops

    cells = (ops.box_convert(boxes, "xyxy", "cxcywh")[:, :2] * S / size).long()
    return len(boxes) - len(cells.unique(dim=0))


@make_anchors.borrows
def anchors_of_torchvision(Hf, Wf, stride, scales, ratios):
    from torchvision.models.detection.anchor_utils import AnchorGenerator

    generator = AnchorGenerator((tuple(scales),), (tuple(ratios),))
    s, r = torch.tensor(scales).float(), torch.tensor(ratios).float().sqrt()
    sides = torch.stack([s[:, None] / r, s[:, None] * r], 2).view(-1, 2)
    generator.cell_anchors = [torch.cat([-sides, sides], 1) / 2]
    strides = [[torch.tensor(stride), torch.tensor(stride)]]
    return generator.grid_anchors([(Hf, Wf)], strides)[0] + stride / 2


@make_anchors.borrows
def centred_as_street_anchors(Hf, Wf, stride, scales, ratios):
    from visionlab.detection import street_anchors

    grid = street_anchors(4 * Hf, 4 * Wf).view(Hf, Wf, -1, 4)
    centres = (grid[:, :, :1, :2] + grid[:, :, :1, 2:]) / 2 * (stride / 4)
    s, r = torch.tensor(scales).float()[:, None], torch.tensor(ratios).float().sqrt()
    halves = torch.stack([s / r, s * r], 2).view(-1, 2) / 2
    return torch.cat([centres - halves, centres + halves], 3).view(-1, 4)


@coverage.borrows
def recalled_by_lab_05b(anchors, boxes, threshold=0.5):
    from visionlab import detection, scenes

    labels = torch.ones(1, len(boxes), dtype=torch.int64)
    one = scenes.Scenes("one", ("", "object"), torch.zeros(1, 3, 1, 1), boxes[None], labels)
    return detection.recall([anchors], one, threshold)


@coverage.borrows
def covered_by_torchvision(anchors, boxes, threshold=0.5):
    from torchvision import ops

    if len(boxes) == 0:
        return 1.0
    return (ops.box_iou(anchors, boxes).amax(0) >= threshold).double().mean().item()


@label_anchors.borrows
def matched_by_torchvision(anchors, boxes, hi=0.7, lo=0.3):
    from torchvision.models.detection._utils import Matcher

    if len(boxes) == 0:
        return (torch.zeros(len(anchors), dtype=torch.int64),) * 2
    iou = box_iou(boxes, anchors)
    found = Matcher(hi, lo, allow_low_quality_matches=True)(iou)
    return (found >= 0).long() - (found == -2).long(), iou.argmax(0)


@label_anchors.borrows
def labelled_for_lab_05b(anchors, boxes, hi=0.7, lo=0.3):
    from visionlab import detection

    return detection.label_anchors(anchors, boxes, hi, lo)


@smooth_l1_fb.borrows
def smooth_by_torch(x, beta=1.0):
    return F.smooth_l1_loss(x, torch.zeros_like(x), reduction="none", beta=beta), (x / beta).clamp(
        -1, 1
    )


@smooth_l1_fb.borrows
def slope_by_autograd(x, beta=1.0):
    leaf = x.detach().clone().requires_grad_()
    near = leaf.abs() < beta
    y = torch.where(near, leaf**2 / (2 * beta), leaf.abs() - beta / 2)
    y.sum().backward()
    return y.detach(), leaf.grad


@rpn_loss.borrows
def binary_by_torch(logits, deltas, labels, targets, lam=1.0):
    known, n = labels >= 0, (labels >= 0).sum().clamp(min=1)
    objectness = F.binary_cross_entropy_with_logits(
        logits[known], labels[known].to(logits.dtype), reduction="sum"
    )
    box = smooth_l1_fb((deltas - targets)[labels == 1], 1 / 9)[0].sum()
    return (objectness + lam * box) / n


@rpn_loss.borrows
def boxes_by_torch(logits, deltas, labels, targets, lam=1.0):
    known, positive = labels >= 0, labels == 1
    objectness = F.softplus(torch.where(positive, -logits, logits))[known].sum()
    loss = torch.nn.SmoothL1Loss(reduction="sum", beta=1 / 9)
    return (objectness + lam * loss(deltas[positive], targets[positive])) / known.sum().clamp(min=1)
