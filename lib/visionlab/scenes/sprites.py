"""All figures of a batch of scenes painted by themselves, each in a small picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from visionlab.scenes import layout as places
from visionlab.scenes.car import car
from visionlab.scenes.draws import Draws, rounded
from visionlab.scenes.layout import LABEL_OF_KIND, Layout
from visionlab.scenes.parts import Figure, paint
from visionlab.scenes.person import person
from visionlab.scenes.plants import bush, conifer, tree
from visionlab.scenes.things import crate, post

BUILDERS: dict[int, Callable[[Draws], Figure]] = {
    places.PERSON: person,
    places.CAR: car,
    places.TREE: tree,
    places.CONIFER: conifer,
    places.POST: post,
    places.CRATE: crate,
    places.BUSH: bush,
}
NUMBERS = 64
"""How many uniform numbers decide the looks of one figure."""
STEP = 12
"""Figures of one kind are painted together when their lengths share a multiple of this many pixels;
fewer, larger groups would paint more empty pixels around the smaller ones."""


@dataclass(frozen=True)
class Sprites:
    """m painted figures: their pictures and where they go.

    colours: (m, 4, h, w) float32, colour times opacity and opacity; the shadow is part of it.
    masks: (m, h, w) bool, pixels whose centre is in the figure.
    left, top: (m,) int64, where the picture's corner lies in the image; may be outside.
    row, slot: (m,) int64, scene of the batch and place in its Layout. label: class, 0 for clutter.
    keypoints: (m, K, 2) float32, image pixels; None for what has none.
    """

    colours: Tensor
    masks: Tensor
    left: Tensor
    top: Tensor
    row: Tensor
    slot: np.ndarray
    label: int
    keypoints: Tensor | None

    def at(self, slot: int) -> "Sprites":
        """Only the figures in one slot."""
        index = np.flatnonzero(self.slot == slot)
        some = torch.from_numpy(index).to(self.row.device)
        return replace(
            self,
            colours=self.colours[some],
            masks=self.masks[some],
            left=self.left[some],
            top=self.top[some],
            row=self.row[some],
            slot=self.slot[index],
            keypoints=None if self.keypoints is None else self.keypoints[some],
        )


def sprites(layout: Layout, atlas: Tensor) -> list[Sprites]:
    """Paint every figure of the layout."""
    group = np.where(layout.kind >= 0, np.ceil(layout.length / STEP), 0).astype(np.int64)
    painted = []
    for kind in BUILDERS:
        for size in np.unique(group[layout.kind == kind]):
            row, slot = np.nonzero((layout.kind == kind) & (group == size))
            painted.append(_sprites(layout, kind, row, slot, int(size) * STEP, atlas))
    return painted


def _sprites(
    layout: Layout, kind: int, row: np.ndarray, slot: np.ndarray, longest: int, atlas: Tensor
) -> Sprites:
    """Paint figures of one kind that are no longer than `longest` pixels."""
    draws = Draws(layout.u[row, slot])
    # Away from the middle of the texture, where its mirror image begins: no symmetric leaves.
    start = np.stack([draws.integers(28, 100), draws.integers(50, 120)], axis=1)
    figure = BUILDERS[kind](draws)
    length, x, y = layout.length[row, slot], layout.x[row, slot], layout.y[row, slot]
    aside, up, down = figure.reach
    w, h = int(2 * aside * longest) + 3, int((up + down) * longest) + 3
    left, top = np.floor(x - aside * longest) - 1, np.floor(y - up * longest) - 1
    device = atlas.device
    across = _grid(left - x, w, device)[:, None, :]
    along = _grid(top - y, h, device)[:, :, None]
    colours = paint(figure, length, across, along, atlas, start)
    masks = colours[:, 3] >= 0.5
    _add_shadow(colours, across, along, aside * length)
    corner_x, corner_y, scene = (
        torch.from_numpy(a.astype(np.int64)).to(device) for a in (left, top, row)
    )
    keypoints = _keypoints(figure, length, x, y, device)
    label = int(LABEL_OF_KIND[kind])
    return Sprites(colours, masks, corner_x, corner_y, scene, slot, label, keypoints)


def _keypoints(
    figure: Figure, length: np.ndarray, x: np.ndarray, y: np.ndarray, device: torch.device
) -> Tensor | None:
    """The figure's keypoints (m, K, 2) in pixels of the image, if it has any."""
    if figure.keypoints is None:
        return None
    pixels = figure.keypoints * np.stack([length, -length], axis=1)[:, None]
    pixels = rounded(pixels) + np.stack([x, y], axis=1)[:, None]
    return torch.from_numpy(pixels.astype(np.float32)).to(device)


def _grid(start: np.ndarray, steps: int, device: torch.device) -> Tensor:
    """Centres of pixels from `start` (n,): (n, steps) float32, exact multiples of 1/64."""
    begin = torch.from_numpy(start.astype(np.float32)).to(device)
    return begin[:, None] + torch.arange(steps, device=device) + 0.5


def _add_shadow(colours: Tensor, x: Tensor, y: Tensor, reach: np.ndarray) -> None:
    """Darken the ground at the foot of each figure, in place and behind the figure."""
    wide = torch.from_numpy((1 / (0.9 * reach)).astype(np.float32)).to(x.device)[:, None, None]
    dx, dy = x * wide, y * wide * 5
    shade = (1 - (dx * dx + dy * dy)).clamp_(0, 1) * 0.5
    opacity = colours[:, 3]
    opacity.add_((1 - opacity).mul_(shade))
