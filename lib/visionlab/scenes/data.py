"""Images with boxes, masks and keypoints, whatever they come from, as a few tensors in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

Index = slice | Sequence[int] | Tensor


@dataclass(frozen=True, eq=False)
class Scenes:
    """N images with up to M objects each, padded to M.

    images: (N, 3, H, W) uint8, a quarter of the memory of floats; `pixels` gives floats.
    boxes: (N, M, 4) float32, x1 y1 x2 y2 in pixels, the edges of what is visible of an object: a
        box around pixel (0, 0) alone is 0 0 1 1. Zeros where there is no object.
    labels: (N, M) int64, index into class_names; 0 is the background and the padding. The objects
        of an image come first.
    instances: (N, H, W) uint8: k + 1 where object k is visible, 0 elsewhere; None if unknown.
    keypoints: (N, M, K, 3) float32: x, y and, as in COCO, 0 not known or outside the image,
        1 hidden, 2 visible; None if unknown.
    """

    name: str
    class_names: tuple[str, ...]
    images: Tensor
    boxes: Tensor
    labels: Tensor
    instances: Tensor | None = None
    keypoints: Tensor | None = None
    keypoint_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    @property
    def counts(self) -> Tensor:
        """How many objects each image has: (N,) int64."""
        return (self.labels > 0).sum(dim=1)

    def pixels(self, index: Index | int = slice(None)) -> Tensor:
        """The images at `index` as float32 in 0..1: (n, 3, H, W), or (3, H, W) for one number."""
        return self.images[index].float() / 255

    def targets(self, i: int) -> tuple[Tensor, Tensor]:
        """Boxes (m, 4) and labels (m,) of image i without padding; (0, 4) and (0,) if empty."""
        there = self.labels[i] > 0
        return self.boxes[i][there], self.labels[i][there]

    def masks(self, i: int) -> Tensor:
        """The visible pixels of each object of image i: (m, H, W) bool, in the order of `targets`.

        Raises ValueError if the data has no masks.
        """
        if self.instances is None:
            raise ValueError(f"{self.name} has no masks: only boxes were read.")
        numbers = torch.arange(1, int(self.counts[i]) + 1, device=self.instances.device)
        return self.instances[i][None] == numbers[:, None, None]

    def classes_of_pixels(self) -> Tensor:
        """The class of every pixel, for segmentation: (N, H, W) int64, 0 is background.

        Raises ValueError if the data has no masks.
        """
        if self.instances is None:
            raise ValueError(f"{self.name} has no masks: only boxes were read.")
        N, H, W = self.instances.shape
        with_background = torch.cat([self.labels.new_zeros(N, 1), self.labels], dim=1)
        return with_background.gather(1, self.instances.reshape(N, H * W).long()).view(N, H, W)

    def subset(self, index: Index) -> "Scenes":
        """Only the scenes at `index`: a slice, numbers, or a mask (N,) bool."""
        chosen = index
        if isinstance(index, Sequence):  # an empty one would become a tensor of floats
            chosen = torch.as_tensor(index) if index else torch.zeros(0, dtype=torch.int64)
        return self._with_tensors(lambda tensor: tensor[chosen])

    def to(self, device: torch.device | str) -> "Scenes":
        """The same data on another device."""
        return self._with_tensors(lambda tensor: tensor.to(device))

    def _with_tensors(self, change: Callable[[Tensor], Tensor]) -> "Scenes":
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        changed: dict[str, Any] = {
            name: change(value) for name, value in values.items() if isinstance(value, Tensor)
        }
        return replace(self, **changed)

    def __repr__(self) -> str:
        H, W = self.images.shape[2:]
        return (
            f"{self.name}: {len(self)} scenes of {H} x {W} with {int(self.counts.sum())} objects, "
            f"classes {', '.join(self.class_names[1:])}"
        )
