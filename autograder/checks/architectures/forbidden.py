"""Ready-made networks, and the blocks they are built of when these are imported by name."""

from autograder.checks.forbidden import MODELS, together
from visionlab.checking.forbidden import Forbidden

# A student's own class of the same name is none of these: only what is imported counts.
_BLOCKS = Forbidden(names=frozenset({"BasicBlock", "Bottleneck", "Inception", "make_layers"}))

READY_MADE = together(MODELS, _BLOCKS, reason=MODELS.reason)
