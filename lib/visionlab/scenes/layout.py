"""Where figures stand in a street: how many, of which kind, how large, in front of which."""

from dataclasses import dataclass

import numpy as np

from visionlab.scenes.difficulty import Difficulty
from visionlab.scenes.draws import Draws, rounded

PERSON, CAR, TREE, CONIFER, POST, CRATE, BUSH = range(7)
CLUTTER = (POST, CRATE, BUSH)
LABEL_OF_KIND = np.array([1, 2, 3, 3, 0, 0, 0])
# Usual width and height of each kind in lengths of the figure, for a first guess of its box.
USUAL = np.array(
    [[0.4, 1.0], [1.0, 0.45], [0.66, 1.0], [0.5, 1.0], [0.2, 1.0], [0.8, 0.65], [1.0, 0.5]]
)
# Lengths relative to what the distance asks for: persons are smaller than cars and trees.
RELATIVE = np.array([0.85, 1.0, 1.1, 1.1, 0.95, 0.45, 0.65])
TRIES = 8


@dataclass(frozen=True)
class Layout:
    """Slots (n, S) of n scenes, nearest first; a slot without a figure has kind -1.

    kind: int64. length, x, y: float64 pixels; (x, y) is where the figure stands.
    u: (n, S, Q) the uniform numbers that decide its looks.
    """

    kind: np.ndarray
    length: np.ndarray
    x: np.ndarray
    y: np.ndarray
    u: np.ndarray


def numbers(difficulty: Difficulty) -> int:
    """How many uniform numbers `arrange` takes for one scene."""
    slots = difficulty.objects[1] + difficulty.clutter
    return 2 + 4 * (slots + 1) + TRIES * slots


def arrange(
    draws: Draws, difficulty: Difficulty, size: int, horizon: np.ndarray, u: np.ndarray
) -> Layout:
    """Place figures and clutter on the ground, nearest first.

    draws: n rows of `numbers(difficulty)`. horizon: (n,) pixels. u: (n, S, Q), handed on.
    Each takes the first of a few places where nearer ones leave enough of it to be seen, judged by
    usual boxes; what the drawing itself then shows decides whether it stays.
    """
    fewest, most = difficulty.objects
    slots = most + difficulty.clutter
    count, extra = draws.integers(fewest, most), draws.integers(0, difficulty.clutter)
    if not slots:
        empty = np.zeros((len(draws), 0))
        return Layout(empty.astype(np.int64), empty, empty, empty, u)
    near, jitter, which, wide = (draws.uniform(columns=slots + 1)[:, :slots] for _ in range(4))
    kind = np.where(np.arange(slots) < most, _figure(which), POST + (which * 3).astype(np.int64))
    place = np.arange(slots)
    there = (place < count[:, None]) | ((place >= most) & (place - most < extra[:, None]))
    order = np.argsort(-near, axis=1, kind="stable")
    kind, near = (np.take_along_axis(a, order, axis=1) for a in (np.where(there, kind, -1), near))
    length = _lengths(kind, near, jitter, difficulty) * size / 96
    y = horizon[:, None] + (size - horizon[:, None]) * (0.1 + 0.88 * near)
    candidates = (draws.uniform(columns=slots * TRIES) * 1.1 - 0.05) * size
    x = _choose(candidates.reshape(-1, slots, TRIES), kind, length, y, difficulty, size)
    return Layout(kind, rounded(length), rounded(x), rounded(y), u)


def _lengths(
    kind: np.ndarray, near: np.ndarray, jitter: np.ndarray, difficulty: Difficulty
) -> np.ndarray:
    """Lengths (n, S) in pixels of a scene of 96: nearer ones are longer, more or less."""
    share = np.clip(0.8 * near + 0.35 * (jitter - 0.4), 0, 1)
    asked = difficulty.smallest + (difficulty.largest - difficulty.smallest) * share
    length = asked * RELATIVE[kind]
    within = np.clip(length, difficulty.smallest, difficulty.largest)
    return np.where(LABEL_OF_KIND[kind] > 0, within, length)


def _figure(which: np.ndarray) -> np.ndarray:
    """Persons, cars and trees alike; every third tree is a conifer."""
    thirds = (which * 3).astype(np.int64)
    return np.where((thirds == 2) & (which > 8 / 9), CONIFER, thirds)


def _choose(
    candidates: np.ndarray,
    kind: np.ndarray,
    length: np.ndarray,
    y: np.ndarray,
    difficulty: Difficulty,
    size: int,
) -> np.ndarray:
    """For each slot the first of its places (n, S, TRIES) that is free enough: (n, S)."""
    n, slots = kind.shape
    width, height = (length[..., None] * USUAL[kind]).transpose(2, 0, 1)
    left = candidates - width[..., None] / 2
    boxes = np.zeros((n, 0, 4))
    chosen = np.zeros((n, slots))
    rows = np.arange(n)
    for slot in range(slots):
        x1, y2 = left[:, slot], y[:, slot, None] + np.zeros((1, TRIES))
        tried = np.stack(
            [x1, y2 - height[:, slot, None], x1 + width[:, slot, None], y2], axis=2
        )  # (n, TRIES, 4)
        hidden = _hidden(tried, boxes, size)
        free = hidden <= difficulty.occlusion
        best = np.where(free.any(axis=1), free.argmax(axis=1), hidden.argmin(axis=1))
        chosen[:, slot] = candidates[rows, slot, best]
        taken = np.where(kind[:, slot, None] >= 0, tried[rows, best], 0.0)
        boxes = np.concatenate([boxes, taken[:, None]], axis=1)
    return chosen


def _hidden(tried: np.ndarray, nearer: np.ndarray, size: int) -> np.ndarray:
    """The share of boxes (n, T, 4) outside the image or under nearer ones (n, B, 4): (n, T)."""
    area = (tried[..., 2] - tried[..., 0]) * (tried[..., 3] - tried[..., 1])
    image = np.array([[[0.0, 0.0, size, size]]])
    outside = area - _shared(tried, image)[..., 0]
    under = _shared(tried, nearer).sum(axis=2)
    return np.minimum(1.0, (outside + under) / area)


def _shared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Areas that boxes a (n, A, 4) share with boxes b (n or 1, B, 4): (n, A, B)."""
    low = np.maximum(a[:, :, None, :2], b[:, None, :, :2])
    high = np.minimum(a[:, :, None, 2:], b[:, None, :, 2:])
    return np.clip(high - low, 0, None).prod(axis=3)
