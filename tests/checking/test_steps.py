"""What runs in a module, noted on the meta device."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from visionlab.checking.steps import Step, steps


class _Mixed(nn.Module):
    """A grouped convolution, a pooling and a product, called as functions where possible."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 6, (3, 1), stride=2, groups=2)
        self.score = nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 4, H, W) to (N, 5)."""
        y = F.max_pool2d(self.conv(x).clamp(min=0), 2)
        return self.score(y.mean((2, 3)))


def _weighted(found: list[Step]) -> list[Step]:
    return [step for step in found if step.weight]


def test_layers_in_the_order_in_which_they_run() -> None:
    found = steps(_Mixed, 2, 4, 11, 9)
    words = [step.words() for step in _weighted(found)]
    assert words == ["conv 3x1, 2 -> 6, output 5x5", "fully connected, 6 -> 5"]
    names = [step.operator for step in found]
    assert names.index("convolution") < names.index("max_pool2d_with_indices")


@pytest.mark.parametrize("module", [_Mixed(), nn.Conv2d(4, 8, 5, padding=2, bias=False)])
def test_work_is_half_of_what_torch_counts(module: nn.Module) -> None:
    with FlopCounterMode(display=False) as counter:
        module(torch.zeros(3, 4, 11, 9))
    found = steps(lambda: module.to("meta"), 3, 4, 11, 9)
    assert 2 * sum(step.macs for step in found) == counter.get_total_flops()


@pytest.mark.parametrize(
    "rectify", [nn.ReLU(), nn.ReLU(inplace=True), lambda x: x.clamp(min=0), F.relu_, torch.relu]
)
def test_a_rectifier_is_seen_however_it_is_called(rectify: nn.Module) -> None:
    class Rectified(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return rectify(x + 1)

    assert any(step.rectifies for step in steps(Rectified, 1, 3))
    assert not any(step.rectifies for step in steps(nn.Identity, 1, 3))


def test_local_response_normalisation_is_seen() -> None:
    found = [s.shape for s in steps(lambda: nn.LocalResponseNorm(5), 1, 6, 7, 7) if s.normalises]
    assert found[-1] == (1, 6, 7, 7)
    assert not any(s.normalises for s in steps(lambda: nn.Conv2d(6, 6, 3), 1, 6, 7, 7))


def test_nothing_is_learnt_and_nothing_drops() -> None:
    """Eval mode: dropout would divide, which is no normalisation."""
    assert not any(s.normalises for s in steps(nn.Dropout, 1, 3))
