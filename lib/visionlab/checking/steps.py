"""What a module computes, layer by layer, on the meta device: shapes and work, no memory."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

_PRODUCTS = {"mm", "addmm", "bmm", "baddbmm"}
_RECTIFIERS = {"relu", "relu_", "clamp_min", "clamp_min_", "clamp", "clamp_", "threshold"}
_RECTIFIERS |= {"threshold_", "maximum", "hardtanh", "hardtanh_", "where"}
_POWERS = {"pow", "pow_", "div", "div_", "rsqrt", "rsqrt_", "sqrt", "reciprocal"}


@dataclass(frozen=True)
class Step:
    """One operator that ran. operator: its aten name; shape: of its output; weight: the shape of
    a convolution's or a product's weights, (F, C / groups, K, K) or (in, out), else (); macs:
    its multiply-adds."""

    operator: str
    shape: tuple[int, ...]
    weight: tuple[int, ...] = ()
    macs: int = 0

    @property
    def rectifies(self) -> bool:
        """Whether it may be a ReLU."""
        return self.operator in _RECTIFIERS

    @property
    def normalises(self) -> bool:
        """Whether it may be part of a local response normalisation."""
        return self.operator in _POWERS

    def words(self) -> str:
        """A convolution or a product as a student reads it."""
        if len(self.weight) == 4:
            F, C, K, L = self.weight
            rows, columns = self.shape[-2:]
            return f"conv {K}x{L}, {C} -> {F}, output {rows}x{columns}"
        return f"fully connected, {self.weight[0]} -> {self.weight[1]}"


def steps(build: Callable[[], nn.Module], *shape: int) -> list[Step]:
    """Build a module on the meta device, run it in eval mode on an input of `shape`, and return
    the operators in the order in which they ran."""
    with torch.device("meta"), torch.no_grad():
        module = build().eval()
        with _Recorder() as recorder:
            module(torch.empty(*shape, device="meta"))
    return recorder.steps


class _Recording:
    """The recording, apart from the mode, for the reason given in `guard`."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        output = result[0] if isinstance(result, tuple | list) and result else result
        if isinstance(output, torch.Tensor):
            self.steps.append(_step(func.overloadpacket.__name__, output, args))
        return result


def _step(operator: str, output: torch.Tensor, args: Any) -> Step:
    shape = tuple(output.shape)
    if operator == "convolution":
        weight = tuple(args[1].shape)
        return Step(operator, shape, weight, output.numel() * math.prod(weight[1:]))
    if operator in _PRODUCTS:
        weight = tuple(args[-1].shape)
        return Step(operator, shape, weight, output.numel() * weight[-2])
    return Step(operator, shape)


class _Recorder(_Recording, TorchDispatchMode):
    """Notes every operator that runs within it."""
