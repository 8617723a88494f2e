"""What only the networks' checks need: borrowed blocks are read, other builds are as good."""

import pytest
from torch import nn

from autograder.checks.architectures import ASSIGNMENT
from autograder.checks.architectures.forbidden import READY_MADE
from tests.checks import gate
from visionlab.checking.reading import forbidden_use

HEAD = "import torch\nfrom torch import nn\n"


@pytest.mark.parametrize(
    "line",
    [
        "from torchvision.models.resnet import BasicBlock as B",
        "from torchvision.models import resnet18",
        "import torchvision.models as zoo; zoo.resnet18()",
        "import torchvision; torchvision.models.vgg11()",
        "import torchvision; torchvision.models.get_model('resnet18')",
    ],
)
def test_ready_made_networks_are_read(line: str) -> None:
    code = f"def make_resnet(depth, stride_in='1x1', classes=1000):\n    {line}\n"
    assert forbidden_use([HEAD, code], "make_resnet", READY_MADE)


def test_own_blocks_may_have_the_usual_names() -> None:
    own = "class BasicBlock(nn.Module):\n    pass\n\nclass Inception(nn.Module):\n    pass\n"
    code = "def make_resnet(depth):\n    return nn.Sequential(BasicBlock(), Inception())\n"
    assert forbidden_use([HEAD, own, code], "make_resnet", READY_MADE) == ""


@pytest.mark.parametrize(
    ("name", "builds"),
    [
        ("make_vgg", [lambda: nn.ReLU6(), lambda: nn.Tanh()]),
        ("make_resnet", [lambda: nn.Identity()]),
    ],
)
def test_another_network_gets_nothing(name: str, builds: list[type[nn.Module]]) -> None:
    exercise = ASSIGNMENT.exercise(name)
    cases = gate.drawn_cases(exercise, 0)
    for build in builds:
        namespace = {name: lambda *_, build=build, **__: build()}
        given = gate.answers(cases, namespace)
        right = gate.answers(cases, gate.stand_in(ASSIGNMENT))
        lost = gate.lost_facets(cases, right, given)
        assert gate.kept_share(exercise, lost) <= 0.1
