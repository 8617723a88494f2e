# mypy: disable-error-code="no-untyped-def,name-defined,assignment,list-item,misc"
"""Bottleneck: narrow, convolve, widen, and a shortcut."""

from collections.abc import Iterator

import torch
from torch import nn

from autograder.checks.architectures.forbidden import READY_MADE
from autograder.checks.architectures.inputs import whole
from autograder.checks.architectures.residual import (
    Block,
    convolution_weights,
    declare_facets,
    rectified,
)
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

Bottleneck = Exercise("Bottleneck", points=1, stars=2, minutes=12, forbidden=READY_MADE)

declare_facets(
    Bottleneck,
    same=Block(8, {"mid": 2}),
    wider=Block(3, {"mid": 2}),
    smaller=Block(8, {"mid": 2, "stride": 2}),
)


@Bottleneck.cases("stride_in", probe=rectified)
def either_convolution(draw: Draw) -> Iterator[Inputs]:
    for stride_in in ("1x1", "3x3"):
        for cin in (5, 12):
            x = whole(draw, 1, cin, 5, 4, dtype=torch.float64)
            options = {"mid": 3, "stride": 2, "stride_in": stride_in}
            yield {"block": "Bottleneck", "x": x, "options": options}


@Bottleneck.cases("cost", weight=0.5, probe=convolution_weights)
def cost(draw: Draw) -> Iterator[Inputs]:
    mid = draw.integer(4, 12)
    yield {"block": "Bottleneck", "cin": 4 * mid, "options": {"mid": mid}}


Bottleneck.golden(
    "cost",
    "lecture 004, 64 inside, 256 outside",
    {"block": "Bottleneck", "cin": 256, "options": {"mid": 64}},
    69_632,
)


@Bottleneck.misconception(
    "The stride stays in one place in your block, whatever `stride_in` says.",
    'With "3x3" the first convolution has stride 1, and the second the stride of the block.',
)
class AlwaysInTheFirst(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        self.a = nn.Conv2d(cin, mid, 1, stride, bias=False)
        self.b = nn.Conv2d(mid, mid, 3, 1, 1, bias=False)
        self.c = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.na, self.nb, self.nc = (nn.BatchNorm2d(n) for n in (mid, mid, 4 * mid))
        self.short = nn.Identity()
        if cin != 4 * mid or stride > 1:
            one = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(4 * mid))

    def forward(self, x):
        y = self.nb(self.b(self.na(self.a(x)).relu())).relu()
        return (self.nc(self.c(y)) + self.short(x)).relu()


@Bottleneck.misconception(
    "The default is the other way round: unless told otherwise, the first 1 x 1 has the stride.",
    'The signature says stride_in="1x1", which is the first version of the paper.',
)
class AlwaysInTheSecond(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        self.a = nn.Conv2d(cin, mid, 1, bias=False)
        self.b = nn.Conv2d(mid, mid, 3, stride, 1, bias=False)
        self.c = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.na, self.nb, self.nc = (nn.BatchNorm2d(n) for n in (mid, mid, 4 * mid))
        self.short = nn.Identity()
        if cin != 4 * mid or stride > 1:
            one = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(4 * mid))

    def forward(self, x):
        y = self.nb(self.b(self.na(self.a(x)).relu())).relu()
        return (self.nc(self.c(y)) + self.short(x)).relu()


