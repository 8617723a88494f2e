"""What student code asked for and the wall refused, as far as the errors it got tell."""

from collections.abc import Mapping, Sequence
from typing import Any

# Parts of the messages that Linux and Python give, and what they mean in plain words. A
# notebook that fetches its data is the usual case, so the words say what is not there.
_SIGNS = {
    "asked for the network, which is not there when grading": (
        "Network is unreachable",
        "Temporary failure in name resolution",
        "Name or service not known",
        "Cannot assign requested address",
        "Address family not supported",
    ),
    "tried to write outside its own folder, which grading does not allow": (
        "Read-only file system",
    ),
    "made a system call that grading does not allow": ("Function not implemented",),
}


def refusals(outputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a cell asked for in vain, each as the end of a sentence that begins with the cell.

    outputs: of the cell, as notebooks keep them. What an error says is the student's to choose:
    good for a remark, not for a verdict.
    """
    said = " ".join(str(o.get("evalue", "")) for o in outputs if o.get("output_type") == "error")
    return [words for words, signs in _SIGNS.items() if any(sign in said for sign in signs)]
