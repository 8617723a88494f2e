# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,misc,arg-type"
"""Answers to RPNHead, wrong and right."""

from torch import nn

from autograder.checks.detector_lab.head import rpn_head


@rpn_head.misconception(
    "The 3 x 3 convolution makes the map smaller: the border has no answer.",
    "A padding of one pixel keeps height and width under a 3 x 3 kernel.",
)
class WithoutPadding(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return self.objectness(hidden), self.deltas(hidden)


@rpn_head.misconception(
    "Two convolutions without ReLU between them are one: the head cannot tell more than a line.",
    "ReLU belongs between the 3 x 3 convolution and the two of 1 x 1.",
)
class WithoutRelu(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        hidden = self.window(features)
        return self.objectness(hidden), self.deltas(hidden)


@rpn_head.misconception(
    "Objectness is put between 0 and 1; asked for are logits, which the loss takes.",
    "Leave the sigmoid out: the last layer's output is the answer.",
)
class SigmoidAtTheEnd(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return self.objectness(hidden).sigmoid(), self.deltas(hidden)


@rpn_head.misconception(
    "Corrections go through a ReLU at the end: a box could never move to the left or shrink.",
    "The last layers have no activation; only the 3 x 3 convolution has one.",
)
class ReluAtTheEnd(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return F.relu(self.objectness(hidden)), F.relu(self.deltas(hidden))


@rpn_head.misconception(
    "Corrections come first in your answer, objectness second.",
    "forward returns (objectness, deltas).",
)
class CorrectionsFirst(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return self.deltas(hidden), self.objectness(hidden)


@rpn_head.misconception(
    "All anchors of a position share four corrections; each needs its own.",
    "A anchors with four numbers each are 4 * A channels.",
)
class FourForAllAnchors(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4, 1)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return self.objectness(hidden), self.deltas(hidden)


@rpn_head.misconception(
    "The corrections look at the features directly, past the 3 x 3 convolution.",
    "Both 1 x 1 convolutions take what the ReLU gives.",
)
class CorrectionsOfTheFeatures(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        return self.objectness(F.relu(self.window(features))), self.deltas(features)


@rpn_head.misconception(
    "Your objectness has two channels for each anchor, as for a softmax; one logit is asked for.",
    "Is there an object or not: one number says it.",
)
class TwoScoresEach(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness, self.deltas = nn.Conv2d(C, 2 * A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return self.objectness(hidden), self.deltas(hidden)


@rpn_head.misconception(
    "Objectness and corrections each have a 3 x 3 convolution of their own; they share one.",
    "Compute the hidden layer once and give it to both.",
)
class AWindowEach(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.one, self.other = (nn.Conv2d(C, C, 3, padding=1) for _ in "ab")
        self.objectness, self.deltas = nn.Conv2d(C, A, 1), nn.Conv2d(C, 4 * A, 1)

    def forward(self, features):
        objectness = self.objectness(F.relu(self.one(features)))
        return objectness, self.deltas(F.relu(self.other(features)))


@rpn_head.misconception(
    "The layers of 1 x 1 have no bias; an anchor could not say that it mostly sees background.",
    "All three convolutions have a bias, as nn.Conv2d has when nothing is said.",
)
class WithoutBias(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.window = nn.Conv2d(C, C, 3, padding=1)
        self.objectness = nn.Conv2d(C, A, 1, bias=False)
        self.deltas = nn.Conv2d(C, 4 * A, 1, bias=False)

    def forward(self, features):
        hidden = F.relu(self.window(features))
        return self.objectness(hidden), self.deltas(hidden)


@rpn_head.alternative
class InASequence(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(C, C, 3, padding="same"), nn.ReLU())
        self.regress = nn.Conv2d(C, A * 4, kernel_size=1)
        self.classify = nn.Conv2d(C, A, kernel_size=(1, 1))
        nn.init.normal_(self.classify.weight, std=0.01)
        nn.init.zeros_(self.classify.bias)

    def forward(self, features):
        hidden = self.trunk(features)
        return self.classify(hidden), self.regress(hidden)


@rpn_head.alternative
class Clamped(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(C, C, (3, 3), 1, (1, 1))])
        self.layers += [nn.Conv2d(C, 4 * A, 1), nn.Conv2d(C, A, 1)]

    def forward(self, features):
        hidden = self.layers[0](features).clamp(min=0)
        return self.layers[2](hidden), self.layers[1](hidden)


@rpn_head.alternative
class ByPaddingFirst(nn.Module):
    def __init__(self, C, A):
        super().__init__()
        self.pad, self.window = nn.ZeroPad2d(1), nn.Conv2d(C, C, 3)
        self.heads = nn.ModuleDict({"o": nn.Conv2d(C, A, 1), "d": nn.Conv2d(C, 4 * A, 1)})

    def forward(self, features):
        hidden = torch.relu(self.window(self.pad(features)))
        return [self.heads[name](hidden) for name in "od"]
