# mypy: ignore-errors
"""inception_cost and Inception: what goes wrong, and right answers unlike the reference."""

import torch
from torch import nn

from autograder.checks.architectures.inception import Inception, inception_cost


@inception_cost.misconception(
    "Your 3 x 3 and 5 x 5 kernels read all channels of the input: the reductions are in front.",
    "The 3 x 3 convolution reads r3 channels, the 5 x 5 convolution r5.",
)
def skips_the_reductions(cin, c1, r3, c3, r5, c5, pp, H, W):
    weights = cin * (c1 + r3 + r5 + pp) + 9 * cin * c3 + 25 * cin * c5
    return weights, weights * H * W


@inception_cost.misconception(
    "The projection behind the pooling is missing.",
    "Pooling has no weights, but the 1 x 1 convolution after it reads all cin channels.",
)
def forgets_the_pooling_path(cin, c1, r3, c3, r5, c5, pp, H, W):
    weights = cin * (c1 + r3 + r5) + 9 * r3 * c3 + 25 * r5 * c5
    return weights, weights * H * W


@inception_cost.misconception(
    "The biases are counted; the table leaves them out.",
    "Count the products only: inputs times outputs times the area of the kernel.",
)
def with_biases(cin, c1, r3, c3, r5, c5, pp, H, W):
    weights = cin * (c1 + r3 + r5 + pp) + 9 * r3 * c3 + 25 * r5 * c5
    weights += c1 + r3 + c3 + r5 + c5 + pp
    return weights, weights * H * W


@inception_cost.misconception(
    "Your multiply-adds belong to one position; the block works at all H times W of them.",
    "No layer of the block changes the size, so all weights are used equally often.",
)
def at_one_position(cin, c1, r3, c3, r5, c5, pp, H, W):
    weights = cin * (c1 + r3 + r5 + pp) + 9 * r3 * c3 + 25 * r5 * c5
    return weights, weights


@inception_cost.misconception(
    "A 3 x 3 kernel has 9 weights, a 5 x 5 kernel 25; you count one side only.",
    "Kernels are squares.",
)
def one_side(cin, c1, r3, c3, r5, c5, pp, H, W):
    weights = cin * (c1 + r3 + r5 + pp) + 3 * r3 * c3 + 5 * r5 * c5
    return weights, weights * H * W


@inception_cost.alternative
def layer_by_layer(cin, c1, r3, c3, r5, c5, pp, H, W):
    total = 0
    layers = [(cin, c1, 1), (cin, r3, 1), (r3, c3, 3), (cin, r5, 1), (r5, c5, 5), (cin, pp, 1)]
    for inputs, outputs, K in layers:
        total += inputs * outputs * K**2
    return [total, H * total * W]


@inception_cost.alternative
def by_torch(cin, c1, r3, c3, r5, c5, pp, H, W):
    layers = [(cin, c1, 1), (cin, r3, 1), (r3, c3, 3), (cin, r5, 1), (r5, c5, 5), (cin, pp, 1)]
    kernels = [torch.empty(o, i, K, K, device="meta") for i, o, K in layers]
    return sum(k.numel() for k in kernels), sum(k.numel() * H * W for k in kernels)


