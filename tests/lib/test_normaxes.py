"""The cells that normaxes colours are those that torch's own layers use."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from visionlab import normaxes, plots

N, C, PIXELS, GROUPS = 3, 6, 4, 2

NORMS: dict[normaxes.Kind, Callable[[Tensor], Tensor]] = {
    "batch": lambda x: F.batch_norm(x, None, None, training=True),
    "layer": lambda x: F.layer_norm(x, (C, PIXELS)),
    "instance": lambda x: F.instance_norm(x),
    "group": lambda x: F.group_norm(x, GROUPS),
}


@pytest.mark.parametrize("kind", normaxes.KINDS)
def test_coloured_cells_are_those_the_first_output_depends_on(kind: normaxes.Kind) -> None:
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(N, C, PIXELS, generator=generator, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(NORMS[kind](x)[0, 0, 0], x)
    seen = gradient.abs().numpy() > 1e-9
    np.testing.assert_array_equal(normaxes.shared(kind, (N, C, PIXELS), GROUPS), seen)


def test_one_group_is_the_layer_and_a_group_per_channel_the_instance() -> None:
    shape = (N, C, PIXELS)
    one, each = (normaxes.shared("group", shape, groups) for groups in (1, C))
    np.testing.assert_array_equal(one, normaxes.shared("layer", shape))
    np.testing.assert_array_equal(each, normaxes.shared("instance", shape))


def test_groups_must_divide_the_channels() -> None:
    with pytest.raises(ValueError, match="6 channels do not divide into 4 equal groups"):
        normaxes.shared("group", (N, C, PIXELS), 4)


def test_an_unknown_norm_is_named() -> None:
    with pytest.raises(ValueError, match="no 'spectral' norm here: choose one of batch, layer"):
        normaxes.shared("spectral", (N, C, PIXELS))  # type: ignore[arg-type]


def test_the_picture_colours_the_front_faces_of_the_shared_cells() -> None:
    figure, (ax,) = plots.canvas()
    normaxes._cuboid(ax, normaxes.shared("batch", (N, C, PIXELS)))
    (faces,) = ax.collections
    colours = np.asarray(faces.get_facecolor())[:, :3]
    filled = int((colours < 0.99).any(axis=1).sum())
    # One channel: the whole right face, its edge column on the left face, its strip on top.
    assert filled == N * PIXELS + PIXELS + N
    assert len(colours) == N * PIXELS + C * PIXELS + N * C


def test_the_picture_says_how_many_means_there_are() -> None:
    assert "N · 3 groups = 12 means" in normaxes.picture("group", N=4, groups=3).alt
    assert "examples in it: 6, channels: 1" in normaxes.picture("batch", N=6).alt
    assert "do not divide" in normaxes.picture("group", groups=4).alt


def test_sliders_redraw_the_picture() -> None:
    box = normaxes._sliders("group", 4, 2)
    controls, screen = box.children
    before = screen.value
    controls.children[1].value = 1
    assert screen.value != before
    assert "N · 2 groups = 2 means" in screen.value
