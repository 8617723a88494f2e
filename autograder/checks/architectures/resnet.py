# mypy: disable-error-code="no-untyped-def,name-defined"
"""make_resnet: the five depths, with the stride in either convolution of the bottleneck."""

from collections.abc import Iterator

from autograder.checks.architectures.forbidden import READY_MADE
from autograder.checks.architectures.inputs import whole
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

make_resnet = Exercise("make_resnet", points=2, stars=3, minutes=20, forbidden=READY_MADE)


def parameters(student, **inputs):
    with torch.device("meta"):
        model = student.make_resnet(**inputs)
        if any(isinstance(p, torch.nn.UninitializedParameter) for p in model.parameters()):
            model.eval()(torch.empty(1, 3, 64, 64))  # lazy layers take their shapes from an input
    return sum(p.numel() for p in model.parameters())


def convolutions(student, **inputs):
    """In no order: a block may compute its shortcut first or last."""
    from visionlab.checking.steps import steps

    found = steps(lambda: student.make_resnet(**inputs), 1, 3, 224, 224)
    return sorted(step.words() for step in found if len(step.weight) == 4)


def multiply_adds(student, **inputs):
    from visionlab.checking.steps import steps

    return sum(s.macs for s in steps(lambda: student.make_resnet(**inputs), 1, 3, 224, 224))


def output_shape(student, size, **inputs):
    with torch.device("meta"):
        model = student.make_resnet(**inputs).eval()
        return list(model(torch.empty(2, 3, *size)).shape)


def scores_of_18(student, x, classes):
    """Weights that depend on their shape alone, of a size that keeps the numbers small."""
    model = student.make_resnet(18, classes=classes)
    with torch.no_grad():
        for p in model.parameters():
            numbers = torch.arange(p.numel(), dtype=torch.float32).reshape(p.shape)
            if p.dim() == 1:
                p.copy_(numbers % 7 / 8 + 0.5)
            else:
                p.copy_((37 * numbers % 101 - 50) / (40 * p[0].numel() ** 0.5))
        return model.eval()(x.repeat(1, 1, 4, 4))  # 32 x 40 pixels


@make_resnet.cases("basic blocks", probe=convolutions)
def shallow(_draw: Draw) -> Iterator[Inputs]:
    yield from ({"depth": depth} for depth in (18, 34))


@make_resnet.cases("bottlenecks", probe=convolutions)
def deep(_draw: Draw) -> Iterator[Inputs]:
    yield {"depth": 50}


@make_resnet.cases("number of parameters", probe=parameters)
def totals(draw: Draw) -> Iterator[Inputs]:
    yield {"depth": draw.choice([18, 34, 50]), "classes": draw.integer(5, 50)}


@make_resnet.cases("stride_in", probe=multiply_adds)
def strides(_draw: Draw) -> Iterator[Inputs]:
    yield {"depth": 50, "stride_in": "3x3"}


@make_resnet.cases("output", probe=output_shape)
def scores(draw: Draw) -> Iterator[Inputs]:
    yield {"size": [64, 96], "depth": 18, "classes": draw.integer(5, 50)}
    yield {"size": [32, 32], "depth": 34}


@make_resnet.cases("values of ResNet-18", probe=scores_of_18)
def values(draw: Draw) -> Iterator[Inputs]:
    yield {"x": whole(draw, 1, 3, 8, 10), "classes": 5}


for depth, total in (
    (18, 11_689_512),
    (34, 21_797_672),
    (50, 25_557_032),
    (101, 44_549_160),
    (152, 60_192_808),
):
    make_resnet.golden("number of parameters", "lecture 004", {"depth": depth}, total)
