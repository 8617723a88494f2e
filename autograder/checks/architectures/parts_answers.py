# mypy: ignore-errors
"""factorised_conv, SEBlock, freeze: what goes wrong, and other right answers."""

import torch
from torch import nn

from autograder.checks.architectures.parts import SEBlock, factorised_conv, freeze


@factorised_conv.misconception(
    "The column comes before the row: the first convolution is 1 high and k wide.",
    "1 x k first, k x 1 second; kernel sizes are (rows, columns).",
)
def column_first(cin, cout, k):
    column = nn.Conv2d(cin, cout, (k, 1), padding=(k // 2, 0), bias=False)
    return nn.Sequential(column, nn.Conv2d(cout, cout, (1, k), padding=(0, k // 2), bias=False))


@factorised_conv.misconception(
    "The padding adds zeros along both axes; a 1 x k kernel needs them at left and right only.",
    "Give the padding as a pair, like the kernel's size.",
)
def pads_both_axes(cin, cout, k):
    row = nn.Conv2d(cin, cout, (1, k), padding=k // 2, bias=False)
    return nn.Sequential(row, nn.Conv2d(cout, cout, (k, 1), padding=k // 2, bias=False))


@factorised_conv.misconception(
    "The map gets smaller: the padding is missing.",
    "k // 2 zeros at both ends of the axis along which the kernel is long keep the size.",
)
def pads_nothing(cin, cout, k):
    row = nn.Conv2d(cin, cout, (1, k), bias=False)
    return nn.Sequential(row, nn.Conv2d(cout, cout, (k, 1), bias=False))


@factorised_conv.misconception(
    "The two convolutions have biases; without them the pair is one k x k kernel of rank 1.",
    "Build both with bias=False.",
)
def with_biases(cin, cout, k):
    row = nn.Conv2d(cin, cout, (1, k), padding=(0, k // 2))
    return nn.Sequential(row, nn.Conv2d(cout, cout, (k, 1), padding=(k // 2, 0)))


@factorised_conv.misconception(
    "A ReLU stands between the two; here nothing does.",
    "Only then is the pair one linear map, and comparable with a k x k convolution.",
)
def bent(cin, cout, k):
    row = nn.Conv2d(cin, cout, (1, k), padding=(0, k // 2), bias=False)
    column = nn.Conv2d(cout, cout, (k, 1), padding=(k // 2, 0), bias=False)
    return nn.Sequential(row, nn.ReLU(), column)


@factorised_conv.misconception(
    "The first convolution keeps cin channels; it goes to cout at once.",
    "cin to cout, then cout to cout.",
)
def widens_late(cin, cout, k):
    row = nn.Conv2d(cin, cin, (1, k), padding=(0, k // 2), bias=False)
    return nn.Sequential(row, nn.Conv2d(cin, cout, (k, 1), padding=(k // 2, 0), bias=False))


@factorised_conv.alternative
def same_padding(cin, cout, k):
    options = {"padding": "same", "bias": False}
    return nn.Sequential(
        nn.Conv2d(cin, cout, (1, k), **options), nn.Conv2d(cout, cout, (k, 1), **options)
    )


@factorised_conv.alternative
def named_layers(cin, cout, k):
    model = nn.Sequential()
    for name, inputs, shape in (("row", cin, (1, k)), ("column", cout, (k, 1))):
        padding = [(n - 1) // 2 for n in shape]
        model.add_module(name, nn.Conv2d(inputs, cout, shape, 1, padding, bias=False))
    return model


@factorised_conv.alternative
def padding_layers(cin, cout, k):
    p = k // 2
    row = [nn.ZeroPad2d((p, p, 0, 0)), nn.Conv2d(cin, cout, (1, k), bias=False)]
    column = [nn.ZeroPad2d((0, 0, p, p)), nn.Conv2d(cout, cout, (k, 1), bias=False)]
    return nn.Sequential(*row, *column)


@SEBlock.misconception(
    "The gate is added to the channels; it multiplies them.",
    "A gate of 1 leaves a channel as it is, a gate of 0 shuts it.",
)
class AddsTheGate(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.one, self.two = nn.Linear(c, c // r), nn.Linear(c // r, c)

    def forward(self, x):
        gate = self.two(self.one(x.mean((2, 3))).relu()).sigmoid()
        return x + gate[:, :, None, None]


@SEBlock.misconception(
    "Your gates compete: a softmax makes them sum to 1. Each channel has a gate of its own.",
    "A sigmoid lets several channels stay open at once.",
)
class GatesCompete(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.one, self.two = nn.Linear(c, c // r), nn.Linear(c // r, c)

    def forward(self, x):
        gate = self.two(self.one(x.mean((2, 3))).relu()).softmax(1)
        return x * gate[:, :, None, None]


@SEBlock.misconception(
    "Between the two layers the ReLU is missing.",
    "Two linear layers in a row are one.",
)
class NoRelu(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.one, self.two = nn.Linear(c, c // r), nn.Linear(c // r, c)

    def forward(self, x):
        return x * self.two(self.one(x.mean((2, 3)))).sigmoid()[:, :, None, None]


@SEBlock.misconception(
    "The gate comes out of the block itself; the input scaled by it is asked for.",
    "Multiply x by the gates, one number for each channel.",
)
class OnlyTheGate(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.one, self.two = nn.Linear(c, c // r), nn.Linear(c // r, c)

    def forward(self, x):
        gate = self.two(self.one(x.mean((2, 3))).relu()).sigmoid()
        return gate[:, :, None, None].expand_as(x)


@SEBlock.misconception(
    "The squeeze takes the maximum of each map; it averages.",
    "Global average pooling: the mean over both axes of the map.",
)
class SqueezesByMaximum(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.one, self.two = nn.Linear(c, c // r), nn.Linear(c // r, c)

    def forward(self, x):
        gate = self.two(self.one(x.amax((2, 3))).relu()).sigmoid()
        return x * gate[:, :, None, None]


@SEBlock.misconception(
    "The two layers have no biases.",
    "nn.Linear adds them unless told not to.",
)
class WithoutBiases(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.one = nn.Linear(c, c // r, bias=False)
        self.two = nn.Linear(c // r, c, bias=False)

    def forward(self, x):
        gate = self.two(self.one(x.mean((2, 3))).relu()).sigmoid()
        return x * gate[:, :, None, None]


@SEBlock.alternative
class ByConvolutions(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        layers = [nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c // r, 1), nn.ReLU()]
        self.gate = nn.Sequential(*layers, nn.Conv2d(c // r, c, 1), nn.Sigmoid())

    def forward(self, x):
        return self.gate(x) * x


@SEBlock.alternative
class ByEinsum(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        self.down, self.up = nn.Linear(c, c // r), nn.Linear(c // r, c)

    def forward(self, x):
        mean = torch.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3])
        hidden = torch.clamp(mean @ self.down.weight.T + self.down.bias, min=0)
        scores = hidden @ self.up.weight.T + self.up.bias
        return torch.einsum("nchw,nc->nchw", x, 1 / (1 + torch.exp(-scores)))


@SEBlock.alternative
class InOneSequence(nn.Module):
    def __init__(self, c, r):
        super().__init__()
        hidden = c // r
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(c, hidden),
            nn.ReLU(),
            nn.Linear(hidden, c),
            nn.Sigmoid(),
            nn.Unflatten(1, (c, 1, 1)),
        )

    def forward(self, x):
        return x * self.gate(x)


@freeze.misconception(
    "Setting requires_grad on a module does nothing: it is an attribute of each parameter.",
    "Go through the parameters, or use the module's method that ends with an underscore.",
)
def attribute_of_the_module(model, trainable):
    model.requires_grad = False
    trainable.requires_grad = True


@freeze.misconception(
    "What was frozen before stays frozen: the trainable part must be set to True again.",
    "Set both values, whatever they were.",
)
def only_freezes(model, trainable):
    own = {id(p) for p in trainable.parameters()}
    for p in model.parameters():
        if id(p) not in own:
            p.requires_grad = False


@freeze.misconception(
    "The two values are exchanged: the given part learns, the others do not.",
    "requires_grad=True means that the parameter gets a gradient.",
)
def the_other_way_round(model, trainable):
    model.requires_grad_(True)
    trainable.requires_grad_(False)


@freeze.misconception(
    "Everything is frozen in the end, the trainable part too: it lies inside the model.",
    "Freeze the model first, then let the part learn.",
)
def freezes_last(model, trainable):
    for p in trainable.parameters():
        p.requires_grad = True
    for p in model.parameters():
        p.requires_grad = False


@freeze.misconception(
    "Only convolutions and linear layers are frozen; batch normalisation has parameters too.",
    "Go through all the parameters instead of asking for kinds of layers.",
)
def forgets_batch_norm(model, trainable):
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.requires_grad_(False)
    trainable.requires_grad_(True)


@freeze.alternative
def by_identity(model, trainable):
    own = {id(p) for p in trainable.parameters()}
    for p in model.parameters():
        p.requires_grad = id(p) in own


@freeze.alternative
def two_loops(model, trainable):
    for p in model.parameters():
        p.requires_grad_(False)
    for p in trainable.parameters():
        p.requires_grad_(True)


@freeze.alternative
def module_by_module(model, trainable):
    inside = set(trainable.modules())
    for module in model.modules():
        for p in module.parameters(recurse=False):
            p.requires_grad = module in inside
