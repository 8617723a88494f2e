"""Right modules agree after filling, whatever their parts are called."""

import torch
from torch import nn

from visionlab.checking.modules import fill_parameters


class _OneName(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.second(self.first(x))
        return y


class _OtherOrder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList([nn.Linear(4, 2), nn.Linear(3, 4)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.parts[0](self.parts[1](x))
        return y


def test_names_and_order_of_the_parts_do_not_matter() -> None:
    x = torch.arange(6.0).view(2, 3)
    assert torch.equal(fill_parameters(_OneName())(x), fill_parameters(_OtherOrder())(x))


def test_values_are_whole_small_and_varied() -> None:
    weight = fill_parameters(nn.Conv2d(3, 4, 3)).weight
    assert isinstance(weight, torch.Tensor)
    assert torch.equal(weight, weight.round()) and weight.abs().max() <= 3
    assert len(weight.unique()) == 7
    assert not torch.equal(weight, weight.flip(-1)) and not torch.equal(weight[0], weight[1])


def test_scales_and_biases_are_never_zero() -> None:
    scale = fill_parameters(nn.BatchNorm2d(16)).get_parameter("weight")
    assert scale.min() >= 1 and len(scale.unique()) > 1


def test_a_module_without_memory_is_left_alone() -> None:
    assert fill_parameters(nn.Linear(3, 4, device="meta")).get_parameter("weight").is_meta
