"""Formulas as MathML, which browsers draw without any script or network."""

import re

from latex2mathml.converter import convert

COMMAND = re.compile(r"\\[A-Za-z]+")
# What latex2mathml does not know, in words that it does.
_OTHER_WORDS = {r"\arg": r"\operatorname{arg}"}
_BRACKETS = {r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉"}  # after \big only


def mathml(latex: str, display: str = "inline") -> str:
    """A formula as MathML; display: inline or block. A command it does not know stays as typed.

    Not safe to show where others wrote the formula: HTML in its text comes out as HTML. Raises
    whatever latex2mathml does where the formula is not complete.
    """
    known = COMMAND.sub(lambda found: _OTHER_WORDS.get(found[0], found[0]), latex)
    drawn: str = convert(known, display=display)
    return COMMAND.sub(lambda found: _BRACKETS.get(found[0], found[0]), drawn)
