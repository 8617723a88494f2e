"""The declarations of 01_convolution do what they claim, by oracles from other hands."""

from functools import cache

import pytest

from autograder.checks import gate
from autograder.checks.convolution import ASSIGNMENT
from autograder.exercise import Exercise
from tests.checks.oracles_convolution import ORACLES
from visionlab.checking.codec import pack
from visionlab.checking.compare import difference
from visionlab.checking.judge import same_answer
from visionlab.checking.probing import Answer
from visionlab.checking.reading import forbidden_use

SEEDS = range(30)
FEW_SEEDS = range(3)
EXERCISES = pytest.mark.parametrize("exercise", ASSIGNMENT.exercises, ids=lambda e: e.name)
Seed = int | str

# What one mistake costs when all else is right. "all together" needs everything at once.
COSTS = {
    ("conv_out", "pads_one_end"): {"padding", "all together"},
    ("conv_out", "stretches_every_tap"): {"dilation", "all together"},
    ("conv_out", "goes_negative"): {"kernel too large"},
    ("conv2d_naive", "flips"): {"values"},
    ("conv2d_naive", "takes_images_for_squares"): {"image shape"},
    ("conv2d_naive", "default_type"): {"dtype and memory"},
    ("conv2d", "ignores_padding"): {"padding", "all together"},
    ("conv2d", "pads_two_sides"): {"padding", "all together"},
    ("conv2d", "ignores_stride"): {"stride", "all together"},
    ("conv2d", "ignores_dilation"): {"dilation", "all together"},
    ("conv2d", "dilated_kernel_too_long"): {"dilation", "all together"},
    ("conv2d", "flips_the_kernel"): {"values", "all together"},
    ("conv2d", "forgets_bias"): {"bias", "all together"},
    ("conv2d", "square_images_only"): {"shapes", "all together"},
    ("conv2d", "always_float32"): {"dtype and memory"},
    ("conv2d", "views_any_memory"): {"dtype and memory"},
    ("conv_nhwc", "nhwc_without_stride"): {"stride"},
    ("param_counts", "does_not_share"): {"convolution", "all three"},
    ("conv_macs", "macs_ignore_padding"): {"padding"},
    ("receptive_field", "ignores_dilations"): {"dilation", "all together"},
    ("conv_matrix", "wraps_around_the_edge"): {"padding", "all together"},
    ("conv_transpose2d", "square_inputs_only"): {"shapes"},
    ("conv_transpose2d", "float32_canvas"): {"dtype and memory"},
    ("maxpool2d", "last_on_ties"): {"ties"},
    ("maxpool2d", "starts_at_zero"): {"negative values"},
    ("max_unpool", "adds_repeated"): {"overlapping windows"},
    ("conv3d", "cubes_only"): {"shapes"},
}


@cache
def _notebook() -> gate.Namespace:
    return gate.stand_in(ASSIGNMENT)


@cache
def _right(name: str, seed: Seed) -> tuple[list[gate.Case], list[Answer]]:
    """The cases of an exercise for a seed, and what the oracle answers."""
    cases = gate.drawn_cases(ASSIGNMENT.exercise(name), seed)
    right = gate.answers(gate.unguarded(cases), ORACLES)
    assert all(not a.error and not a.changed for a in right), right
    return cases, right


@cache
def _mistaken(name: str, seed: Seed) -> dict[str, list[Answer]]:
    """What each misconception of an exercise answers to the cases of a seed."""
    cases, _ = _right(name, seed)
    return {
        m.name: gate.answers(cases, gate.define(m.source, _notebook()))
        for m in ASSIGNMENT.exercise(name).misconceptions
    }


def test_points_and_exercises() -> None:
    assert ASSIGNMENT.points == 20
    assert sorted(e.name for e in ASSIGNMENT.exercises) == sorted(ORACLES)


@EXERCISES
def test_counts(exercise: Exercise) -> None:
    names = [m.name for m in exercise.misconceptions]
    assert len(set(names)) == len(names) >= (5 if exercise.points >= 2 else 3)
    assert len({a.name for a in exercise.alternatives}) == len(exercise.alternatives) >= 3
    assert 2 <= len(exercise.facets) <= 10
    assert all(m.hint and m.more for m in exercise.misconceptions)


@EXERCISES
def test_goldens_are_right(exercise: Exercise) -> None:
    for case, expected in gate.golden_cases(exercise):
        (answer,) = gate.answers(gate.unguarded([case]), ORACLES)
        assert not answer.error, answer
        assert difference(expected, answer.value) is None


