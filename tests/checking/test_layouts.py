"""Tensors with gaps between their values."""

import pytest
import torch

from visionlab.checking.layouts import spread


@pytest.mark.parametrize("shape", [(5,), (2, 2), (3, 1, 4), (2, 3, 2, 2)])
def test_values_stay_and_no_view_merges_axes(shape: tuple[int, ...]) -> None:
    x = torch.arange(float(torch.Size(shape).numel())).view(shape)
    y = spread(x)
    assert torch.equal(x, y) and not y.is_contiguous()
    if sum(n > 1 for n in shape) > 1:
        with pytest.raises(RuntimeError):
            y.view(-1)


@pytest.mark.parametrize("shape", [(), (0, 4), (1, 1)])
def test_odd_shapes_are_fine(shape: tuple[int, ...]) -> None:
    assert spread(torch.ones(shape)).shape == shape
