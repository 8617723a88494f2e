"""Random inputs for oracles and references alike, by hypothesis."""

from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st

from autograder.draw import channels_last, strided

Choose = Callable[[st.SearchStrategy[Any]], Any]
Inputs = dict[str, Any]


def whole(choose: Choose, *shape: int) -> torch.Tensor:
    """Whole numbers, exact in either dtype, in any memory layout."""
    generator = torch.Generator().manual_seed(choose(st.integers(0, 2**31)))
    dtype = choose(st.sampled_from([torch.float32, torch.float64]))
    x = torch.randint(-5, 6, shape, generator=generator).to(dtype)
    layouts = [torch.Tensor.contiguous, strided] + ([channels_last] if len(shape) == 4 else [])
    return choose(st.sampled_from(layouts))(x)


def size(choose: Choose, low: int = 1, high: int = 4) -> int:
    """A whole number between `low` and `high`, both included."""
    return int(choose(st.integers(low, high)))


def alike(*tensors: torch.Tensor) -> list[torch.Tensor]:
    """The tensors in the dtype of the first."""
    return [t.to(tensors[0].dtype) for t in tensors]
