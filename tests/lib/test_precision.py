"""bfloat16 comes only where it pays and never where exactness was asked for."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from visionlab import exact_arithmetic, precision
from visionlab.precision import autocast, channels_last, fast_bfloat16


@pytest.fixture
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "fast_bfloat16", lambda kind: kind == "cpu")


def product(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return F.linear(torch.ones(1, 2, dtype=dtype), torch.ones(1, 2, dtype=dtype))


@pytest.mark.usefixtures("capable")
def test_products_run_in_bfloat16_where_that_pays() -> None:
    with autocast():
        assert product().dtype == torch.bfloat16
    assert product().dtype == torch.float32


@pytest.mark.usefixtures("capable")
def test_float64_is_never_touched() -> None:
    with autocast():
        assert product(torch.float64).dtype == torch.float64


@pytest.mark.usefixtures("capable")
def test_exactness_comes_first() -> None:
    with exact_arithmetic(), autocast():
        assert product().dtype == torch.float32


@pytest.mark.usefixtures("capable")
def test_a_device_without_it_computes_as_ever() -> None:
    with autocast("mps"):
        assert product().dtype == torch.float32


@pytest.mark.parametrize(
    ("capabilities", "fast"),
    [({"avx2": True}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True}, True)],
)
def test_a_processor_is_asked_for_its_instructions(
    capabilities: dict[str, bool], fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    fast_bfloat16.cache_clear()
    assert fast_bfloat16("cpu") is fast and not fast_bfloat16("mps")
    fast_bfloat16.cache_clear()


def test_the_layout_changes_no_result() -> None:
    torch.manual_seed(0)
    layer, image = nn.Conv2d(3, 8, 3), torch.rand(2, 3, 9, 9)
    before = layer(image)
    assert channels_last(layer) is layer
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(layer(image), before)
