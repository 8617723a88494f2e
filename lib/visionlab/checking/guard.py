"""Notices a forbidden torch operator while an answer runs, however it is reached."""

from collections.abc import Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from visionlab.checking.forbidden import AUTOGRAD, Forbidden


class ForbiddenCallError(Exception):
    """An answer called what its exercise does not allow."""


class _Refusal:
    """The decision, apart from the mode: torch wraps a mode's own `__torch_dispatch__` so that
    its first call imports torch's compiler, one second in every process that answers."""

    def __init__(self, forbidden: Forbidden) -> None:
        super().__init__()
        self._forbidden = forbidden

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        operator = func.overloadpacket.__name__
        if operator in self._forbidden.operators:
            raise ForbiddenCallError(f"it calls torch's own {operator}")
        kwargs = kwargs or {}
        if AUTOGRAD in self._forbidden.operators and _records([*args, *kwargs.values()]):
            raise ForbiddenCallError("it lets torch's autograd find the gradient")
        return func(*args, **kwargs)


def _records(arguments: Iterable[Any]) -> bool:
    """Whether torch keeps a graph of the operator for a later backward pass."""
    if not torch.is_grad_enabled():
        return False
    for argument in arguments:
        if isinstance(argument, torch.Tensor) and argument.requires_grad:
            return True
        if isinstance(argument, list | tuple) and _records(argument):
            return True
    return False


class Guard(_Refusal, TorchDispatchMode):
    """Raises ForbiddenCallError when one of `forbidden.operators` is about to run.

    It sits below F.conv2d, torch.conv2d, nn.Conv2d, getattr and every helper, where all of
    them have become the same aten operator.
    """
