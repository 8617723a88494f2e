"""Persons: a skeleton in a pose, seen from the front, from behind or the side, then clothed."""

from dataclasses import dataclass

import numpy as np

from visionlab.scenes.draws import Draws
from visionlab.scenes.parts import Figure, Part, capsule, disc
from visionlab.scenes.textures import WOOD

JOINTS = ("shoulder", "elbow", "hand", "hip", "knee", "foot")
KEYPOINTS = ("head", *(f"{side} {joint}" for side in ("left", "right") for joint in JOINTS))
"""Names of the 13 keypoints of a person; left and right are the person's own."""

SKIN = np.array(
    [
        [0.98, 0.84, 0.72],
        [0.93, 0.75, 0.60],
        [0.82, 0.62, 0.46],
        [0.66, 0.46, 0.32],
        [0.48, 0.32, 0.22],
        [0.36, 0.24, 0.17],
    ]
)
HAIR = np.array(
    [
        [0.10, 0.08, 0.07],
        [0.28, 0.18, 0.10],
        [0.50, 0.33, 0.16],
        [0.85, 0.70, 0.42],
        [0.7, 0.7, 0.7],
    ]
)
CLOTHES = np.array(
    [
        [0.80, 0.15, 0.15],
        [0.15, 0.30, 0.70],
        [0.95, 0.80, 0.20],
        [0.92, 0.92, 0.90],
        [0.12, 0.12, 0.14],
        [0.20, 0.55, 0.35],
        [0.60, 0.25, 0.60],
        [0.95, 0.50, 0.15],
        [0.45, 0.70, 0.85],
        [0.50, 0.50, 0.52],
    ]
)
TROUSERS = np.array(
    [
        [0.15, 0.20, 0.38],
        [0.10, 0.10, 0.12],
        [0.45, 0.36, 0.26],
        [0.62, 0.62, 0.60],
        [0.3, 0.4, 0.6],
    ]
)
DEGREE = np.pi / 180
NUMBERS = 64
"""How many uniform numbers a person takes at most."""


@dataclass(frozen=True)
class _View:
    """side: seen from the side. back: from behind. facing: 1 to the right, -1 to the left."""

    side: np.ndarray
    back: np.ndarray
    facing: np.ndarray


def _step(start: np.ndarray, angle: np.ndarray, length: float) -> np.ndarray:
    """Where a bone ends that hangs from `start` (n, 2), `angle` away from straight down."""
    return start + length * np.stack([np.sin(angle), -np.cos(angle)], axis=1)


def _choose(view: _View, side: np.ndarray | float, front: np.ndarray | float) -> np.ndarray:
    return np.where(view.side, side, front)


def _leg(draws: Draws, view: _View, hips: np.ndarray, sign: int, swing: np.ndarray) -> np.ndarray:
    """Hip, knee and foot (n, 3, 2) of the leg on the left (-1) or right (1) of the picture."""
    hip = hips + np.stack([sign * _choose(view, 0.012, 0.055), 0 * view.facing], axis=1)
    thigh = _choose(view, view.facing * sign * swing, sign * draws.uniform(1, 13) * DEGREE)
    bend = draws.uniform(0, 40) * DEGREE
    shin = _choose(view, thigh - view.facing * bend, thigh - sign * bend / 10)
    knee = _step(hip, thigh, 0.225)
    return np.stack([hip, knee, _step(knee, shin, 0.225)], axis=1)


def _arm(draws: Draws, view: _View, neck: np.ndarray, sign: int, swing: np.ndarray) -> np.ndarray:
    """Shoulder, elbow and hand (n, 3, 2); in front views an arm may be raised."""
    offset = np.stack([sign * _choose(view, 0.015, 0.115), 0 * view.facing - 0.03], axis=1)
    raised = draws.chance(0.2)
    away = np.where(raised, draws.uniform(80, 160), draws.uniform(8, 40)) * DEGREE
    bend = draws.uniform(0, 70) * DEGREE
    upper = _choose(view, -view.facing * sign * swing * 1.2, sign * away)
    lower = _choose(view, upper + view.facing * bend, upper + sign * np.where(raised, bend, -bend))
    elbow = _step(neck + offset, upper, 0.165)
    return np.stack([neck + offset, elbow, _step(elbow, lower, 0.15)], axis=1)


def person(draws: Draws) -> Figure:
    """Persons of height 1, standing or walking, with arms down, swinging or raised."""
    view = _View(
        side=draws.chance(0.45),
        back=draws.chance(0.25),
        facing=np.where(draws.chance(0.5), 1.0, -1.0),
    )
    swing, lean = draws.uniform(4, 34) * DEGREE, draws.uniform(-5, 5) * DEGREE
    hips = np.zeros((len(draws), 2))
    neck = _step(hips, np.pi + lean, 0.335)
    legs = [_leg(draws, view, hips, sign, swing) for sign in (-1, 1)]
    arms = [_arm(draws, view, neck, sign, swing) for sign in (-1, 1)]
    head = _step(neck, np.pi + 1.5 * lean, 0.105)
    ground = np.minimum(legs[0][:, 2, 1], legs[1][:, 2, 1]) - 0.025
    for points in (hips, neck, head, *legs, *arms):
        points[..., 1] -= ground.reshape(-1, *[1] * (points.ndim - 2))
    parts = _clothed(draws, view, hips, neck, head, legs, arms)
    keypoints = _keypoints(view, head, legs, arms)
    return Figure(parts, WOOD, (0.45, 1.12, 0.1), keypoints)


