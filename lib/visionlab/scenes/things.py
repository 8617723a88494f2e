"""Things in a street that belong to no class: posts and crates."""

import numpy as np

from visionlab.scenes.draws import Draws
from visionlab.scenes.parts import Figure, Part, capsule, corners, disc
from visionlab.scenes.textures import WOOD

METAL = np.array([[0.35, 0.37, 0.38], [0.55, 0.56, 0.57], [0.20, 0.26, 0.22], [0.62, 0.62, 0.6]])
SIGNS = np.array([[0.85, 0.1, 0.1], [0.1, 0.25, 0.7], [0.95, 0.95, 0.95], [0.95, 0.8, 0.1]])
BOXES = np.array([[0.62, 0.45, 0.28], [0.52, 0.36, 0.2], [0.35, 0.45, 0.35], [0.45, 0.45, 0.5]])
NUMBERS = 32
"""How many uniform numbers a thing takes at most."""


def post(draws: Draws) -> Figure:
    """Posts of height 1 that carry a round sign, a square one, or a lamp on an arm."""
    n = len(draws)
    metal, sign = draws.pick(METAL), draws.pick(SIGNS)
    thin, top, half = np.full(n, 0.022), draws.uniform(0.84, 0.92), draws.uniform(0.08, 0.11)
    kind = draws.integers(0, 2)
    side = np.where(draws.chance(0.5), 0.2, -0.2)
    foot, head = np.zeros((n, 2)), np.stack([np.zeros(n), top], axis=1)
    lamp = head + np.stack([side, 0.03 + 0 * side], axis=1)
    plate = corners(n, (-half, top - half), (half, top - half), (half, top + half / 2))
    plate = np.concatenate([plate, corners(n, (-half, top + half / 2))], axis=1)
    glow = np.tile(np.array([1.0, 0.95, 0.7]), (n, 1))
    return Figure(
        [
            capsule(foot, head, thin, thin, metal),
            capsule(head, lamp, thin, thin, metal, there=kind == 0),
            disc(lamp, half * 0.5, glow, there=kind == 0),
            disc(head, half, sign, there=kind == 1),
            disc(head, half * 0.6, np.clip(1.1 - sign, 0, 1), there=kind == 1),
            Part(plate, sign, there=kind == 2),
        ],
        WOOD,
        (0.34, 1.08, 0.06),
    )


def crate(draws: Draws) -> Figure:
    """Crates and bins, as wide as 1 at most, with a darker lid and a side in the shade."""
    n = len(draws)
    wood = draws.pick(BOXES)
    half, high = draws.uniform(0.28, 0.5), draws.uniform(0.4, 0.85)
    edge = half * draws.uniform(0.2, 0.6)
    front = corners(n, (-half, 0.0), (edge, 0.0), (edge, high), (-half, high))
    side = corners(n, (edge, 0.0), (half, 0.05), (half, high), (edge, high))
    lid = corners(n, (-half, high - 0.08), (half, high - 0.08), (half, high), (-half, high))
    return Figure(
        [
            Part(front, wood, texture=0.8),
            Part(side, wood * 0.65, texture=0.8),
            Part(lid, wood * 0.8, texture=0.4),
        ],
        WOOD,
        (0.52, 0.92, 0.06),
    )
