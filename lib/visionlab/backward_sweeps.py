"""The two backward passes of a convolution as moving pictures: what slides over what, and where.

For the weights, the upstream gradient (spread out by the stride) slides over the input. For the
input, the mirrored weights slide over the upstream gradient (spread out and padded). Lecture 000.
"""

from collections.abc import Sequence
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from visionlab import interactive, plots
from visionlab.sweeps import slide_frame, sweep

WEIGHTS, INPUT = "the weights", "the input"
_SIDE, _K = 5, 2
_STRIDES, _PADS = (1, 3), (0, 1)


def spread(g: Tensor, stride: int, rows: int, columns: int) -> Tensor:
    """Put g (H', W') onto a grid of zeros (rows, columns), one value every `stride` cells.

    rows, columns: how many outputs the convolution would have had with stride 1.
    """
    apart = g.new_zeros(rows, columns)
    apart[::stride, ::stride] = g
    return apart


def weight_gradient(x: Tensor, g: Tensor, K: int, *, stride: int = 1, pad: int = 0) -> Tensor:
    """Gradient (K, K) of the weights, from the input x (H, W) and the upstream g (H', W')."""
    image, upstream = x[None, None], g[None, None]
    return conv2d_weight(image, (1, 1, K, K), upstream, stride=stride, padding=pad)[0, 0]


def input_gradient(
    g: Tensor, w: Tensor, shape: tuple[int, int], *, stride: int = 1, pad: int = 0
) -> Tensor:
    """Gradient of the padded input, (H + 2 pad, W + 2 pad); shape: (H, W), w: (K, K)."""
    padded = (1, 1, shape[0] + 2 * pad, shape[1] + 2 * pad)
    return conv2d_input(padded, w[None, None], g[None, None], stride=stride)[0, 0]


def sweep_weights(
    x: Tensor, g: Tensor, K: int, alt: str, *, stride: int = 1, pad: int = 0, columns: int = 4
) -> None:
    """Small multiples: the upstream gradient at each of its K x K places over the input."""
    dw = weight_gradient(x, g, K, stride=stride, pad=pad)
    sweep(x, g, dw, alt, pad=pad, dilation=stride, columns=columns)


def sweep_input(
    g: Tensor,
    w: Tensor,
    shape: tuple[int, int],
    alt: str,
    *,
    stride: int = 1,
    steps: Sequence[int] | None = None,
    columns: int = 3,
) -> None:
    """Small multiples: the mirrored weights over the padded gradient; no padding of the input.

    steps: which entries of the gradient, counted in reading order; all by default.
    """
    dx = input_gradient(g, w, shape, stride=stride)
    apart = spread(g, stride, *(size - len(w) + 1 for size in shape))
    sweep(apart, w.flip(0, 1), dx, alt, pad=len(w) - 1, steps=steps, columns=columns)


def picture(step: int = 0, of: str = WEIGHTS, stride: int = 1, pad: int = 0) -> plots.Picture:
    """One frame for a 5 x 5 image under 2 x 2 weights: the gradient of the weights or the input.

    step counts the entries of the gradient from 0 in reading order and stops at the last one.
    Raises ValueError when `of` is neither WEIGHTS nor INPUT.
    """
    if of not in (WEIGHTS, INPUT):
        raise ValueError(f"There is a gradient of {WEIGHTS!r} and of {INPUT!r}, not of {of!r}.")
    x, w, g = _example(stride, pad)
    if of == WEIGHTS:
        dw = weight_gradient(x, g, _K, stride=stride, pad=pad)
        step = min(step, dw.numel() - 1)
        titles = ["padded input" if pad else "input", "upstream g", "gradient of w"]
        figure = _frame(x, g, dw, step, titles, pad=pad, dilation=stride)
        moved = f"the upstream gradient, its values {stride} apart, over the input"
        return plots.render(figure, _words(dw, step, moved))
    dx = input_gradient(g, w, (_SIDE, _SIDE), stride=stride, pad=pad)
    apart = spread(g, stride, *(_SIDE + 2 * pad - _K + 1,) * 2)
    step = min(step, dx.numel() - 1)
    name = "gradient of padded x" if pad else "gradient of x"
    titles = ["padded g", "mirrored w", name]
    figure = _frame(apart, w.flip(0, 1), dx, step, titles, pad=_K - 1)
    return plots.render(figure, _words(dx, step, "the mirrored weights over the padded gradient"))


def entries(of: str, pad: int) -> int:
    """How many frames `picture` has: one for each entry of the gradient."""
    return _K * _K if of == WEIGHTS else (_SIDE + 2 * pad) ** 2


def explore(**start: Any) -> None:
    """Show the frames with sliders; `start` holds arguments of `picture` for the first one."""
    interactive.show(picture(**start), lambda: _controls(start))


def _controls(start: dict[str, Any]) -> Any:
    """A choice of the gradient and three sliders, above an image that follows them."""
    import ipywidgets as ui

    wide = ui.Layout(width="340px")
    choice = ui.ToggleButtons(options=[WEIGHTS, INPUT], description="gradient of")
    choice.value = start.get("of", WEIGHTS)
    stride = ui.IntSlider(start.get("stride", 1), *_STRIDES, description="stride", layout=wide)
    pad = ui.IntSlider(start.get("pad", 0), *_PADS, description="pad", layout=wide)
    last = entries(choice.value, pad.value) - 1
    step = ui.IntSlider(start.get("step", 0), 0, last, description="step", layout=wide)

    def keep_inside(values: dict[str, Any]) -> None:
        step.max = entries(values["of"], values["pad"]) - 1

    controls = {"step": step, "of": choice, "stride": stride, "pad": pad}
    screen = interactive.screen(picture, controls, keep_inside)
    return ui.VBox([choice, step, stride, pad, screen])


def _example(stride: int, pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """An image (5, 5), weights (2, 2) and the upstream gradient of the size that goes with them."""
    generator = torch.Generator().manual_seed(5)
    x = torch.randint(0, 10, (_SIDE, _SIDE), generator=generator).float()
    size = (_SIDE + 2 * pad - _K) // stride + 1
    g = torch.randint(1, 4, (size, size), generator=generator).float()
    return x, torch.tensor([[1.0, 2], [3, 4]]), g


def _frame(
    x: Tensor, w: Tensor, y: Tensor, step: int, titles: list[str], *, pad: int, dilation: int = 1
) -> Figure:
    """What slides (w) at a step over x, itself, and what has come out so far (y)."""
    wide = (x.shape[0] + 2 * pad, x.shape[1] + 2 * pad)
    cell = 0.3
    gap = plots.title_gap(
        0.4, titles, [cell * width for width in (wide[1], w.shape[1], y.shape[1])]
    )
    figure, axes = plots.row_of_axes([wide, w.shape, y.shape], gap=gap, cell=cell)
    slide_frame([axes[0], axes[2]], x, y, step, w, pad=pad, dilation=dilation)
    plots.numbers(axes[1], w)
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, fontsize=10)
    return figure


def _words(y: Tensor, step: int, moved: str) -> str:
    row, column = divmod(step, y.shape[1])
    return f"Step {step + 1} of {y.numel()}: {moved} gives {y[row, column]:g} at {row}, {column}."
