"""Mutants of 04_architectures that get full points because they are right."""

from tests.mutation.survivors import Equivalent

_ALEXNET = (
    "return [conv('CONV1', 96, 11, stride=4), pool('MAX POOL1', 3, stride=2), norm('NORM1'), "
    "conv('CONV2', 256, 5, pad=2), pool('MAX POOL2', 3, stride=2), norm('NORM2'), "
    "conv('CONV3', 384, 3, pad=1), conv('CONV4', 384, 3, pad=1), conv('CONV5', 256, 3, pad=1), "
    "pool('MAX POOL3', 3, stride=2), "
    "*[fc(f'FC{n}', outputs) for n, outputs in [(6, 4096), (7, 4096), (8, 1000)]]]"
)
_NAMES = ("CONV1", "CONV2", "CONV3", "CONV4", "CONV5", "NORM1", "NORM2")
_POOLS = ("MAX POOL1", "MAX POOL2", "MAX POOL3")
_NUMBERS = (("(6, ", 6), ("(7, ", 7), ("(8, ", 8))
_STAGES = "for width, depth in zip((64, 128, 256, 512, 512), depths[config], strict=True):"
_FRONT = "return [name for name, _, _ in sorted(front, key=lambda row: row[1])]"
_BOTH_ONE = "two batch normalisations of one shape, used in the same way, may change names"

EQUIVALENTS = (
    Equivalent(
        "trace_network",
        "if row['kind'] in ('conv', 'pool'):",
        ("if row['kind'] in ('pool', 'conv'):",),
        "either order holds the same two",
    ),
    Equivalent(
        "trace_network",
        "C, H, W, biases = (row['outputs'], 1, 1, row['outputs'])",
        ("C, W, H, biases = (row['outputs'], 1, 1, row['outputs'])",),
        "height and width are both 1",
    ),
    Equivalent(
        "alexnet_layers",
        _ALEXNET,
        (
            *(_ALEXNET.replace(f"'{name}'", f"'{name}_'") for name in _NAMES + _POOLS),
            _ALEXNET.replace("FC{n}", "FC_{n}"),
            _ALEXNET.replace("FC{n}", "FC{outputs}"),
            *(_ALEXNET.replace(at, f"({n + d}, ") for at, n in _NUMBERS for d in (1, -1)),
        ),
        "names are the student's own",
    ),
    Equivalent(
        "make_vgg",
        _STAGES,
        (_STAGES.replace(", strict=True", ""), _STAGES.replace("True", "False")),
        "there are five widths and five depths",
    ),
    Equivalent(
        "make_vgg",
        "layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]",
        ("layers += [nn.Conv2d(cin, width, K, padding=K // 3), nn.ReLU()]",),
        "K is 1 or 3: both halves, rounded down, are its third, rounded down",
    ),
    Equivalent(
        "smooth_labels",
        "return (1 - eps) * F.one_hot(t, K).float() + eps / K",
        ("return (1 - eps) * F.one_hot(t, K) + eps / K",),
        "a Python float times whole numbers is float32, torch's default",
    ),
    Equivalent(
        "BasicBlock",
        "self.bn1, self.bn2 = (nn.BatchNorm2d(cout), nn.BatchNorm2d(cout))",
        ("self.bn2, self.bn1 = (nn.BatchNorm2d(cout), nn.BatchNorm2d(cout))",),
        _BOTH_ONE,
    ),
    Equivalent(
        "Bottleneck",
        "self.bn1, self.bn2 = (nn.BatchNorm2d(mid), nn.BatchNorm2d(mid))",
        ("self.bn2, self.bn1 = (nn.BatchNorm2d(mid), nn.BatchNorm2d(mid))",),
        _BOTH_ONE,
    ),
    Equivalent(
        "make_resnet",
        "if depth < 50:",
        ("if depth < 49:",),
        "no depth lies between 34 and 50",
    ),
    Equivalent(
        "ResNeXtBlock",
        "self.bn1, self.bn2, self.bn3 = (nn.BatchNorm2d(D), nn.BatchNorm2d(D), "
        "nn.BatchNorm2d(cout))",
        (
            "self.bn2, self.bn1, self.bn3 = (nn.BatchNorm2d(D), nn.BatchNorm2d(D), "
            "nn.BatchNorm2d(cout))",
        ),
        _BOTH_ONE,
    ),
    Equivalent(
        "SEBlock",
        "gate = self.excite(self.squeeze(x.mean((2, 3))).relu()).sigmoid()",
        ("gate = self.excite(self.squeeze(x.mean((3, 2))).relu()).sigmoid()",),
        "a mean over two axes takes them in any order",
    ),
    Equivalent(
        "pareto_front",
        _FRONT,
        (_FRONT.replace("row[1]", "row[2]"),),
        "along the front the accuracy rises with the cost",
    ),
)
