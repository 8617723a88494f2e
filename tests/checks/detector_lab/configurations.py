"""Random configurations of every exercise of 05b_detector_lab."""

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from autograder.draw import strided
from tests.checks.drawing import Choose, Inputs, alike, size, whole

# Facets that ask for all of an answer; random sampling is asked for by its properties.
FACETS = {
    "RPNHead": "border, dtype, memory",
    "flatten_predictions": "all together, dtype, memory",
    "sample_anchors": "few ones",
    "detector_loss": "all together, dtype, memory",
    "train_rpn": "steps",
    "nms": "order and kind",
    "proposals": "decoded boxes",
    "confusion": "integers 0 and 1",
    "precision_recall": "both at once",
    "match_detections": "order",
    "precision_recall_curve": "float64, memory",
    "explain_failures": "order",
}
SCENE = 32


def _dtype(choose: Choose) -> torch.dtype:
    chosen: torch.dtype = choose(st.sampled_from([torch.float32, torch.float64]))
    return chosen


def boxes(choose: Choose, n: int, within: int = 8) -> torch.Tensor:
    """(n, 4) whole-number boxes in so little room that many touch, are nested or equal."""

    def side() -> tuple[int, int]:
        low = choose(st.integers(0, within - 1))
        return low, low + choose(st.integers(1, within - low))

    pairs = [(side(), side()) for _ in range(n)]
    rows = [[x1, y1, x2, y2] for (x1, x2), (y1, y2) in pairs]
    layout = choose(st.sampled_from([torch.Tensor.contiguous, strided]))
    return layout(torch.tensor(rows, dtype=_dtype(choose)).reshape(n, 4))


def _scores(choose: Choose, n: int) -> torch.Tensor:
    """Few different scores: many are equal."""
    return torch.tensor([choose(st.integers(1, 8)) / 8 for _ in range(n)])


def _threshold(choose: Choose) -> float:
    return float(choose(st.sampled_from([0.125, 0.25, 0.5, 0.625, 0.75])))


def _head(choose: Choose) -> Inputs:
    features = whole(choose, *(size(choose) for _ in range(4)))
    return {"features": features, "A": size(choose)}


def _maps(choose: Choose) -> Inputs:
    values = size(choose)
    maps = whole(choose, size(choose), size(choose) * values, size(choose), size(choose))
    return {"maps": maps, "values": values}


def _labels(choose: Choose) -> Inputs:
    found = [choose(st.integers(-1, 1)) for _ in range(size(choose, 0, 30))]
    return {"labels": torch.tensor(found).long(), "count": size(choose, 0, 20)}


def _batch(choose: Choose) -> Inputs:
    N, A, K = size(choose), size(choose, 1, 6), size(choose)
    labels = torch.tensor([[size(choose, -1, 1) for _ in range(A)] for _ in range(N)])
    names = torch.tensor([[size(choose, 1, K) for _ in range(A)] for _ in range(N)])
    scale = choose(st.sampled_from([0.25, 1.0, 100.0]))
    objectness, deltas, class_scores, targets = alike(
        scale * whole(choose, N, A),
        whole(choose, N, A, 4) / 16,
        scale * whole(choose, N, A, K),
        whole(choose, N, A, 4) / 16,
    )
    return {
        "objectness": objectness,
        "deltas": deltas,
        "class_scores": class_scores,
        "labels": labels,
        "targets": targets,
        "classes": names * (labels == 1),
        "lam": choose(st.sampled_from([0.0, 0.5, 4.0, 10.0])),
    }


def _run(choose: Choose) -> Inputs:
    A, batches = size(choose, 1, 5), []
    for _ in range(size(choose, 0, 3) + 1):
        N = size(choose, 1, 3)
        labels = torch.tensor([[size(choose, -1, 1) for _ in range(A)] for _ in range(N)])
        one = (labels == 1).long()
        batches.append(
            {
                "images": whole(choose, N, 3, 2, 2).double() / 32,
                "labels": labels,
                "targets": whole(choose, N, A, 4).double() / 16 * one[..., None],
                "classes": size(choose, 1, 3) * one,
            }
        )
    return {"asked": "weights", "batches": batches, "scheduled": choose(st.booleans())}


