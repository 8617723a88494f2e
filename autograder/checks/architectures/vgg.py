# mypy: disable-error-code="no-untyped-def,name-defined"
"""make_vgg: one column of the table; built on the meta device, where only shapes are computed."""

from collections.abc import Iterator

from autograder.checks.architectures.forbidden import READY_MADE
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs

make_vgg = Exercise("make_vgg", points=2.5, stars=2, minutes=20, forbidden=READY_MADE)


def convolutions(student, config):
    from visionlab.checking.steps import steps

    found = steps(lambda: student.make_vgg(config), 1, 3, 224, 224)
    return [step.words() for step in found if len(step.weight) == 4]


def fully_connected(student, **inputs):
    from visionlab.checking.steps import steps

    found = steps(lambda: student.make_vgg(**inputs), 1, 3, 224, 224)
    return [step.words() for step in found if len(step.weight) == 2]


def parameters(student, **inputs):
    with torch.device("meta"):
        model = student.make_vgg(**inputs)
        if any(isinstance(p, torch.nn.UninitializedParameter) for p in model.parameters()):
            model.eval()(torch.empty(1, 3, 224, 224))  # lazy layers take their shapes from an input
    return sum(p.numel() for p in model.parameters())


def rectified(student, config):
    """For every layer with weights: is there a ReLU before the next one?"""
    from visionlab.checking.steps import steps

    answers = []
    for step in steps(lambda: student.make_vgg(config), 1, 3, 224, 224):
        if step.weight:
            answers.append(False)
        elif step.rectifies:
            answers[-1] = True
    return answers


def normalised(student, config):
    """Behind which layers with weights is a local response normalisation, and at what size? Is
    it behind the ReLU; and has it the size 5, where it is torch's own?"""
    from visionlab.checking.steps import steps

    found, layer, bent, models = [], 0, False, []

    def build():
        models.append(student.make_vgg(config))
        return models[0]

    for step in steps(build, 1, 3, 224, 224):
        layer, bent = layer + bool(step.weight), step.rectifies or (bent and not step.weight)
        if step.normalises and layer <= 8:  # dropout, further on, divides too
            found.append([layer, *step.shape[-2:], bent])
    sizes = {m.size for m in models[0].modules() if isinstance(m, torch.nn.LocalResponseNorm)}
    return [found[:1], sizes <= {5}]


def pools(student, config):
    from visionlab.checking.steps import steps

    found = steps(lambda: student.make_vgg(config), 1, 3, 224, 224)
    kinds = {"max_pool2d_with_indices": "max", "amax": "max", "max": "max"}
    kinds |= {"avg_pool2d": "average", "mean": "average"}
    return [kinds[s.operator] for s in found if s.operator in kinds and s.shape[-1] > 1]


def output_shape(student, config, classes, batch):
    with torch.device("meta"):
        model = student.make_vgg(config, classes)
        return list(model(torch.empty(batch, 3, 224, 224)).shape)


def some_of(*names: str):
    """Cases with one configuration each."""

    def build(_draw: Draw) -> Iterator[Inputs]:
        yield from ({"config": name} for name in names)

    return build


make_vgg.cases("convolutions of A and B", probe=convolutions)(some_of("A", "B"))
make_vgg.cases("convolutions of C", probe=convolutions)(some_of("C"))
make_vgg.cases("convolutions of D and E", probe=convolutions)(some_of("D", "E"))
make_vgg.cases("A-LRN", probe=normalised)(some_of("A-LRN", "A", "B"))
make_vgg.cases("ReLU", probe=rectified)(some_of("A", "A-LRN", "D"))
make_vgg.cases("max pooling", weight=0.5, probe=pools)(some_of("A", "B"))


@make_vgg.cases("fully connected layers", probe=fully_connected)
def classifier(draw: Draw) -> Iterator[Inputs]:
    yield {"config": "A"}
    yield {"config": "D", "classes": draw.integer(5, 50)}


@make_vgg.cases("number of parameters", probe=parameters)
def totals(draw: Draw) -> Iterator[Inputs]:
    yield {"config": draw.choice(["A", "B"]), "classes": draw.integer(5, 50)}
    yield {"config": "C"}


@make_vgg.cases("output", weight=0.5, probe=output_shape)
def scores(draw: Draw) -> Iterator[Inputs]:
    yield {"config": "A", "classes": draw.integer(5, 50), "batch": draw.integer(2, 4)}


for config, total in (
    ("A", 132_863_336),
    ("B", 133_047_848),
    ("C", 133_638_952),
    ("D", 138_357_544),
    ("E", 143_667_240),
):
    make_vgg.golden("number of parameters", "lecture 004", {"config": config}, total)
