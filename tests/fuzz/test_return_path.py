"""Whatever bytes come back from a sandbox, they are read or refused: some hundred inputs here,
and 100,000 by `make fuzz`."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.measuring import MEMORY_BOUND, MIB, measure
from tests.fuzz.targets import EscapedError, Target, targets

INPUTS = 150
HUGE_INPUTS = 10
NAMES = [target.name for target in targets() if "huge" not in target.name]


def named(name: str) -> Target:
    return next(target for target in targets() if target.name == name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_nothing_escapes_what_reads_from_a_sandbox(name: str) -> None:
    target = named(name)
    phases = (Phase.generate, Phase.shrink)
    few = settings(max_examples=INPUTS, phases=phases, suppress_health_check=list(HealthCheck))
    few(given(target.inputs)(target.take))()
    assert target.refused < target.taken, "no input went through"


def test_huge_messages_take_bounded_memory() -> None:
    measured = measure(named("codec.unpack, huge"), HUGE_INPUTS, first_seed=1)
    assert measured.problem == ""
    assert measured.taken >= HUGE_INPUTS
    assert measured.memory > MIB, "the measure is broken"


def broken(name: str, run: Callable[[bytes], None]) -> Target:
    target = named(name)
    target.run = run
    return target


def test_what_escapes_is_found() -> None:
    def panic(data: bytes) -> None:
        raise SystemExit("as a panic in Rust, no Exception")

    with pytest.raises(EscapedError):
        broken("codec.unpack", panic).take(b"")
    assert "SystemExit came out" in measure(broken("codec.unpack", panic), 5, 0).problem


def test_what_takes_too_much_memory_is_found() -> None:
    def hoard(data: bytes) -> None:
        bytearray(MEMORY_BOUND + 50 * MIB)[:: 2**12] = b"x" * ((MEMORY_BOUND + 50 * MIB) // 2**12)

    assert "MiB of memory" in measure(broken("codec.unpack", hoard), 2, 0).problem


def test_what_keeps_memory_is_found() -> None:
    kept: list[bytes] = []
    keep = broken("codec.unpack", lambda data: kept.append(b"x" * 300 * MIB))
    assert "MiB of memory were kept" in measure(keep, 4, 0).problem


def test_a_process_that_dies_is_found() -> None:
    assert "died" in measure(broken("codec.unpack", lambda data: os._exit(3)), 2, 0).problem
