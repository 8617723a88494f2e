"""Demonstrations: cells that draw with the student's functions and wait calmly for them."""

import dis
from collections.abc import Callable
from types import TracebackType
from typing import Any


def demo(function: Callable[[], Any]) -> None:
    """Run a demonstration at once; say so in one line when it needs an unwritten exercise.

    function: takes no arguments; its result is dropped and its name is bound to None.
    A stub of the same notebook that raises NotImplementedError ends the demonstration with a
    printed line naming the stub. Every other error passes through, also the NotImplementedError
    that torch raises for a missing kernel: that one is a fault to see, not an exercise to come.
    """
    try:
        function()
    except NotImplementedError as error:
        name = _stub_name(error.__traceback__, function.__globals__)
        if name is None:
            raise
        print(
            f"This picture needs {name}, which is not implemented yet: "
            "come back when its check is green."
        )


def _stub_name(trace: TracebackType | None, notebook: dict[str, Any]) -> str | None:
    """Name the function or class whose own `raise` ended this traceback, None if there is none."""
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    raised_here = dis.opname[code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"
    if not raised_here or trace.tb_frame.f_globals is not notebook:
        return None
    return code.co_qualname.rpartition("<locals>.")[2].partition(".")[0]
