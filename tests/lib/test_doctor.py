"""visionlab.doctor: what it finds, what it advises, and that it runs where torch does not."""

import json
import os
import subprocess
import sys
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import jupyter_core.paths
import pytest
import torchvision

import visionlab
from visionlab import doctor
from visionlab.__main__ import main
from visionlab.doctor import Finding

GOOD = Finding("a", "ok", "1.0")
LESS = Finding("b", "warning", "missing", 'pip install "b[students]"')
BAD = Finding("c", "problem", "missing", "pip install c")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is installed, by name; the course needs a, b and, for students, c."""
    versions: dict[str, str] = {"a": "2.1", "b": "1.9", "c": "3.0"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    declared = ["a>=2", "b<2", 'c>=3; extra == "students"', 'd; sys_platform == "nowhere"']
    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "requires", lambda name: declared)
    return versions


def statuses(findings: list[Finding]) -> dict[str, str]:
    return {finding.topic: finding.status for finding in findings}


def test_packages_in_range_are_well(installed: dict[str, str]) -> None:
    assert statuses(doctor.package_findings()) == {"a": "ok", "b": "ok"}


def test_an_extra_tells_what_it_adds(installed: dict[str, str]) -> None:
    assert statuses(doctor.package_findings("students")) == {"c": "ok"}


def test_a_missing_package_comes_with_the_command_to_get_it(installed: dict[str, str]) -> None:
    del installed["a"]
    missing = doctor.package_findings()[0]
    command = 'python -m pip install "a>=2"'
    assert missing == Finding("a", "problem", "missing (needed: >=2)", command)


def test_a_package_out_of_range_is_lacking(installed: dict[str, str]) -> None:
    installed["c"] = "2.9"
    old = doctor.package_findings("students", lacking="warning")[0]
    assert (old.status, old.found) == ("warning", "2.9 (needed: >=3)")
    assert old.advice


def test_a_local_build_of_a_development_version_is_in_range(installed: dict[str, str]) -> None:
    installed["a"] = "2.2.dev3+cu132"
    assert doctor.package_findings()[0].status == "ok"


def test_a_course_that_is_not_installed_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "DISTRIBUTION", "no-such-course")
    findings = {finding.topic: finding for finding in doctor.diagnose(tmp_path)}
    assert findings["course packages"].status == "problem"
    assert "pip install" in findings["course packages"].advice
    assert findings["Python"].status == "ok"


def test_this_python_is_in_range(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.python_finding().status == "ok"
    monkeypatch.setattr("platform.python_version", lambda: "3.10.14")
    assert doctor.python_finding().status == "problem"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in ("01_convolution", "02_other"):
        folder = tmp_path / "notebooks" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").touch()
        (folder / f"{name}.checks").touch()
    return tmp_path


@pytest.mark.parametrize("start", [".", "lib", "notebooks", "notebooks/01_convolution"])
def test_notebooks_are_found_from_anywhere_inside(course: Path, start: str) -> None:
    (course / "lib").mkdir()
    found = doctor.notebooks_finding(course / start)
    assert found.status == "ok"
    assert found.found.startswith("2 in ")


def test_check_data_left_behind_is_a_problem(course: Path) -> None:
    (course / "notebooks/02_other/02_other.checks").unlink()
    found = doctor.notebooks_finding(course)
    assert found.status == "problem"
    assert found.found.endswith("beside 02_other")


def test_no_notebooks_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "notebooks" / "01_empty").mkdir(parents=True)
    assert doctor.notebooks_finding(tmp_path).status == "problem"


def test_the_check_data_is_looked_for_by_its_name() -> None:
    assert import_module("visionlab.checking.records").SUFFIX == doctor.CHECK_DATA_SUFFIX


def test_the_validate_button_needs_both_halves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        jupyter_core.paths, "jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))]
    )
    monkeypatch.setattr(jupyter_core.paths, "jupyter_config_path", lambda: [str(tmp_path)])
    (tmp_path / "labextensions/@jupyter/nbgrader").mkdir(parents=True)
    half = doctor.validate_finding()
    assert (half.status, half.found) == ("warning", "nbgrader's extension of server is missing")
    (tmp_path / "jupyter_server_config.d").mkdir()
    (tmp_path / "jupyter_server_config.d/nbgrader.json").touch()
    assert doctor.validate_finding().status == "ok"


@pytest.mark.parametrize("asked", [True, False])
def test_the_validate_button_is_looked_for_where_the_course_asks_for_nbgrader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: bool
) -> None:
    needs = ["rich", *(['nbgrader>=0.9; extra == "students"'] if asked else [])]
    monkeypatch.setattr(metadata, "requires", lambda name: needs)
    assert ("Validate button" in statuses(doctor.diagnose(tmp_path))) == asked


def test_a_working_device_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISIONLAB_DEVICE", "cpu")
    found = doctor.device_finding()
    assert found.status == "ok"
    assert "CPU" in found.found


def test_a_device_that_is_none_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISIONLAB_DEVICE", "gpu")
    found = doctor.device_finding()
    assert found.status == "problem"
    assert found.found.startswith("VISIONLAB_DEVICE=gpu")


def test_builds_that_do_not_fit_together_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("operator torchvision::nms does not exist\nand a page more")

    monkeypatch.setenv("VISIONLAB_DEVICE", "cpu")
    monkeypatch.setattr(torchvision.ops, "nms", broken)
    found = doctor.device_finding()
    assert found.status == "problem"
    assert found.found == "cpu fails: operator torchvision::nms does not exist"
    assert "--force-reinstall" in found.advice


@pytest.mark.parametrize(("findings", "status"), [([GOOD], 0), ([GOOD, LESS], 0), ([BAD, GOOD], 1)])
def test_only_a_problem_fails(findings: list[Finding], status: int) -> None:
    assert doctor.report(findings) == status


def test_the_report_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.report([GOOD, BAD], as_json=True) == 1
    read = json.loads(capsys.readouterr().out)
    assert [Finding(**entry) for entry in read] == [GOOD, BAD]


@pytest.mark.parametrize("rich", [True, False])
def test_the_report_shows_all_with_or_without_rich(
    rich: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not rich:
        monkeypatch.setitem(sys.modules, "rich", None)
    doctor.report([GOOD, LESS, BAD])
    out = capsys.readouterr().out
    assert all(word in out for word in ("ok", "warning", "problem", LESS.advice, BAD.advice))


def test_the_command_runs_where_torch_is_broken(course: Path) -> None:
    (course / "torch.py").write_text("raise OSError('libtorch.so: cannot open')\n")
    command = [sys.executable, "-m", "visionlab", "doctor", "--json"]
    path = os.pathsep.join([str(course), *sys.path])
    ran = subprocess.run(
        command, cwd=course, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert ran.returncode == 1, ran.stderr
    findings = {entry["topic"]: entry for entry in json.loads(ran.stdout)}
    assert findings["device"]["status"] == "problem"
    assert "libtorch.so: cannot open" in findings["device"]["found"]
    assert findings["notebooks"]["status"] == "ok"


def test_a_doctor_that_cannot_start_names_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "visionlab.doctor")
    monkeypatch.delattr(visionlab, "doctor")
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    assert main(["doctor"]) == 1
    assert "The doctor itself needs packaging" in capsys.readouterr().err


@pytest.mark.parametrize("name", visionlab.__all__)
def test_every_exported_name_is_there_and_no_module(name: str) -> None:
    assert not isinstance(getattr(visionlab, name), ModuleType)
    lazy = name in visionlab._MODULE_OF
    assert not (lazy and find_spec(f"visionlab.{name}")), "a module of this name would hide it"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = visionlab.nonsense
