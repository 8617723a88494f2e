"""Data that is there without a download, split once, and honest about what it is."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.datasets import CIFAR10

from visionlab.datasets import digits, small_images


def test_digits_are_split_without_overlap() -> None:
    data = digits()
    assert data.x_train.shape == (1437, 1, 8, 8) and data.x_test.shape == (360, 1, 8, 8)
    assert data.x_train.dtype == torch.float32 and data.t_train.dtype == torch.int64
    assert data.x_train.min() >= 0 and data.x_train.max() == 1
    train = {x.numpy().tobytes() for x in data.x_train}
    assert not train & {x.numpy().tobytes() for x in data.x_test}


def test_digits_keep_their_classes() -> None:
    data = digits()
    from sklearn.datasets import load_digits

    images, targets = load_digits(return_X_y=True)
    classes = {x.astype(np.float32).tobytes(): t for x, t in zip(images, targets, strict=True)}
    for x, t in zip(data.x_test, data.t_test, strict=True):
        assert classes[(x * 16).numpy().tobytes()] == t


def test_another_seed_is_another_split() -> None:
    assert torch.equal(digits(3).x_test, digits(3).x_test)
    assert not torch.equal(digits(3).x_test, digits(4).x_test)


def test_some_classes_are_numbered_in_the_order_given() -> None:
    data, some = digits(), digits().of_classes([7, 2])
    assert some.class_names == ("7", "2") and set(some.t_train.tolist()) == {0, 1}
    assert torch.equal(some.x_train[some.t_train == 0], data.x_train[data.t_train == 7])
    assert torch.equal(some.x_test[some.t_test == 1], data.x_test[data.t_test == 2])


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(ValueError, match=r"digits has classes 0 to 9: \[12\]"):
        digits().of_classes([1, 12])


def test_without_cifar_the_digits_step_in_and_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = small_images(tmp_path)
    assert data.x_train.shape == (1437, 3, 32, 32) and data.x_train.max() <= 1
    assert data.name == "digits in 3 x 32 x 32"
    said = capsys.readouterr().out
    assert "CIFAR-10 is not used" in said and "digits instead" in said


def test_cifar_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def init(self: CIFAR10, root: str, train: bool, download: bool) -> None:
        assert root == str(tmp_path) and not download
        self.data = np.full((6 if train else 2, 32, 32, 3), 255, dtype=np.uint8)
        self.targets = [1] * len(self.data)
        self.classes = ["airplane", "automobile"]

    monkeypatch.setattr(CIFAR10, "__init__", init)
    data = small_images(tmp_path)
    assert data.name == "CIFAR-10" and data.class_names == ("airplane", "automobile")
    assert data.x_train.shape == (6, 3, 32, 32) and data.x_train.min() == 1
    assert data.t_test.tolist() == [1, 1]


def test_data_moves_as_a_whole() -> None:
    moved = digits().to("meta")
    assert {moved.x_train.device.type, moved.t_test.device.type} == {"meta"}


def test_data_says_what_it_is() -> None:
    assert repr(digits()) == ("digits: 1437 training and 360 test images of 1 x 8 x 8, 10 classes")
