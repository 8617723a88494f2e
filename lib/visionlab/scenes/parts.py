"""Figures as lists of simple parts, and how parts become pixels.

A part belongs to n figures at once. Every operation here is one torch kernel that adds, multiplies,
divides, takes a root or compares: all of them exact to the last bit by IEEE 754, so pixels are the
same on every processor. Nothing that sums in an order of its own choice and nothing fused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from visionlab.scenes import textures
from visionlab.scenes.draws import rounded

THINNEST = 0.45
"""Pixels: the smallest radius, so that the arms of far persons do not vanish."""


@dataclass(frozen=True)
class Part:
    """A capsule or a convex polygon with one colour, in n figures.

    points: (n, k, 2) float64: the 2 ends of a capsule or the k >= 3 corners of a polygon, x to the
        right and y up, in lengths of the figure, seen from the point where it stands.
    colour: (n, 3) in 0..1. radii: (n, 2) at the ends of a capsule; None for a polygon.
    texture: how strong the figure's texture shows, (n,) or a number.
    there: which figures have this part, (n,) bool; None for all.
    """

    points: np.ndarray
    colour: np.ndarray
    radii: np.ndarray | None = None
    texture: np.ndarray | float = 0.0
    there: np.ndarray | None = None


@dataclass(frozen=True)
class Figure:
    """n figures of one kind: parts from back to front, and points to know.

    texture: index into visionlab.scenes.textures.NAMES, one for the kind.
    keypoints: (n, K, 2) in the same coordinates as the parts, or None.
    reach: how far the parts go to the left and right, up and down from where the figure stands.
    """

    parts: Sequence[Part]
    texture: int
    reach: tuple[float, float, float]
    keypoints: np.ndarray | None = None


def capsule(
    a: np.ndarray, b: np.ndarray, ra: np.ndarray, rb: np.ndarray, colour: np.ndarray, **more: object
) -> Part:
    """A stick with round ends from a to b, both (n, 2), of radii ra and rb, both (n,)."""
    points = np.stack([a, b], axis=1)
    return Part(points, colour, np.stack([ra, rb], axis=1), **more)  # type: ignore[arg-type]


def disc(centre: np.ndarray, radius: np.ndarray, colour: np.ndarray, **more: object) -> Part:
    """A disc: a capsule whose ends are one point (n, 2)."""
    return capsule(centre, centre, radius, radius, colour, **more)


def corners(n: int, *points: tuple[float | np.ndarray, float | np.ndarray]) -> np.ndarray:
    """The corners of a polygon, (n, k, 2), from k pairs of numbers or (n,) arrays."""
    pairs = [np.stack([np.broadcast_to(value, n) for value in pair], axis=1) for pair in points]
    return np.stack(pairs, axis=1)


def turned(parts: Sequence[Part], facing: np.ndarray) -> list[Part]:
    """The same parts as in a mirror where facing (n,) is -1, as they are where it is 1."""
    factors = np.stack([facing, np.ones_like(facing)], axis=1)[:, None]  # (n, 1, 2)
    return [replace(part, points=part.points * factors) for part in parts]


def coverage(part: Part, length: np.ndarray, x: Tensor, y: Tensor) -> Tensor:
    """How much of each pixel the part covers: (n, h, w) float32 in 0..1.

    length: (n,) pixels. x: (n, 1, w) and y: (n, h, 1), pixels to the right and down from where the
    figure stands. A pixel is half covered when the edge runs through its centre.
    """
    scale = np.stack([length, -length], axis=1)[:, None]  # y up becomes y down
    points = rounded(part.points * scale)
    if part.radii is None:
        distance = _to_polygon(points, x, y)
    else:
        radii = np.maximum(rounded(part.radii * length[:, None]), THINNEST)
        distance = _to_capsule(points, radii, x, y)
    covered = distance.neg_().add_(0.5).clamp_(0, 1)
    if part.there is not None:
        covered.mul_(_column(part.there.astype(np.float64), x))
    return covered


def _to_capsule(points: np.ndarray, radii: np.ndarray, x: Tensor, y: Tensor) -> Tensor:
    """Distance to the capsule, negative inside: (n, h, w)."""
    a, along = points[:, 0], points[:, 1] - points[:, 0]
    squared = along[:, 0] ** 2 + along[:, 1] ** 2
    dx, dy = x - _column(a[:, 0], x), y - _column(a[:, 1], x)  # (n, 1, w), (n, h, 1)
    if not squared.any():
        return (dx * dx + dy * dy).sqrt_().sub_(_column(radii[:, 0], x))
    unit = along / np.where(squared > 0, squared, 1)[:, None]
    t = dx * _column(unit[:, 0], x) + dy * _column(unit[:, 1], x)
    t.clamp_(0, 1)  # how far along the stick the nearest point lies, (n, h, w)
    ex, ey = dx - t * _column(along[:, 0], x), dy - t * _column(along[:, 1], x)
    distance = ex.mul_(ex).add_(ey.mul_(ey)).sqrt_()
    growing = t.mul_(_column(radii[:, 1] - radii[:, 0], x))
    return distance.sub_(growing).sub_(_column(radii[:, 0], x))


def _to_polygon(points: np.ndarray, x: Tensor, y: Tensor) -> Tensor:
    """The largest signed distance to the lines through its sides, negative inside: (n, h, w)."""
    ends = np.roll(points, -1, axis=1)
    sides = ends - points  # (n, k, 2)
    area = (points[..., 0] * ends[..., 1] - points[..., 1] * ends[..., 0]).sum(axis=1)
    long = np.sqrt(sides[..., 0] ** 2 + sides[..., 1] ** 2)
    outward = np.sign(area)[:, None] / np.where(long > 0, long, 1)
    nx, ny = sides[..., 1] * outward, -sides[..., 0] * outward
    offset = nx * points[..., 0] + ny * points[..., 1]
    largest = None
    for k in range(points.shape[1]):
        across = x * _column(nx[:, k], x)
        down = y * _column(ny[:, k], x) - _column(offset[:, k], x)
        distance = across + down
        largest = distance if largest is None else torch.maximum(largest, distance, out=largest)
    assert largest is not None
    return largest


def _column(values: np.ndarray, like: Tensor) -> Tensor:
    """Numbers (n,) as float32 (n, 1, 1) beside x or y."""
    return torch.from_numpy(values.astype(np.float32)).to(like.device)[:, None, None]


def paint(
    figure: Figure, length: np.ndarray, x: Tensor, y: Tensor, atlas: Tensor, start: np.ndarray
) -> Tensor:
    """Draw n figures: (n, 4, h, w) float32, colour times opacity, then opacity.

    length, x, y: as in `coverage`. start: (n, 2) int64, the place in the texture, column and row,
    that lies where the figure stands.
    """
    n, h, w = len(length), y.shape[1], x.shape[2]
    layers = torch.zeros((n, 5, h, w), device=x.device)  # red, green, blue, texture, opacity
    for part in figure.parts:
        strength = np.broadcast_to(part.texture, n)[:, None]
        values = np.concatenate([part.colour, strength, np.ones((n, 1))], axis=1)
        covered = coverage(part, length, x, y)[:, None]
        wanted = torch.from_numpy(rounded(values, 256).astype(np.float32)).to(x.device)
        layers.add_((wanted[..., None, None] - layers).mul_(covered))
    # Texture sticks to the figure: the sample depends on where in the figure a pixel lies.
    right, down = torch.from_numpy(start.T.copy()).to(x.device)[:, :, None, None]
    columns = (x.floor().long() + right) % textures.SIDE
    rows = (y.floor().long() + down) % textures.SIDE
    grain = atlas[figure.texture][rows, columns][:, None]  # (n, 1, h, w)
    shaded = layers[:, :3] * (grain * layers[:, 3:4] + 1)
    return torch.cat([shaded, layers[:, 4:]], dim=1)
