"""What an answer may not call, and how a call is noticed while it runs."""

from dataclasses import dataclass

# Stands among the operators for torch's own differentiation: no operator may then run on a tensor
# that requires a gradient.
AUTOGRAD = "autograd"


@dataclass(frozen=True)
class Forbidden:
    """Names an exercise's answer may not use.

    operators: names of torch's aten operators without overload ("convolution"), caught however
    they are reached, or AUTOGRAD; names: attribute or function names caught in the text of the
    answer and its helpers ("conv2d", "Conv2d", "convolve"); reason: what the student is told.
    """

    operators: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.operators or self.names)


NOTHING = Forbidden()
