"""Random numbers by rows, and the textures: in range, reproducible, from credited photographs."""

import numpy as np
import pytest
import torch

from visionlab.scenes import textures
from visionlab.scenes.draws import Draws, generators, noise, rounded, uniforms


def test_a_row_depends_on_its_number_alone() -> None:
    many, one = generators(4, 0, 5, "test"), generators(4, 3, 1, "test")
    assert np.array_equal(uniforms(many, 7)[3], uniforms(one, 7)[0])
    assert not np.array_equal(uniforms(many, 7)[3], uniforms(one, 7)[0][::-1])
    assert not np.array_equal(uniforms(generators(4, 3, 1, "other"), 7), uniforms(one, 7))


def test_numbers_fill_their_range() -> None:
    u = uniforms(generators(0, 0, 2, "test"), 20000)
    assert u.min() >= 0 and u.max() < 1
    assert abs(u.mean() - 0.5) < 0.01
    draws = Draws(u[:1].repeat(1, axis=0).reshape(-1, 4))
    assert set(draws.integers(2, 4)) == {2, 3, 4}
    assert abs(draws.chance(0.3).mean() - 0.3) < 0.02
    values = draws.uniform(-1, 3)
    assert values.min() >= -1 and values.max() < 3


def test_columns_are_used_once() -> None:
    draws = Draws(np.array([[0.0, 0.25, 0.5, 0.75]]))
    assert draws.uniform().tolist() == [0.0]
    assert draws.uniform(0, 2, columns=2).tolist() == [[0.5, 1.0]]
    with pytest.raises(ValueError, match="row of 4 numbers is too short"):
        draws.uniform(columns=2)


def test_noise_has_mean_0_and_the_deviation_it_says() -> None:
    values = noise(generators(1, 0, 3, "test"), 30001)
    assert values.shape == (3, 30001) and values.dtype == np.int16
    assert abs(values.mean()) < 1.5
    assert abs(values.std() - 104.5) < 1
    assert not np.array_equal(values[0], values[1])


def test_rounding_is_to_a_64th() -> None:
    assert rounded(np.array([0.5078, -1.3])).tolist() == [0.5, -1.296875]


def test_textures_are_around_0_and_repeat_without_a_seam() -> None:
    atlas = textures.atlas()
    assert atlas.shape == (6, 256, 256) and atlas.dtype == torch.float32
    assert atlas.abs().max() <= 1
    for name, texture in zip(textures.NAMES, atlas, strict=True):
        assert abs(texture.mean()) < 0.05 and texture.std() > 0.1, name
        assert torch.equal(texture, texture.flip(0)) and torch.equal(texture, texture.flip(1))
    assert torch.equal(atlas * 256, (atlas * 256).round())


def test_clouds_are_smooth() -> None:
    steps = textures.atlas().diff(dim=2).abs().mean(dim=(1, 2))
    assert steps[textures.CLOUDS] < steps.median() / 5
