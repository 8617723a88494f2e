"""The declarations of 01_convolution do what they claim, by oracles from other hands."""

from functools import cache

import pytest

from autograder.checks.convolution import ASSIGNMENT
from autograder.checks.forbidden import CONVOLUTIONS, POOLING
from autograder.exercise import Exercise
from tests.checks import gate
from tests.checks.oracles_convolution import ORACLES
from visionlab.checking.codec import pack
from visionlab.checking.compare import difference
from visionlab.checking.judge import same_answer
from visionlab.checking.probing import FORBIDDEN, Answer
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
    ("conv2d_naive", "flips"): {"values", "lecture example"},
    ("conv2d_naive", "takes_images_for_squares"): {"image shape"},
    ("conv2d_naive", "default_type"): {"dtype and memory"},
    ("conv2d", "ignores_padding"): {"padding", "all together"},
    ("conv2d", "pads_two_sides"): {"padding", "all together"},
    ("conv2d", "ignores_stride"): {"stride", "all together"},
    ("conv2d", "ignores_dilation"): {"dilation", "all together"},
    ("conv2d", "dilated_kernel_too_long"): {"dilation", "all together"},
    ("conv2d", "flips_the_kernel"): {"values", "lecture example", "all together"},
    ("conv2d", "odd_kernels_only"): {"shapes", "lecture example", "all together"},
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

# Exercises whose oracle runs one of torch's own layers in every case.
BY_TORCH = ["conv2d", "conv_nhwc", "conv_macs", "conv_matrix", "conv_transpose2d", "maxpool2d"]
BY_TORCH += ["avgpool", "unpool_nearest", "bed_of_nails", "conv1d", "conv3d"]


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
    assert all(m.hint for m in exercise.misconceptions)
    told_once = any(f.hidden_only for f in exercise.facets)  # a graded question has no next try
    assert told_once or all(m.more for m in exercise.misconceptions)


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
        lost = gate.lost_facets(
            *_right(exercise.name, 0), _mistaken(exercise.name, 0)[misconception.name]
        )
        assert lost, misconception.name
        unseen = [s for s in SEEDS if not _fails(exercise.name, s, lost[0], namespace)]
        assert not unseen, misconception.name


def _fails(name: str, seed: int, facet: str, namespace: gate.Namespace) -> bool:
    """Whether the code is wrong on some case of a facet; stops at the first."""
    cases, right = _right(name, seed)
    return any(
        not gate.agree(r, gate.answers([case], namespace)[0])
        for case, r in zip(gate.unguarded(cases), right, strict=True)
        if case.facet == facet
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
    """On drawn cases, and on the lectures' too."""
    exercise = ASSIGNMENT.exercise(name)
    lost = set(gate.lost_facets(*_right(name, seed), _mistaken(name, seed)[mistake]))
    source = next(m.source for m in exercise.misconceptions if m.name == mistake)
    goldens = [case for case, _ in gate.golden_cases(exercise)]
    right = gate.answers(gate.unguarded(goldens), ORACLES)
    given = gate.answers(goldens, gate.define(source, _notebook()))
    assert lost | set(gate.lost_facets(goldens, right, given)) == COSTS[name, mistake]


@EXERCISES
def test_misconceptions_run_without_forbidden_calls(exercise: Exercise) -> None:
    for given in _mistaken(exercise.name, 0).values():
        assert all(answer.error != FORBIDDEN for answer in given)
    sources = [m.source for m in exercise.misconceptions]
    for source in (*sources, *(a.source for a in exercise.alternatives)):
        assert forbidden_use([gate.IMPORTS, source], exercise.name, exercise.forbidden) == ""


@pytest.mark.parametrize("name", BY_TORCH)
def test_ready_made_layers_are_noticed(name: str) -> None:
    cases, _ = _right(name, 0)
    assert all(answer.error == FORBIDDEN for answer in gate.answers(cases, ORACLES))


@pytest.mark.parametrize(
    "code",
    [
        "F.conv2d(x, w)",
        "torch.nn.functional.conv1d(x, w)",
        "torch.conv2d(x, w)",
        "torch.nn.Conv2d(3, 2, 3)(x)",
        "torch.nn.grad.conv2d_input((1, 1, 4, 4), w, x)",
        "torch.ops.aten.convolution(x, w)",
        "getattr(F, 'conv_transpose2d')(x, w)",
        "np.convolve(x, w)",
    ],
)
def test_ready_made_convolutions_are_read(code: str) -> None:
    cells = [gate.IMPORTS, f"def conv2d(x, w):\n    return {code}\n"]
    assert forbidden_use(cells, "conv2d", CONVOLUTIONS)


def test_own_functions_may_be_called_like_an_exercise() -> None:
    cells = [gate.IMPORTS, "def conv1d(x, w):\n    return conv2d(x, w)\n"]
    assert not forbidden_use(cells, "conv1d", CONVOLUTIONS)


@pytest.mark.parametrize(
    "code", ["F.max_pool2d(x, 2)", "torch.nn.AvgPool2d(2)(x)", "F.interpolate(x)", "F.conv2d(x, x)"]
)
def test_ready_made_pooling_is_read(code: str) -> None:
    cells = [gate.IMPORTS, f"def avgpool(x, k, s):\n    return {code}\n"]
    assert forbidden_use(cells, "avgpool", POOLING)


def test_a_hint_on_padding_names_it() -> None:
    hints = {m.name: m.hint for m in ASSIGNMENT.exercise("conv2d").misconceptions}
    assert "padding" in hints["ignores_padding"]


def test_public_data_is_light() -> None:
    """Inputs, right answers and the tensors of wrong ones: what ships beside the notebook."""
    data = []
    for name in ORACLES:
        cases, right = _right(name, "public")
        wrong = [
            a.value
            for given in _mistaken(name, "public").values()
            for a, r in zip(given, right, strict=True)
            if not gate.agree(r, a)
        ]
        data.append([[c.question.inputs for c in cases], [r.value for r in right], wrong])
    assert len(pack(data)) < 300_000


def test_tensors_are_small() -> None:
    for exercise in ASSIGNMENT.exercises:
        for case in gate.drawn_cases(exercise, "size"):
            for value in case.question.inputs.values():
                assert not hasattr(value, "numel") or value.numel() <= 200, case
