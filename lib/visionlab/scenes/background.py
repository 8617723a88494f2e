"""What lies behind all figures: sky with clouds, a row of houses, ground, sometimes a road.

Only arithmetic that IEEE 754 fixes to the last bit, as in visionlab.scenes.parts.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visionlab.scenes import textures
from visionlab.scenes.draws import Draws, rounded

HOUSES = 6
NUMBERS = 128
"""How many uniform numbers a background takes at most."""

# Colour at the top and at the horizon.
SKIES = np.array(
    [
        [[0.35, 0.58, 0.88], [0.78, 0.88, 0.96]],
        [[0.50, 0.70, 0.92], [0.88, 0.92, 0.95]],
        [[0.66, 0.70, 0.74], [0.84, 0.85, 0.86]],
        [[0.42, 0.45, 0.62], [0.95, 0.75, 0.58]],
    ]
)
GROUNDS = np.array(
    [
        [0.36, 0.50, 0.22],
        [0.44, 0.52, 0.26],
        [0.58, 0.54, 0.48],
        [0.50, 0.50, 0.52],
        [0.6, 0.5, 0.36],
    ]
)
GROUND_TEXTURES = np.array(
    [textures.GRASS, textures.GRASS, textures.GRAVEL, textures.BRICK, textures.GRAVEL]
)
ASPHALT = np.array([[0.32, 0.32, 0.34], [0.42, 0.42, 0.43], [0.26, 0.27, 0.29]])
WALLS = np.array(
    [
        [0.66, 0.38, 0.28],
        [0.82, 0.74, 0.60],
        [0.74, 0.74, 0.72],
        [0.55, 0.45, 0.38],
        [0.86, 0.84, 0.80],
        [0.60, 0.55, 0.62],
    ]
)


@dataclass(frozen=True)
class Place:
    """The tensors that an image is computed from, for n scenes.

    x: (1, 1, W), y: (1, H, 1) pixel centres. horizon: (n,) pixels from the top, float64.
    scale: pixels for each pixel of a scene of 96. atlas: the textures.
    """

    x: Tensor
    y: Tensor
    horizon: np.ndarray
    scale: float
    atlas: Tensor

    def put(self, values: np.ndarray, steps: int = 64) -> Tensor:
        """Numbers (n, ...) as float32 on the right device, rounded to 1/steps."""
        return torch.from_numpy(rounded(values, steps).astype(np.float32)).to(self.x.device)

    def column(self, values: np.ndarray, steps: int = 64) -> Tensor:
        """One number (n,) for each scene beside x and y: (n, 1, 1)."""
        return self.put(values, steps)[:, None, None]

    def grain(self, draws: Draws, layer: np.ndarray) -> Tensor:
        """A texture each for n scenes from a place drawn at random: (n, H, W)."""
        shift = [torch.from_numpy(draws.integers(0, textures.SIDE - 1)) for _ in range(2)]
        right, down = (s.to(self.x.device)[:, None, None] for s in shift)
        columns = (self.x.long() + right) % textures.SIDE
        rows = (self.y.long() + down) % textures.SIDE
        return self.atlas[torch.from_numpy(layer).to(self.x.device)[:, None, None], rows, columns]


def background(draws: Draws, size: int, scale: float, horizon: np.ndarray, atlas: Tensor) -> Tensor:
    """n empty streets: (n, 3, size, size) float32 around 0..1."""
    centres = torch.arange(size, device=atlas.device, dtype=torch.float32) + 0.5
    place = Place(centres[None, None, :], centres[None, :, None], horizon, scale, atlas)
    image = _sky(draws, place)
    _houses(draws, place, image)
    ground = _ground(draws, place)
    below = (place.y >= place.column(horizon))[:, None]
    return torch.where(below, ground, image)


def _sky(draws: Draws, place: Place) -> Tensor:
    """Lighter towards the horizon, with clouds."""
    sky = SKIES[draws.integers(0, len(SKIES) - 1)]
    clouds = place.grain(draws, np.full(len(draws), textures.CLOUDS))
    clouds.clamp_(min=0).mul_(place.column(draws.uniform(0, 0.3)))
    down = (place.y * place.column(1 / place.horizon, 4096))[:, None]  # 0 at the top, 1 at it
    top, low = (place.put(sky[:, i], 256)[:, :, None, None] for i in (0, 1))
    gradient = (low - top) * down + top  # (n, 3, H, 1)
    return gradient + (1 - gradient) * clouds[:, None]


def _houses(draws: Draws, place: Place, image: Tensor) -> None:
    """A row of houses on the horizon, drawn over the sky in place."""
    inside, width, height, roof, colour = _facades(draws, place)
    period, share = draws.uniform(4, 7) * place.scale, draws.uniform(0.35, 0.6)
    above = place.column(place.horizon) - place.y  # height over the horizon, (n, H, 1)
    tiles = above > height
    standing = (above < height + roof) & (inside < width) & (height > 0)
    bricks = place.grain(draws, np.full(len(draws), textures.BRICK))
    bricks *= place.column(draws.uniform(0, 0.3))
    panes = _repeats(inside, place.column(period), place.column(share)) & _repeats(
        height - above, place.column(period * 1.25), place.column(share)
    )
    shade = (bricks + 1) * torch.where(tiles, 0.6, torch.where(panes, 0.45, 1.0))
    image.copy_(torch.where(standing[:, None], colour * shade[:, None], image))


def _facades(draws: Draws, place: Place) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """What stands at each column of the image, as there is one house at most at any column.

    Returns how far inside its house the column is, the house's width and height and the height of
    the roof there, all (n, 1, W) pixels, and the colour of its walls, (n, 3, 1, W). Right of the
    last house the first number exceeds the width.
    """
    k = place.scale
    walls = np.stack([draws.pick(WALLS) for _ in range(HOUSES)], axis=1)  # (n, HOUSES, 3)
    widths = draws.uniform(10, 32, HOUSES) * k
    starts = rounded(np.cumsum(widths, axis=1) - widths - draws.uniform(0, 30)[:, None] * k)
    heights = draws.uniform(7, 30, HOUSES) * k * (draws.uniform(0, 1, HOUSES) < 0.75)
    heights *= draws.chance(0.8)[:, None]
    gables = draws.uniform(0, 0.9, HOUSES) * (draws.uniform(0, 1, HOUSES) < 0.5)
    beginning = place.x[0] >= place.put(starts)[:, :, None]  # (n, HOUSES, W)
    house = (beginning.sum(dim=1) - 1).clamp_(min=0)  # its number, (n, W)
    start, width, height, gable = (
        place.put(values).gather(1, house) for values in (starts, widths, heights, gables)
    )
    inside = place.x[0] - start
    roof = (width - (inside * 2 - width).abs()) * gable * 0.5
    colour = place.put(walls, 256).gather(1, house[..., None].expand(-1, -1, 3))
    colour = colour.permute(0, 2, 1)[:, :, None]  # (n, W, 3) -> (n, 3, 1, W)
    return inside[:, None], width[:, None], height[:, None], roof[:, None], colour


def _repeats(along: Tensor, period: Tensor, share: Tensor) -> Tensor:
    """True in the middle `share` of every period."""
    turns = along / period
    return ((turns - turns.floor() - 0.5).abs() * 2) < share


def _ground(draws: Draws, place: Place) -> Tensor:
    """Grass, gravel or paving, with no road, one across or one that leads away."""
    kind = draws.integers(0, len(GROUNDS) - 1)
    size = place.y.shape[1]
    deep = size - place.horizon
    soil = place.put(np.clip(GROUNDS[kind] + draws.uniform(-0.06, 0.06)[:, None], 0, 1), 256)
    grain = place.grain(draws, GROUND_TEXTURES[kind]) * place.column(draws.uniform(0.25, 0.6))
    road = draws.integers(0, 2)
    across, dashes_across = _road_across(draws, place, deep)
    away, dashes_away = _road_away(draws, place, deep)
    is_across, is_away = (torch.from_numpy(road == i).to(place.x.device) for i in (1, 2))
    is_across, is_away = is_across[:, None, None], is_away[:, None, None]
    paved = (across & is_across) | (away & is_away)
    dashes = (dashes_across & is_across) | (dashes_away & is_away)
    asphalt = place.put(draws.pick(ASPHALT), 256)[:, :, None, None]
    calm = torch.where(paved, grain * 0.4, grain) + 1
    colour = torch.where(paved[:, None], asphalt, soil[:, :, None, None])
    colour = torch.where((dashes & paved)[:, None], 0.85, colour)
    return colour * calm[:, None]


def _road_across(draws: Draws, place: Place, deep: np.ndarray) -> tuple[Tensor, Tensor]:
    """A band from left to right with a dashed line: where it is, where its dashes are."""
    top = place.horizon + deep * draws.uniform(0.1, 0.55)
    width = deep * draws.uniform(0.25, 0.45)
    down = place.y - place.column(top)
    period = place.column(draws.uniform(12, 20) * place.scale)
    middle = (down - place.column(width / 2)).abs() * 2 < place.scale * 1.6
    dashes = _repeats(place.x, period, torch.full_like(period, 0.5)) & middle
    return (down >= 0) & (down < place.column(width)), dashes


def _road_away(draws: Draws, place: Place, deep: np.ndarray) -> tuple[Tensor, Tensor]:
    """A road that narrows to a point on the horizon: where it is, where its line is."""
    size = place.x.shape[2]
    vanishing = size * draws.uniform(0.2, 0.8)
    spread = size * draws.uniform(0.25, 0.5) / deep
    down = place.y - place.column(place.horizon)
    aside = (place.x - place.column(vanishing)).abs()
    reach = down * place.column(spread)
    period = place.column(deep / 4)
    line = (aside < reach * 0.04) & _repeats(down, period, torch.full_like(period, 0.5))
    return aside < reach, line
