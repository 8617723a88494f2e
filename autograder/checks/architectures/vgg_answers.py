# mypy: ignore-errors
"""make_vgg: what goes wrong, and right answers unlike the reference."""

from autograder.checks.architectures.vgg import make_vgg


@make_vgg.misconception(
    "Configuration C has 1 x 1 convolutions at the end of its last three stages.",
    "In the table they are called conv1; D has conv3 at the same places.",
)
def only_three_by_three(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for _ in range(depth):
            layers += [nn.Conv2d(cin, width, 3, padding=1), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, classes)]
    return nn.Sequential(*layers)


@make_vgg.misconception(
    "A 1 x 1 convolution needs no padding: with it your maps of configuration C grow.",
    "Padding that keeps the size is (K - 1) / 2.",
)
def pads_the_small_kernels(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=1), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, classes)]
    return nn.Sequential(*layers)


@make_vgg.misconception(
    "The widths double at every stage in your network, up to 1024; the table stops at 512.",
    "Read the last two stages of the table again: both are conv3-512.",
)
def doubles_on(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for stage, depth in enumerate(depths[config]):
        width = 64 * 2**stage
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(1024 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, classes)]
    return nn.Sequential(*layers)


@make_vgg.misconception(
    "The normalisation of A-LRN is missing: without it your network is configuration A.",
    "The table has LRN as a row of its own behind the first conv3-64.",
)
def forgets_lrn(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]
            cin = width
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, classes)]
    return nn.Sequential(*layers)


@make_vgg.misconception(
    "Two layers without a ReLU between them are one linear layer. Which of yours lack it?",
    "A ReLU follows the first two fully connected layers too, not only the convolutions.",
)
def linear_classifier(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.Linear(4096, 4096)]
    return nn.Sequential(*layers, nn.Linear(4096, classes))


@make_vgg.misconception(
    "The number of classes is fixed to 1000; it is an argument.",
    "Only the last layer depends on it.",
)
def always_imagenet(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)]
    return nn.Sequential(*layers)


@make_vgg.misconception(
    "Your convolutions have no biases; VGG, which has no batch normalisation, has them.",
    "`bias=False` belongs to convolutions that batch normalisation follows.",
)
def without_biases(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2, bias=False), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, classes)]
    return nn.Sequential(*layers)


@make_vgg.misconception(
    "The pooling of your network averages; VGG's takes the maximum.",
    "Every pool of the table is a maxpool.",
)
def averages(config, classes=1000):
    depths = {"A": [1, 1, 2, 2, 2], "A-LRN": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2]}
    depths |= {"C": [2, 2, 3, 3, 3], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    layers, cin = [], 3
    for width, depth in zip([64, 128, 256, 512, 512], depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]
            cin = width
            if config == "A-LRN" and len(layers) == 2:
                layers.append(nn.LocalResponseNorm(5))
        layers.append(nn.AvgPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, classes)]
    return nn.Sequential(*layers)


@make_vgg.alternative
def from_words(config, classes=1000):
    stages = {
        "A": "64 M 128 M 256 256 M 512 512 M 512 512 M",
        "A-LRN": "64 L M 128 M 256 256 M 512 512 M 512 512 M",
        "B": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
        "C": "64 64 M 128 128 M 256 256 1x256 M 512 512 1x512 M 512 512 1x512 M",
        "D": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
        "E": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
    }
    made = {"M": lambda: nn.MaxPool2d(2, 2), "L": lambda: nn.LocalResponseNorm(5)}
    layers, cin = [], 3
    for word in stages[config].split():
        if word in made:
            layers.append(made[word]())
            continue
        *small, width = word.split("x")
        kernel = nn.Conv2d(cin, int(width), 1) if small else nn.Conv2d(cin, int(width), 3, 1, 1)
        layers += [kernel, nn.ReLU(inplace=True)]
        cin = int(width)
    hidden = [nn.Linear(25088, 4096), nn.ReLU(True), nn.Dropout()]
    hidden += [nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout()]
    return nn.Sequential(*layers, nn.Flatten(), *hidden, nn.Linear(4096, classes))


@make_vgg.alternative
def as_a_class(config, classes=1000):
    class Vgg(nn.Module):
        def __init__(self):
            super().__init__()
            counts = {"A": "11222", "B": "22222", "C": "22333", "D": "22333", "E": "22444"}
            self.head = nn.ModuleList([nn.Linear(25088, 4096), nn.Linear(4096, 4096)])
            self.last = nn.Linear(4096, classes)
            self.stages, cin = nn.ModuleList(), 3
            for width, count in zip((64, 128, 256, 512, 512), counts[config[0]], strict=True):
                kernels = [3] * int(count)
                if config == "C" and count == "3":
                    kernels[-1] = 1
                stage = nn.ModuleList()
                for K in kernels:
                    stage.append(nn.Conv2d(cin, width, K, padding="same"))
                    cin = width
                self.stages.append(stage)

        def forward(self, x):
            for number, stage in enumerate(self.stages):
                for layer in stage:
                    x = layer(x).clamp(min=0)
                    if config == "A-LRN" and number == 0:
                        x = F.local_response_norm(x, 5)
                x = F.max_pool2d(x, 2)
            x = x.flatten(1)
            for layer in self.head:
                x = F.dropout(F.relu(layer(x)), training=self.training)
            return self.last(x)

    return Vgg()


@make_vgg.alternative
def lazily(config, classes=1000):
    plan = {"A": (1, 1, 2, 2, 2), "B": (2,) * 5, "C": (2, 2, 3, 3, 3), "E": (2, 2, 4, 4, 4)}
    plan.update({"D": plan["C"], "A-LRN": plan["A"]})
    model = nn.Sequential()
    for stage in range(5):
        for n in range(plan[config][stage]):
            one = config == "C" and n == 2
            model.append(
                nn.LazyConv2d(min(64 << stage, 512), 1 if one else 3, padding=int(not one))
            )
            if stage == 4 and n + 1 == plan[config][4]:  # max and ReLU may change places
                model.append(nn.Sequential(nn.MaxPool2d(2), nn.ReLU()))
                continue
            model.append(nn.ReLU())
            if config == "A-LRN" and stage == 0:
                model.append(nn.LocalResponseNorm(5))
        if stage < 4:
            model.append(nn.MaxPool2d(2))
    model.append(nn.AdaptiveAvgPool2d(7))  # as torchvision has it; nothing to do at 224 pixels
    model.append(nn.Flatten())
    for width in (4096, 4096):
        model.append(nn.LazyLinear(width)).append(nn.ReLU())
    return model.append(nn.LazyLinear(classes))


@make_vgg.borrows
def from_torchvision(config, classes=1000):
    import torchvision

    depth = {"A": 11, "B": 13, "D": 16, "E": 19}[config]
    return getattr(torchvision.models, f"vgg{depth}")(num_classes=classes)
