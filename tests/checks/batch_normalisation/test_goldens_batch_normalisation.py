"""The golden numbers of the lectures, B13 and B29, from the solution's own functions."""

import pytest
import torch
from torch import Tensor

from autograder.reference import Namespace, reference_namespace
from tests.checks.gate import REPOSITORY


@pytest.fixture(scope="module")
def solution() -> Namespace:
    return reference_namespace(REPOSITORY.source("03_batch_normalisation"))


@pytest.fixture
def quartet() -> Tensor:
    """The four examples of B13."""
    return torch.tensor([[1, 2], [3, 6], [5, 10], [7, 14]], dtype=torch.float64)


def test_b13_the_normalised_columns(solution: Namespace, quartet: Tensor) -> None:
    y = solution["batchnorm_forward"](quartet, torch.ones(2).double(), torch.zeros(2).double())
    column = ["-1.3416394449", "-0.4472131483", "0.4472131483", "1.3416394449"]
    assert [f"{v:.10f}" for v in y[:, 0]] == column
    # Four times the variance: epsilon weighs less, so the second column is a little longer.
    assert torch.all(y[2:, 1] > y[2:, 0])


def test_b13_means_and_variances(solution: Namespace, quartet: Tensor) -> None:
    """A beta that is the mean and a gamma that is the root give x back but for epsilon."""
    mean, var = torch.tensor([4.0, 8]).double(), torch.tensor([5.0, 20]).double()
    y = solution["batchnorm_forward"](quartet, var.sqrt(), mean, eps=0.0)
    assert torch.allclose(y, quartet, rtol=0, atol=1e-12)


def test_b13_running_values_after_one_step(solution: Namespace, quartet: Tensor) -> None:
    bn = solution["BatchNorm2d"](2)
    bn(quartet.float()[:, :, None, None], True)
    assert torch.allclose(bn.running_mean, torch.tensor([0.4, 0.8]))
    assert [f"{v:.4f}" for v in bn.running_var] == ["1.5667", "3.5667"]


def test_b13_the_unbiased_variances(solution: Namespace, quartet: Tensor) -> None:
    bn = solution["BatchNorm2d"](2, momentum=1.0)
    bn(quartet.float()[:, :, None, None], True)
    assert [f"{v:.3f}" for v in bn.running_var] == ["6.667", "26.667"]
    solution["recompute_stats"](bn, [quartet[:3, :, None, None], quartet[3:, :, None, None]])
    assert [f"{v:.3f}" for v in bn.running_var] == ["6.667", "26.667"]


def test_b13_the_gradients_of_a_feature_sum_to_nothing(
    solution: Namespace, quartet: Tensor
) -> None:
    """What row A75 asks of the backward pass, on the same examples."""
    g = torch.tensor([[1.0, 0], [0, 2], [3, 1], [0, 0]]).double()
    dx, dgamma, dbeta = solution["batchnorm_backward"](g, quartet, torch.tensor([2.0, 3]).double())
    assert torch.allclose(dx.sum(0), torch.zeros(2).double(), rtol=0, atol=1e-12)
    assert dbeta.tolist() == [4, 3]
    assert abs(dgamma[0].item()) < 1e-12  # once -3 and three times 1, over the root of 5


def test_b29_the_table_of_steps(solution: Namespace) -> None:
    steps = {"plain": 31.0, "BN": 13.3, "BN x5": 2.1, "BN x30": 2.7, "BN x5 sigmoid": None}
    speed_ups = solution["speed_ups"](steps)
    assert speed_ups.pop("BN x5 sigmoid") is None
    assert {name: f"{s:.2f}" for name, s in speed_ups.items()} == {
        "plain": "1.00",
        "BN": "2.33",
        "BN x5": "14.76",
        "BN x30": "11.48",
    }


def test_b29_the_accuracy_all_are_measured_at(solution: Namespace) -> None:
    """72.2 % is where the plain run ends; the run with sigmoids stops at 69.8 %."""
    ends = {"plain": 0.722, "BN": 0.727, "BN x5": 0.730, "BN x30": 0.748, "BN x5 sigmoid": 0.698}
    reached = {name: solution["steps_to"]([7], [end], 0.722) for name, end in ends.items()}
    assert [name for name, step in reached.items() if step is None] == ["BN x5 sigmoid"]
