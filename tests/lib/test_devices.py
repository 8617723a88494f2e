"""visionlab.devices: which device is chosen, and what exact_arithmetic sets and restores."""

from operator import attrgetter

import pytest
import torch

from visionlab.devices import OVERRIDE, best_device, describe, exact_arithmetic

PRECISIONS = attrgetter(
    "cuda.matmul.fp32_precision",
    "cudnn.conv.fp32_precision",
    "cudnn.rnn.fp32_precision",
    "mkldnn.matmul.fp32_precision",
    "mkldnn.conv.fp32_precision",
    "mkldnn.rnn.fp32_precision",
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> "Machine":
    monkeypatch.delenv(OVERRIDE, raising=False)
    return Machine(monkeypatch)


class Machine:
    """Makes torch believe in other hardware; without a call it has a CPU only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.has()

    def has(self, gpus: int = 0, mps: bool = False) -> None:
        self.monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
        self.monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        self.monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("gpus", "mps", "best"), [(0, False, "cpu"), (1, False, "cuda"), (0, True, "mps")]
)
def test_the_best_device_there_is(machine: Machine, gpus: int, mps: bool, best: str) -> None:
    machine.has(gpus, mps)
    assert best_device() == torch.device(best)


def test_a_preference_is_followed(machine: Machine) -> None:
    machine.has(gpus=2)
    assert best_device("cpu") == torch.device("cpu")
    assert best_device("cuda:1") == torch.device("cuda:1")


def test_the_environment_decides_over_a_preference(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has(gpus=1)
    monkeypatch.setenv(OVERRIDE, " CPU ")
    assert best_device("cuda") == torch.device("cpu")


def test_an_empty_environment_variable_decides_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has(gpus=1)
    monkeypatch.setenv(OVERRIDE, "")
    assert best_device() == torch.device("cuda")


def test_asking_for_the_cpu_leaves_cuda_alone(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started() -> bool:
        raise AssertionError("CUDA was asked, which starts its driver")

    monkeypatch.setattr(torch.cuda, "is_available", started)
    assert best_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize(
    ("name", "gpus", "says"),
    [
        ("gpu", 1, "no such device; use cpu, cuda"),
        ("meta", 1, "no such device"),
        ("cuda", 0, "this machine has none; use cpu"),
        ("mps", 1, "this machine has none; use cpu"),
        ("cuda:2", 2, "this machine has 2 of its kind"),
    ],
)
def test_what_is_not_there_is_refused_in_words(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str, gpus: int, says: str
) -> None:
    machine.has(gpus)
    with pytest.raises(ValueError, match=says) as preferred:
        best_device(name)
    assert repr(name) in str(preferred.value)
    monkeypatch.setenv(OVERRIDE, name)
    with pytest.raises(ValueError, match=f"^{OVERRIDE}={name}: .*{says}"):
        best_device()


def test_exact_arithmetic_sets_every_product_to_full_float32() -> None:
    with exact_arithmetic():
        assert set(PRECISIONS(torch.backends)) == {"ieee"}


def test_exact_arithmetic_restores_what_it_found_also_after_an_error() -> None:
    default = PRECISIONS(torch.backends)
    allowed = torch.backends.cuda.matmul.allow_tf32
    try:
        torch.set_float32_matmul_precision("medium")
        found = PRECISIONS(torch.backends)
        assert found != default
        with pytest.raises(ZeroDivisionError), exact_arithmetic():
            _ = 1 / 0
        assert PRECISIONS(torch.backends) == found
    finally:
        torch.set_float32_matmul_precision("highest")
    with exact_arithmetic():
        pass
    # Torch raises here if the older and the newer settings contradict each other.
    assert torch.backends.cuda.matmul.allow_tf32 == allowed
    assert isinstance(torch.backends.cudnn.allow_tf32, bool)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="TF32 is a matter of GPUs")
def test_a_convolution_on_the_gpu_is_exact_to_float32() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(8, 64, 32, 32, generator=generator, dtype=torch.float64)
    w = torch.randn(64, 64, 3, 3, generator=generator, dtype=torch.float64)
    with exact_arithmetic():
        y = torch.nn.functional.conv2d(x.float().cuda(), w.float().cuda())
    torch.testing.assert_close(
        y.cpu().double(), torch.nn.functional.conv2d(x, w), rtol=1e-4, atol=1e-4
    )


def test_the_cpu_is_described_with_threads_and_memory() -> None:
    assert describe(torch.device("cpu")).startswith(f"{torch.get_num_threads()} CPU threads (")


def test_memory_is_left_out_where_the_system_has_no_word_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("os.sysconf")
    assert describe(torch.device("cpu")).endswith(")")


def test_a_gpu_is_described_with_name_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Properties:
        name = "Some GPU"
        total_memory = 8 * 2**30

    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: Properties)
    assert describe(torch.device("cuda:1")) == "Some GPU (cuda:1), 8 GiB"
