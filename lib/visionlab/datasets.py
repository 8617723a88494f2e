"""Images to learn from: real ones out of installed packages, larger ones when they are there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F

from visionlab.seeding import derive_seed

TEST_SHARE = 0.2


@dataclass(frozen=True)
class Dataset:
    """Images with their classes, all in memory, split once into training and test.

    x_train, x_test: (N, C, H, W) float32 in 0..1; t_train, t_test: (N,) int64, classes from 0.
    """

    name: str
    class_names: tuple[str, ...]
    x_train: torch.Tensor
    t_train: torch.Tensor
    x_test: torch.Tensor
    t_test: torch.Tensor

    def to(self, device: torch.device | str) -> "Dataset":
        """The same data on another device."""
        tensors = ("x_train", "t_train", "x_test", "t_test")
        return replace(self, **{name: getattr(self, name).to(device) for name in tensors})

    def of_classes(self, classes: Sequence[int]) -> "Dataset":
        """Only the images of `classes`, which become 0, 1, 2, ... in the order given.

        Raises ValueError for a class that the data does not have.
        """
        unknown = sorted(set(classes) - set(range(len(self.class_names))))
        if unknown:
            raise ValueError(f"{self.name} has classes 0 to {len(self.class_names) - 1}: {unknown}")
        x_train, t_train = _only(self.x_train, self.t_train, classes)
        x_test, t_test = _only(self.x_test, self.t_test, classes)
        names = tuple(self.class_names[c] for c in classes)
        return Dataset(self.name, names, x_train, t_train, x_test, t_test)

    def __repr__(self) -> str:
        C, H, W = self.x_train.shape[1:]
        return (
            f"{self.name}: {len(self.x_train)} training and {len(self.x_test)} test images of "
            f"{C} x {H} x {W}, {len(self.class_names)} classes"
        )


def _only(
    x: torch.Tensor, t: torch.Tensor, classes: Sequence[int]
) -> tuple[torch.Tensor, torch.Tensor]:
    wanted = torch.isin(t, torch.tensor(list(classes), device=t.device))
    number = {old: new for new, old in enumerate(classes)}
    renumbered = torch.tensor([number[int(c)] for c in t[wanted]], device=t.device)
    return x[wanted], renumbered.long()


def digits(seed: int = 0) -> Dataset:
    """The 1797 handwritten 8 x 8 digits of scikit-learn: 1437 to train with, 360 to test.

    seed: another split for another seed. The images are the test part of "Optical Recognition of
    Handwritten Digits" by E. Alpaydin and C. Kaynak (UCI repository, CC BY 4.0).
    """
    from sklearn.datasets import load_digits

    images, targets = load_digits(return_X_y=True)
    x = torch.from_numpy(images).float().div(16).view(-1, 1, 8, 8)  # pixels are 0..16
    t = torch.from_numpy(targets).long()
    generator = torch.Generator().manual_seed(derive_seed("digits", seed))
    order = torch.randperm(len(x), generator=generator)
    train, test = order[int(TEST_SHARE * len(x)) + 1 :], order[: int(TEST_SHARE * len(x)) + 1]
    names = tuple(str(digit) for digit in range(10))
    return Dataset("digits", names, x[train], t[train], x[test], t[test])


def small_images(folder: str | Path = "data") -> Dataset:
    """CIFAR-10 when its files lie in `folder`, else the digits in its format, said loudly.

    Nothing is downloaded. To get CIFAR-10 (170 MB, A. Krizhevsky 2009):
    `torchvision.datasets.CIFAR10(folder, download=True)`. Either way images are 3 x 32 x 32.
    """
    try:
        return _cifar10(Path(folder))
    except RuntimeError as error:
        _say(
            f"CIFAR-10 is not used: {_first_line(error)} (looked in {folder}/). Taking scikit-"
            "learn's digits instead, in 3 x 32 x 32. Numbers below are those of the digits."
        )
        return _enlarged(digits())


def _cifar10(folder: Path) -> Dataset:
    """RuntimeError when the files are missing or damaged."""
    from torchvision.datasets import CIFAR10

    parts = []
    for train in (True, False):
        part = CIFAR10(str(folder), train=train, download=False)
        x = torch.from_numpy(part.data).permute(0, 3, 1, 2).float().div(255).contiguous()
        parts += [x, torch.tensor(part.targets)]
    x_train, t_train, x_test, t_test = parts
    return Dataset("CIFAR-10", tuple(part.classes), x_train, t_train, x_test, t_test)


def _enlarged(data: Dataset) -> Dataset:
    def large(x: torch.Tensor) -> torch.Tensor:
        return F.interpolate(x, size=(32, 32), mode="bilinear").expand(-1, 3, -1, -1).contiguous()

    name = f"{data.name} in 3 x 32 x 32"
    return replace(data, name=name, x_train=large(data.x_train), x_test=large(data.x_test))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")


def _say(message: str) -> None:
    """In a coloured box in a notebook, as a plain line elsewhere."""
    from IPython.core.getipython import get_ipython
    from IPython.display import HTML, display

    if get_ipython() is None:
        print(message)
        return
    style = "border-left: 4px solid #D55E00; padding: 0.4em 0.8em"
    display(HTML(f'<div role="alert" style="{style}">{message}</div>'))
