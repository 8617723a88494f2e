# mypy: ignore-errors
"""ResNeXtBlock and split_transform_merge: what goes wrong, and other right answers."""

from torch import nn

from autograder.checks.architectures.resnext import ResNeXtBlock, split_transform_merge


@ResNeXtBlock.misconception(
    "The 3 x 3 convolution has no groups: each of its filters reads all channels.",
    "`cardinality` is its number of groups; that is what makes the block cheap.",
)
class WithoutGroups(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D = cardinality * width
        one, three = nn.Conv2d(cin, D, 1, bias=False), nn.Conv2d(D, D, 3, stride, 1, bias=False)
        last = [nn.Conv2d(D, cout, 1, bias=False), nn.BatchNorm2d(cout)]
        start = [one, nn.BatchNorm2d(D), nn.ReLU(), three, nn.BatchNorm2d(D), nn.ReLU()]
        self.branch, self.short = nn.Sequential(*start, *last), nn.Identity()
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(project, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.branch(x) + self.short(x)).relu()


@ResNeXtBlock.misconception(
    "Number and width of the groups have changed places.",
    "32 x 4d: cardinality 32, that many groups, of width 4 each.",
)
class WidthManyGroups(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D = cardinality * width
        one = nn.Conv2d(cin, D, 1, bias=False)
        three = nn.Conv2d(D, D, 3, stride, 1, groups=width, bias=False)
        last = [nn.Conv2d(D, cout, 1, bias=False), nn.BatchNorm2d(cout)]
        start = [one, nn.BatchNorm2d(D), nn.ReLU(), three, nn.BatchNorm2d(D), nn.ReLU()]
        self.branch, self.short = nn.Sequential(*start, *last), nn.Identity()
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(project, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.branch(x) + self.short(x)).relu()


@ResNeXtBlock.misconception(
    "The stride sits in the first 1 x 1 convolution; here the grouped 3 x 3 has it.",
    "ResNeXt follows the later version of ResNet, in which the 3 x 3 has the stride.",
)
class StrideInTheFirst(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D = cardinality * width
        one = nn.Conv2d(cin, D, 1, stride, bias=False)
        three = nn.Conv2d(D, D, 3, 1, 1, groups=cardinality, bias=False)
        last = [nn.Conv2d(D, cout, 1, bias=False), nn.BatchNorm2d(cout)]
        start = [one, nn.BatchNorm2d(D), nn.ReLU(), three, nn.BatchNorm2d(D), nn.ReLU()]
        self.branch, self.short = nn.Sequential(*start, *last), nn.Identity()
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(project, nn.BatchNorm2d(cout))

    def forward(self, x):
        return (self.branch(x) + self.short(x)).relu()


@ResNeXtBlock.misconception(
    "The last ReLU comes before the sum; it belongs behind it.",
    "The branch ends with a BN; the sum is rectified.",
)
class ReluBeforeTheSum(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D = cardinality * width
        one = nn.Conv2d(cin, D, 1, bias=False)
        three = nn.Conv2d(D, D, 3, stride, 1, groups=cardinality, bias=False)
        last = [nn.Conv2d(D, cout, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU()]
        start = [one, nn.BatchNorm2d(D), nn.ReLU(), three, nn.BatchNorm2d(D), nn.ReLU()]
        self.branch, self.short = nn.Sequential(*start, *last), nn.Identity()
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(project, nn.BatchNorm2d(cout))

    def forward(self, x):
        return self.branch(x) + self.short(x)


@ResNeXtBlock.misconception(
    "The ReLU behind the sum is missing.",
    "A block ends with a ReLU, so nothing negative leaves it.",
)
class NoLastRelu(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D = cardinality * width
        one = nn.Conv2d(cin, D, 1, bias=False)
        three = nn.Conv2d(D, D, 3, stride, 1, groups=cardinality, bias=False)
        last = [nn.Conv2d(D, cout, 1, bias=False), nn.BatchNorm2d(cout)]
        start = [one, nn.BatchNorm2d(D), nn.ReLU(), three, nn.BatchNorm2d(D), nn.ReLU()]
        self.branch, self.short = nn.Sequential(*start, *last), nn.Identity()
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.short = nn.Sequential(project, nn.BatchNorm2d(cout))

    def forward(self, x):
        return self.branch(x) + self.short(x)


@ResNeXtBlock.alternative
class PathsSideBySide(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D, self.G, self.stride = cardinality * width, cardinality, stride
        self.one, self.last = nn.Conv2d(cin, D, 1, bias=False), nn.Conv2d(D, cout, 1, bias=False)
        self.three = nn.Parameter(torch.empty(D, width, 3, 3))
        self.n1, self.n2, self.n3 = nn.BatchNorm2d(D), nn.BatchNorm2d(D), nn.BatchNorm2d(cout)
        self.project = None
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.project = nn.Sequential(project, nn.BatchNorm2d(cout))

    def forward(self, x):
        y = self.n1(self.one(x)).relu()
        pairs = zip(y.chunk(self.G, 1), self.three.chunk(self.G), strict=True)
        y = torch.cat([F.conv2d(p, w, padding=1, stride=self.stride) for p, w in pairs], 1)
        y = self.n3(self.last(self.n2(y).relu()))
        return (y + (x if self.project is None else self.project(x))).relu()


@ResNeXtBlock.alternative
class InALoop(nn.Module):
    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        super().__init__()
        D, layers, inputs = width * cardinality, nn.ModuleList(), cin
        for K, outputs, s, G in [(1, D, 1, 1), (3, D, stride, cardinality), (1, cout, 1, 1)]:
            kernel = nn.Conv2d(inputs, outputs, K, s, K // 2, groups=G, bias=False)
            layers.append(nn.Sequential(kernel, nn.BatchNorm2d(outputs)))
            inputs = outputs
        if stride > 1 or cin != cout:
            kernel = nn.Conv2d(cin, cout, 1, stride, bias=False)
            layers.append(nn.Sequential(kernel, nn.BatchNorm2d(cout)))
        self.layers = layers

    def forward(self, x):
        first, second, third, *project = self.layers
        y = third(F.relu(second(F.relu(first(x)))))
        for layer in project:
            x = layer(x)
        return F.relu(y + x, inplace=True)


@ResNeXtBlock.alternative
def from_a_function(cin, cout, stride=1, cardinality=32, width=4):
    class Block(nn.Module):
        def __init__(self, **parts):
            super().__init__()
            self.parts = nn.ModuleDict(parts)

        def forward(self, x):
            shortcut = self.parts["short"](x) if "short" in self.parts else x
            return torch.where((y := self.parts["main"](x) + shortcut) > 0, y, 0)

    def layer(i, o, K=1, s=1, G=1):
        return nn.Conv2d(i, o, K, s, (K - 1) // 2, 1, G, False), nn.BatchNorm2d(o)

    D = cardinality * width
    three = layer(D, D, 3, stride, cardinality)
    parts = {"main": nn.Sequential(*layer(cin, D), nn.ReLU(), *three, nn.ReLU(), *layer(D, cout))}
    if not (stride == 1 and cin == cout):
        parts["short"] = nn.Sequential(*layer(cin, cout, s=stride))
    return Block(**parts)


@split_transform_merge.misconception(
    "Every path uses the same weights, those of the first: path g has its own slices.",
    "Path g takes channels g * d to g * d + d - 1 of all three weights.",
)
def one_path_again_and_again(x, w1, w2, w3, cardinality):
    d = w2.shape[1]
    h = F.conv2d(F.conv2d(x, w1[:d]), w2[:d], padding=1)
    return cardinality * F.conv2d(h, w3[:, :d])


@split_transform_merge.misconception(
    "You average the paths; their outputs are added.",
    "Aggregated transformations: a sum, as in the shortcut of a residual block.",
)
def averages_the_paths(x, w1, w2, w3, cardinality):
    d = w2.shape[1]
    total = 0
    for g in range(cardinality):
        own = slice(g * d, g * d + d)
        h = F.conv2d(F.conv2d(x, w1[own]), w2[own], padding=1)
        total = total + F.conv2d(h, w3[:, own])
    return total / cardinality


@split_transform_merge.misconception(
    "The channels of your paths are dealt out like cards; each path owns neighbouring ones.",
    "With d channels in a path, the first path has channels 0 to d - 1.",
)
def deals_out_the_channels(x, w1, w2, w3, cardinality):
    total = 0
    for g in range(cardinality):
        own = slice(g, None, cardinality)
        h = F.conv2d(F.conv2d(x, w1[own]), w2[own], padding=1)
        total = total + F.conv2d(h, w3[:, own])
    return total


@split_transform_merge.misconception(
    "The 3 x 3 convolution has no padding: the map shrinks by two.",
    "Padding 1 keeps the height and the width.",
)
def shrinks(x, w1, w2, w3, cardinality):
    d = w2.shape[1]
    paths = []
    for g in range(cardinality):
        own = slice(g * d, g * d + d)
        h = F.conv2d(F.conv2d(x, w1[own]), w2[own])
        paths.append(F.conv2d(h, w3[:, own]))
    return sum(paths)


@split_transform_merge.misconception(
    "A ReLU bends the paths; here they are linear, so that the two drawings can be compared.",
    "No BN, ReLU or bias: three convolutions and a sum.",
)
def bends_the_paths(x, w1, w2, w3, cardinality):
    d = w2.shape[1]
    total = 0
    for g in range(cardinality):
        own = slice(g * d, g * d + d)
        h = F.conv2d(F.conv2d(x, w1[own]).relu(), w2[own], padding=1).relu()
        total = total + F.conv2d(h, w3[:, own])
    return total


@split_transform_merge.misconception(
    "Only the last path is left of the sum.",
    "Add to what the paths before it gave instead of replacing it.",
)
def keeps_the_last_path(x, w1, w2, w3, cardinality):
    d = w2.shape[1]
    for g in range(cardinality):
        own = slice(g * d, g * d + d)
        h = F.conv2d(F.conv2d(x, w1[own]), w2[own], padding=1)
        y = F.conv2d(h, w3[:, own])
    return y


@split_transform_merge.alternative
def merges_early(x, w1, w2, w3, cardinality):
    G = cardinality
    maps = F.conv2d(x, w1).chunk(G, dim=1)
    maps = [F.conv2d(m, w, padding=1) for m, w in zip(maps, w2.chunk(G, dim=0), strict=True)]
    return F.conv2d(torch.cat(maps, dim=1), w3)


@split_transform_merge.alternative
def with_einsum(x, w1, w2, w3, cardinality):
    d = w2.shape[1]
    h = torch.einsum("nchw,kc->nkhw", x, w1[:, :, 0, 0])
    windows = F.pad(h, (1, 1, 1, 1)).unfold(2, 3, 1).unfold(3, 3, 1)  # (N, G·d, H, W, 3, 3)
    windows = windows.unflatten(1, (cardinality, d))
    h = torch.einsum("ngchwij,gkcij->ngkhw", windows, w2.unflatten(0, (cardinality, d)))
    return torch.einsum("nkhw,fk->nfhw", h.flatten(1, 2), w3.flatten(1))


@split_transform_merge.alternative
def mostly_zeros(x, w1, w2, w3, cardinality):
    width, d = w2.shape[:2]
    dense = w2.new_zeros(width, width, 3, 3)  # blocks on the diagonal
    for g in range(0, width, d):
        dense[g : g + d, g : g + d] = w2[g : g + d]
    return F.conv2d(F.conv2d(F.conv2d(x, w1), dense, padding=1), w3)


@ResNeXtBlock.borrows
def from_torchvision(cin, cout, stride=1, cardinality=32, width=4):
    from torchvision import models

    project = nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout)
    shortcut = None if stride == 1 and cin == cout else nn.Sequential(*project)
    block = type("Block", (models.resnet.Bottleneck,), {"expansion": 1})
    wide = 64 * (width + 0.5) / cout
    return block(cin, cout, stride, shortcut, groups=cardinality, base_width=wide)
