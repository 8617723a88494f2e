"""What a file says: its text and its numbers, whatever its format."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import torch
from nbformat import NotebookNode

from visionlab.checking.codec import CodecError, unpack
from visionlab.checking.records import SUFFIX

NOTEBOOK = ".ipynb"
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")
_DIGITS = 4  # what torch prints


@dataclass(frozen=True)
class Content:
    """text: all that is written. streams: all numbers, in order, each stream one tensor, the
    inputs of one case, or the text. cells: of a notebook that could be read."""

    text: str
    streams: list[list[str]]
    cells: list[NotebookNode] = field(default_factory=list)


def read_content(path: Path) -> Content:
    """Read a file. What is no notebook or check data, or a broken one, is read as text."""
    if path.suffix == NOTEBOOK:
        return _notebook(path)
    if path.suffix == SUFFIX:
        try:
            return _check_data(unpack(path.read_bytes()))
        except CodecError:
            pass
    return _plain(path.read_bytes().decode("utf-8", "replace"))


def _plain(text: str) -> Content:
    return Content(text, [written(_NUMBER.findall(text))])


def _notebook(path: Path) -> Content:
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception:  # a file of this name may hold anything
        return _plain(path.read_bytes().decode("utf-8", "replace"))
    parts = [json.dumps(notebook.metadata, ensure_ascii=False)]
    for cell in notebook.cells:
        rest = {key: value for key, value in cell.items() if key != "source"}
        parts += [cell.source, json.dumps(rest, ensure_ascii=False)]
    text = "\n".join(parts)
    return Content(text, [written(_NUMBER.findall(text))], notebook.cells)


def _check_data(tree: Any) -> Content:
    texts = [leaf for leaf in _leaves(tree) if isinstance(leaf, str)]
    tensors = [leaf for leaf in _leaves(tree) if isinstance(leaf, torch.Tensor | np.ndarray)]
    return Content("\n".join(texts), [numbers(tensor) for tensor in tensors])


def numbers(value: Any) -> list[str]:
    """All numbers of plain data in order, as `written` has them."""
    found: list[float] = []
    for leaf in _leaves(value):
        if isinstance(leaf, torch.Tensor | np.ndarray):
            tensor = torch.as_tensor(leaf).resolve_conj().resolve_neg()
            tensor = torch.view_as_real(tensor) if tensor.is_complex() else tensor
            found += tensor.reshape(-1).double().tolist()
        elif isinstance(leaf, int | float):
            found.append(float(leaf))
    return written(found)


def written(values: Iterable[str | float]) -> list[str]:
    """Numbers to the digits that torch prints, so that printed ones can be recognised."""
    return [f"{float(value) + 0.0:.{_DIGITS}f}" for value in values]


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from (key, *_leaves(value))
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _leaves(value)
    else:
        yield tree