@inception_cost.alternative
def by_the_tracer(cin, c1, r3, c3, r5, c5, pp, H, W):
    paths = [[(c1, 1)], [(r3, 1), (c3, 3)], [(r5, 1), (c5, 5)], [(pp, 1)]]
    rows = []
    for path in paths:
        layers = [conv("c", filters, K, pad=K // 2) for filters, K in path]
        rows += trace_network(layers, (cin, H, W))
    return sum(row["params"] for row in rows), sum(row["macs"] for row in rows)


@Inception.misconception(
    "The reductions have no ReLU in your block: two convolutions in a row are one linear map.",
    "Every convolution of the block is followed by a ReLU, the 1 x 1 reductions too.",
)
class LinearReductions(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1)
        self.b = nn.Sequential(nn.Conv2d(cin, r3, 1), nn.Conv2d(r3, c3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(cin, r5, 1), nn.Conv2d(r5, c5, 5, padding=2))
        self.d = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(cin, pp, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1).relu()


@Inception.misconception(
    "The paths lack their last ReLU: negative numbers come out.",
    "Every convolution of the block is followed by a ReLU, also the last one of each path.",
)
class NoLastRelu(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1)
        self.b = nn.Sequential(nn.Conv2d(cin, r3, 1), nn.ReLU(), nn.Conv2d(r3, c3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(cin, r5, 1), nn.ReLU(), nn.Conv2d(r5, c5, 5, padding=2))
        self.d = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(cin, pp, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1)


@Inception.misconception(
    "The pooling of the fourth path averages; it takes the maximum.",
    "Only the network's last layer before the classes averages.",
)
class AveragePooling(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1)
        self.b = nn.Sequential(nn.Conv2d(cin, r3, 1), nn.ReLU(), nn.Conv2d(r3, c3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(cin, r5, 1), nn.ReLU(), nn.Conv2d(r5, c5, 5, padding=2))
        self.d = nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Conv2d(cin, pp, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1).relu()


@Inception.misconception(
    "The four outputs are right, but not in the order asked for.",
    "Concatenate the 1 x 1 path first, then 3 x 3, then 5 x 5, and the pooling path last.",
)
class OtherOrder(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1)
        self.b = nn.Sequential(nn.Conv2d(cin, r3, 1), nn.ReLU(), nn.Conv2d(r3, c3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(cin, r5, 1), nn.ReLU(), nn.Conv2d(r5, c5, 5, padding=2))
        self.d = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(cin, pp, 1))

    def forward(self, x):
        return torch.cat([self.d(x), self.a(x), self.b(x), self.c(x)], 1).relu()


@Inception.misconception(
    "The 1 x 1 of the fourth path comes before the pooling; pool first.",
    "Maximum and ReLU may change places, maximum and a convolution may not.",
)
class PoolsLast(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1)
        self.b = nn.Sequential(nn.Conv2d(cin, r3, 1), nn.ReLU(), nn.Conv2d(r3, c3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(cin, r5, 1), nn.ReLU(), nn.Conv2d(r5, c5, 5, padding=2))
        self.d = nn.Sequential(nn.Conv2d(cin, pp, 1), nn.MaxPool2d(3, 1, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1).relu()


@Inception.misconception(
    "The image is padded with zeros before the maximum: where all values are negative, 0 wins.",
    "Let the pooling layer pad: for a maximum it pads with minus infinity.",
)
class ZerosWin(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1)
        self.b = nn.Sequential(nn.Conv2d(cin, r3, 1), nn.ReLU(), nn.Conv2d(r3, c3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(cin, r5, 1), nn.ReLU(), nn.Conv2d(r5, c5, 5, padding=2))
        self.d = nn.Sequential(nn.ZeroPad2d(1), nn.MaxPool2d(3, 1), nn.Conv2d(cin, pp, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1).relu()


@Inception.misconception(
    "The convolutions of your block have no biases.",
    "There is no batch normalisation here to add its own.",
)
class WithoutBiases(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.a = nn.Conv2d(cin, c1, 1, bias=False)
        self.b = nn.Conv2d(cin, r3, 1, bias=False)
        self.bb = nn.Conv2d(r3, c3, 3, padding=1, bias=False)
        self.c = nn.Conv2d(cin, r5, 1, bias=False)
        self.cc = nn.Conv2d(r5, c5, 5, padding=2, bias=False)
        self.d = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(cin, pp, 1, bias=False))

    def forward(self, x):
        middle = self.bb(self.b(x).relu()), self.cc(self.c(x).relu())
        return torch.cat([self.a(x), *middle, self.d(x)], 1).relu()


@Inception.alternative
class FunctionsOnly(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        sizes = [(cin, pp, 1), (r5, c5, 5), (cin, r5, 1), (r3, c3, 3), (cin, r3, 1), (cin, c1, 1)]
        self.layers = nn.ModuleList(nn.Conv2d(i, o, K, padding="same") for i, o, K in sizes)

    def forward(self, x):
        pp, c5, r5, c3, r3, c1 = [lambda z, f=f: F.relu(f(z)) for f in self.layers]
        pooled = F.max_pool2d(x, 3, stride=1, padding=1)
        return torch.cat((c1(x), c3(r3(x)), c5(r5(x)), pp(pooled)), -3)


@Inception.alternative
class OneWideReduction(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()
        self.ones = nn.ModuleDict(
            {n: nn.Conv2d(cin, k, 1) for n, k in zip("abcd", (c1, r3, r5, pp), strict=True)}
        )
        self.three, self.five = nn.Conv2d(r3, c3, 3, 1, 1), nn.Conv2d(r5, c5, 5, 1, 2)
        self.split = [c1, r3, r5]

    def forward(self, x):
        # The three 1 x 1 convolutions of x as one, cut apart afterwards.
        weight = torch.cat([self.ones[n].weight for n in "abc"])
        bias = torch.cat([self.ones[n].bias for n in "abc"])
        a, b, c = F.conv2d(x, weight, bias).relu().split(self.split, 1)
        d = self.ones["d"](F.max_pool2d(x, 3, 1, 1))
        return torch.cat([a, self.three(b).relu(), self.five(c).relu(), d.relu()], dim=1)


@Inception.alternative
class PathByPath(nn.Module):
    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        super().__init__()

        def path(*layers):
            made = []
            for inputs, outputs, K in layers:
                made += [nn.Conv2d(inputs, outputs, K, padding=(K - 1) // 2), nn.ReLU(inplace=True)]
            return nn.Sequential(*made)

        pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1), path((cin, pp, 1)))
        three, five = path((cin, r3, 1), (r3, c3, 3)), path((cin, r5, 1), (r5, c5, 5))
        self.paths = nn.ModuleList([path((cin, c1, 1)), three, five, pooled])

    def forward(self, x):
        return torch.concat([path(x) for path in self.paths], dim=1)


@Inception.borrows
def from_torchvision(cin, c1, r3, c3, r5, c5, pp):
    from torchvision.models.googlenet import Inception as ReadyMade

    return ReadyMade(cin, c1, r3, c3, r5, c5, pp)
