"""Demonstrations wait for stubs and hide nothing else."""

import pytest
import torch

from visionlab.demo import demo


def conv2d(x: torch.Tensor) -> torch.Tensor:
    raise NotImplementedError("write this one")


class Layer:
    def forward(self) -> None:
        raise NotImplementedError


def test_runs_at_once_and_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    @demo
    def picture() -> None:
        print("drawn")

    assert picture is None
    assert capsys.readouterr().out == "drawn\n"


def test_names_the_missing_function_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def through_another(x: torch.Tensor) -> torch.Tensor:
        return conv2d(x)

    @demo
    def picture() -> None:
        through_another(torch.zeros(1))

    said = capsys.readouterr().out
    assert said.startswith("This picture needs conv2d, which is not implemented yet")
    assert said.count("\n") == 1


def test_names_the_class_of_a_missing_method(capsys: pytest.CaptureFixture[str]) -> None:
    @demo
    def picture() -> None:
        Layer().forward()

    assert "needs Layer," in capsys.readouterr().out


def test_names_a_stub_written_inside_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    def pool() -> None:
        raise NotImplementedError

    demo(pool)
    assert "needs pool," in capsys.readouterr().out


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError):

        @demo
        def picture() -> None:
            print(1 / 0)


def test_a_kernel_missing_in_torch_is_an_error_to_see() -> None:
    def missing() -> None:
        # Sparse tensors have no roll: torch raises NotImplementedError from C++.
        torch.roll(torch.eye(2).to_sparse(), 1)

    with pytest.raises(NotImplementedError):
        missing()
    with pytest.raises(NotImplementedError):
        demo(missing)


def test_a_library_that_raises_is_an_error_to_see() -> None:
    with pytest.raises(NotImplementedError):

        @demo
        def picture() -> None:
            torch.nn.Module()(torch.zeros(1))
