"""Every command explains itself, with an example to copy."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from autograder.cli import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_has_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"Example: autograder {command} " in f"{' '.join(shown.output.split())} "


def test_the_commands_of_the_course_are_there() -> None:
    wanted = {"build", "grade", "grade-file", "feedback", "report", "simulate", "demo", "doctor"}
    assert wanted <= set(COMMANDS)


def test_the_installed_program_lists_its_commands() -> None:
    program = Path(sys.executable).with_name("autograder")
    shown = subprocess.run([program], capture_output=True, text=True, check=False)
    assert "Traceback" not in shown.stderr
    for command in COMMANDS:
        assert command in shown.stdout + shown.stderr


def test_python_runs_the_package_as_the_program() -> None:
    words = [sys.executable, "-m", "autograder", "grade-file", "nowhere.ipynb"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "autograder: there is no file nowhere.ipynb\n"


def test_help_comes_at_once() -> None:
    """Without torch, which takes seconds to import."""
    code = "import sys, autograder.cli, autograder.sandbox.wall; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
