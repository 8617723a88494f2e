"""Notices that forbidden torch operators are about to run, at no cost to all the others."""

import contextlib
import warnings
from collections.abc import Iterable, Set
from dataclasses import replace
from typing import Any

import torch
from torch.library import Library

from visionlab.checking.forbidden import AUTOGRAD, NOTHING, Forbidden
from visionlab.checking.guard import ForbiddenCallError

# Wherever a tensor can lie, and in whatever layout, so that no road leads around.
_KEYS = (
    *("Meta", "CPU", "CUDA", "MPS", "MkldnnCPU"),
    *("SparseCPU", "SparseCsrCPU", "QuantizedCPU", "NestedTensorCPU"),
)


def _overloads() -> dict[str, list[str]]:
    """Operator -> the full names of its overloads, in all of torch's namespaces, as the guard
    knows it by its last name alone."""
    found: dict[str, list[str]] = {}
    for name in torch._C._dispatch_get_all_op_names():
        operator = name.partition("::")[2].partition(".")[0]
        found.setdefault(operator, []).append(name)
    return found


_OVERLOADS = _overloads()
_impl = Library.impl  # as it is before any cell has run


class Sieve:
    """Takes forbidden operators out of torch while answers are asked.

    The guard (see `visionlab.checking.guard`) looks at every operator that an answer calls, 3
    microseconds each, which is most of the time that loops over single pixels take. The sieve
    puts a refusal in the place of the forbidden ones, and all others run as fast as ever. But
    torch itself may call a forbidden operator within an allowed one, and one sieve serves
    exercises that forbid different things: what it `caught` may be innocent, and has to be asked
    again under the guard. What it let through called nothing forbidden.

    For processes that do nothing but answer: it works in all threads, until it is lifted.
    """

    def __init__(self, operators: Iterable[str]) -> None:
        """Refuse these aten operators from now on."""
        self.caught = False
        self._operators = frozenset(operators) - {AUTOGRAD}  # which only the guard sees
        self._libraries: dict[str, Library] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch tells of every operator that is replaced
            for operator in self._operators:
                for name in _OVERLOADS.get(operator, ()):
                    self._refuse(name)

    def _refuse(self, name: str) -> None:
        """name: of an overload, as "aten::max_pool2d" or "aten::mean.dim"."""
        space = name.partition("::")[0]
        if space not in self._libraries:
            self._libraries[space] = Library(space, "IMPL")
        # Torch refuses the first for what it takes apart into others, which are listed too.
        with contextlib.suppress(RuntimeError):
            for key in _KEYS:
                _impl(self._libraries[space], name, self._catch, key)

    def _catch(self, *_: Any, **__: Any) -> None:
        self.caught = True
        raise ForbiddenCallError("it calls a forbidden operator of torch's")

    def holds(self, operators: Set[str]) -> bool:
        """Whether it refuses all of these that any sieve could."""
        return operators - {AUTOGRAD} <= self._operators

    def left_to_guard(self, forbidden: Forbidden) -> Forbidden:
        """What of this the sieve does not refuse itself."""
        if forbidden.operators <= self._operators:
            return NOTHING
        return replace(forbidden, operators=forbidden.operators - self._operators)

    def lift(self) -> None:
        """Give torch its operators back, for good."""
        self.caught, self._operators = False, frozenset()
        self._libraries.clear()  # what was registered by them goes with them
