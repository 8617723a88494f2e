"""A detector that is trained already: something to compare with, and to go on with."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models.detection.rpn import RPNHead, permute_and_flatten

from visionlab.detection.anchors import PER_POSITION, street_anchors
from visionlab.detection.backbone import Backbone
from visionlab.detection.detections import Detections, postprocess

Predictions = tuple[Tensor, Tensor, Tensor]
"""objectness (N, A), deltas (N, A, 4), class_scores (N, A, K), float32."""
Network = Callable[[Tensor], Predictions]

CLASSES = 3
WIDTH = 1.25  # of the backbone: wider than the notebook's, so weights of one never fit the other
WEIGHTS = Path(__file__).parent / "weights" / "street_detector.safetensors"


class ReferenceDetector(nn.Module):
    """Backbone, torchvision's head of a region proposal network, and a layer for the classes.

    Images (N, 3, H, W) of floats in 0..1, sides multiples of 16, give `Predictions` for the anchors
    of street_anchors(H, W) and the classes person, car, tree.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone(WIDTH)
        self.head = RPNHead(self.backbone.channels, PER_POSITION)
        self.classes = nn.Conv2d(self.backbone.channels, CLASSES * PER_POSITION, 1)
        nn.init.normal_(self.classes.weight, std=0.01)
        self.classes.bias = nn.Parameter(torch.zeros(CLASSES * PER_POSITION))

    def forward(self, images: Tensor) -> Predictions:
        """Images (N, 3, H, W) to objectness (N, A), deltas (N, A, 4), class_scores (N, A, K)."""
        hidden = self.head.conv(self.backbone(images))
        objectness = _by_anchor(self.head.cls_logits(hidden), 1)
        deltas = _by_anchor(self.head.bbox_pred(hidden), 4)
        return objectness[..., 0], deltas, _by_anchor(self.classes(hidden), CLASSES)


def _by_anchor(maps: Tensor, values: int) -> Tensor:
    N, _, H, W = maps.shape
    flat: Tensor = permute_and_flatten(maps.float(), N, PER_POSITION, values, H, W)
    return flat


def trained_detector(device: torch.device | str = "cpu") -> ReferenceDetector:
    """The reference detector with its weights, in evaluation mode.

    `make lab-weights` trains it again. Raises FileNotFoundError where the weights are missing.
    """
    from safetensors.torch import load_file

    if not WEIGHTS.is_file():
        raise FileNotFoundError(f"{WEIGHTS.name} is missing: write it with `make lab-weights`.")
    net = ReferenceDetector()
    net.load_state_dict({name: value.float() for name, value in load_file(WEIGHTS).items()})
    return net.to(device).eval().requires_grad_(False)


def predictions(net: nn.Module, images: Tensor, at_once: int = 50) -> Predictions:
    """What a detector says of images (N, 3, H, W), without a graph, `at_once` images at a time.

    The network is put into evaluation mode for it, and back into the mode it was in.
    """
    was_training = net.training
    net.eval()
    try:
        with torch.no_grad():
            parts = [net(some) for some in images.split(at_once)]
    finally:
        net.train(was_training)
    objectness, deltas, class_scores = (torch.cat(part) for part in zip(*parts, strict=True))
    return objectness, deltas, class_scores


def detect(net: nn.Module, images: Tensor, score: float = 0.02) -> list[Detections]:
    """The detections in each of the images (N, 3, S, S), floats in 0..1, by `postprocess`."""
    H, W = images.shape[2:]
    anchors = street_anchors(H, W, images.device)
    said = zip(*predictions(net, images), strict=True)
    return [postprocess(o, d, c, anchors, W, score) for o, d, c in said]
