"""Grey textures out of real photographs: bricks, grass, gravel, wood and clouds."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from visionlab import images
from visionlab.images import Source

# Only PNG files: decoders of JPEG may differ by a grey level, and scenes must not.
SOURCES = {
    "brick": Source("scikit-image", "brick.png", "brick wall", "CC0Textures (Bricks25)", "CC0"),
    "grass": Source("scikit-image", "grass.png", "grass", "linolafett (DeviantArt)", "CC0"),
    "gravel": Source("scikit-image", "gravel.png", "gravel", "CC0Textures (Gravel04)", "CC0"),
    "wood": Source("scikit-image", "coffee.png", "a wooden table", "Rachel Michetti", "CC0"),
}
NAMES = ("brick", "grass", "gravel", "wood", "coarse grass", "clouds")
BRICK, GRASS, GRAVEL, WOOD, LEAVES, CLOUDS = range(len(NAMES))
SIDE = 256
"""Textures are squares of this side; half of it is photograph, the rest its mirror image, so that
they repeat without a seam."""


@lru_cache(maxsize=4)
def atlas(device: str = "cpu") -> Tensor:
    """All textures, in the order of NAMES: (6, SIDE, SIDE) float32 around 0, mostly within -1..1.

    Whole numbers until the last division by a power of two, hence the same on every machine.
    """
    grass, gravel, half = _photograph("grass"), _photograph("gravel"), SIDE // 2
    parts = [
        _mirrored(_shrunk(_photograph("brick").T, 8)),  # the photograph stands on its side
        _shrunk(grass, 4),
        _mirrored(_shrunk(gravel, 8)),
        _photograph("wood")[:half, -half:],
        _shrunk(grass, 2)[:half, :half],
        _blurred(_shrunk(gravel, 4)),
    ]
    return torch.from_numpy(np.stack([_mirrored(_centred(part)) for part in parts])).to(device)


def _photograph(name: str) -> np.ndarray:
    """Luma of one photograph, (H, W) int64 in 0..255."""
    from PIL import Image

    with Image.open(images._path(SOURCES[name])) as file:
        red, green, blue = np.moveaxis(np.asarray(file.convert("RGB")).astype(np.int64), 2, 0)
    return (77 * red + 150 * green + 29 * blue) >> 8


def _shrunk(grey: np.ndarray, factor: int) -> np.ndarray:
    """Means of factor x factor pixels; the photographs are 512 x 512."""
    height, width = (n // factor for n in grey.shape)
    blocks = grey[: height * factor, : width * factor].reshape(height, factor, width, factor)
    return blocks.sum(axis=(1, 3)) // factor**2


def _mirrored(tile: np.ndarray) -> np.ndarray:
    """The tile with its mirror images to the right and below, twice as wide and high."""
    tall = np.concatenate([tile, tile[::-1]])
    return np.concatenate([tall, tall[:, ::-1]], axis=1)


def _blurred(grey: np.ndarray) -> np.ndarray:
    """Means over 17 x 17 pixels, twice, stretched to the full range again."""
    for _ in range(2):
        for axis in (0, 1):
            sums = np.cumsum(np.concatenate([grey] * 3, axis=axis), axis=axis)
            n = grey.shape[axis]
            after = np.take(sums, range(n + 8, 2 * n + 8), axis=axis)
            grey = (after - np.take(sums, range(n - 9, 2 * n - 9), axis=axis)) * 16 // 17
    return (grey - grey.min()) * 255 // (grey.max() - grey.min())


def _centred(grey: np.ndarray) -> np.ndarray:
    """Around 0 with a mean absolute value of a quarter: float32 multiples of 1/256."""
    centred = grey - int(grey.sum()) // grey.size
    mean = max(1, int(np.abs(centred).sum()) // grey.size)
    return (np.clip(centred * 64 // mean, -256, 256) / 256).astype(np.float32)
