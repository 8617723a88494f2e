"""Zip files as Canvas and Moodle make them, from nothing but their names and contents."""

import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def notebook(words: str) -> str:
    """A notebook that can be told from others."""
    return json.dumps({**NOTEBOOK, "metadata": {"words": words}})


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A zip file of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def linked(path: Path, name: str, target: str) -> Path:
    """A zip file that holds a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, target)
    return path


def patched(path: Path, old: bytes, new: bytes) -> Path:
    """The same zip file with its names changed afterwards, as no ordinary program writes them."""
    assert len(old) == len(new)
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


def bomb(path: Path, name: str, mebibytes: int) -> Path:
    """A small zip file of one enormous file of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as f:
        for _ in range(mebibytes):
            f.write(bytes(2**20))
    return path


def content_of(path: Path) -> Any:
    """What tells a notebook from others."""
    return json.loads(path.read_text())["metadata"]["words"]
