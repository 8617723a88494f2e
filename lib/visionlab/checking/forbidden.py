"""What an answer may not call, and how a call is noticed while it runs."""

from dataclasses import dataclass

# Stands among the operators for torch's own differentiation: no operator may then run on a tensor
# that requires a gradient.
AUTOGRAD = "autograd"

# The guard watches one thread of one process, through torch's own dispatch. What starts others, or
# reaches into the guard, has no place in code that may not call everything.
AROUND_THE_GUARD = (
    "_thread.",
    "concurrent.futures.",
    "ctypes.",
    "multiprocessing.",
    "os.exec",
    "os.fork",
    "os.popen",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.",
    "subprocess.",
    "threading.",
    "torch._C.",
    "torch.library.",
    "torch.multiprocessing.",
    "torch.utils._python_dispatch.",
    "visionlab.checking.",
)
# Named anywhere in a notebook, not only where an answer reaches them, for a cell may do it for all.
PARTS_OF_THE_GUARD = {
    "ForbiddenCallError",
    "TorchDispatchMode",
    "__torch_dispatch__",
    "autograder.inside",
    "torch.library",
    "visionlab.checking.guard",
    "visionlab.checking.probing",
    "visionlab.checking.sieve",
}


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
