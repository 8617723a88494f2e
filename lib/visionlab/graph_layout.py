"""Where the boxes of a graph go, so that every edge points to the right.

Layers by longest path, crossings thinned by barycentres, heights by weighted isotonic regression:
the plan of Sugiyama, Tagawa and Toda (1981) in its simplest form, for up to some thirty boxes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Edge = tuple[str, str]
# A box, or (source, target, layer) for a point where a long edge passes a layer.
Place = str | tuple[str, str, int]
Neighbours = Mapping[Place, Sequence[Place]]

_COLUMN_GAP, _ROW_GAP = 0.28, 0.16  # inches between columns, and between boxes of a column
_MARGIN = 0.08
_CROSSING_SWEEPS, _HEIGHT_SWEEPS = 8, 24
_PASSING_WEIGHT = 0.05  # boxes stay in line, and edges that pass by make way


@dataclass
class Layout:
    """Where everything lies, in inches; y grows upwards.

    columns: the places of each layer from top to bottom; middles: the x of each layer;
    widths: of each layer's widest box; y: the height of each place.
    """

    columns: list[list[Place]]
    middles: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    y: dict[Place, float] = field(default_factory=dict)

    @property
    def column_of(self) -> dict[Place, int]:
        """The layer of each place."""
        return {place: i for i, column in enumerate(self.columns) for place in column}


def arrange(
    sizes: Mapping[str, tuple[float, float]], edges: Sequence[Edge], extra_gap: float = 0.0
) -> Layout:
    """Place boxes of the given (width, height) in inches, so that all edges point to the right.

    extra_gap: inches more between columns. ValueError for unknown names and for cycles.
    """
    unknown = sorted({name for edge in edges for name in edge} - set(sizes))
    if unknown:
        raise ValueError(f"The edges name {', '.join(unknown)}, which is no node: add it to nodes.")
    layer = layers(list(sizes), edges)
    layer_of, before, after = _with_passing_points(layer, edges)
    layout = Layout(_ordered(layer_of, before, after))
    half = {place: _size(place, sizes)[1] / 2 for place in layer_of}
    _set_heights(layout, before, after, half)
    left = _MARGIN
    for column in layout.columns:
        layout.widths.append(max(_size(place, sizes)[0] for place in column))
        layout.middles.append(left + layout.widths[-1] / 2)
        left += layout.widths[-1] + _COLUMN_GAP + extra_gap
    return layout


def layers(names: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Layer of each node: the longest path that leads to it; what hangs on nothing else, later.

    ValueError when the edges run in a circle.
    """
    edges = list(edges)
    layer = dict.fromkeys(names, 0)
    for _ in range(len(layer) + 1):
        late = [(s, t) for s, t in edges if layer[t] <= layer[s]]
        if not late:
            break
        for source, target in late:
            layer[target] = max(layer[target], layer[source] + 1)
    else:
        raise ValueError("The edges run in a circle: this drawing is for graphs without cycles.")
    return _branches_moved_up(layer, edges)


def _branches_moved_up(layer: Mapping[str, int], edges: Sequence[Edge]) -> dict[str, int]:
    """Inputs, and branches that hang on nothing else, stand just before their use."""
    parents = {name: [s for s, t in edges if t == name] for name in layer}
    children = {name: [t for s, t in edges if s == name] for name in layer}
    moved, loose = dict(layer), set()
    for name in sorted(layer, key=layer.__getitem__):
        if all(p in loose and set(children[p]) == {name} for p in parents[name]):
            loose.add(name)
    for name in sorted(layer, key=layer.__getitem__, reverse=True):
        if name in loose and children[name]:
            moved[name] = min(moved[child] for child in children[name]) - 1
    return moved


def falling(wish: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The non-increasing sequence (n,) nearest to wish (n,), in weighted least squares.

    weight: (n,), positive. By the min-max formula of isotonic regression; O(n^4), for columns of
    a few boxes.
    """
    n = len(wish)

    def mean(i: int, j: int) -> float:
        return float(np.average(wish[i : j + 1], weights=weight[i : j + 1]))

    return np.array(
        [min(max(mean(i, j) for j in range(k, n)) for i in range(k + 1)) for k in range(n)]
    )


def _size(place: Place, sizes: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    return sizes[place] if isinstance(place, str) else (0.0, 0.0)


def _with_passing_points(
    layer: Mapping[str, int], edges: Sequence[Edge]
) -> tuple[dict[Place, int], Neighbours, Neighbours]:
    """A point wherever an edge passes a layer, so that edges join neighbouring layers only.

    Returns the layer of each place, and its neighbours in the layer before and after.
    """
    layer_of: dict[Place, int] = {name: number for name, number in layer.items()}
    joints: list[tuple[Place, Place]] = []
    for source, target in dict.fromkeys(edges):
        chain: list[Place] = [source]
        for between in range(layer[source] + 1, layer[target]):
            chain.append((source, target, between))
            layer_of[chain[-1]] = between
        chain.append(target)
        joints += zip(chain, chain[1:], strict=False)
    before: dict[Place, list[Place]] = {place: [] for place in layer_of}
    after: dict[Place, list[Place]] = {place: [] for place in layer_of}
    for left, right in joints:
        before[right].append(left)
        after[left].append(right)
    return layer_of, before, after


def _ordered(
    layer_of: Mapping[Place, int], before: Neighbours, after: Neighbours
) -> list[list[Place]]:
    """The places of each layer, sorted by the mean rank of their neighbours until it settles."""
    lowest = min(layer_of.values())
    columns: list[list[Place]] = [[] for _ in range(max(layer_of.values()) - lowest + 1)]
    for place, layer in layer_of.items():
        columns[layer - lowest].append(place)
    rank = {place: i for column in columns for i, place in enumerate(column)}
    for sweep in range(_CROSSING_SWEEPS):
        forth = sweep % 2 == 0
        neighbours = before if forth else after
        for column in columns if forth else columns[::-1]:
            mean = {
                p: float(np.mean([rank[n] for n in neighbours[p]] or [rank[p]])) for p in column
            }
            column.sort(key=mean.__getitem__)
            rank |= {place: i for i, place in enumerate(column)}
    return columns


def _set_heights(
    layout: Layout, before: Neighbours, after: Neighbours, half: Mapping[Place, float]
) -> None:
    """Pull every place towards its neighbours, as far as the boxes of its column allow.

    half: half the height of each place.
    """
    y, offsets = layout.y, []
    for column in layout.columns:
        steps = [half[a] + half[b] + _ROW_GAP for a, b in zip(column, column[1:], strict=False)]
        offsets.append(-np.concatenate([[0.0], np.cumsum(steps)]))
        y.update(zip(column, (offsets[-1] - offsets[-1].mean()).tolist(), strict=True))
    numbered = list(zip(layout.columns, offsets, strict=True))
    for sweep in range(_HEIGHT_SWEEPS):
        for column, offset in numbered if sweep % 2 == 0 else numbered[::-1]:
            wish = np.array([_pull(p, [*before[p], *after[p]], y) for p in column])
            weight = np.array([_weight(p) for p in column])
            y.update(zip(column, (falling(wish - offset, weight) + offset).tolist(), strict=True))


def _pull(place: Place, neighbours: Sequence[Place], y: Mapping[Place, float]) -> float:
    """The height where a place would lie level with its neighbours."""
    if not neighbours:
        return y[place]
    weights = [_weight(n) for n in neighbours]
    return float(np.average([y[n] for n in neighbours], weights=weights))


def _weight(place: Place) -> float:
    return 1.0 if isinstance(place, str) else _PASSING_WEIGHT
