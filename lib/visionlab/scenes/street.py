"""Street scenes out of numbers: as many as wanted, exact in every annotation, learnable."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from visionlab.devices import one_thread
from visionlab.scenes import layout as places
from visionlab.scenes import textures
from visionlab.scenes.background import NUMBERS as BACKGROUND_NUMBERS
from visionlab.scenes.background import background
from visionlab.scenes.data import Scenes
from visionlab.scenes.difficulty import NORMAL, Difficulty
from visionlab.scenes.draws import Draws, generators, noise, rounded, uniforms
from visionlab.scenes.paste import Canvas
from visionlab.scenes.person import KEYPOINTS
from visionlab.scenes.sprites import NUMBERS as FIGURE_NUMBERS
from visionlab.scenes.sprites import sprites
from visionlab.waiting import track

CLASS_NAMES = ("background", "person", "car", "tree")
SMALLEST_SIZE = 32
LIGHT_NUMBERS = 8
NOISE_DEVIATION = 104.5  # of visionlab.scenes.draws.noise


def street(
    count: int,
    *,
    size: int = 96,
    seed: int = 0,
    first: int = 0,
    difficulty: Difficulty = NORMAL,
    device: torch.device | str = "cpu",
) -> Scenes:
    """Draw `count` street scenes with persons, cars and trees among houses, posts and bushes.

    size: height and width in pixels, 32 or more; figures grow with it.
    seed, first: scene i of the result depends on seed, first + i, size and difficulty alone, so
        scenes 10 to 19 can be drawn by themselves, and for training and test take two seeds. The
        same numbers give the same scene on every machine, with or without a GPU.
    device: where to draw and to keep them.

    Objects of an image are sorted from near to far. Boxes, masks and keypoints are those of the
    drawing: a pixel belongs to the nearest figure that covers its centre, a box is the smallest
    around the pixels of an object. Every object shows at least 1 - difficulty.occlusion of itself.
    Raises ValueError for a size, count or index out of range.
    """
    _check(count, size, first)
    with one_thread():
        parts = list(_chunks(count, size, seed, first, difficulty, torch.device(device)))
    images, boxes, labels, instances, keypoints = (
        torch.cat([part[i] for part in parts]) for i in range(5)
    )
    name = f"street scenes (seed {seed})"
    return Scenes(name, CLASS_NAMES, images, boxes, labels, instances, keypoints, KEYPOINTS)


def _check(count: int, size: int, first: int) -> None:
    if size < SMALLEST_SIZE or count < 0 or first < 0:
        raise ValueError(
            f"street({count}, size={size}, first={first}): count and first start at 0, size at "
            f"{SMALLEST_SIZE}."
        )


def _chunks(
    count: int, size: int, seed: int, first: int, difficulty: Difficulty, device: torch.device
) -> Iterator[tuple[Tensor, ...]]:
    """Some scenes at a time: few enough for the processor's cache, more for a GPU's many cores."""
    pixels = 2**20 if device.type == "cpu" else 2**25
    most = max(1, pixels // size**2)
    for start in track(range(0, max(count, 1), most), "drawing scenes"):
        # Without a scene to draw, one empty chunk tells the shapes.
        sources = generators(seed, first + start, min(most, count - start), "scenes.street")
        yield _draw(sources, size, difficulty, device)


def _draw(
    sources: list[np.random.PCG64], size: int, difficulty: Difficulty, device: torch.device
) -> tuple[Tensor, ...]:
    """Images, boxes, labels, instances and keypoints, as in Scenes."""
    n, slots = len(sources), difficulty.objects[1] + difficulty.clutter
    widths = [BACKGROUND_NUMBERS, LIGHT_NUMBERS, places.numbers(difficulty)]
    total = sum(widths) + slots * FIGURE_NUMBERS
    u = uniforms(sources, total) if n else np.zeros((0, total))
    behind, light, placing, looks = np.split(u, np.cumsum(widths), axis=1)
    lit = Draws(light)
    horizon = np.floor(lit.uniform(0.28, 0.5) * size)
    scene = places.arrange(
        Draws(placing), difficulty, size, horizon, looks.reshape(n, slots, FIGURE_NUMBERS)
    )
    atlas = textures.atlas(str(device))
    empty = background(Draws(behind), size, size / 96, horizon, atlas)
    canvas = Canvas(n, size, difficulty.objects[1], device)
    painted = sprites(scene, atlas)
    for slot in range(slots):
        for sprite in painted:
            canvas.paste(sprite.at(slot), difficulty.occlusion)
    images = canvas.over(empty).mul_(_light(lit).to(device)).mul_(255)
    if difficulty.noise:
        images.add_(_noise(sources, size, difficulty.noise, device))
    levels = images.add_(0.5).floor_().clamp_(0, 255).to(torch.uint8)
    return levels, canvas.boxes, canvas.labels, canvas.instances(), canvas.keypoints


def _light(draws: Draws) -> Tensor:
    """The brightness and colour of the light: (n, 3, 1, 1) float32."""
    brightness, warmth = draws.uniform(0.72, 1.12), draws.uniform(-0.07, 0.07)
    channels = np.stack([1 + warmth, 1 + 0 * warmth, 1 - warmth], axis=1) * brightness[:, None]
    return torch.from_numpy(rounded(channels, 256).astype(np.float32))[..., None, None]


def _noise(
    sources: list[np.random.PCG64], size: int, deviation: float, device: torch.device
) -> Tensor:
    """Grey levels to add: (n, 3, size, size) float32."""
    grain = torch.from_numpy(noise(sources, 3 * size**2)).view(-1, 3, size, size).to(device)
    return grain.float().mul_(float(np.float32(deviation / NOISE_DEVIATION)))
