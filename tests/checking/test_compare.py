"""Answers are compared by type, shape, dtype and values, in that order, and never with an error."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given

from tests.checking.samples import DTYPES, filled, numbers, plain, tensors
from visionlab.checking.codec import Foreign, pack, unpack
from visionlab.checking.compare import Kind, difference, tolerance

EXPECTED = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def kind(expected: Any, got: Any) -> Kind | None:
    found = difference(expected, got)
    return None if found is None else found.kind


@pytest.mark.parametrize(
    ("got", "expected_kind"),
    [
        ([[1, 2, 3], [4, 5, 6]], Kind.TYPE),
        (EXPECTED.numpy(), Kind.TYPE),
        (None, Kind.TYPE),
        (EXPECTED.T.double() + 1, Kind.SHAPE),
        (EXPECTED[:1], Kind.SHAPE),  # it would broadcast
        (EXPECTED[None], Kind.SHAPE),
        (EXPECTED.double() + 1, Kind.DTYPE),
        (EXPECTED.to(torch.complex64), Kind.DTYPE),
        (EXPECTED.long(), Kind.DTYPE),
        (EXPECTED + 1, Kind.VALUES),
        (EXPECTED.clone(), None),
    ],
)
def test_the_first_kind_of_difference_is_told(got: Any, expected_kind: Kind | None) -> None:
    assert kind(EXPECTED, got) == expected_kind


@pytest.mark.parametrize(
    ("got", "words", "detail"),
    [
        (None, "a torch.Tensor is expected, your answer is None (is a return missing?)", ""),
        (
            Foreign("Net"),
            "a torch.Tensor is expected, your answer is an object of type Net",
            "",
        ),
        (EXPECTED[:, :2], "the shape is (2, 2), expected (2, 3)", ""),
        (torch.zeros([1] * 30), "the shape is one of 30 dimensions, expected (2, 3)", ""),
        (EXPECTED.double(), "the dtype is float64, expected float32", ""),
        (
            EXPECTED + torch.tensor([[0, 0, 0], [0, -7, 2.0]]),
            "2 of 6 entries differ",
            "worst at [1, 1]: expected 5, got -2",
        ),
        (
            EXPECTED + torch.tensor([[0, 0, 6.0], [0, 0, 0]]),
            "1 of 6 entries differ",
            "at [0, 2]: expected 3, got 9",
        ),
        (EXPECTED * torch.nan, "6 of 6 entries differ, some are not a number (NaN)", ""),
    ],
)
def test_words_are_those_a_student_knows(got: Any, words: str, detail: str) -> None:
    found = difference(EXPECTED, got)
    assert found is not None and found.words == words
    assert not detail or found.detail == detail


def test_single_values_are_told_without_a_place() -> None:
    found = difference(torch.tensor(2.0), torch.tensor(torch.nan))
    assert found is not None
    assert found.words == "the value differs: it is not a number (NaN)"
    assert found.detail == "expected 2, got nan"


def test_as_many_digits_as_it_takes() -> None:
    found = difference(torch.tensor([1 / 3]).double(), torch.tensor([1 / 3]).double() + 1e-8)
    assert found is not None and found.detail == "at [0]: expected 0.333333343, got 0.333333353"
    found = difference(torch.tensor([2**62]), torch.tensor([2**62 + 1]))
    assert found is not None and found.detail.endswith(f"expected {2**62}, got {2**62 + 1}")


@pytest.mark.parametrize(
    ("dtype", "inside", "outside"),
    [
        (torch.float64, 0.9e-10, 1.2e-10),
        (torch.float32, 0.9e-4, 1.2e-4),
        (torch.float16, 1.4e-2, 1.9e-2),
        (torch.bfloat16, 1.3e-2, 2.4e-2),
        (torch.complex128, 0.9e-10, 1.2e-10),
    ],
    ids=str,
)
def test_tolerance_follows_the_dtype(dtype: torch.dtype, inside: float, outside: float) -> None:
    one = torch.ones(3, dtype=dtype)
    wide = torch.ones(3, dtype=torch.complex128 if dtype.is_complex else torch.float64)
    assert kind(one, (wide + inside).to(dtype)) is None
    assert kind(one, (wide + outside).to(dtype)) == Kind.VALUES


def test_tolerance_grows_with_the_largest_finite_entry_only() -> None:
    assert tolerance(torch.tensor([1000.0, 1])) == pytest.approx(0.1)
    assert tolerance(torch.tensor([0.001])) == pytest.approx(1e-4)
    assert tolerance(torch.tensor([torch.inf, torch.nan, 20])) == pytest.approx(2e-3)
    assert kind(torch.tensor([torch.inf, 20]), torch.tensor([torch.inf, 21])) == Kind.VALUES
    assert tolerance(torch.tensor([5])) == tolerance(torch.zeros(0)) == 0


def test_infinity_and_nan_are_right_where_expected_only() -> None:
    odd = torch.tensor([torch.inf, -torch.inf, torch.nan, 0.0])
    assert kind(odd, odd.clone()) is None
    for place in range(4):
        for wrong in (torch.inf, -torch.inf, torch.nan, 5.0):
            got = odd.clone()
            got[place] = wrong
            agree = torch.equal(got.nan_to_num(7), odd.nan_to_num(7))
            assert (kind(odd, got) is None) == agree


@pytest.mark.parametrize("dtype", [d for d in DTYPES if not d.is_floating_point], ids=str)
def test_whole_numbers_are_exact(dtype: torch.dtype) -> None:
    expected, got = filled((4,), dtype), filled((4,), dtype)
    assert kind(expected, got) is None
    got[0] = True
    assert kind(expected, got) == Kind.VALUES


@pytest.mark.parametrize(
    ("dtype", "expected", "got"),
    [(torch.uint8, 0, 255), (torch.int64, 2**63 - 1, -(2**63)), (torch.int8, -128, 127)],
)
def test_differences_do_not_overflow(dtype: torch.dtype, expected: int, got: int) -> None:
    wanted = torch.tensor([3, expected, 3], dtype=dtype)
    found = difference(wanted, torch.tensor([4, got, 4], dtype=dtype))
    assert found is not None and found.words == "3 of 3 entries differ"
    assert found.detail == f"worst at [1]: expected {expected}, got {got}"


@pytest.mark.parametrize(
    ("expected", "got", "expected_kind"),
    [
        (3, 3, None),
        (3, np.int64(3), None),
        (3, torch.tensor(3), None),
        (3, np.array(3), None),
        (3, 3.0, Kind.TYPE),  # / in place of //
        (1, True, Kind.TYPE),
        (3, "3", Kind.TYPE),
        (3, torch.tensor([3]), Kind.TYPE),
        (3, 4, Kind.VALUES),
        (3, 10**300, Kind.VALUES),
        (0.5, 0.5 + 1e-12, None),
        (0.5, np.float32(0.5), None),
        (2.0, 2, None),
        (2.0, 1j, Kind.TYPE),
        (2.0, torch.tensor(2j), Kind.TYPE),
        (2.0, 10**400, Kind.VALUES),
        (2.0, float("nan"), Kind.VALUES),
        (float("inf"), float("inf"), None),
        (float("inf"), -float("inf"), Kind.VALUES),
        (float("inf"), 1e300, Kind.VALUES),
        (float("nan"), float("nan"), None),
        (True, True, None),
        (True, np.True_, None),
        (True, torch.tensor(True), None),
        (True, 1, Kind.TYPE),
        (True, False, Kind.VALUES),
        (None, None, None),
        (None, 0, Kind.TYPE),
        ("valid", "valid", None),
        ("valid", "same", Kind.VALUES),
        ("valid", None, Kind.TYPE),
    ],
    ids=str,
)
def test_numbers_and_words(expected: Any, got: Any, expected_kind: Kind | None) -> None:
    assert kind(expected, got) == expected_kind


def test_containers_say_where_they_differ() -> None:
    expected = {"boxes": [EXPECTED, 3], "name": "a"}
    assert difference(expected, {"boxes": (EXPECTED, 3), "name": "a"}) is None
    found = difference(expected, {"boxes": [EXPECTED, 4], "name": "a"})
    assert found is not None
    assert found.words == "entry 'boxes': value 1: the number is not the expected one"
    found = difference((1, 2), [1])
    assert found is not None and found.words == "there are 1 values, expected 2"
    found = difference({"a": 1}, {"b": 1})
    assert found is not None and found.words == "the keys are 'b'; expected 'a'"
    assert kind({"a": 1}, [1]) == kind([1], {"a": 1}) == kind([1], torch.ones(1)) == Kind.TYPE


def test_numpy_is_asked_for_by_name() -> None:
    expected = np.arange(3.0)
    assert difference(expected, np.arange(3.0)[::-1][::-1]) is None
    assert kind(expected, np.arange(3.0)[::-1]) == Kind.VALUES
    assert kind(expected, np.arange(3)) == Kind.DTYPE
    found = difference(expected, torch.arange(3.0))
    assert found is not None
    assert found.words == "a numpy array is expected, your answer is a torch.Tensor"


def test_empty_tensors_and_graphs() -> None:
    assert difference(torch.zeros(0, 3), torch.zeros(0, 3)) is None
    assert kind(torch.zeros(0, 3), torch.zeros(3, 0)) == Kind.SHAPE
    found = difference(EXPECTED, (EXPECTED + 1).requires_grad_())
    assert found is not None and found.got is not None and not found.got.requires_grad


def test_nothing_equals_what_could_not_cross() -> None:
    assert kind(Foreign("Net"), Foreign("Net")) == kind(Foreign("Net"), 1) == Kind.TYPE


def test_words_stay_short_whatever_comes() -> None:
    pairs: list[tuple[Any, Any]] = [
        ({"a": 1}, {"x" * 1000 + str(i): i for i in range(1000)}),
        ("a", "b" * 10_000),
        (1, -(10**390)),
        (EXPECTED, torch.zeros([1] * 2000)),
    ]
    for expected, got in pairs:
        found = difference(expected, got)
        assert found is not None and len(found.words + found.detail) < 400


@given(plain, plain)
def test_any_two_values_can_be_compared(expected: Any, got: Any) -> None:
    difference(expected, unpack(pack(got)))


@given(tensors(), tensors())
def test_any_two_tensors_of_a_shape_can_be_compared(expected: torch.Tensor, got: Any) -> None:
    value = got.flatten()[0].item() if got.numel() else 0
    complex_like = torch.full(expected.shape, value, dtype=torch.complex128)
    wide = complex_like if expected.is_complex() else complex_like.real
    difference(expected, wide.to(expected.dtype))


@given(numbers, numbers)
def test_any_two_numbers_can_be_compared(expected: Any, got: Any) -> None:
    agree = difference(expected, got) is None
    assert agree or expected != got or type(expected) is not type(got)


@given(plain)
def test_every_value_equals_itself(value: Any) -> None:
    assert difference(value, unpack(pack(value))) is None
