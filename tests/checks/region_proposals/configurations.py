"""Random configurations of every exercise of 05a_region_proposals."""

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from autograder.draw import strided
from tests.checks.drawing import Choose, Inputs, alike, size, whole

# Facets that ask for all of an answer.
FACETS = {
    "encode": "all four numbers",
    "decode": "corners",
    "grid_targets": "several objects in a cell",
    "make_anchors": "all together",
    "label_anchors": "all together, dtype, memory",
    "smooth_l1_fb": "any shape, dtype, memory",
    "rpn_loss": "all together, dtype, memory",
}


def boxes(choose: Choose, n: int, within: int = 8) -> torch.Tensor:
    """(n, 4) whole-number boxes in so little room that many touch, are nested or equal."""

    def side() -> tuple[int, int]:
        low = choose(st.integers(0, within - 1))
        return low, low + choose(st.integers(1, within - low))

    pairs = [(side(), side()) for _ in range(n)]
    rows = [[x1, y1, x2, y2] for (x1, x2), (y1, y2) in pairs]
    dtype = choose(st.sampled_from([torch.float32, torch.float64]))
    layout = choose(st.sampled_from([torch.Tensor.contiguous, strided]))
    return layout(torch.tensor(rows, dtype=dtype).reshape(n, 4))


def _two(choose: Choose, n: int, m: int) -> list[torch.Tensor]:
    return alike(boxes(choose, n), boxes(choose, m))


def _n_windows(choose: Choose) -> Inputs:
    sides = st.one_of(st.integers(0, 5), st.integers(0, 10**6))
    return {"H": choose(sides), "W": choose(sides)}


def _box_iou(choose: Choose) -> Inputs:
    a, b = _two(choose, size(choose, 0, 4), size(choose, 0, 4))
    return {"a": a, "b": b}


def _encode(choose: Choose) -> Inputs:
    n = size(choose, 0, 4)
    anchors, targets = _two(choose, n, n)
    return {"anchors": anchors, "boxes": targets}


def _decode(choose: Choose) -> Inputs:
    n = size(choose, 0, 4)
    scale = choose(st.sampled_from([0.25, 1.0, 3.0]))
    anchors, deltas = alike(boxes(choose, n), whole(choose, n, 4))
    return {"anchors": anchors, "deltas": scale * deltas}


def _grid(choose: Choose) -> Inputs:
    return {"boxes": boxes(choose, size(choose, 0, 6), 48), "size": 48, "S": size(choose)}


def _grid_targets(choose: Choose) -> Inputs:
    inputs, K = _grid(choose), size(choose)
    labels = [size(choose, 1, K) for _ in inputs["boxes"]]
    return {**inputs, "labels": torch.tensor(labels).long(), "K": K}


def _make_anchors(choose: Choose) -> Inputs:
    def some(options: list[float]) -> list[float]:
        return list(choose(st.lists(st.sampled_from(options), min_size=1, max_size=3)))

    return {
        "Hf": size(choose),
        "Wf": size(choose),
        "stride": choose(st.sampled_from([4, 8, 16])),
        "scales": some([8, 12.5, 18, 64, 128]),
        "ratios": some([0.25, 0.5, 1.0, 2, 3]),
    }


def _coverage(choose: Choose) -> Inputs:
    anchors, found = _two(choose, size(choose, 1, 5), size(choose, 0, 4))
    threshold = choose(st.sampled_from([0.125, 0.25, 0.5, 0.75]))
    return {"anchors": anchors, "boxes": found, "threshold": threshold}


def _label_anchors(choose: Choose) -> Inputs:
    anchors, found = _two(choose, size(choose, 1, 8), size(choose, 0, 4))
    lo, hi = sorted(choose(st.sampled_from([0.125, 0.25, 0.5, 0.625, 0.75])) for _ in "ab")
    return {"anchors": anchors, "boxes": found, "hi": hi, "lo": lo}


def _smooth_l1_fb(choose: Choose) -> Inputs:
    shape = [size(choose, 0, 3) for _ in range(size(choose, 0, 3))]
    beta = choose(st.sampled_from([1 / 9, 0.25, 1.0, 3.0]))
    return {"x": whole(choose, *shape) / 4, "beta": beta}


def _rpn_loss(choose: Choose) -> Inputs:
    A = size(choose, 0, 6)
    scale = choose(st.sampled_from([0.25, 1.0, 200.0]))
    logits, deltas, targets = alike(
        scale * whole(choose, A), whole(choose, A, 4) / 16, whole(choose, A, 4) / 16
    )
    labels = torch.tensor([size(choose, -1, 1) for _ in range(A)]).long()
    lam = choose(st.sampled_from([0.0, 0.5, 1.0, 10.0]))
    return {"logits": logits, "deltas": deltas, "labels": labels, "targets": targets, "lam": lam}


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "n_windows": _n_windows,
    "box_iou": _box_iou,
    "encode": _encode,
    "decode": _decode,
    "grid_targets": _grid_targets,
    "lost_objects": _grid,
    "make_anchors": _make_anchors,
    "coverage": _coverage,
    "label_anchors": _label_anchors,
    "smooth_l1_fb": _smooth_l1_fb,
    "rpn_loss": _rpn_loss,
}
