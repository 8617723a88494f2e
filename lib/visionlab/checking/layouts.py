"""Where the values of a tensor lie in memory."""

import torch


def spread(x: torch.Tensor) -> torch.Tensor:
    """The same values with gaps along the last two axes: no `x.view(...)` can merge these.

    What lies in the gaps is not zero, so that an answer that reads it is wrong. Takes at most
    five times the memory, whatever the shape is: shapes also come from strangers.
    """
    if x.numel() == 0:
        return x
    gapped = [axis for axis, length in enumerate(x.shape) if length > 1][-2:]
    lengths = [length + (axis in gapped) for axis, length in enumerate(x.shape)]
    roomy = torch.ones([*lengths, 2], dtype=x.dtype, device=x.device)
    index: list[slice | int] = [slice(length) for length in x.shape]
    return roomy[(*index, 0)].copy_(x)
