"""Faster arithmetic where a processor has it, for training alone."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from operator import attrgetter

import torch
from torch import nn

_FLAGS = ("avx512_bf16", "amx_bf16")


def autocast(device: torch.device | str = "cpu") -> AbstractContextManager[None]:
    """Within it, convolutions and matrix products of float32 run in bfloat16 where that pays.

    That is on CUDA devices from Ampere on and on processors with instructions for bfloat16 (see
    `fast_bfloat16`). Elsewhere, and within `visionlab.exact_arithmetic()`, nothing changes.
    Sums, normalisations and losses stay float32; float64 is never touched.
    """
    kind = torch.device(device).type
    if not fast_bfloat16(kind) or _exact():
        return nullcontext()
    return torch.autocast(kind, torch.bfloat16)


@cache
def fast_bfloat16(kind: str) -> bool:
    """Whether devices of this kind, "cpu" or "cuda", multiply faster in bfloat16."""
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capable: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return kind == "cpu" and any(capable.get(flag, False) for flag in _FLAGS)


def channels_last(module: nn.Module, device: torch.device | str = "cpu") -> nn.Module:
    """Move the module to `device`, its filters laid out as the faster convolutions want them.

    Channels lie innermost on the CPU, where a step of the street detector took a quarter less time,
    and on CUDA; elsewhere the layout stays. Results are the same up to rounding.
    """
    if torch.device(device).type in ("cpu", "cuda"):
        return module.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module.to(device)


def _exact() -> bool:
    """Whether full float32 has been asked for."""
    return attrgetter("mkldnn.conv.fp32_precision")(torch.backends) == "ieee"
