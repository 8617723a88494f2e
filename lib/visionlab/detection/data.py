"""Scenes as batches for training a detector: images, and for every anchor what it should say."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from visionlab.detection.anchors import PER_POSITION, STRIDE, encode, label_anchors, street_anchors
from visionlab.devices import one_thread
from visionlab.scenes import Scenes
from visionlab.seeding import derive_seed
from visionlab.waiting import track


@dataclass(frozen=True)
class Batch:
    """N images and the answers for each of the A anchors over them.

    images: (N, 3, H, W) float32 in 0..1; labels: (N, A) int64, 1 object, 0 background, -1 neither;
    targets: (N, A, 4) float32, dx dy dw dh of the matched box where labels are 1, else zeros;
    classes: (N, A) int64, 1..K where labels are 1, else 0.
    """

    images: Tensor
    labels: Tensor
    targets: Tensor
    classes: Tensor

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


def batches(
    scenes: Scenes,
    steps: int,
    *,
    batch_size: int = 16,
    seed: int = 0,
    flip: bool = True,
    device: torch.device | str = "cpu",
    first: int = 0,
) -> Iterator[Batch]:
    """Yield `steps` batches of scenes in random order, every scene once before any comes again.

    Anchors are `street_anchors` over the images, labelled once for all steps (`label_anchors`, IoU
    0.5 and 0.3). flip: mirror every other image, by chance, with its labels and targets.
    seed: of order and mirroring; first: leave out that many steps, to go on where a run stopped.
    Raises ValueError where there are no scenes.
    """
    if not len(scenes):
        raise ValueError("batches(): there are no scenes to learn from.")
    scenes = scenes.to(device)
    answers = _Answers(scenes)
    for step in range(first, first + steps):
        index = _chosen(len(scenes), step * batch_size, batch_size, seed)
        generator = torch.Generator().manual_seed(derive_seed("flips", seed, step))
        mirrored = (torch.rand(len(index), generator=generator) < 0.5) & flip
        yield answers.batch(scenes, index.to(device), mirrored.to(device))


def _chosen(n: int, start: int, count: int, seed: int) -> Tensor:
    """Places start to start + count of one shuffled pack of n scenes after the other."""
    parts = []
    while count > 0:
        epoch, place = divmod(start, n)
        generator = torch.Generator().manual_seed(derive_seed("order of scenes", seed, epoch))
        parts.append(torch.randperm(n, generator=generator)[place : place + count])
        start, count = start + len(parts[-1]), count - len(parts[-1])
    return torch.cat(parts)


class _Answers:
    """Labels of all anchors over all scenes, kept small: a byte each, and no targets yet."""

    def __init__(self, scenes: Scenes) -> None:
        H, W = scenes.images.shape[2:]
        self.width, device = W, scenes.images.device
        self.anchors = street_anchors(H, W, device)
        n, A = len(scenes), len(self.anchors)
        # The place of every anchor's mirror image: other columns, the same rows and shapes.
        grid = torch.arange(A, device=device).view(H // STRIDE, W // STRIDE, PER_POSITION)
        self.mirror = grid.flip(1).flatten()
        self.labels = torch.zeros(n, A, dtype=torch.int8, device=device)
        self.matched = torch.zeros(n, A, dtype=torch.uint8, device=device)
        with one_thread():
            for i in track(range(n), "labelling anchors"):
                labels, matched = label_anchors(self.anchors, scenes.targets(i)[0])
                self.labels[i], self.matched[i] = labels, matched

    def batch(self, scenes: Scenes, index: Tensor, mirrored: Tensor) -> Batch:
        """The scenes at `index` (N,), those `mirrored` (N,) bool from left to right."""
        wide = mirrored[:, None]
        images, boxes = scenes.pixels(index), scenes.boxes[index]
        images = torch.where(wide[:, None, None], images.flip(3), images)
        x1, y1, x2, y2 = boxes.unbind(dim=2)
        flipped = torch.stack([self.width - x2, y1, self.width - x1, y2], dim=2)
        boxes = torch.where(wide[:, None], flipped, boxes)
        labels, matched = (
            torch.where(wide, kept[index][:, self.mirror], kept[index]).long()
            for kept in (self.labels, self.matched)
        )
        image, anchor = (labels == 1).nonzero(as_tuple=True)
        which = matched[image, anchor]
        targets = images.new_zeros(*labels.shape, 4)
        targets[image, anchor] = encode(self.anchors[anchor], boxes[image, which])
        classes = torch.zeros_like(labels)
        classes[image, anchor] = scenes.labels[index][image, which]
        return Batch(images, labels, targets, classes)
