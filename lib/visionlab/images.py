"""Small real photographs from installed packages, as tensors; nothing is ever downloaded."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from visionlab.tables import Table


class Source(NamedTuple):
    """Where a photograph lies, who made it and under which terms it may be shown."""

    package: str
    file: str
    subject: str
    author: str
    licence: str


_SKIMAGE = "scikit-image"
_SKLEARN = "scikit-learn"
_CC_BY = "CC BY 2.0"
_SOURCES = {
    "astronaut": Source(_SKIMAGE, "astronaut.png", "Eileen Collins", "NASA", "public domain"),
    "brick": Source(_SKIMAGE, "brick.png", "brick wall", "CC0Textures", "CC0"),
    "camera": Source(_SKIMAGE, "camera.png", "photographer", "Lav Varshney", "CC0"),
    "chelsea": Source(_SKIMAGE, "chelsea.png", "a cat", "Stefan van der Walt", "CC0"),
    "coffee": Source(_SKIMAGE, "coffee.png", "a cup of coffee", "Rachel Michetti", "CC0"),
    "coins": Source(
        _SKIMAGE, "coins.png", "Greek coins", "Brooklyn Museum", "no known restrictions"
    ),
    "rocket": Source(_SKIMAGE, "rocket.jpg", "a rocket launch", "SpaceX", "public domain"),
    "china": Source(_SKLEARN, "china.jpg", "a temple", "danielbuechele (Flickr)", _CC_BY),
    "flower": Source(_SKLEARN, "flower.jpg", "a flower", "vultilion (Flickr)", _CC_BY),
}
_FOLDERS = {_SKIMAGE: ("skimage", "data"), _SKLEARN: ("sklearn", "datasets/images")}


def names() -> list[str]:
    """Names that `load` and `grey` accept."""
    return sorted(_SOURCES)


def load(name: str, size: int | tuple[int, int] | None = None) -> Tensor:
    """One colour photograph, float32 (3, H, W) with values in [0, 1].

    size: the side of a square, (H, W), or None for the size on disk. The centre is cropped to
    the wanted shape first, so nothing is stretched.
    Raises ValueError for an unknown name or size, ModuleNotFoundError or FileNotFoundError
    when the package that ships the photograph is missing or incomplete.
    """
    if name not in _SOURCES:
        raise ValueError(f"There is no image {name!r}: choose one of {', '.join(names())}.")
    picture = _read(name)
    if size is None:
        return picture.clone()
    height, width = (size, size) if isinstance(size, int) else size
    if height < 1 or width < 1:
        raise ValueError(f"An image of {height} x {width} is empty: ask for at least 1 x 1.")
    cropped = _crop(picture, height / width)
    resized = F.interpolate(cropped[None], (height, width), mode="bilinear", antialias=True)
    return resized[0].clamp(0, 1)


def grey(name: str, size: int | tuple[int, int] | None = None) -> Tensor:
    """The same photograph as luma, float32 (H, W) in [0, 1]; weights of ITU-R BT.601."""
    weights = torch.tensor([0.299, 0.587, 0.114])
    return torch.einsum("chw,c->hw", load(name, size), weights)


def credits() -> Table:
    """Who made each photograph, its licence, and the package it comes with."""
    sources = [(name, _SOURCES[name]) for name in names()]
    return Table(
        ["name", "subject", "author", "licence", "package"],
        [[name, s.subject, s.author, s.licence, s.package] for name, s in sources],
    )


@lru_cache(maxsize=len(_SOURCES))
def _read(name: str) -> Tensor:
    """Decode the file to float32 (3, H, W)."""
    from PIL import Image

    with Image.open(_path(_SOURCES[name])) as file:
        pixels = np.array(file.convert("RGB"))  # (H, W, 3) uint8, a copy that may be written to
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous().float() / 255


def _path(source: Source) -> Path:
    """Find the file without importing its package, which would take a second."""
    module, folder = _FOLDERS[source.package]
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"The image {source.file} comes with {source.package}, which is not installed: "
            f"run `pip install {source.package}` in this environment."
        )
    path = Path(spec.origin).parent / folder / source.file
    if not path.exists():
        raise FileNotFoundError(
            f"This {source.package} lacks {source.file}: reinstall {source.package} with pip."
        )
    return path


def _crop(picture: Tensor, ratio: float) -> Tensor:
    """Cut the largest centred part of (3, H, W) whose height is `ratio` times its width."""
    _, height, width = picture.shape
    rows = min(height, max(1, round(width * ratio)))
    columns = min(width, max(1, round(height / ratio)))
    top, left = (height - rows) // 2, (width - columns) // 2
    return picture[:, top : top + rows, left : left + columns]
