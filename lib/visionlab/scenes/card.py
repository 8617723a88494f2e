"""The data card: what is in a set of scenes, counted from the data itself, and whose textures."""

import torch

from visionlab.scenes import textures
from visionlab.scenes.data import Scenes
from visionlab.tables import Table


def contents(scenes: Scenes) -> Table:
    """How often each class occurs and how large it is in pixels: middle, and 5 to 95 percent."""
    sides = (scenes.boxes[..., 2:] - scenes.boxes[..., :2]).amax(dim=2)
    rows = []
    for label, name in enumerate(scenes.class_names[1:], start=1):
        there = scenes.labels == label
        with_class = int(there.any(dim=1).sum())
        rows.append([name, int(there.sum()), with_class, *_spread(sides[there])])
    return Table(["class", "objects", "scenes with it", "longer side", "5 % to 95 %"], rows)


def _spread(values: torch.Tensor) -> tuple[str, str]:
    if not len(values):
        return "–", "–"
    low, middle, high = values.cpu().quantile(torch.tensor([0.05, 0.5, 0.95])).tolist()
    return f"{middle:.0f}", f"{low:.0f} to {high:.0f}"


def crowding(scenes: Scenes) -> Table:
    """How many scenes have 0, 1, 2, ... objects."""
    counts = torch.bincount(scenes.counts.cpu())
    return Table(["objects", "scenes"], [[i, n] for i, n in enumerate(counts.tolist()) if n])


def credits() -> Table:
    """Whose photographs the textures of drawn scenes are cut from, and their licences."""
    return Table(
        ["texture", "subject", "author", "licence", "package"],
        [[k, s.subject, s.author, s.licence, s.package] for k, s in textures.SOURCES.items()],
    )


def card(scenes: Scenes) -> str:
    """A data card in Markdown for drawn scenes: contents, making, annotations, limits, sources."""
    H, W = scenes.images.shape[2:]
    classes = ", ".join(f"{i} {name}" for i, name in enumerate(scenes.class_names))
    return "\n\n".join(
        [
            f"# Data card: {scenes.name}",
            f"{len(scenes)} images of {H} x {W} pixels, 3 channels of 8 bits, with "
            f"{int(scenes.counts.sum())} objects. Classes: {classes}.",
            "## Contents",
            _markdown(contents(scenes)),
            _markdown(crowding(scenes)),
            "## How they are made",
            "Drawn by a program from parts (discs, capsules, convex polygons) with random pose, "
            "size, colour, light and texture. Scene i depends on the seed, on i, the size and the "
            "difficulty alone, and is the same on every machine.",
            "## Annotations",
            "Exact by construction. A pixel belongs to the nearest figure that covers its centre. "
            "Boxes are the smallest around the visible pixels of an object, as edges x1 y1 x2 y2. "
            f"Persons have {len(scenes.keypoint_names)} keypoints with COCO's visibility. "
            "Shadows belong to nobody. Figures hidden more than the difficulty allows are not "
            "drawn. Posts, crates, bushes and houses belong to the background.",
            "## Limits",
            "Made to learn and to test detectors with. The figures are simple, one view of a car, "
            "few clothes; what a detector reaches here says nothing about photographs. No real "
            "person is shown.",
            "## Sources",
            _markdown(credits()),
        ]
    )


def _markdown(table: Table) -> str:
    lines = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