def _keypoints(
    view: _View, head: np.ndarray, legs: list[np.ndarray], arms: list[np.ndarray]
) -> np.ndarray:
    """All joints (n, 13, 2) in the order of KEYPOINTS.

    The limbs with index 1 lie on the right of the picture, or nearer when seen from the side. They
    are the person's left ones when seen from the front, or from the side and facing left.
    """
    own_left = np.where(view.side, view.facing < 0, ~view.back)[:, None, None]
    limbs = [np.concatenate([arms[i], legs[i]], axis=1) for i in (0, 1)]
    left = np.where(own_left, limbs[1], limbs[0])
    right = np.where(own_left, limbs[0], limbs[1])
    return np.concatenate([head[:, None], left, right], axis=1)


def _clothed(
    draws: Draws,
    view: _View,
    hips: np.ndarray,
    neck: np.ndarray,
    head: np.ndarray,
    legs: list[np.ndarray],
    arms: list[np.ndarray],
) -> list[Part]:
    """Parts from back to front: the far arm, legs, trunk, head, the near arm."""
    skin, shirt, trousers = draws.pick(SKIN, 0.03), draws.pick(CLOTHES), draws.pick(TROUSERS)
    girth = draws.uniform(0.85, 1.3)
    bare = draws.chance(0.25)[:, None]
    sleeves, shins = np.where(bare, skin, shirt * 0.9), np.where(bare, skin, trousers * 0.95)
    shoes = draws.pick(HAIR)
    far = 1 - 0.18 * view.side[:, None]  # what lies behind is darker
    return [
        *_limb(arms[0], girth * 0.036, [shirt * 0.88 * far, sleeves * far, skin * far]),
        *_limb(legs[0], girth * 0.052, [trousers * far, shins * far, shoes], view),
        *_limb(legs[1], girth * 0.052, [trousers, shins, shoes], view),
        *_trunk(draws, view, hips, neck, girth, [shirt, trousers, skin]),
        *_head(draws, view, head, skin),
        *_limb(arms[1], girth * 0.036, [shirt * 0.88, sleeves, skin]),
    ]


def _limb(
    joints: np.ndarray, radius: np.ndarray, colours: list[np.ndarray], view: _View | None = None
) -> list[Part]:
    """An arm, or with a view a leg whose shoe points where the person goes."""
    top, middle, end = joints[:, 0], joints[:, 1], joints[:, 2]
    parts = [
        capsule(middle, end, radius * 0.85, radius * 0.65, colours[1]),
        capsule(top, middle, radius, radius * 0.85, colours[0]),
    ]
    if view is None:
        return [*parts, disc(end, radius * 0.85, colours[2])]
    toe = end + np.stack([_choose(view, view.facing * 0.06, 0.0), 0 * view.facing], axis=1)
    return [*parts, capsule(end, toe, radius * 0.6, radius * 0.5, colours[2])]


def _trunk(
    draws: Draws,
    view: _View,
    hips: np.ndarray,
    neck: np.ndarray,
    girth: np.ndarray,
    colours: list[np.ndarray],
) -> list[Part]:
    """Neck, chest and hips, and for some a skirt or a coat."""
    shirt, trousers, skin = colours
    sideways = np.array([[1.0, 0.0]])
    shoulder = _choose(view, 0.02, 0.085)[:, None] * sideways
    waist = _choose(view, 0.01, 0.045)[:, None] * sideways
    chest = neck + (0, -0.055)
    corners = np.stack([chest - shoulder, chest + shoulder, hips + waist, hips - waist], axis=1)
    widen = np.array([[-1.0, 0], [1, 0], [1, 0], [-1, 0]]) * 0.045
    hem = hips - (0, 0.13)
    skirt = np.stack([hips - waist, hips + waist, hem + 1.8 * waist, hem - 1.8 * waist], axis=1)
    cloth = np.where(draws.chance(0.5)[:, None], shirt, trousers)
    long = draws.chance(0.3)
    return [
        capsule(neck - (0, 0.05), neck + (0, 0.06), 0.036 * girth, 0.036 * girth, skin * 0.85),
        capsule(hips - waist, hips + waist, 0.06 * girth, 0.06 * girth, trousers),
        Part(skirt + widen * girth[:, None, None] * 1.3, cloth * 0.95, texture=0.25, there=long),
        capsule(chest - shoulder, chest + shoulder, 0.048 * girth, 0.048 * girth, shirt),
        Part(corners + widen * girth[:, None, None], shirt, texture=draws.uniform(0, 0.5)),
    ]


def _head(draws: Draws, view: _View, head: np.ndarray, skin: np.ndarray) -> list[Part]:
    """Hair with a face before it; from behind only hair."""
    radius = draws.uniform(0.072, 0.092)
    hair = draws.pick(HAIR)
    locks = draws.uniform(0.0, 0.09) * draws.chance(0.35)  # long hair falls below the head
    turned = _choose(view, view.facing * 0.022, 0.0)
    crown = head + np.stack([-turned, 0 * turned + 0.012], axis=1)
    face = head + np.stack([turned, 0 * turned - 0.014], axis=1)
    behind = view.back & ~view.side
    tips = crown - np.stack([0 * locks, locks], axis=1)
    return [
        capsule(crown, tips, radius * 1.08, radius * 0.95, hair),
        disc(face, radius * 0.86, np.where(behind[:, None], hair * 1.1, skin)),
    ]
