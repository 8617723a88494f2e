"""Random inputs for cases: small, exact where possible, the same on every machine."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch

from visionlab.checking.layouts import spread
from visionlab.seeding import derive_seed

Option = TypeVar("Option")


class Draw:
    """A source of random inputs for one facet of one exercise.

    Public cases draw from a fixed seed, hidden ones from the course's secret, so the two
    differ in their numbers but never in their kind.
    """

    def __init__(self, *seed_parts: str | int | bytes) -> None:
        self._rng = np.random.Generator(np.random.PCG64(derive_seed(*seed_parts)))

    def integer(self, low: int, high: int) -> int:
        """A whole number between `low` and `high`, both included."""
        return int(self._rng.integers(low, high, endpoint=True))

    def choice(self, options: Sequence[Option]) -> Option:
        """One of `options`."""
        return options[self.integer(0, len(options) - 1)]

    def sample(self, options: Sequence[Option], count: int) -> list[Option]:
        """`count` different `options`, in random order."""
        return [options[int(i)] for i in self._rng.permutation(len(options))[:count]]

    def integers(
        self, *shape: int, low: int = -4, high: int = 4, dtype: torch.dtype = torch.float64
    ) -> torch.Tensor:
        """A tensor of whole numbers: sums and products of them are exact in any order.

        All-zero draws are avoided, for they would hide most mistakes.
        """
        values = self._rng.integers(low, high, size=shape, endpoint=True)
        if values.size and not values.any():
            values.flat[0] = high or low
        return torch.from_numpy(values.astype(np.int64)).to(dtype)

    def distinct(self, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """A tensor of whole numbers no two of which are equal: no ties for a maximum."""
        count = int(np.prod(shape))
        values = self._rng.permutation(count) - count // 2
        return torch.from_numpy(values.reshape(shape)).to(dtype)

    def reals(self, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """A tensor of standard normal values."""
        return torch.from_numpy(self._rng.standard_normal(shape)).to(dtype)


def strided(x: torch.Tensor) -> torch.Tensor:
    """The same values laid out with gaps in memory: `x.view(...)` does not work on it."""
    return spread(x)


def channels_last(x: torch.Tensor) -> torch.Tensor:
    """The same (N, C, H, W) values with the channels lying together in memory (lecture row A28)."""
    return x.contiguous(memory_format=torch.channels_last)
