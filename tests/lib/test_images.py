"""Photographs: right shapes and values, credited, offline, with clear errors."""

import socket
import sys

import pytest
import torch

from visionlab import images


@pytest.mark.parametrize("name", images.names())
def test_every_image_is_a_colour_tensor_between_0_and_1(name: str) -> None:
    picture = images.load(name, (20, 30))
    assert picture.shape == (3, 20, 30)
    assert picture.dtype == torch.float32
    assert 0 <= picture.min() < picture.max() <= 1
    assert picture.std() > 0.01  # something is on it


def test_sizes() -> None:
    assert images.load("astronaut").shape == (3, 512, 512)
    assert images.load("coffee").shape == (3, 400, 600)
    assert images.load("coffee", 32).shape == (3, 32, 32)
    assert images.grey("coffee", (8, 5)).shape == (8, 5)
    assert images.load("coffee", 700).shape == (3, 700, 700)


def test_grey_is_luma() -> None:
    red, green, blue = images.load("coffee", 16)
    expected = 0.299 * red + 0.587 * green + 0.114 * blue
    torch.testing.assert_close(images.grey("coffee", 16), expected)


def test_the_centre_is_cropped_and_nothing_stretched() -> None:
    whole = images.load("coffee")  # 400 x 600: a square is columns 100 to 500
    torch.testing.assert_close(images.load("coffee", 400), whole[:, :, 100:500])


def test_changing_an_image_does_not_change_the_next_one() -> None:
    images.load("coins").zero_()
    assert images.load("coins").max() > 0


def test_no_network_and_no_heavy_import(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an image asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.delitem(sys.modules, "skimage", raising=False)
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    images._read.cache_clear()
    for name in images.names():
        images.load(name, 4)
    assert "skimage" not in sys.modules and "sklearn" not in sys.modules


def test_unknown_names_and_empty_sizes_are_explained() -> None:
    with pytest.raises(ValueError, match="no image 'lena': choose one of astronaut"):
        images.load("lena")
    with pytest.raises(ValueError, match="at least 1 x 1"):
        images.load("coins", 0)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    images._read.cache_clear()
    monkeypatch.setattr(images, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        images.load("china")


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    images._read.cache_clear()
    gone = images._SOURCES["coins"]._replace(file="gone.png")
    monkeypatch.setitem(images._SOURCES, "coins", gone)
    with pytest.raises(FileNotFoundError, match="scikit-image lacks gone.png"):
        images.load("coins")


def test_everyone_is_credited() -> None:
    credits = images.credits()
    assert [row[0] for row in credits.rows] == images.names()
    assert all(all(cell for cell in row) for row in credits.rows)
    assert "danielbuechele" in repr(credits) and "CC BY 2.0" in credits._repr_html_()
