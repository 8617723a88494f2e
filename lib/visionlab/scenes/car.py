"""Cars from the side: saloons, hatchbacks, vans and pick-ups, driving left or right."""

import numpy as np

from visionlab.scenes.draws import Draws
from visionlab.scenes.parts import Figure, Part, corners, disc, turned
from visionlab.scenes.textures import CLOUDS

PAINTS = np.array(
    [
        [0.93, 0.93, 0.93],
        [0.70, 0.72, 0.74],
        [0.10, 0.10, 0.12],
        [0.75, 0.10, 0.12],
        [0.12, 0.25, 0.60],
        [0.90, 0.75, 0.15],
        [0.15, 0.45, 0.30],
        [0.85, 0.42, 0.12],
        [0.45, 0.65, 0.80],
    ]
)
GLASS = np.array([[0.16, 0.22, 0.28], [0.35, 0.45, 0.52], [0.62, 0.72, 0.78]])
# Where the cabin begins and ends at the belt line and at the roof, front to the right, and how
# high the roof is: saloon, hatchback, van, pick-up.
CABINS = np.array(
    [
        [-0.36, 0.24, -0.22, 0.08, 0.42],
        [-0.47, 0.22, -0.40, 0.06, 0.44],
        [-0.48, 0.36, -0.46, 0.22, 0.52],
        [-0.10, 0.26, -0.07, 0.13, 0.45],
    ]
)
NUMBERS = 32
"""How many uniform numbers a car takes at most."""


def car(draws: Draws) -> Figure:
    """Cars of length 1, wheels on the ground."""
    n = len(draws)
    facing = np.where(draws.chance(0.5), 1.0, -1.0)
    paint, glass = draws.pick(PAINTS), draws.pick(GLASS)
    cabin = CABINS[draws.integers(0, len(CABINS) - 1)] + draws.uniform(-0.02, 0.02, 5)
    belt, low = draws.uniform(0.25, 0.29), draws.uniform(0.07, 0.1)
    back, front, roof_back, roof_front, roof = cabin.T
    shell = corners(n, (back, belt), (front, belt), (roof_front, roof), (roof_back, roof))
    nose: list[tuple[float | np.ndarray, float | np.ndarray]] = [
        (0.49, low),
        (0.5, 0.17),
        (0.46, belt - 0.03),
        (0.2, belt),
    ]
    body = corners(n, (-0.49, low), *nose, (-0.48, belt))
    sill = corners(n, (-0.49, low), (0.49, low), (0.495, low + 0.04), (-0.495, low + 0.04))
    parts = [
        Part(shell, paint * 0.92, texture=0.1),
        *_windows(cabin, belt, glass),
        Part(body, paint, texture=0.15),
        Part(sill, paint * 0.55),
        *_lights(n, belt),
        *_wheels(draws, paint),
    ]
    return Figure(turned(parts, facing), CLOUDS, (0.54, 0.6, 0.06))


def _windows(cabin: np.ndarray, belt: np.ndarray, glass: np.ndarray) -> list[Part]:
    """A rear and a front window, the cabin drawn in with a pillar between them."""
    n = len(cabin)
    back, front, roof_back, roof_front, roof = cabin.T
    frame = 0.03
    above, top = belt + 0.005, roof - frame
    middle = (roof_back + roof_front) / 2
    behind = [(back + 1.6 * frame, above), (middle - 0.015, above), (middle - 0.015, top)]
    before = [(middle + 0.015, above), (front - 1.6 * frame, above), (roof_front - frame / 2, top)]
    rear = corners(n, *behind, (roof_back + frame / 2, top))
    return [Part(rear, glass), Part(corners(n, *before, (middle + 0.015, top)), glass)]


def _lights(n: int, belt: np.ndarray) -> list[Part]:
    """White in front, red behind."""
    ends = [(0.475, [1.0, 0.97, 0.75]), (-0.475, [0.85, 0.05, 0.05])]
    radius = np.full(n, 0.024)
    return [
        disc(np.stack([np.full(n, x), belt - 0.055], axis=1), radius, np.tile(np.array(c), (n, 1)))
        for x, c in ends
    ]


def _wheels(draws: Draws, paint: np.ndarray) -> list[Part]:
    """A dark arch, a tyre and a rim at each axle."""
    radius, axle = draws.uniform(0.078, 0.1), draws.uniform(0.28, 0.33)
    tyre, rim = np.full_like(paint, 0.07), np.full_like(paint, 0.6)
    parts = []
    for x in (-axle, axle):
        centre = np.stack([x, radius], axis=1)
        parts += [disc(centre, radius * 1.18, paint * 0.3), disc(centre, radius, tyre)]
        parts.append(disc(centre, radius * 0.5, rim))
    return parts
