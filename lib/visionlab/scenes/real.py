"""Photographs with annotations, Pascal VOC and COCO, in the same form as drawn scenes.

Read by torchvision's loaders where the files lie already; nothing is ever downloaded. Images are
scaled to fit a square, its rest black on the right and below, and boxes with them.
"""

import contextlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from visionlab.scenes.data import Scenes
from visionlab.waiting import track

VOC_CLASSES = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat"),
    *("chair", "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant"),
    *("sheep", "sofa", "train", "tvmonitor"),
)
MOST_OBJECTS = 254  # what the map of instances, uint8, can tell apart


@dataclass
class _Sample:
    """One photograph: image (3, h, w) uint8 and lists with one entry for each object."""

    image: Tensor
    boxes: list[list[float]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    masks: list[np.ndarray] = field(default_factory=list)
    keypoints: list[list[float]] = field(default_factory=list)


def voc(
    folder: str | Path = "data",
    *,
    year: str = "2007",
    split: str = "trainval",
    size: int = 96,
    count: int | None = None,
    difficult: bool = False,
) -> Scenes:
    """Pascal VOC from `folder`/VOCdevkit/VOC<year>, its 20 classes under their own names.

    count: only the first so many images of the split. difficult: also objects that VOC marks as
    too hard to count. VOC's corners are pixels counted from 1, both included; here they become
    edges counted from 0, so xmin and ymin are reduced by 1. No masks.
    Raises FileNotFoundError that says what is missing and where to get it.
    """
    from torchvision.datasets import VOCDetection

    try:
        loader = VOCDetection(str(folder), year=year, image_set=split, download=False)
    except (RuntimeError, OSError) as error:
        get = f'torchvision.datasets.VOCDetection("{folder}", year="{year}", download=True)'
        raise FileNotFoundError(
            f"Pascal VOC {year} ({split}) is not in {folder}/: put VOCdevkit/VOC{year} there, "
            f"or get it with {get}. Drawn scenes need no files: scenes.street(1000)."
        ) from error
    samples = (_voc_sample(loader, i, difficult) for i in _first(loader, count))
    return _collect(f"Pascal VOC {year} {split}", VOC_CLASSES, samples, size, len(loader))


def _voc_sample(loader: Any, i: int, difficult: bool) -> _Sample:
    picture, tree = loader[i]
    sample = _Sample(_tensor(picture))
    for item in tree["annotation"]["object"]:
        if item.get("difficult") == "1" and not difficult:
            continue
        corners = [float(item["bndbox"][k]) for k in ("xmin", "ymin", "xmax", "ymax")]
        sample.boxes.append([corners[0] - 1, corners[1] - 1, corners[2], corners[3]])
        sample.labels.append(VOC_CLASSES.index(item["name"]))
    return sample


def coco(
    folder: str | Path = "data/coco",
    *,
    split: str = "val2017",
    kind: str = "instances",
    size: int = 96,
    count: int | None = None,
) -> Scenes:
    """COCO from `folder`/<split> and `folder`/annotations/<kind>_<split>.json, its own classes.

    kind: "instances", or "person_keypoints" for persons with keypoints. count: only the first so
    many images. Crowds are left out. Where masks overlap, the smaller object is taken to be in
    front; boxes stay those of the file, even where the mask does not fill them.
    Raises FileNotFoundError or ModuleNotFoundError that says what is missing and how to get it.
    """
    loader = _coco_loader(Path(folder), split, kind)
    categories = sorted(loader.coco.cats.values(), key=lambda category: category["id"])
    number = {category["id"]: k for k, category in enumerate(categories, start=1)}
    names = ("background", *(category["name"] for category in categories))
    points = next((tuple(c["keypoints"]) for c in categories if "keypoints" in c), ())
    samples = (_coco_sample(loader, i, number, points) for i in _first(loader, count))
    return _collect(f"COCO {split}", names, samples, size, len(loader), points)


def _coco_loader(folder: Path, split: str, kind: str) -> Any:
    """torchvision's CocoDetection, or an error that says what is missing."""
    from torchvision.datasets import CocoDetection

    images, file = folder / split, folder / "annotations" / f"{kind}_{split}.json"
    for path in (images, file):
        if not path.exists():
            raise FileNotFoundError(
                f"COCO is not there: {path} is missing. Get {split} and its annotations from "
                "cocodataset.org. Drawn scenes need no files: scenes.street(1000)."
            )
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it tells how long it takes to read
            return CocoDetection(str(images), str(file))
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Reading COCO takes pycocotools: run `pip install pycocotools` in this environment."
        ) from error


