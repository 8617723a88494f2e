"""Painted figures put into images, the nearest first, with a record of who covers whom."""

import torch
from torch import Tensor

from visionlab.scenes.person import KEYPOINTS
from visionlab.scenes.sprites import Sprites

CLUTTER = 255  # in the map of instances while it is made; there are never so many figures


class Canvas:
    """n images of size x size that are filled from the nearest figure to the background.

    Front to back, what is visible of a figure is known the moment it is put down: whatever nobody
    nearer covers. So one that is hidden too much can be left out without a second pass.
    boxes, labels, keypoints: as in Scenes, filled as figures are pasted.
    """

    def __init__(self, n: int, size: int, most: int, device: torch.device) -> None:
        self.size = size
        pixels = size * size + 1  # the last one takes what falls outside of the image
        self._colour = torch.zeros((n, 3, pixels), device=device)
        self._through = torch.ones((n, pixels), device=device)  # how much shines through so far
        self._owner = torch.zeros((n, pixels), dtype=torch.uint8, device=device)
        self._count = torch.zeros(n, dtype=torch.int64, device=device)
        self.boxes = torch.zeros((n, most, 4), device=device)
        self.labels = torch.zeros((n, most), dtype=torch.int64, device=device)
        self.keypoints = torch.zeros((n, most, len(KEYPOINTS), 3), device=device)

    def paste(self, sprites: Sprites, occlusion: float) -> None:
        """Put down at most one figure in each image, behind everything that is there already.

        A figure of which nearer ones and the border hide more than `occlusion` is left out;
        clutter never is.
        """
        if not len(sprites.row):
            return
        at, inside = self._pixels(sprites)  # (m, h * w)
        row = sprites.row[:, None]
        mask = sprites.masks.flatten(1)
        owner = self._owner[row, at]
        visible = mask & inside & (owner == 0)
        kept = torch.ones_like(sprites.row, dtype=torch.bool)
        if sprites.label:
            share = visible.sum(dim=1).float() / mask.sum(dim=1).float()
            kept = share >= 1 - occlusion
            self._annotate(sprites, kept, visible.view_as(sprites.masks), owner)
        number = self._count[sprites.row].to(torch.uint8) if sprites.label else CLUTTER
        number = torch.as_tensor(number, dtype=torch.uint8, device=at.device).expand(len(at))
        self._owner[row, at] = torch.where(visible & kept[:, None], number[:, None], owner)
        self._blend(sprites, at, kept)

    def _pixels(self, sprites: Sprites) -> tuple[Tensor, Tensor]:
        """Where the pixels of the sprites lie, (m, h * w) int64, and whether that is inside."""
        h, w = sprites.masks.shape[1:]
        y = sprites.top[:, None] + torch.arange(h, device=sprites.top.device)
        x = sprites.left[:, None] + torch.arange(w, device=sprites.left.device)
        inside_y, inside_x = (y >= 0) & (y < self.size), (x >= 0) & (x < self.size)
        inside = inside_y[:, :, None] & inside_x[:, None, :]
        at = torch.where(inside, y[:, :, None] * self.size + x[:, None, :], self.size**2)
        return at.flatten(1), inside.flatten(1)

    def _annotate(self, sprites: Sprites, kept: Tensor, visible: Tensor, owner: Tensor) -> None:
        """Write the boxes, labels and keypoints of the kept figures. visible: (m, h, w)."""
        some = kept.nonzero()[:, 0]
        row = sprites.row[some]
        number = self._count[row]
        self._count[row] += 1
        x1, x2 = _extent(visible[some].any(dim=1), sprites.left[some])
        y1, y2 = _extent(visible[some].any(dim=2), sprites.top[some])
        self.boxes[row, number] = torch.stack([x1, y1, x2, y2], dim=1).float()
        self.labels[row, number] = sprites.label
        if sprites.keypoints is not None:
            points = sprites.keypoints[some]
            self.keypoints[row, number] = self._seen(points, row)

    def _seen(self, points: Tensor, row: Tensor) -> Tensor:
        """Keypoints (m, K, 3): with 2 where nothing nearer lies over the pixel, 1 where it does."""
        x, y = points.floor().long().unbind(dim=2)
        inside = (x >= 0) & (y >= 0) & (x < self.size) & (y < self.size)
        at = torch.where(inside, y * self.size + x, self.size**2)
        free = self._owner[row[:, None], at] == 0
        state = torch.where(inside, 1 + free.long(), 0)[..., None]
        return torch.where(state > 0, torch.cat([points, state.float()], dim=2), 0.0)

    def _blend(self, sprites: Sprites, at: Tensor, kept: Tensor) -> None:
        """Add the colours of the kept figures, dimmed by what is before them."""
        row = sprites.row[:, None]
        colours = sprites.colours.flatten(2) * kept[:, None, None]  # (m, 4, h * w)
        through = self._through[row, at]
        self._through[row, at] = through * (1 - colours[:, 3])
        channel = torch.arange(3, device=at.device)[None, :, None]
        place = (row[:, None], channel, at[:, None])
        self._colour[place] = self._colour[place] + colours[:, :3] * through[:, None]

    def over(self, background: Tensor) -> Tensor:
        """The finished images before a background (n, 3, size, size)."""
        colour = self._colour[:, :, :-1].view_as(background)
        through = self._through[:, :-1].view(-1, 1, self.size, self.size)
        return colour + through * background

    def instances(self) -> Tensor:
        """Which object is visible at each pixel: (n, size, size) uint8, 0 for none."""
        owner = self._owner[:, :-1].view(-1, self.size, self.size)
        return torch.where(owner == CLUTTER, 0, owner).to(torch.uint8)


def _extent(hit: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """First edge and last edge (m,) of the pixels (m, k) that are hit, counted from `start`."""
    place = torch.arange(hit.shape[1], device=hit.device)
    first = torch.where(hit, place, hit.shape[1]).amin(dim=1)
    last = torch.where(hit, place, -1).amax(dim=1)
    return start + first, start + last + 1
