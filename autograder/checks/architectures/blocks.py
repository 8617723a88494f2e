# mypy: disable-error-code="no-untyped-def,name-defined,assignment,list-item,misc"
"""BasicBlock: two convolutions and a shortcut."""

from torch import nn

from autograder.checks.architectures.forbidden import READY_MADE
from autograder.checks.architectures.residual import Block, declare_facets
from autograder.exercise import Exercise

BasicBlock = Exercise("BasicBlock", points=1, stars=2, minutes=15, forbidden=READY_MADE)

declare_facets(
    BasicBlock,
    same=Block(3, {"cout": 3}),
    wider=Block(3, {"cout": 5}),
    smaller=Block(3, {"cout": 3, "stride": 2}),
)


@BasicBlock.misconception(
    "The shortcut is missing: yours is a plain block of two convolutions.",
    "Keep the input and add it before the last ReLU. With zero weights the block should copy.",
)
class Plain(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        one, two = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        first = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        second = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.branch = nn.Sequential(first, one, nn.ReLU(), second, two)

    def forward(self, x):
        return self.branch(x).relu()


@BasicBlock.misconception(
    "Your branch is cut off at zero before the shortcut is added: it can only add, never subtract.",
    "The last ReLU comes after the sum, and none directly before it.",
)
class ReluBeforeTheSum(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if cin != cout or stride > 1:
            one = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(cout))

    def forward(self, x):
        y = self.d(self.b(self.c(self.a(x)).relu())).relu()
        return y + self.short(x)


@BasicBlock.misconception(
    "The ReLU behind the sum is missing.",
    "A block ends with a ReLU, so nothing negative leaves it.",
)
class NoLastRelu(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if cin != cout or stride > 1:
            one = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(cout))

    def forward(self, x):
        return self.d(self.b(self.c(self.a(x)).relu())) + self.short(x)


@BasicBlock.misconception(
    "Your shortcut is a convolution even where the shape stays: there it should be the input.",
    "Ask two things: does the stride differ from 1, do the channels differ?",
)
class AlwaysProjects(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        one = nn.Conv2d(cin, cout, 1, stride, bias=False)
        self.short = nn.Sequential(one, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.d(self.b(self.c(self.a(x)).relu())) + self.short(x)).relu()


@BasicBlock.misconception(
    "With a stride and equal channels your shortcut is still the identity, and too large to add.",
    "The shape changes with the stride too, not only with the channels.",
)
class ProjectsForChannelsOnly(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if cin != cout:
            one = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.d(self.b(self.c(self.a(x)).relu())) + self.short(x)).relu()


@BasicBlock.misconception(
    "The projection of the shortcut has no batch normalisation.",
    "A projection is a 1 x 1 convolution and its BN, like every convolution of the network.",
)
class BareProjection(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if cin != cout or stride > 1:
            self.short = nn.Conv2d(cin, cout, 1, stride, bias=False)

    def forward(self, x):
        return (self.d(self.b(self.c(self.a(x)).relu())) + self.short(x)).relu()


@BasicBlock.misconception(
    "The convolutions have biases; the batch normalisation behind each adds its own.",
    "Build every convolution with bias=False.",
)
class WithBiases(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if cin != cout or stride > 1:
            one = nn.Conv2d(cin, cout, 1, stride)
            self.short = nn.Sequential(one, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.d(self.b(self.c(self.a(x)).relu())) + self.short(x)).relu()


@BasicBlock.misconception(
    "Nothing bends the line between your two convolutions: the ReLU in the middle is missing.",
    "conv, BN, ReLU, conv, BN: count the ReLUs before the sum.",
)
class NoMiddleRelu(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.c, self.d = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.short = nn.Identity()
        if cin != cout or stride > 1:
            one = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.d(self.b(self.c(self.a(x)))) + self.short(x)).relu()


@BasicBlock.alternative
class OneSequence(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.same = (stride, cin) == (1, cout)
        if not self.same:
            self.project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.project_bn = nn.BatchNorm2d(cout)
        first = [nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU()]
        last = [nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout)]
        self.branch = nn.Sequential(*first, *last)

    def forward(self, x):
        shortcut = x if self.same else self.project_bn(self.project(x))
        return F.relu(self.branch(x).add_(shortcut))


@BasicBlock.alternative
class StridedSlices(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.stride = stride
        self.convs = nn.ModuleList([nn.Conv2d(c, cout, 3, bias=False) for c in (cin, cout)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(cout) for _ in range(2)])
        self.project = None
        if stride != 1 or cin != cout:
            self.project = nn.Conv2d(cin, cout, 1, bias=False)
            self.norms.append(nn.BatchNorm2d(cout))

    def forward(self, x):
        s = self.stride
        y = self.convs[0](F.pad(x, (1, 1, 1, 1)))[:, :, ::s, ::s]
        y = torch.clamp(self.norms[0](y), min=0)
        y = self.norms[1](self.convs[1](F.pad(y, (1, 1, 1, 1))))
        if self.project is not None:
            x = self.norms[2](self.project(x[:, :, ::s, ::s]))
        return torch.maximum(x + y, torch.zeros_like(y))


@BasicBlock.alternative
def from_a_function(cin, cout, stride=1):
    class Sum(nn.Module):
        def __init__(self, *paths):
            super().__init__()
            self.paths = nn.ModuleList(paths)

        def forward(self, x):
            return sum(path(x) for path in self.paths)

    def conv_bn(inputs, K, s):
        layer = nn.Conv2d(inputs, cout, K, stride=s, padding=K // 2, bias=False)
        return nn.Sequential(layer, nn.BatchNorm2d(cout))

    branch = nn.Sequential(conv_bn(cin, 3, stride), nn.ReLU(inplace=True), conv_bn(cout, 3, 1))
    shortcut = nn.Identity() if stride == 1 and cin == cout else conv_bn(cin, 1, stride)
    return nn.Sequential(Sum(branch, shortcut), nn.ReLU(inplace=True))


@BasicBlock.borrows
def from_torchvision(cin, cout, stride=1):
    from torchvision.models.resnet import BasicBlock as ReadyMade

    project = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))
    shortcut = None if stride == 1 and cin == cout else project
    return ReadyMade(cin, cout, stride, shortcut)
