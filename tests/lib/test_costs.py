"""Costs of modules against counts by hand and the published ones."""

import pytest
import torch
from torch import nn

from visionlab import costs

FLOAT, INDEX = 4, 8  # bytes


def test_a_layer_by_hand() -> None:
    layer = nn.Conv2d(3, 6, 5, padding=2)
    assert costs.parameters(layer) == 6 * (3 * 25 + 1)
    assert costs.macs(layer, (1, 3, 7, 8)) == 7 * 8 * 6 * 3 * 25
    assert costs.macs(nn.Linear(10, 4), (2, 10)) == 2 * 40


def test_frozen_parameters_are_left_out_of_the_trainable() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))
    model[0].requires_grad_(False)
    assert costs.parameters(model) == 16 + 25
    assert costs.parameters(model, trainable=True) == 25
    assert costs.costs(model, (1, 3)).parameters == 16 + 25


def test_memory_is_what_the_backward_pass_needs() -> None:
    model = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    numbers = 2 * 36 + 3 * 36  # the input and the ReLU's output, which the pooling needs too
    expected = numbers * FLOAT + 3 * 9 * INDEX  # where each maximum was
    assert costs.costs(model, (1, 2, 6, 6)).memory == expected


def test_views_of_one_tensor_count_once() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3))
    assert costs.costs(model, (1, 1, 2, 2)).memory == (4 + 8) * FLOAT


def test_measuring_leaves_the_module_alone() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    before = {name: t.clone() for name, t in model.state_dict().items()}
    costs.costs(model, (1, 1, 6, 6))
    assert all(torch.equal(t, before[name]) for name, t in model.state_dict().items())
    assert next(model.parameters()).device.type == "cpu"


@pytest.mark.parametrize(
    ("name", "parameters", "millions"),
    [("resnet18", 11_689_512, 1814), ("vgg16", 138_357_544, 15470)],
)
def test_published_networks(name: str, parameters: int, millions: int) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        model = getattr(models, name)()
    measured = costs.costs(model, (1, 3, 224, 224))
    assert measured.parameters == parameters
    assert measured.macs // 10**6 == millions


def test_the_picture_of_a_block_says_its_weights() -> None:
    assert (
        "70144 weights: 32768, 4608 and 32768; a bottleneck has 69632" in costs.block_picture().alt
    )
    assert "69632 weights" in costs.block_picture(cardinality=1, width=64).alt


def test_sliders_carry_a_picture_for_those_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    costs.explore_block()
    assert shown[0]["text/plain"].startswith("Figure: A ResNeXt block of 32 groups")
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
