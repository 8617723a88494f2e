# mypy: disable-error-code="no-untyped-def"
"""What the five activations of one tensor are asked alike: forward and backward in one function."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checks.backpropagation.forbidden import READY_MADE
from autograder.checks.convolution.inputs import whole
from autograder.draw import Draw, channels_last, strided
from autograder.exercise import Exercise, Inputs


def activation_exercise(
    name: str, *, stars: int, minutes: int, lecture: Sequence[float], **options: float
) -> Exercise:
    """An exercise `def name(x, g, ...): return y, dx` of half a point with its common facets.

    lecture: the values at -2, -1, 0, 1, 2 in lectures 000 and 001, to 6 digits; options: what
    further arguments the common cases give.
    """
    exercise = Exercise(name, points=0.5, stars=stars, minutes=minutes, forbidden=READY_MADE)
    for facet, weight, probe, build in (
        ("output", 2, output, _forward_cases),
        ("local gradient", 1, gradient, _local_cases),
        ("upstream gradient", 1, gradient, _upstream_cases),
        ("large values", 1, both, _large_cases),
        ("dtype, memory, inputs kept", 0.5, as_given, _type_cases),
    ):
        exercise.cases(facet, weight=weight, probe=probe)(_of(name, build, options))
    x = torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0])
    exercise.golden(
        "output",
        "the formula of lectures 000 and 001 at -2, -1, 0, 1, 2",
        {"layer": name, "x": x, "g": torch.ones(5), **options},
        expected=torch.tensor(lecture),
    )
    return exercise


# All but the last give copies away, so that an answer which changes its input loses one facet only.
def output(student, layer, x, g, **options):
    return getattr(student, layer)(x=x.clone(), g=g.clone(), **options)[0]


def gradient(student, layer, x, g, **options):
    return getattr(student, layer)(x=x.clone(), g=g.clone(), **options)[1]


def both(student, layer, x, g, **options):
    y, dx = getattr(student, layer)(x=x.clone(), g=g.clone(), **options)
    return {"y": y, "dx": dx}


def as_given(student, layer, x, g, **options):
    y, dx = getattr(student, layer)(x=x, g=g, **options)
    return {"y": y, "shape of dx": list(dx.shape), "dtype of dx": str(dx.dtype)}


def quarters(draw: Draw, *shape: int) -> torch.Tensor:
    """Numbers from -2 to 2 in steps of 1/4 without 0, at least one of either sign, float32."""
    x = whole(draw, *shape) * draw.integers(*shape, low=1, high=2, dtype=torch.float32)
    x.view(-1)[0] = -x.view(-1)[1].abs()
    x.view(-1)[1] = x.view(-1)[1].abs()
    return x / 4


def with_option(draw: Draw, layer: str, option: str, values: list[float]) -> Iterator[Inputs]:
    """The layer on random inputs, once for each value of an option."""
    for value in values:
        yield {
            "layer": layer,
            "x": quarters(draw, 5),
            "g": _with_both_signs(draw, 5),
            option: value,
        }


def _of(name, build, options):
    def cases(draw: Draw) -> Iterator[Inputs]:
        for inputs in build(draw):
            yield {"layer": name, **inputs, **options}

    return cases


def _forward_cases(draw: Draw) -> Iterator[Inputs]:
    yield {"x": quarters(draw, 6), "g": whole(draw, 6)}
    yield {"x": quarters(draw, 2, 3), "g": whole(draw, 2, 3)}


def _local_cases(draw: Draw) -> Iterator[Inputs]:
    yield {"x": quarters(draw, 6), "g": torch.ones(6)}
    yield {"x": quarters(draw, 3, 2), "g": torch.ones(3, 2)}


def _upstream_cases(draw: Draw) -> Iterator[Inputs]:
    yield {"x": quarters(draw, 6), "g": _with_both_signs(draw, 6)}
    yield {"x": quarters(draw, 2, 3), "g": _with_both_signs(draw, 2, 3)}


def _with_both_signs(draw: Draw, *shape: int) -> torch.Tensor:
    """Whole numbers of either sign, none of them 1 or -1, the first two of different sign."""
    g = whole(draw, *shape)
    g = g + g.sign()
    g.view(-1)[1] = -g.view(-1)[0].sign() * g.view(-1)[1].abs()
    return g


def _large_cases(draw: Draw) -> Iterator[Inputs]:
    yield {"x": torch.tensor([-1000.0, 1000.0, -100.0, 100.0]), "g": whole(draw, 4)}


def _type_cases(draw: Draw) -> Iterator[Inputs]:
    x = draw.reals(2, 3)
    yield {"x": x, "g": draw.reals(2, 3)}
    yield {"x": strided(quarters(draw, 2, 3)), "g": strided(whole(draw, 2, 3))}
    yield {"x": quarters(draw, 3, 2).T, "g": whole(draw, 2, 3)}
    yield {"x": channels_last(quarters(draw, 1, 2, 2, 3)), "g": whole(draw, 1, 2, 2, 3)}
