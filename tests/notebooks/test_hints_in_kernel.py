"""Every known mistake, typed into the notebook as a student would, shows its own hint."""

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from nbformat import NotebookNode

from autograder.course import Repository
from autograder.exercise import Exercise
from autograder.simulate import Material

REPOSITORY = Repository.find(Path(__file__))
SECONDS = 60


class Desk:
    """A student at the released notebook, with a kernel of their own."""

    def __init__(self, client: BlockingKernelClient, material: Material) -> None:
        self._client = client
        self.material = material

    def start(self) -> None:
        """Run the cells that are given, and the right answer to every exercise."""
        for cell in self.material.notebook(self.material.reference).cells:
            role = cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")[0]
            if cell.cell_type == "code" and role in ("given", "solve"):
                self.run(cell.source)

    def run(self, code: str) -> str:
        """Run a cell; what it shows, as text and as HTML. A cell that fails fails the test."""
        shown: list[str] = []
        reply = self._client.execute_interactive(
            code, timeout=SECONDS, output_hook=lambda message: shown.extend(_texts(message))
        )
        assert reply["content"]["status"] == "ok", reply["content"].get("evalue")
        return "\n".join(shown)

    def check(self, exercise: Exercise, answer: str) -> str:
        """What the check cell shows after an answer is typed into the solution cell."""
        self.run(answer)
        return self.run(_check_cell(self.material.released, exercise.name))

    def put_right(self, exercise: Exercise) -> None:
        """Type the right answer again: later exercises build on earlier ones."""
        self.run(self.material.reference[exercise.name])


def _texts(message: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """Text and HTML of one message of the kernel, "" where it shows nothing."""
    data = message["content"].get("data", {})
    return [data.get("text/plain", ""), data.get("text/html", "")]


def _check_cell(notebook: NotebookNode, name: str) -> str:
    cells = notebook.cells
    found = [
        c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"check-{name}"
    ]
    assert len(found) == 1, f"{len(found)} check cells for {name}"
    return str(found[0])


def _all_pass(shown: str) -> bool:
    return "✓" in shown and "✗" not in shown


def _hints(shown: str) -> list[str]:
    """The hints in the text, without backticks; those in the HTML must say the same."""
    hints = re.findall(r"^Hint: (.*)$", shown, re.MULTILINE)
    in_html = re.findall(r"Hint:</strong> (.*?)</p>", shown, re.DOTALL)
    words = [_bare(hint) for hint in hints]
    assert [html.unescape(re.sub(r"<[^>]*>", "", hint)) for hint in in_html] == words
    return words


def _bare(hint: str) -> str:
    """A hint without the marks around code."""
    return hint.replace("`", "")


@pytest.fixture(scope="module", params=REPOSITORY.assignment_names())
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    name = request.param
    folder = tmp_path_factory.mktemp("student") / name
    shutil.copytree(REPOSITORY.released_folder(name), folder)
    material = Material.load(REPOSITORY, name)
    for file, content in material.files.items():
        (folder / file).write_bytes(content)
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(folder), extra_arguments=["--IPKernelApp.log_level=ERROR"]
    )
    try:
        student = Desk(client, material)
        student.start()
        yield student
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_every_mistake_shows_its_own_hint(desk: Desk) -> None:
    """Its own and no other mistake's; nothing where the answer is told after grading only."""
    failures = []
    for exercise in desk.material.assignment.exercises:
        secret = all(facet.hidden_only for facet in exercise.facets if facet.weight)
        for mistake in exercise.misconceptions:
            shown = desk.check(exercise, mistake.source)
            own = [_bare(mistake.hint), _bare(mistake.more)]
            if _hints(shown) not in ([[]] if secret else [own[:1], own]):
                failures.append(f"{exercise.name}, {mistake.name} shows:\n{_plain(shown)}")
            desk.put_right(exercise)
    assert not failures, "\n\n".join([f"{len(failures)} mistakes", *failures])


def test_right_answers_pass(desk: Desk) -> None:
    failures = []
    for exercise in desk.material.assignment.exercises:
        right = {a.name: a.source for a in exercise.alternatives}
        right["the reference"] = desk.material.reference[exercise.name]
        for name, source in right.items():
            shown = desk.check(exercise, source)
            if not _all_pass(shown):
                failures.append(f"{exercise.name}, {name} shows:\n{_plain(shown)}")
    assert not failures, "\n\n".join([f"{len(failures)} answers", *failures])


def _plain(shown: str) -> str:
    return shown.partition("<div")[0].strip() or "nothing"
