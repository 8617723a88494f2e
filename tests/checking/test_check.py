"""check() and progress() as a student meets them: in a notebook's shell, beside the check data."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.inside.shell import NotebookShell
from tests.checking.samples import case, scale_record
from visionlab.checking.forbidden import Forbidden
from visionlab.checking.records import save_records

START = "import torch\nfrom visionlab import check, progress"
RIGHT = "def scale(x, factor):\n    return x * factor"
ADDS = "def scale(x, factor):\n    return x + factor"
DOUBLES = "def scale(x, factor):\n    return x * 2"
BLANK = "def scale(x, factor):\n    # YOUR CODE HERE\n    raise NotImplementedError"


@pytest.fixture
def notebook(shell: NotebookShell, tmp_path: Path) -> NotebookShell:
    save_records(tmp_path / "small.checks", [scale_record()])
    assert shell.run(START, 10)
    return shell


def run(shell: NotebookShell, *cells: str) -> dict[str, str]:
    """What the last cell shows: text, html, stderr, error (the traceback's lines)."""
    for cell in cells:
        shell.run(cell, 20)
    shown: dict[str, str] = {}
    for item in shell.outputs.items:
        match item:
            case {"output_type": "stream", "name": name, "text": text}:
                shown[name] = text
            case {"output_type": "error", "traceback": lines}:
                shown["error"] = "\n".join(lines)
            case {"output_type": "execute_result", "data": data}:
                shown |= {"text": data["text/plain"], "html": data.get("text/html", "")}
    return shown


def test_a_right_answer(notebook: NotebookShell) -> None:
    shown = run(notebook, RIGHT, "check(scale)")
    assert shown["text"] == "scale: all 2 checks pass\n  ✓ values\n  ✓ negative"
    assert "all 2 checks pass" in shown["html"]
    assert "stderr" not in shown, "nbgrader's Validate button takes it for a failure"


def test_a_wrong_answer_says_so_in_one_line_to_validate(notebook: NotebookShell) -> None:
    shown = run(notebook, ADDS, "check(scale)")
    assert shown["stderr"] == "scale: 0 of 2 checks pass\n"
    assert "✗ values: 4 of 4 entries differ; worst at [1, 1]: expected 12, got 7" in shown["text"]
    assert "Hint: You add where you should multiply." in shown["text"]


def test_the_further_hint_comes_with_the_second_failure(notebook: NotebookShell) -> None:
    first = run(notebook, ADDS, "check(scale)")
    second = run(notebook, "check(scale)")
    assert "Replace" not in first["text"] + first["html"]
    assert "Hint: Replace `+` by `*`." in second["text"]
    assert "Replace <code>+</code> by <code>*</code>." in second["html"]
    third = run(notebook, RIGHT, "check(scale)", ADDS, "check(scale)")
    assert "Replace" not in third["text"], "a success starts afresh"


def test_not_implemented_is_said_once(notebook: NotebookShell) -> None:
    shown = run(notebook, BLANK, "check(scale)")
    assert shown["text"] == "scale: not implemented yet"
    assert shown["stderr"] == "scale: not implemented yet\n"
    assert shown["html"].count("not implemented yet") == 1


def test_an_exception_comes_with_the_students_line(notebook: NotebookShell) -> None:
    code = "def scale(x, factor):\n    y = x.time(factor)\n    return y"
    shown = run(notebook, code, "check(scale)")
    assert "✗ every check: AttributeError: 'Tensor' object has no attribute 'time'" in shown["text"]
    assert "(in the line: y = x.time(factor))" in shown["text"]


def test_helpers_decorators_and_classes_are_checked(notebook: NotebookShell) -> None:
    helper = "def times(x, f):\n    return x * f"
    decorated = "@torch.no_grad()\ndef scale(x, factor):\n    return times(x, factor)"
    assert "all 2" in run(notebook, helper, decorated, "check(scale)")["text"]
    as_class = "class scale:\n    def __new__(cls, x, factor):\n        return times(x, factor)"
    assert "all 2" in run(notebook, as_class, "check(scale)")["text"]


def test_probes_find_decorated_answers_helpers(shell: NotebookShell, tmp_path: Path) -> None:
    probed: dict[str, Any] = {**vars(case("values", 3.0))}
    probed["probe"] = "def probe(student, **inputs):\n    return student.scale(**inputs)\n"
    save_records(tmp_path / "small.checks", [scale_record(type(case("a", 1.0))(**probed))])
    code = "@torch.no_grad()\n" + RIGHT
    assert "the check passes" in run(shell, START, code, "check(scale)")["text"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("None", "a torch.Tensor is expected, your answer is None (is a return missing?)"),
        ("(x * factor).numpy()", "a torch.Tensor is expected, your answer is a numpy array"),
        ("x.numpy()[::-1]", "your answer is a numpy array"),
        ("torch.nn.Linear(1, 1)", "your answer is an object of type Linear"),
        ("(x * factor).double()", "the dtype is float64, expected float32"),
        ("{(1, 2): x}", "the answer cannot be graded: a dict has a key that is neither"),
        ("[x * factor]", "your answer is a list"),
        ("(x * factor).to_sparse()", "your answer is an object of type Tensor"),
        ("x.requires_grad_() * factor + 1", "4 of 4 entries differ"),
    ],
)
def test_answers_are_judged_as_in_grading(notebook: NotebookShell, value: str, reason: str) -> None:
    shown = run(notebook, f"def scale(x, factor):\n    return {value}", "check(scale)")
    assert reason in shown["text"]


