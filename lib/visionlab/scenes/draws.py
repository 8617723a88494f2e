"""Random numbers for many scenes at once: one row each, the same on every machine."""

import numpy as np

from visionlab.seeding import derive_seed

STEPS = 64
"""Lengths are rounded to this many steps a pixel.

The last digit of a sine differs between machines; what is rounded this coarsely does not, and
float32 holds it exactly.
"""


class Draws:
    """Uniform numbers u (n, columns), 0 <= u < 1, one row per scene or figure.

    They are handed out column by column, so a row decides its scene whatever the other rows are.
    """

    def __init__(self, u: np.ndarray) -> None:
        self._u = u
        self._used = 0

    def __len__(self) -> int:
        return len(self._u)

    def uniform(
        self, low: float | np.ndarray = 0.0, high: float | np.ndarray = 1.0, columns: int = 1
    ) -> np.ndarray:
        """Numbers from low to high: (n,), or (n, columns) when more than one is asked for.

        Raises ValueError when the row has too few numbers left, a mistake in its width.
        """
        end = self._used + columns
        if end > self._u.shape[1]:
            raise ValueError(f"A row of {self._u.shape[1]} numbers is too short: make it longer.")
        taken = self._u[:, self._used : end]
        self._used = end
        return low + (high - low) * (taken[:, 0] if columns == 1 else taken)

    def integers(self, low: int, high: int) -> np.ndarray:
        """Whole numbers from low to high, both included: (n,) int64."""
        return low + np.floor(self.uniform(0, high - low + 1)).astype(np.int64)

    def chance(self, share: float) -> np.ndarray:
        """True for this share of the rows: (n,) bool."""
        return self.uniform() < share

    def pick(self, palette: np.ndarray, spread: float = 0.06) -> np.ndarray:
        """A colour of the palette (k, 3) for each row, lighter or darker by `spread`: (n, 3)."""
        colour = palette[self.integers(0, len(palette) - 1)]
        brightness = self.uniform(-spread, spread)[:, None]
        return np.clip(colour + brightness + self.uniform(-spread, spread, 3) / 2, 0, 1)


def generators(seed: int, first: int, count: int, name: str) -> list[np.random.PCG64]:
    """One source of numbers for each of the scenes first, first + 1, ..."""
    return [np.random.PCG64(derive_seed(name, seed, i)) for i in range(first, first + count)]


def uniforms(sources: list[np.random.PCG64], columns: int) -> np.ndarray:
    """The next numbers of every source: (n, columns) float64, 0 <= u < 1.

    Made from the raw 64 bits, whose stream NumPy promises to keep, by what is exact in float64.
    """
    raw = np.stack([source.random_raw(columns) for source in sources])
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def noise(sources: list[np.random.PCG64], pixels: int) -> np.ndarray:
    """Noise around 0 with a standard deviation near 104.5: (n, pixels) int16.

    The sum of two bytes, less their mean: a triangle, close enough to a bell for a camera.
    """
    raw = np.zeros((len(sources), -(-pixels // 4)), dtype="<u8")
    for row, source in zip(raw, sources, strict=True):
        row[:] = source.random_raw(len(row))
    pairs = raw.view(np.uint8).reshape(len(raw), 4 * raw.shape[1], 2)[:, :pixels]
    total = np.full((len(raw), pixels), -255, dtype=np.int16)
    total += pairs[..., 0]
    total += pairs[..., 1]
    return total


def rounded(values: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """The nearest multiples of 1 / steps, float64."""
    return np.round(values * steps) / steps
