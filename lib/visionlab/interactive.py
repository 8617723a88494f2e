"""A picture that follows sliders where widgets run, and stands still everywhere else."""

from collections.abc import Callable, Mapping
from typing import Any

from visionlab.plots import Picture

Draw = Callable[..., Picture]


def show(first: Picture, controls: Callable[[], Any]) -> None:
    """Display one output in both forms: a front end with widgets shows what `controls` makes.

    Every other reader (a web page, a printout, a notebook opened without a kernel) sees `first`.
    """
    from IPython.display import display

    bundle: dict[str, Any] = {"text/html": first._repr_html_(), "text/plain": repr(first)}
    try:
        view = controls()._repr_mimebundle_()
    except ImportError:  # ipywidgets is not installed
        view = {}
    display({**view, **bundle}, raw=True)


def screen(
    draw: Draw,
    controls: Mapping[str, Any],
    before: Callable[[dict[str, Any]], None] | None = None,
) -> Any:
    """An image with alt text, drawn again as draw(**values) whenever a control moves.

    controls: argument name -> widget; before: told the values first, to move limits by them.
    """
    import ipywidgets as ui

    image = ui.HTML()

    def redraw(_: Any = None) -> None:
        if before is not None:
            before({name: control.value for name, control in controls.items()})
        # Read again: a limit that moved may have moved a value.
        values = {name: control.value for name, control in controls.items()}
        image.value = draw(**values)._repr_html_()

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    return image
