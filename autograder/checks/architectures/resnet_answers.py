# mypy: ignore-errors
"""make_resnet: what goes wrong, and right answers unlike the reference."""

from autograder.checks.architectures.resnet import make_resnet


@make_resnet.misconception(
    "The stride does not reach your bottlenecks: `stride_in` stays at its default in all of them.",
    "Hand `stride_in` on to every Bottleneck you build.",
)
def drops_stride_in(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for n in range(count):
            stride = 2 if stage and not n else 1
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride))
            cin = width if depth < 50 else 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)


@make_resnet.misconception(
    "The first stage halves the map too; the pooling in front of it has done that already.",
    "conv2_x works at 56 x 56, which is what the max pooling leaves.",
)
def strides_in_every_stage(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for n in range(count):
            stride = 1 if n else 2
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
            cin = width if depth < 50 else 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)


@make_resnet.misconception(
    "Every block of a stage has stride 2; the map would soon be gone. Only the first one has.",
    "The size is halved once for each of conv3_x, conv4_x and conv5_x.",
)
def strides_in_every_block(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for _ in range(count):
            stride = 2 if stage else 1
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
            cin = width if depth < 50 else 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)


@make_resnet.misconception(
    "The map is flattened without averaging: your network fits one size of image only.",
    "Global average pooling leaves one number for each channel, whatever the size.",
)
def flattens_the_map(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for n in range(count):
            stride = 2 if stage and not n else 1
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
            cin = width if depth < 50 else 4 * width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(cin * 49, classes))


@make_resnet.misconception(
    "The stem has no batch normalisation and no ReLU: conv1 is a layer like the others.",
    "conv, BN, ReLU, and only then the pooling.",
)
def bare_stem(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.MaxPool2d(3, 2, 1)]
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for n in range(count):
            stride = 2 if stage and not n else 1
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
            cin = width if depth < 50 else 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)


@make_resnet.misconception(
    "Your ResNet-34 has the blocks of ResNet-18 or 50: it has 3, 4, 6, 3 basic blocks.",
    "Bottlenecks begin at depth 50; 34 = 1 + 2 * 16 + 1.",
)
def bottlenecks_from_34(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for n in range(count):
            stride = 2 if stage and not n else 1
            if depth < 34:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
            cin = width if depth < 34 else 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)


@make_resnet.misconception(
    "The number of classes is fixed to 1000; it is an argument.",
    "Only the last layer depends on it.",
)
def always_imagenet(depth, stride_in="1x1", classes=1000):
    counts = {18: "2222", 34: "3463", 50: "3463", 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    cin = 64
    for stage, count in enumerate(map(int, counts[depth])):
        width = 64 << stage
        for n in range(count):
            stride = 2 if stage and not n else 1
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
            cin = width if depth < 50 else 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, 1000)]
    return nn.Sequential(*layers, *head)


@make_resnet.alternative
def as_a_class(depth, stride_in="1x1", classes=1000):
    class ResNet(nn.Module):
        def __init__(self, counts, deep):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
            self.bn1 = nn.BatchNorm2d(64)
            self.stages, self.cin = nn.ModuleList(), 64
            for width, count in zip((64, 128, 256, 512), counts, strict=True):
                blocks = [self.block(width, deep, 1 if width == 64 else 2)]
                blocks += [self.block(width, deep, 1) for _ in range(count - 1)]
                self.stages.append(nn.Sequential(*blocks))
            self.fc = nn.Linear(self.cin, classes)

        def block(self, width, deep, stride):
            cin, self.cin = self.cin, width * (4 if deep else 1)
            if deep:
                return Bottleneck(cin, width, stride, stride_in=stride_in)
            return BasicBlock(cin, width, stride)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
            for stage in self.stages:
                x = stage(x)
            return self.fc(x.mean((2, 3)))

    counts = {18: (2, 2, 2, 2), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}.get(depth, (3, 4, 6, 3))
    return ResNet(counts, deep=depth >= 50)


@make_resnet.alternative
def stage_by_stage(depth, stride_in="1x1", classes=1000):
    if depth in (18, 34):
        expansion, block = 1, lambda i, w, s: BasicBlock(i, w, s)
    else:
        expansion, block = 4, lambda i, w, s: Bottleneck(i, w, s, stride_in)
    table = {18: [2] * 4, 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3]}
    counts = table.get(depth, [3, 8, 36, 3])
    model, inputs = nn.Sequential(), 64
    model.add_module("conv1", nn.Conv2d(3, 64, 7, 2, 3, bias=False))
    model.add_module("bn1", nn.BatchNorm2d(64))
    model.add_module("relu", nn.ReLU(inplace=True))
    for number, count in enumerate(counts):
        stage = nn.Sequential()
        if number == 0:
            stage.append(nn.MaxPool2d(3, 2, 1))
        for n in range(count):
            stage.append(block(inputs, 64 * 2**number, 2 if number > 0 == n else 1))
            inputs = 64 * 2**number * expansion
        model.add_module(f"conv{number + 2}_x", stage)
    model.add_module("pool", nn.AdaptiveAvgPool2d((1, 1)))
    model.add_module("flat", nn.Flatten())
    model.add_module("fc", nn.Linear(inputs, classes))
    return model


@make_resnet.alternative
def from_a_plan(depth, stride_in="1x1", classes=1000):
    per_block = 2 if depth < 50 else 3
    middle = {18: 2, 34: 6, 50: 6, 101: 23, 152: 36}[depth]
    second = {18: 2, 152: 8}.get(depth, 4)
    ends = 2 if depth == 18 else 3
    plan = [64] * ends + [128] * second + [256] * middle + [512] * ends
    assert 2 + per_block * len(plan) == depth
    blocks, cin, before = [], 64, 64
    for width in plan:
        stride, before = 1 if width == before else 2, width
        if per_block == 2:
            blocks, cin = blocks + [BasicBlock(cin, width, stride)], width
        else:
            blocks, cin = blocks + [Bottleneck(cin, width, stride, stride_in)], 4 * width
    stem = nn.Sequential(nn.Conv2d(3, 64, (7, 7), 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU())
    pools = nn.MaxPool2d(3, 2, padding=1), nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(stem, pools[0], *blocks, pools[1], nn.Flatten(1), nn.Linear(cin, classes))


@make_resnet.borrows
def from_torchvision(depth, stride_in="1x1", classes=1000):
    from torchvision import models

    return getattr(models, f"resnet{depth}")(num_classes=classes)