@EXERCISES
@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_alternatives_are_right(exercise: Exercise, seed: int) -> None:
    """With every call guarded: a forbidden operator or a changed input is a wrong answer too."""
    cases, right = _right(exercise.name, seed)
    for alternative in exercise.alternatives:
        given = gate.answers(cases, gate.define(alternative.source, _notebook()))
        wrong = [
            (alternative.name, c.facet, g.error or difference(r.value, g.value) or g.changed)
            for c, r, g in zip(cases, right, given, strict=True)
            if not gate.agree(r, g)
        ]
        assert not wrong


@EXERCISES
def test_every_misconception_fails_for_every_seed(exercise: Exercise) -> None:
    for misconception in exercise.misconceptions:
        namespace = gate.define(misconception.source, _notebook())
        unseen = [seed for seed in SEEDS if not _fails(exercise.name, seed, namespace)]
        assert not unseen, misconception.name


def _fails(name: str, seed: Seed, namespace: gate.Namespace) -> bool:
    """Whether the code is wrong on some case; stops at the first."""
    cases, right = _right(name, seed)
    return any(
        not gate.agree(r, gate.answers([case], namespace)[0])
        for case, r in zip(cases, right, strict=True)
    )


@EXERCISES
@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_misconceptions_are_told_apart(exercise: Exercise, seed: int) -> None:
    """Each pair differs on some case; two wrong answers that agree would share a hint."""
    _, right = _right(exercise.name, seed)
    given = _mistaken(exercise.name, seed)
    names = list(given)
    alike = [
        (a, b)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if all(
            same_answer(x, y) or (gate.agree(r, x) and gate.agree(r, y))
            for r, x, y in zip(right, given[a], given[b], strict=True)
        )
    ]
    assert not alike


@pytest.mark.parametrize("seed", FEW_SEEDS)
@pytest.mark.parametrize(("name", "mistake"), COSTS)
def test_a_mistake_costs_its_own_facets_only(name: str, mistake: str, seed: int) -> None:
    cases, right = _right(name, seed)
    lost = gate.lost_facets(cases, right, _mistaken(name, seed)[mistake])
    assert set(lost) == COSTS[name, mistake]


@EXERCISES
def test_misconceptions_run_without_forbidden_calls(exercise: Exercise) -> None:
    for given in _mistaken(exercise.name, 0).values():
        assert all(answer.error != "ForbiddenCall" for answer in given)
    sources = [m.source for m in exercise.misconceptions]
    for source in (*sources, *(a.source for a in exercise.alternatives)):
        assert forbidden_use([gate.IMPORTS, source], exercise.name, exercise.forbidden) == ""


@pytest.mark.parametrize("name", [n for n in ORACLES if n not in ("conv_out", "param_counts")])
def test_ready_made_operators_are_noticed(name: str) -> None:
    """The oracles that call torch's own layers are caught at least by what runs."""
    by_torch = {"conv2d", "conv_nhwc", "conv_params", "conv_macs", "conv_matrix", "conv1d"}
    by_torch |= {"conv_transpose2d", "conv3d", "maxpool2d", "avgpool", "unpool_nearest"}
    by_torch |= {"bed_of_nails", "receptive_field"}
    cases, _ = _right(name, 0)
    errors = {answer.error for answer in gate.answers(cases, ORACLES)}
    assert ("ForbiddenCall" in errors) == (name in by_torch - {"conv_params"})


def test_a_hint_on_padding_names_it() -> None:
    hints = {m.name: m.hint for m in ASSIGNMENT.exercise("conv2d").misconceptions}
    assert "padding" in hints["ignores_padding"]


def test_public_data_is_light() -> None:
    """Inputs, right answers and the answers of misconceptions stay under 300 KB together."""
    data = []
    for name in ORACLES:
        cases, right = _right(name, "public")
        wrong = [
            [a.to_plain() for a, r in zip(given, right, strict=True) if not gate.agree(r, a)]
            for given in _mistaken(name, "public").values()
        ]
        data.append([[c.question.inputs for c in cases], [r.value for r in right], wrong])
    assert len(pack(data)) < 300_000


def test_tensors_are_small() -> None:
    for exercise in ASSIGNMENT.exercises:
        for case in gate.drawn_cases(exercise, "size"):
            for value in case.question.inputs.values():
                assert not hasattr(value, "numel") or value.numel() <= 200, case