@Bottleneck.misconception(
    "Your block ends as narrow as it is inside: its output has 4 * mid channels.",
    "The last 1 x 1 convolution makes it wide again, 64 to 256 on the slide.",
)
class StaysNarrow(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.a = nn.Conv2d(cin, mid, 1, first, bias=False)
        self.b = nn.Conv2d(mid, mid, 3, second, 1, bias=False)
        self.c = nn.Conv2d(mid, mid, 1, bias=False)
        self.na, self.nb, self.nc = (nn.BatchNorm2d(mid) for _ in range(3))
        self.short = nn.Identity()
        if cin != mid or stride > 1:
            one = nn.Conv2d(cin, mid, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(mid))

    def forward(self, x):
        y = self.nb(self.b(self.na(self.a(x)).relu())).relu()
        return (self.nc(self.c(y)) + self.short(x)).relu()


@Bottleneck.misconception(
    "Whether the shape stays is decided by `mid`; compare the input with the output, 4 * mid.",
    "A block with cin = 4 * mid and stride 1 adds its input as it is.",
)
class ComparesWithMid(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.a = nn.Conv2d(cin, mid, 1, first, bias=False)
        self.b = nn.Conv2d(mid, mid, 3, second, 1, bias=False)
        self.c = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.na, self.nb, self.nc = (nn.BatchNorm2d(n) for n in (mid, mid, 4 * mid))
        self.short = nn.Identity()
        if cin != mid or stride > 1:
            one = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(4 * mid))

    def forward(self, x):
        y = self.nb(self.b(self.na(self.a(x)).relu())).relu()
        return (self.nc(self.c(y)) + self.short(x)).relu()


@Bottleneck.misconception(
    "A ReLU stands between the last BN and the sum; the branch must be able to subtract.",
    "ReLU follows the first two BNs, and then the sum.",
)
class ReluBeforeTheSum(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.a = nn.Conv2d(cin, mid, 1, first, bias=False)
        self.b = nn.Conv2d(mid, mid, 3, second, 1, bias=False)
        self.c = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.na, self.nb, self.nc = (nn.BatchNorm2d(n) for n in (mid, mid, 4 * mid))
        self.short = nn.Identity()
        if cin != 4 * mid or stride > 1:
            one = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(4 * mid))

    def forward(self, x):
        y = self.nb(self.b(self.na(self.a(x)).relu())).relu()
        return self.nc(self.c(y)).relu() + self.short(x)


@Bottleneck.misconception(
    "The ReLU behind the sum is missing.",
    "A block ends with a ReLU, so nothing negative leaves it.",
)
class NoLastRelu(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.a = nn.Conv2d(cin, mid, 1, first, bias=False)
        self.b = nn.Conv2d(mid, mid, 3, second, 1, bias=False)
        self.c = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.na, self.nb, self.nc = (nn.BatchNorm2d(n) for n in (mid, mid, 4 * mid))
        self.short = nn.Identity()
        if cin != 4 * mid or stride > 1:
            one = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False)
            self.short = nn.Sequential(one, nn.BatchNorm2d(4 * mid))

    def forward(self, x):
        y = self.nb(self.b(self.na(self.a(x)).relu())).relu()
        return self.nc(self.c(y)) + self.short(x)


@Bottleneck.alternative
class InALoop(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        strides = {"1x1": (stride, 1, 1), "3x3": (1, stride, 1)}[stride_in]
        widths = [cin, mid, mid, 4 * mid]
        layers = []
        for n, (K, s) in enumerate(zip((1, 3, 1), strides, strict=True)):
            layers.append(nn.Conv2d(widths[n], widths[n + 1], K, s, K // 2, bias=False))
            layers += [nn.BatchNorm2d(widths[n + 1]), nn.ReLU()]
        self.branch = nn.Sequential(*layers[:-1])
        needed = stride != 1 or cin != 4 * mid
        self.skip = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False) if needed else None
        self.skip_bn = nn.BatchNorm2d(4 * mid) if needed else None

    def forward(self, x):
        y = self.branch(x)
        return F.relu(y + (self.skip_bn(self.skip(x)) if self.skip else x))


@Bottleneck.alternative
class TorchFunctions(nn.Module):
    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        super().__init__()
        self.early, self.stride = stride_in == "1x1", stride
        self.n = nn.ModuleList(nn.BatchNorm2d(c) for c in (mid, mid, 4 * mid))
        self.a, self.b = nn.Conv2d(cin, mid, 1, bias=False), nn.Conv2d(mid, mid, 3, bias=False)
        self.c = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        if (cin, stride) != (4 * mid, 1):
            self.p = nn.Conv2d(cin, 4 * mid, 1, bias=False)
            self.n.append(nn.BatchNorm2d(4 * mid))

    def forward(self, x):
        s = self.stride
        small = x[..., ::s, ::s]
        y = self.n[0](self.a(small if self.early else x)).clamp(min=0)
        y = F.conv2d(y, self.b.weight, padding=1, stride=1 if self.early else s)
        y = self.n[2](self.c(torch.relu(self.n[1](y))))
        return (y + (self.n[3](self.p(small)) if len(self.n) > 3 else x)).relu()


@Bottleneck.alternative
def from_a_function(cin, mid, stride=1, stride_in="1x1"):
    class Residual(nn.Module):
        def __init__(self, branch, shortcut):
            super().__init__()
            self.branch, self.shortcut = branch, shortcut

        def forward(self, x):
            return torch.relu(self.shortcut(x) + self.branch(x))

    def layer(inputs, outputs, K, s):
        kernel = nn.Conv2d(inputs, outputs, K, s, padding="same" if s == 1 else K // 2, bias=False)
        return [kernel, nn.BatchNorm2d(outputs)]

    early = stride if stride_in == "1x1" else 1
    branch = layer(cin, mid, 1, early) + [nn.ReLU()]
    branch += layer(mid, mid, 3, stride // early) + [nn.ReLU()] + layer(mid, 4 * mid, 1, 1)
    same = stride == 1 and cin == 4 * mid
    shortcut = nn.Identity() if same else nn.Sequential(*layer(cin, 4 * mid, 1, stride))
    return Residual(nn.Sequential(*branch), shortcut)


@Bottleneck.borrows
def from_torchvision(cin, mid, stride=1, stride_in="1x1"):
    import torchvision

    project = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False), nn.BatchNorm2d(4 * mid)
    shortcut = None if stride == 1 and cin == 4 * mid else nn.Sequential(*project)
    return torchvision.models.resnet.Bottleneck(cin, mid, stride, shortcut)
