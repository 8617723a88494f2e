"""Drawings of modules: the boxes and arrows found in a forward pass."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visionlab import blocks


class Residual(nn.Module):
    """A block with an identity or a projected shortcut, its ReLUs written in three ways."""

    def __init__(self, cin: int, cout: int, stride: int) -> None:
        super().__init__()
        self.one, self.norm = nn.Conv2d(cin, cout, 3, stride, 1), nn.BatchNorm2d(cout)
        self.act = nn.ReLU()
        self.two = nn.Conv2d(cout, cout, 3, padding=1, groups=2)
        self.shortcut: nn.Module = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Conv2d(cin, cout, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.two(self.act(self.norm(self.one(x)))))
        return (y + self.shortcut(x)).relu()


class Gate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.fc(x.mean((2, 3))).sigmoid()
        return x * gate[:, :, None, None]


class Paths(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(2, 3, 1), nn.Conv2d(2, 5, (1, 7), padding=(0, 3))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.a(x), self.b(F.max_pool2d(x, 3, 1, 1))], 1)


class Both(nn.Module):
    """What the convolution gives is read twice: as it is, and cut off below zero."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return y + y.relu()


class Undecided(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def labels(nodes: dict[str, tuple[str, str]], edges: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The arrows by what their boxes say."""
    return {(nodes[source][0], nodes[target][0]) for source, target in edges}


def test_an_identity_shortcut_is_one_arrow_from_the_input() -> None:
    nodes, edges = blocks.graph_of(Residual(4, 4, 1), (1, 4, 6, 6))
    assert labels(nodes, edges) == {
        ("x", "conv 3×3\nBN · ReLU"),
        ("conv 3×3\nBN · ReLU", "conv 3×3, 2 groups\nReLU"),
        ("conv 3×3, 2 groups\nReLU", "+\nReLU"),
        ("x", "+\nReLU"),
    }


def test_a_projection_is_a_box_and_shapes_stand_below() -> None:
    nodes, edges = blocks.graph_of(Residual(4, 8, 2), (1, 4, 6, 6))
    assert ("x", "conv 1×1 / 2") in labels(nodes, edges)
    assert ("x", "+\nReLU") not in labels(nodes, edges)
    assert nodes["x"] == ("x", "4 × 6 × 6")
    assert set(nodes.values()) >= {("conv 1×1 / 2", "8 × 3 × 3"), ("+\nReLU", "8 × 3 × 3")}


def test_a_gate_multiplies_the_input() -> None:
    nodes, edges = blocks.graph_of(Gate(), (1, 4, 5, 5))
    arrows = {("x", "average"), ("average", "fc\nsigmoid"), ("fc\nsigmoid", "×"), ("x", "×")}
    assert labels(nodes, edges) == arrows
    assert ("average", "4") in nodes.values()


def test_parallel_paths_meet_in_a_concatenation() -> None:
    nodes, edges = blocks.graph_of(Paths(), (1, 2, 9, 9))
    assert labels(nodes, edges) == {
        ("x", "conv 1×1"),
        ("x", "max pool"),
        ("max pool", "conv 1×7"),
        ("conv 1×1", "concatenate"),
        ("conv 1×7", "concatenate"),
    }


def test_what_is_read_twice_keeps_its_own_box() -> None:
    nodes, edges = blocks.graph_of(Both(), (1, 2, 3, 3))
    arrows = {("x", "conv 1×1"), ("conv 1×1", "ReLU"), ("conv 1×1", "+"), ("ReLU", "+")}
    assert labels(nodes, edges) == arrows


def test_the_input_stays_a_box_of_its_own() -> None:
    before = nn.Sequential(nn.BatchNorm2d(2), nn.ReLU(), nn.Conv2d(2, 3, 1))
    nodes, edges = blocks.graph_of(before, (2, 2, 4, 4))
    assert labels(nodes, edges) == {("x", "BN\nReLU"), ("BN\nReLU", "conv 1×1")}


def test_drawing_leaves_the_module_alone() -> None:
    module = Residual(4, 4, 1)
    before = {name: t.clone() for name, t in module.state_dict().items()}
    blocks.graph_of(module, (1, 4, 6, 6))
    assert all(torch.equal(t, before[name]) for name, t in module.state_dict().items())


def test_what_cannot_be_recorded_is_said_in_words() -> None:
    with pytest.raises(ValueError, match="Undecided cannot be drawn"):
        blocks.graph_of(Undecided(), (1, 2, 3, 3))


def test_the_drawing_carries_its_alt_text(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("visionlab.plots.show", lambda figure, alt: shown.append(alt))
    blocks.draw(Gate(), (1, 4, 5, 5), "a gate on the channels")
    assert shown == ["a gate on the channels"]
