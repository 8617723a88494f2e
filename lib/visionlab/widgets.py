"""A kernel to move by hand: sliders where widgets run, a static figure everywhere else."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor

from visionlab import interactive, plots
from visionlab.sweeps import slide_frame

_SIDE = 7
_SUM = "ones: sum"
_KERNELS: dict[str, Callable[[int], Tensor]] = {
    _SUM: lambda K: torch.ones(K, K),
    "right minus left": lambda K: torch.linspace(-1, 1, K).sign().expand(K, K),
    "centre only": lambda K: F.pad(torch.ones(1, 1), ((K - 1) // 2, K // 2) * 2),
}


def picture(
    step: int = 0, K: int = 3, stride: int = 1, pad: int = 0, dilation: int = 1, kernel: str = _SUM
) -> plots.Picture:
    """One frame: a K x K kernel at a step over a 7 x 7 image, and the output up to that step.

    step counts output cells from 0 in reading order and stops at the last one. A kernel that
    does not fit gives a picture that says so.
    """
    generator = torch.Generator().manual_seed(3)
    x = torch.randint(0, 10, (_SIDE, _SIDE), generator=generator).float()
    w = _KERNELS[kernel](K)
    if dilation * (K - 1) + 1 > _SIDE + 2 * pad:
        return _too_large(K, dilation, _SIDE + 2 * pad)
    y = F.conv2d(x[None, None], w[None, None], stride=stride, padding=pad, dilation=dilation)[0, 0]
    step = min(step, y.numel() - 1)
    side = _SIDE + 2 * pad
    figure, axes = plots.row_of_axes([(side, side), (K, K), y.shape], gap=0.4, cell=0.3)
    slide_frame([axes[0], axes[2]], x, y, step, w, stride=stride, pad=pad, dilation=dilation)
    plots.numbers(axes[1], w, title="kernel")
    axes[0].set_title(f"image {_SIDE} x {_SIDE}" + (f", pad {pad}" if pad else ""), fontsize=10)
    axes[2].set_title(f"output {y.shape[0]} x {y.shape[1]}", fontsize=10)
    row, column = divmod(step, y.shape[1])
    alt = (
        f"A {K} by {K} kernel with stride {stride}, padding {pad} and dilation {dilation} over a "
        f"{_SIDE} by {_SIDE} image; step {step + 1} of {y.numel()} fills row {row}, column "
        f"{column} of the output with {y[row, column]:g}."
    )
    return plots.render(figure, alt)


def _too_large(K: int, dilation: int, side: int) -> plots.Picture:
    span = K + (dilation - 1) * (K - 1)
    text = f"The kernel spans {span} cells, the padded image only {side}: no output."
    figure = Figure(figsize=(6, 1))
    figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=11)
    return plots.render(figure, text)


def explore(**start: Any) -> None:
    """Show the moving kernel; `start` holds arguments of `picture` for the first frame."""
    interactive.show(picture(**start), lambda: _sliders(start))


def _sliders(start: dict[str, Any]) -> Any:
    """Sliders that move with the arrow keys, above an image whose alt text follows them."""
    import ipywidgets as ui

    def slider(name: str, text: str, low: int, high: int, default: int = 1) -> Any:
        value = start.get(name, default)
        return ui.IntSlider(value, low, high, description=text, layout=ui.Layout(width="320px"))

    controls = {
        "step": slider("step", "step", 0, _SIDE * _SIDE, default=0),
        "K": slider("K", "kernel", 1, 5, default=3),
        "stride": slider("stride", "stride", 1, 4),
        "pad": slider("pad", "pad", 0, 2, default=0),
        "dilation": slider("dilation", "dilation", 1, 3),
        "kernel": ui.Dropdown(
            options=list(_KERNELS), value=start.get("kernel", _SUM), description="weights"
        ),
    }

    def keep_inside(values: dict[str, Any]) -> None:
        controls["step"].max = _last_step(values)

    screen = interactive.screen(picture, controls, keep_inside)
    names = list(controls)
    columns = [ui.VBox([controls[n] for n in names[:3]]), ui.VBox([controls[n] for n in names[3:]])]
    return ui.VBox([ui.HBox(columns), screen])


def _last_step(values: dict[str, Any]) -> int:
    span = values["dilation"] * (values["K"] - 1) + 1
    room = _SIDE + 2 * values["pad"] - span
    return max(0, (room // values["stride"] + 1) ** 2 - 1) if room >= 0 else 0
