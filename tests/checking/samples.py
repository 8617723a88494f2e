"""Small records and plain values that the tests of checking share."""

from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from visionlab.checking.forbidden import NOTHING, Forbidden
from visionlab.checking.probing import Answer
from visionlab.checking.records import CaseRecord, ExerciseRecord, Hint

DTYPES = [
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.uint16,
    torch.uint32,
    torch.uint64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.complex128,
]
SHAPES = [(), (0,), (1,), (3,), (2, 0, 3), (2, 3), (1, 2, 3, 4), (2, 3, 4, 5)]


def filled(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """A tensor of small numbers, 0 and 1 for bool."""
    return (torch.arange(int(np.prod(shape))) % 3).reshape(shape).to(dtype)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """Tensors of all dtypes, some with NaN and infinities, some strided."""
    x = filled(draw(st.sampled_from(SHAPES)), draw(st.sampled_from(DTYPES)))
    if x.numel() and (x.is_floating_point() or x.is_complex()):
        x.view(-1)[0] = draw(st.sampled_from([0.0, torch.nan, torch.inf, -torch.inf, 6e4]))
    if draw(st.booleans()):
        return torch.stack([x, x], dim=-1)[..., 0]
    return x


numbers = st.one_of(
    st.booleans(), st.integers(-(2**70), 2**70), st.integers(-(10**350), 10**350), st.floats()
)
scalars = st.one_of(st.none(), numbers, st.text(max_size=8))
arrays = st.one_of(
    tensors(),
    tensors().filter(lambda x: x.dtype != torch.bfloat16).map(lambda x: x.numpy()),
)
plain = st.recursive(
    st.one_of(scalars, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(scalars, inner, max_size=3),
    ),
    max_leaves=8,
)

X = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
HINTS = {
    "adds": Hint("You add where you should multiply.", "Replace `+` by `*`."),
    "doubles": Hint("You always double.", "Use `factor`, not 2."),
}


def case(facet: str, factor: float, *, public: bool = True, **kw: Any) -> CaseRecord:
    """A case of scale(x, factor), with what the two known mistakes answer."""
    mistakes = {
        name: Answer(value=value)
        for name, value in {"adds": X + factor, "doubles": X * 2.0}.items()
        if not torch.equal(value, X * factor)
    }
    inputs = {"x": X, "factor": factor}
    return CaseRecord(facet, public, kw.pop("source", ""), inputs, "", X * factor, mistakes, **kw)


def scale_record(*cases: CaseRecord, forbidden: Forbidden = NOTHING) -> ExerciseRecord:
    """The exercise scale(x, factor): 4 points, three quarters of them for "values"."""
    given = list(cases) or [case("values", 3.0), case("negative", -2.0)]
    weights = {c.facet: 3.0 if c.facet == "values" else 1.0 for c in given}
    return ExerciseRecord("scale", 4.0, forbidden, weights, HINTS, given)
