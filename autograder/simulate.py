"""Simulated classes: submissions as students really write them, with what each should get."""

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.build.source import is_solution, read_source, solved_exercise
from autograder.course import Repository, declared_assignment
from autograder.exercise import Assignment

Answers = dict[str, str]


@dataclass(frozen=True)
class Material:
    """What submissions are made of. reference: exercise name, or grade id of an answer in words
    -> the solution cell's text; files: what the reference hands in besides its notebook."""

    assignment: Assignment
    released: NotebookNode
    reference: Answers
    files: dict[str, bytes]

    @classmethod
    def load(cls, repository: Repository, name: str) -> "Material":
        """Read the released notebook and the solutions of an assignment."""
        cells = read_source(repository.source(name)).cells
        reference = {solved_exercise(c): c.source for c in cells if is_solution(c)}
        words = {f"written-{c.metadata['written']}": c for c in cells if "written" in c.metadata}
        reference |= {grade_id: _as_typed(cell.source) for grade_id, cell in words.items()}
        released = nbformat.read(repository.released_notebook(name), as_version=4)
        assignment, folder = declared_assignment(name), repository.source(name).parent
        files = {file: (folder / file).read_bytes() for file in assignment.files}
        return cls(assignment, released, reference, files)

    def notebook(self, answers: Answers) -> NotebookNode:
        """The released notebook with answers typed into its solution cells."""
        notebook = copy.deepcopy(self.released)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("solve-")
            if cell.metadata.get("nbgrader", {}).get("solution") and name in answers:
                cell.source = answers[name]
        return notebook

    def mistaken(self, nth: int) -> Answers:
        """Right answers but for the nth misconception of every exercise that has as many."""
        wrong = {
            e.name: e.misconceptions[nth].source
            for e in self.assignment.exercises
            if nth < len(e.misconceptions)
        }
        return {**self.reference, **wrong}

    def alternative(self, nth: int) -> Answers:
        """Right answers, each the nth of the honest alternatives.

        Where a trained network is handed in, its parts are the reference's: it fits no others.
        """
        answers = {e.name: self.reference[e.name] for e in self.assignment.exercises}
        for exercise in self.assignment.exercises:
            others = [a.source for a in exercise.alternatives]
            if others and not (self.files and others[0].startswith("class ")):
                answers[exercise.name] = others[nth % len(others)]
        return answers


def _as_typed(answer: str) -> str:
    """An answer in words without nbgrader's marks around it, which no student gets to see."""
    marks = ("### BEGIN SOLUTION", "### END SOLUTION")
    return "\n".join(line for line in answer.splitlines() if line.strip() not in marks).strip()


Student = Callable[[Material], NotebookNode | str]


def _reference(material: Material) -> NotebookNode:
    return material.notebook(material.reference)


def _blank(material: Material) -> NotebookNode:
    return material.notebook({})


def _half_done(material: Material) -> NotebookNode:
    names = list(material.reference)
    return material.notebook({n: material.reference[n] for n in names[: len(names) // 2]})


def _alternative(material: Material) -> NotebookNode:
    return material.notebook(material.alternative(0))


def _mistaken(nth: int) -> Student:
    return lambda material: material.notebook(material.mistaken(nth))


def _one_mistake(material: Material) -> NotebookNode:
    """Everything right but one misconception of the exercise with most points."""
    hardest = max(material.assignment.exercises, key=lambda e: e.points)
    source = hardest.misconceptions[0].source
    return material.notebook({**material.reference, hardest.name: source})


def _with_added(material: Material, code: str) -> NotebookNode:
    notebook = _reference(material)
    middle = len(notebook.cells) // 2
    notebook.cells.insert(middle, new_code_cell(code, id="added-by-student"))
    return notebook


def _endless_cell(material: Material) -> NotebookNode:
    return _with_added(material, "while True:\n    pass")


def _endless_function(material: Material) -> NotebookNode:
    name = material.assignment.exercises[-1].name
    endless = f"def {name}(*args, **kwargs):\n    while True:\n        pass"
    return material.notebook({**material.reference, name: endless})


def _crashing_cell(material: Material) -> NotebookNode:
    return _with_added(material, "import os\nos._exit(1)")


def _crashing_function(material: Material) -> NotebookNode:
    name = material.assignment.exercises[-1].name
    code = f"def {name}(*args, **kwargs):\n    import ctypes\n    ctypes.string_at(0)"
    return material.notebook({**material.reference, name: code})


def _deleted_test(material: Material) -> NotebookNode:
    notebook = _reference(material)
    first = material.assignment.exercises[0].name
    gone = f"check-{first}"
    notebook.cells = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != gone
    ]
    return notebook


def _borrowed(material: Material) -> NotebookNode:
    """The first exercise that has a ready-made answer gets it."""
    ready = next(e for e in material.assignment.exercises if e.borrowed)
    return material.notebook({**material.reference, ready.name: ready.borrowed[0].source})


def _not_a_notebook(_material: Material) -> str:
    return "{ this was uploaded by mistake"


KINDS: dict[str, Student] = {
    "reference": _reference,
    "blank": _blank,
    "half-done": _half_done,
    "different-but-right": _alternative,
    "mistakes-1": _mistaken(0),
    "mistakes-2": _mistaken(1),
    "mistakes-3": _mistaken(2),
    "one-mistake": _one_mistake,
    "endless-cell": _endless_cell,
    "endless-function": _endless_function,
    "crashing-cell": _crashing_cell,
    "crashing-function": _crashing_function,
    "deleted-test": _deleted_test,
    "borrowed": _borrowed,
    "not-a-notebook": _not_a_notebook,
}


def simulate(material: Material, count: int, out: Path, seed: int = 0) -> list[str]:
    """Write `count` submissions below `out`, laid out as nbgrader collects them.

    The first ones are one of each kind above; the rest are students of varied ability who mix
    right answers, misconceptions and gaps. Returns the students' ids.
    """
    students = list(KINDS)[:count]
    students += [f"student-{i:04d}" for i in range(1, count - len(students) + 1)]
    for student in students:
        maker = KINDS.get(student) or mixed_student(f"{seed}/{student}")
        write_submission(out, student, material, maker(material))
    return students


def write_submission(
    out: Path, student: str, material: Material, content: NotebookNode | str
) -> Path:
    """Write one submission, with the reference's files, where nbgrader would collect it to."""
    name = material.assignment.name
    path = out / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    for file, bytes_of_file in material.files.items():
        path.with_name(file).write_bytes(bytes_of_file)
    return path


def mixed_student(seed: str) -> Student:
    """A student of an ability drawn once from `seed`, who answers each exercise accordingly."""

    def write(material: Material) -> NotebookNode:
        chance = random.Random(seed)
        ability = chance.betavariate(4, 2)
        answers: Answers = {}
        for exercise in material.assignment.exercises:
            if chance.random() < ability:
                right = [material.reference[exercise.name]]
                right += [a.source for a in exercise.alternatives]
                answers[exercise.name] = chance.choice(right)
            elif exercise.misconceptions and chance.random() < 0.75:
                answers[exercise.name] = chance.choice(exercise.misconceptions).source
        return material.notebook(answers)

    return write
