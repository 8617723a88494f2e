"""An IPython shell that runs a notebook's cells and keeps their outputs as notebook outputs."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from types import FrameType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets.config import Config

Output = dict[str, Any]
MIB = 2**20
SHOWN_FRAMES = 6  # of an endless recursion


class CellTimeout(KeyboardInterrupt):
    """Raised inside a cell that has used up its time."""


class Outputs:
    """The outputs of the cell that runs now, cut off at `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.start()

    def start(self) -> None:
        """Forget everything: a new cell begins."""
        self.items: list[Output] = []
        self._size = 0
        self.cut = False

    def add(self, output: Output) -> None:
        """Keep an output if there is room for it."""
        self._size += _size(output)
        if self._size > self.limit:
            self.cut = True
            return
        last = self.items[-1] if self.items else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            self.items.append(output)


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_size(k) + _size(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return len(value) if isinstance(value, str | bytes) else 8


class _Stream(TextIOBase):
    def __init__(self, name: str, outputs: Outputs) -> None:
        self._name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._outputs.add({"output_type": "stream", "name": self._name, "text": str(text)})
        return len(text)


class _Publisher(DisplayPublisher):
    outputs: Outputs | None = None

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        if self.outputs is not None:
            output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
            self.outputs.add(output)


class _Hook(DisplayHook):
    outputs: Outputs | None = None

    def write_output_prompt(self) -> None:
        """Notebooks show no prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        if self.outputs is not None:
            self.outputs.add(
                {
                    "output_type": "execute_result",
                    "data": format_dict,
                    "metadata": md_dict or {},
                    "execution_count": self.prompt_count,
                }
            )


class NotebookShell(InteractiveShell):
    """The notebook's shell without a kernel around it: no sockets, no threads, no history."""

    outputs = AnyTrait()

    @classmethod
    def create(cls, output_limit: int = MIB) -> "NotebookShell":
        """The one shell of this process. output_limit: bytes of outputs a cell may have."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.xmode = "Context"
        shell: NotebookShell = cls.instance(
            config=config, display_pub_class=_Publisher, displayhook_class=_Hook
        )
        shell.outputs = Outputs(output_limit)
        shell.set_custom_exc((RecursionError,), _show_shortened)
        for display in (shell.display_pub, shell.displayhook):
            assert isinstance(display, _Publisher | _Hook)
            display.outputs = shell.outputs
        sys.modules["__main__"] = shell.user_module
        return shell

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to open."""

    def init_io(self) -> None:
        """Streams are redirected cell by cell."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        """Keep the traceback as an output: InteractiveShell's place for frontends to do so."""
        name = getattr(etype, "__name__", str(etype))
        self.outputs.add(
            {
                "output_type": "error",
                "ename": name,
                "evalue": str(evalue)[:2000],
                "traceback": [str(line)[:20_000] for line in stb],
            }
        )

    def run(self, source: str, seconds: float) -> bool:
        """Run one cell for at most `seconds`; its outputs are in `outputs`. True if no error."""
        self.outputs.start()
        streams = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            try:
                with _alarm(seconds):
                    result = self.run_cell(source, store_history=True)
            except CellTimeout:  # it came just outside the user's code
                self._showtraceback(CellTimeout, CellTimeout("out of time"), ["CellTimeout"])
                return False
        return bool(result.success)


def _show_shortened(
    shell: NotebookShell, etype: Any, evalue: Any, frames: Any, tb_offset: int | None = None
) -> list[str]:
    """Show an endless recursion by its first frames: IPython takes ten seconds over all of them."""
    last = frames
    for _ in range(SHOWN_FRAMES):
        last = last.tb_next or last
    last.tb_next = None
    text: list[str] = shell.InteractiveTB.structured_traceback(
        etype, evalue, frames, tb_offset=tb_offset
    )
    shell._showtraceback(etype, evalue, text)
    return text


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise CellTimeout in the main thread when `seconds` have passed."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise CellTimeout(f"the cell ran longer than {seconds:g} seconds and was stopped")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