def _load_detector(choose: Choose) -> Inputs:
    path = choose(st.sampled_from(["detector.safetensors", "weights/best.safetensors"]))
    return {"asked": "weights", "path": path, "weights": size(choose)}


def _nms(choose: Choose) -> Inputs:
    found = boxes(choose, size(choose, 0, 9))
    scores = _scores(choose, len(found)).to(found.dtype)
    return {"boxes": found, "scores": scores, "threshold": _threshold(choose)}


def _proposals(choose: Choose) -> Inputs:
    anchors = boxes(choose, size(choose, 0, 9), SCENE)
    n = len(anchors)
    deltas, objectness = whole(choose, n, 4) / 16, _scores(choose, n) - 0.5
    anchors, deltas, objectness = alike(anchors, deltas, objectness)
    inputs = {"objectness": objectness, "deltas": deltas, "anchors": anchors}
    limits = {"count": size(choose), "threshold": choose(st.sampled_from([0.31, 0.52, 0.71]))}
    return {**inputs, "size": choose(st.sampled_from([8, 16, SCENE])), **limits}


def _confusion(choose: Choose) -> Inputs:
    n = size(choose, 0, 9)
    dtype = choose(st.sampled_from([torch.bool, torch.int64, torch.uint8]))
    return {
        name: torch.tensor([size(choose, 0, 1) for _ in range(n)]).to(dtype)
        for name in ("truth", "said")
    }


def _precision_recall(choose: Choose) -> Inputs:
    return {name: choose(st.integers(0, 4)) for name in ("tp", "fp", "fn")}


def _match_detections(choose: Choose) -> Inputs:
    found, truths = alike(boxes(choose, size(choose, 0, 7)), boxes(choose, size(choose, 0, 4)))
    scores = _scores(choose, len(found)).to(found.dtype)
    return {"boxes": found, "scores": scores, "truths": truths, "threshold": _threshold(choose)}


def _hits(choose: Choose) -> list[bool]:
    return [choose(st.booleans()) for _ in range(size(choose, 0, 12))]


def _precision_recall_curve(choose: Choose) -> Inputs:
    hits = _hits(choose)
    return {"hits": torch.tensor(hits, dtype=torch.bool), "n_truths": size(choose, 1, 12)}


def _curve(choose: Choose) -> Inputs:
    hits = torch.tensor(_hits(choose), dtype=torch.float64)
    right, n = hits.cumsum(0), max(1, int(hits.sum())) + size(choose, 0, 5)
    said = torch.arange(1, len(hits) + 1, dtype=torch.float64)
    return {"precision": right / said, "recall": right / n}


def _explain_failures(choose: Choose) -> Inputs:
    found, truths = alike(boxes(choose, size(choose, 0, 7)), boxes(choose, size(choose, 0, 4)))
    return {
        "boxes": found,
        "scores": _scores(choose, len(found)).to(found.dtype),
        "labels": torch.tensor([size(choose, 1, 2) for _ in found]).long(),
        "truths": truths,
        "truth_labels": torch.tensor([size(choose, 1, 2) for _ in truths]).long(),
    }


CONFIGURATIONS: dict[str, Callable[[Choose], Inputs]] = {
    "RPNHead": _head,
    "flatten_predictions": _maps,
    "sample_anchors": _labels,
    "detector_loss": _batch,
    "train_rpn": _run,
    "load_detector": _load_detector,
    "nms": _nms,
    "proposals": _proposals,
    "confusion": _confusion,
    "precision_recall": _precision_recall,
    "match_detections": _match_detections,
    "precision_recall_curve": _precision_recall_curve,
    "ap11": _curve,
    "ap_area": _curve,
    "explain_failures": _explain_failures,
}
