"""Trees with leaves, conifers, and the bushes that are no trees."""

import numpy as np

from visionlab.scenes.draws import Draws
from visionlab.scenes.parts import Figure, Part, corners, disc
from visionlab.scenes.textures import LEAVES

GREENS = np.array(
    [
        [0.20, 0.42, 0.14],
        [0.28, 0.50, 0.18],
        [0.16, 0.34, 0.18],
        [0.40, 0.52, 0.18],
        [0.68, 0.50, 0.14],
        [0.62, 0.30, 0.12],
    ]
)
NEEDLES = np.array([[0.10, 0.28, 0.18], [0.14, 0.34, 0.16], [0.16, 0.32, 0.28]])
BARK = np.array([[0.36, 0.25, 0.16], [0.28, 0.20, 0.15], [0.50, 0.42, 0.34], [0.75, 0.73, 0.68]])
DEGREE = np.pi / 180
NUMBERS = 48
"""How many uniform numbers a plant takes at most."""


def tree(draws: Draws) -> Figure:
    """Trees of height 1: a trunk under a crown of seven discs, green or in autumn."""
    n = len(draws)
    leaves, bark = draws.pick(GREENS), draws.pick(BARK)
    width, thick = draws.uniform(0.75, 1.15), draws.uniform(0.028, 0.05)
    bottom = draws.uniform(0.34, 0.46)  # where the crown begins
    middle, radius = (bottom + 1) / 2, (1 - bottom) / 2
    lean = draws.uniform(-0.05, 0.05)
    trunk = corners(
        n, (-1.3 * thick, 0.0), (1.3 * thick, 0.0), (lean + thick, middle), (lean - thick, middle)
    )
    parts = [Part(trunk, bark, texture=0.5)]
    # Around the middle, then the middle itself, then the top: darker below, lighter above.
    for angle in (-90, -30, 210, None, 30, 150, 90):
        at = 0.0 if angle is None else angle + draws.uniform(-16, 16)
        away = 0.0 if angle is None else draws.uniform(0.42, 0.66)
        x = lean + width * radius * away * np.cos(at * DEGREE)
        y = middle + radius * away * np.sin(at * DEGREE)
        size = radius * (0.68 if angle is None else np.minimum(1 - away + 0.03, 0.55))
        light = 1.0 if angle is None else 1 + 0.18 * float(np.sin(angle * DEGREE))
        parts.append(disc(np.stack([x, y], axis=1), size, leaves * light, texture=0.8))
    return Figure(parts, LEAVES, (0.5, 1.04, 0.06))


def conifer(draws: Draws) -> Figure:
    """Conifers of height 1: four tiers of needles, each narrower than the one below."""
    n = len(draws)
    needles, bark = draws.pick(NEEDLES), draws.pick(BARK)
    width = draws.uniform(0.2, 0.34)
    bottom = draws.uniform(0.1, 0.2)
    thick = np.full(n, 0.03)
    trunk = corners(n, (-thick, 0.0), (thick, 0.0), (thick, 0.4), (-thick, 0.4))
    parts = [Part(trunk, bark, texture=0.4)]
    for tier in range(4):
        low = bottom + (0.86 - bottom) * tier / 4
        high = np.minimum(1.0, low + 0.38 - 0.03 * tier)
        half = width * (1 - 0.19 * tier)
        needle = corners(n, (-half, low), (half, low), (draws.uniform(-0.02, 0.02), high))
        parts.append(Part(needle, needles * (0.9 + 0.09 * tier), texture=0.9))
    return Figure(parts, LEAVES, (0.42, 1.04, 0.06))


def bush(draws: Draws) -> Figure:
    """Bushes of width 1: leaves without a trunk, on the ground."""
    leaves = draws.pick(GREENS[:4])
    parts = []
    for place in (-0.3, 0.3, -0.1, 0.12):
        radius = draws.uniform(0.17, 0.25)
        centre = np.stack([place + draws.uniform(-0.04, 0.04), radius * 0.85], axis=1)
        light = draws.uniform(0.85, 1.1)[:, None]
        parts.append(disc(centre, radius, leaves * light, texture=0.9))
    return Figure(parts, LEAVES, (0.62, 0.55, 0.06))