def test_a_changed_input_is_told(notebook: NotebookShell) -> None:
    code = "def scale(x, factor):\n    x *= factor\n    return x"
    shown = run(notebook, code, "check(scale)")
    assert "the answer is right, but the call changed its input x" in shown["text"]


def test_a_forbidden_call_is_read_from_the_cells(shell: NotebookShell, tmp_path: Path) -> None:
    forbidden = Forbidden(names=frozenset({"mul"}), reason="Write the product yourself.")
    save_records(tmp_path / "small.checks", [scale_record(forbidden=forbidden)])
    by_torch = "def scale(x, factor):\n    return torch.mul(x, factor)"
    shown = run(shell, START, by_torch, "check(scale)")
    words = "it uses torch.mul (line 2 of its cell). Write the product yourself."
    assert shown["text"] == f"scale: 0 of 2 checks pass\n  ✗ every check: {words}"
    compared = run(shell, RIGHT, "torch.equal(torch.mul(torch.ones(1), 2), torch.ones(1))")
    assert compared["text"] == "False"
    assert "all 2" in run(shell, "check(scale)")["text"]


def test_the_notebooks_random_numbers_go_on_undisturbed(notebook: NotebookShell) -> None:
    noisy = "def scale(x, factor):\n    return x * factor + 0 * torch.rand(1)"
    shown = run(notebook, noisy, "torch.manual_seed(3)\nr = check(scale)\ntorch.rand(1).item()")
    torch.manual_seed(3)
    assert float(shown["text"]) == torch.rand(1).item()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (
            "def other(): pass\ncheck(other)",
            "small.checks knows no exercise called other.",
        ),
        ("check(scale(torch.ones(2), 3))", "check() was given a Tensor. Give it the function"),
        ("check('scale')", "check() was given a str."),
        ("def scales(): pass\ncheck(scales)", "under the name it came with, such as scale."),
        ("check(lambda x: x)", "knows no exercise called <lambda>"),
        ("import os; os.remove('small.checks'); check(scale)", "there is no check data"),
        ("open('b.checks', 'w'); check(scale)", "there are several files of check data"),
        ("open('small.checks', 'w').write('x'); check(scale)", "small.checks cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_one_clear_line(
    notebook: NotebookShell, cell: str, words: str
) -> None:
    shown = run(notebook, RIGHT, cell)
    assert shown["error"].startswith("NoCheckDataError: ") and words in shown["error"]
    assert "\n" not in shown["error"] and "text" not in shown


def test_progress_counts_what_was_checked(notebook: NotebookShell, tmp_path: Path) -> None:
    untouched = run(notebook, "progress()")["text"]
    assert untouched == ("0 of 4 points on the public cases\n  scale  not checked yet (4)")
    half = run(notebook, DOUBLES.replace("2", "abs(factor)"), "check(scale)", "progress()")["text"]
    assert half == "3 of 4 points on the public cases\n  scale  3 of 4"
    whole = run(notebook, RIGHT, "check(scale)", "progress()")["text"]
    assert whole == "4 of 4 points on the public cases\n  scale  4 of 4"


def test_progress_does_not_tell_a_question_before_it_is_graded(
    shell: NotebookShell, tmp_path: Path
) -> None:
    asked = replace(scale_record(case("form", 3.0)), weights={"form": 0})
    save_records(tmp_path / "small.checks", [asked])
    shown = run(shell, START, RIGHT, "check(scale)", "progress()")["text"]
    assert shown.endswith("scale  answered (4, told after grading)")