def _coco_sample(loader: Any, i: int, number: dict[int, int], points: tuple[str, ...]) -> _Sample:
    picture, annotations = loader[i]
    sample = _Sample(_tensor(picture))
    for item in annotations:
        x, y, w, h = item["bbox"]
        if item.get("iscrowd") or w <= 0 or h <= 0:
            continue
        sample.boxes.append([x, y, x + w, y + h])
        sample.labels.append(number[item["category_id"]])
        sample.masks.append(loader.coco.annToMask(item).astype(bool))
        if points:
            sample.keypoints.append(item.get("keypoints") or [0.0] * 3 * len(points))
    return sample


def _first(loader: Any, count: int | None) -> range:
    return range(len(loader) if count is None else min(count, len(loader)))


def _tensor(picture: Any) -> Tensor:
    """A PIL image as (3, h, w) uint8."""
    return torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)


def _collect(
    name: str,
    class_names: tuple[str, ...],
    samples: Iterable[_Sample],
    size: int,
    total: int,
    points: tuple[str, ...] = (),
) -> Scenes:
    """Scale all samples to size x size, pad to the largest number of objects, and stack them."""
    scaled = list(track(_scaled(samples, size, points), name, total))
    most = max((len(labels) for _, _, labels, _, _ in scaled), default=0)
    n, K = len(scaled), len(points)
    images = torch.zeros((n, 3, size, size), dtype=torch.uint8)
    boxes, labels = torch.zeros((n, most, 4)), torch.zeros((n, most), dtype=torch.int64)
    instances = torch.zeros((n, size, size), dtype=torch.uint8)
    keypoints = torch.zeros((n, most, K, 3))
    masked = False
    for i, (image, box, label, instance, keypoint) in enumerate(scaled):
        images[i] = image
        boxes[i, : len(label)], labels[i, : len(label)] = box, label
        keypoints[i, : len(label)] = keypoint
        if instance is not None:
            instances[i], masked = instance, True
    return Scenes(
        name, class_names, images, boxes, labels,
        instances if masked else None, keypoints if K else None, points,
    )  # fmt: skip


def _scaled(
    samples: Iterable[_Sample], size: int, points: tuple[str, ...]
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor | None, Tensor]]:
    """Image, boxes, labels, instances and keypoints of each sample in a square of `size`."""
    for sample in samples:
        h, w = sample.image.shape[1:]
        ratio = size / max(h, w)
        to = (max(1, round(h * ratio)), max(1, round(w * ratio)))
        small = F.interpolate(sample.image[None].float(), to, mode="bilinear", antialias=True)
        image = torch.zeros((3, size, size), dtype=torch.uint8)
        image[:, : to[0], : to[1]] = small[0].round().clamp(0, 255).to(torch.uint8)
        factors = torch.tensor([to[1] / w, to[0] / h])
        boxes = torch.tensor(sample.boxes).view(-1, 4)[:MOST_OBJECTS] * factors.repeat(2)
        labels = torch.tensor(sample.labels, dtype=torch.int64)[:MOST_OBJECTS]
        keypoints = torch.tensor(sample.keypoints).view(len(sample.labels), len(points), 3)
        keypoints = torch.cat([keypoints[..., :2] * factors, keypoints[..., 2:]], dim=2)[
            :MOST_OBJECTS
        ]
        yield image, boxes, labels, _instances(sample.masks, to, size), keypoints


def _instances(masks: list[np.ndarray], to: tuple[int, int], size: int) -> Tensor | None:
    """Which object is at each pixel, (size, size) uint8, small ones over large ones."""
    if not masks:
        return None
    instances = torch.zeros((size, size), dtype=torch.uint8)
    numbered = list(enumerate(masks[:MOST_OBJECTS], start=1))
    for number, mask in sorted(numbered, key=lambda pair: -int(pair[1].sum())):
        share = F.interpolate(torch.from_numpy(mask)[None, None].float(), to, mode="area")[0, 0]
        instances[: to[0], : to[1]][share >= 0.5] = number
    return instances
