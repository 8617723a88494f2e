"""Small pictures of two arrays that should be equal: expected, yours, difference."""

import base64
import io
from html import escape

import numpy as np
import torch

MIN_SIDE, MAX_SIDE = 3, 64


def comparison(expected: torch.Tensor, got: torch.Tensor) -> str:
    """Three pictures side by side as HTML, or "" when the arrays are not image-like.

    Of arrays with more than two dimensions the last two are shown, at the place of the
    worst entry. The difference is scaled on its own and centred on zero.
    """
    if expected.dim() < 2 or expected.is_complex() or min(expected.shape[-2:]) < MIN_SIDE:
        return ""
    if max(expected.shape[-2:]) > MAX_SIDE:
        return ""
    e, g, place = _worst_plane(expected.double(), got.double())
    low, high = float(np.nanmin(e)), float(np.nanmax(e))
    gap = np.nan_to_num(g - e)
    reach = float(np.abs(gap).max()) or 1.0
    shown = f" (plane {place})" if place else ""
    return "".join(
        [
            '<div style="display:flex;flex-wrap:wrap;gap:16px;margin:6px 0">',
            _figure(e, low, high, "cividis", f"expected{shown}"),
            _figure(g, low, high, "cividis", f"yours{shown}"),
            _figure(gap, -reach, reach, "PuOr", f"yours minus expected, up to {reach:.3g}"),
            "</div>",
        ]
    )


def _worst_plane(e: torch.Tensor, g: torch.Tensor) -> tuple[np.ndarray, np.ndarray, str]:
    height, width = e.shape[-2:]
    planes_e, planes_g = e.reshape(-1, height, width), g.reshape(-1, height, width)
    gaps = (planes_e - planes_g).abs().nan_to_num(nan=torch.inf).amax(dim=(1, 2))  # (planes,)
    worst = int(gaps.argmax())
    lead = np.unravel_index(worst, tuple(e.shape[:-2])) if e.dim() > 2 else ()
    place = ", ".join(str(int(i)) for i in lead)
    return planes_e[worst].numpy(), planes_g[worst].numpy(), place


def _figure(values: np.ndarray, low: float, high: float, colours: str, words: str) -> str:
    """One array as an enlarged picture with caption and alternative text."""
    from matplotlib import colormaps
    from matplotlib.image import imsave

    scaled = (np.nan_to_num(values, nan=low) - low) / ((high - low) or 1.0)
    buffer = io.BytesIO()
    imsave(buffer, colormaps[colours](np.clip(scaled, 0, 1)), metadata={"Software": None})
    data = base64.b64encode(buffer.getvalue()).decode()
    rows, columns = values.shape
    alt = f"{words}: {rows} by {columns} entries from {values.min():.3g} to {values.max():.3g}"
    width = max(72, min(180, 14 * columns))
    return (
        f'<figure style="margin:0"><img alt="{escape(alt)}" width="{width}" '
        f'src="data:image/png;base64,{data}" style="image-rendering:pixelated;'
        f'border:1px solid rgba(128,128,128,.6)"><figcaption style="font-size:85%">'
        f"{escape(words)}</figcaption></figure>"
    )
