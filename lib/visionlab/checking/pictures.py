"""Two arrays that should be equal, side by side with their difference: as HTML and as text."""

import base64
import io
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

import numpy as np
import torch

MAX_NUMBERS = 8  # so many rows and columns are shown as numbers, larger arrays as pictures
MAX_VECTOR = 12
MIN_SIDE, MAX_SIDE = 3, 64  # of a picture
_BLUE, _ORANGE, _PURPLE = "74,127,193", "214,120,20", "128,90,200"


@dataclass(frozen=True)
class Plane:
    """One of the three: a (rows, columns) float64 array, its caption, and its colour scale.

    Values from low to high take the colours; centred: the scale is centred on zero.
    """

    words: str
    values: np.ndarray
    low: float
    high: float
    centred: bool = False

    @property
    def description(self) -> str:
        """What a reader who does not see the picture is told."""
        rows, columns = self.values.shape
        finite = self.values[np.isfinite(self.values)]
        span = f" from {finite.min():.3g} to {finite.max():.3g}" if finite.size else ""
        return f"{self.words}: {rows} by {columns} entries{span}"

    @property
    def as_numbers(self) -> bool:
        """Whether the array is small enough to be read number by number."""
        rows, columns = self.values.shape
        widest = MAX_VECTOR if rows == 1 else MAX_NUMBERS
        return rows <= MAX_NUMBERS and columns <= widest


def planes(expected: torch.Tensor, got: torch.Tensor) -> list[Plane]:
    """Expected, yours and their difference, or [] when the arrays make no picture.

    expected, got: tensors of equal shape. Of more than two dimensions the last two are shown, at
    the place of the worst entry. The difference is scaled on its own and centred on zero.
    """
    if expected.dim() < 1 or expected.is_complex() or expected.numel() == 0:
        return []
    e, g, place = _worst_plane(expected.double(), got.double())
    rows, columns = e.shape
    small = Plane("", e, 0, 0).as_numbers
    if not small and (min(rows, columns) < MIN_SIDE or max(rows, columns) > MAX_SIDE):
        return []
    with np.errstate(invalid="ignore"):
        gap = g - e
    finite, reach = e[np.isfinite(e)], np.abs(gap[np.isfinite(gap)]).max(initial=0.0)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    shown = f" at [{place}]" if place else ""
    return [
        Plane(f"expected{shown}", e, low, high),
        Plane(f"yours{shown}", g, low, high),
        Plane("yours minus expected", gap, -float(reach), float(reach), centred=True),
    ]


def _worst_plane(e: torch.Tensor, g: torch.Tensor) -> tuple[np.ndarray, np.ndarray, str]:
    if e.dim() == 1:
        return e[None].numpy(), g[None].numpy(), ""
    height, width = e.shape[-2:]
    planes_e, planes_g = e.reshape(-1, height, width), g.reshape(-1, height, width)
    gaps = (planes_e - planes_g).abs().nan_to_num(nan=torch.inf).amax(dim=(1, 2))  # (planes,)
    worst = int(gaps.argmax())
    lead = np.unravel_index(worst, tuple(e.shape[:-2])) if e.dim() > 2 else ()
    place = ", ".join([*(str(int(i)) for i in lead), ":", ":"]) if len(lead) else ""
    return planes_e[worst].numpy(), planes_g[worst].numpy(), place


def as_html(shown: list[Plane]) -> str:
    """The planes side by side; below each other where the window is narrow, and scrolled where
    one of them alone is wider than the window."""
    if not shown:
        return ""
    figures = "".join(
        '<figure style="margin:0;max-width:100%;overflow-x:auto">'
        f"{_numbers(p) if p.as_numbers else _picture(p)}"
        f'<figcaption style="font-size:85%;padding:2px 0">{escape(p.words)}</figcaption></figure>'
        for p in shown
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:20px;margin:8px 0">{figures}</div>'


def as_text(shown: list[Plane]) -> list[str]:
    """The same as lines: small arrays side by side in numbers, larger ones described."""
    if not shown:
        return []
    if not shown[0].as_numbers:
        return [p.description for p in shown]
    blocks = [[p.words, *_text_rows(p)] for p in shown]
    widths = [max(map(len, block)) for block in blocks]
    rows = zip_longest(*blocks, fillvalue="")
    return [
        "   ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _text_rows(plane: Plane) -> list[str]:
    cells = [[_number(v) for v in row] for row in plane.values]
    width = max(len(cell) for row in cells for cell in row)
    return [" ".join(f"{cell:>{width}}" for cell in row) for row in cells]


def _number(value: float) -> str:
    if np.isfinite(value) and value == round(value) and abs(value) < 1e5:
        return str(int(value))
    return f"{value:.3g}"


def _numbers(plane: Plane) -> str:
    """A table of numbers; the tint comes on top of the page's own colours, light or dark."""
    rows = "".join(
        "<tr>" + "".join(_cell(plane, value) for value in row) + "</tr>" for row in plane.values
    )
    return (
        f'<table aria-label="{escape(plane.description)}" style="border-collapse:collapse;'
        f'margin:0;width:auto;font-size:90%"><tbody>{rows}</tbody></table>'
    )


def _cell(plane: Plane, value: float) -> str:
    text = _number(value)
    weight = ";font-weight:bold" if plane.centred and value != 0 else ""
    return (
        f'<td style="background:rgba({_tint(plane, value)});text-align:right;padding:3px 7px;'
        f'min-width:1.4em;border:1px solid rgba(128,128,128,.35){weight}">{text}</td>'
    )


def _tint(plane: Plane, value: float) -> str:
    """Colour and strength of one entry; the strength leaves text of any theme readable."""
    if not np.isfinite(value):
        return f"{_ORANGE},.6"
    span = (plane.high if plane.centred else plane.high - plane.low) or 1.0
    distance = abs(value) if plane.centred else value - plane.low
    strength = 0.5 * min(max(distance / span, 0.0), 1.0)
    colour = (_ORANGE if value > 0 else _PURPLE) if plane.centred else _BLUE
    return f"{colour},{strength:.2f}"


def _picture(plane: Plane) -> str:
    """A larger array as an enlarged picture with alternative text."""
    from matplotlib import colormaps
    from matplotlib.image import imsave

    span = (plane.high - plane.low) or 1.0
    filled = np.nan_to_num(plane.values, nan=plane.low, posinf=plane.high, neginf=plane.low)
    colours = colormaps["PuOr_r" if plane.centred else "cividis"]
    buffer = io.BytesIO()
    imsave(buffer, colours(np.clip((filled - plane.low) / span, 0, 1)))
    data = base64.b64encode(buffer.getvalue()).decode()
    rows, columns = plane.values.shape
    scale = 180 / max(rows, columns)
    return (
        f'<img alt="{escape(plane.description)}" width="{max(24, round(scale * columns))}" '
        f'src="data:image/png;base64,{data}" style="image-rendering:pixelated;'
        'border:1px solid rgba(128,128,128,.6);margin:0">'
    )
