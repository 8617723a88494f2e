"""Rows of a network's table."""

import pytest

from visionlab.layers import conv, fc, norm, pool


def test_rows_are_plain_dicts_with_their_kind() -> None:
    geometry = {"K": 11, "stride": 4, "pad": 0, "groups": 1}
    assert conv("C1", 96, 11, stride=4) == {"kind": "conv", "name": "C1", "filters": 96, **geometry}
    assert conv("C2", 8, 5, pad=2)["pad"] == 2
    assert pool("P", 3, 2) == {"kind": "pool", "name": "P", "K": 3, "stride": 2, "pad": 0}
    assert norm("N") == {"kind": "norm", "name": "N"}
    assert fc("F", 10) == {"kind": "fc", "name": "F", "outputs": 10}


def test_filters_must_divide_into_groups() -> None:
    assert conv("C", 6, 3, groups=3)["groups"] == 3
    with pytest.raises(ValueError, match="6 filters cannot be split into 4 equal groups"):
        conv("C", 6, 3, groups=4)
