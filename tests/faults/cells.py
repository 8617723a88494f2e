"""Faults of the cells: deleted, doubled, moved, merged, split, stripped of what they came with."""

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.faults.fault import ALL, Fault, cell_of, edited, grade_id_of


def delete(notebook: NotebookNode, *prefixes: str) -> None:
    """The cells whose grade ids begin so."""
    notebook.cells = [c for c in notebook.cells if not grade_id_of(c).startswith(prefixes)]


def without_tests(notebook: NotebookNode) -> None:
    delete(notebook, "check-")


def without_one_answer(notebook: NotebookNode) -> None:
    delete(notebook, "solve-receptive_field")


def without_imports(notebook: NotebookNode) -> None:
    delete(notebook, "given-")


def doubled(notebook: NotebookNode) -> None:
    notebook.cells = [copy.deepcopy(cell) for cell in notebook.cells for _ in range(2)]


def backwards(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def merged_with_its_test(notebook: NotebookNode) -> None:
    cell_of(notebook, "solve-conv_out").source += "\n\ncheck(conv_out)"
    delete(notebook, "check-conv_out")


def merged_into_one(notebook: NotebookNode) -> None:
    """JupyterLab keeps the first cell's id and fields: those of the imports."""
    code = [c for c in notebook.cells if c.cell_type == "code" and not c.metadata.get("tags")]
    code[0].source = "\n\n".join(c.source for c in code)
    notebook.cells = [c for c in notebook.cells if c not in code[1:]]


def split_off_a_helper(notebook: NotebookNode) -> None:
    """The helper keeps the cell's id and fields, the answer itself gets a new cell."""
    answer = cell_of(notebook, "solve-conv3d")
    place = notebook.cells.index(answer)
    notebook.cells.insert(place + 1, new_code_cell(answer.source, id="split"))
    answer.source = "def helper():\n    return 3"


def without_ids(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        del cell["id"]


def one_id_for_all(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.id = "same"


def without_fields(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def without_ids_and_fields(notebook: NotebookNode) -> None:
    without_ids(notebook)
    without_fields(notebook)


def answer_as_text(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "solve-conv3d")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


def conflict_in_a_cell(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "solve-conv3d")
    cell.source = f"<<<<<<< HEAD\n{cell.source}\n=======\n{cell.source}\n>>>>>>> theirs"


def of_another_assignment(notebook: NotebookNode) -> None:
    notebook.cells = [new_code_cell("def relu(x):\n    return x.clamp(min=0)", id="solve-relu")]


def emptied(notebook: NotebookNode) -> None:
    notebook.cells = []


NOT_THIS_ONE = "the notebook has no cell of this assignment: is it another one?"

CELLS = (
    Fault(
        "tests-deleted", edited(without_tests), told=("22 cells were missing and were put back",)
    ),
    Fault(
        "answer-deleted",
        edited(without_one_answer),
        ALL - 1,
        ("cell solve-receptive_field was missing and was put back",),
        ("receptive_field",),
        "not implemented yet",
    ),
    Fault(
        "imports-deleted",
        edited(without_imports),
        told=("cell given-df978959 was missing and was put back",),
    ),
    Fault(
        "all-doubled",
        edited(doubled),
        told=(
            "second copies of 23 cells were left out",
            "second copies of 23 cells were kept as added cells",
        ),
    ),
    Fault("backwards", edited(backwards)),
    Fault(
        "merged-with-test",
        edited(merged_with_its_test),
        told=("cell check-conv_out was missing and was put back",),
    ),
    Fault(
        "merged-into-one",
        edited(merged_into_one),
        told=(
            "cell given-df978959 had been changed and was restored",
            "44 cells were missing and were put back",
        ),
    ),
    Fault("split-off-a-helper", edited(split_off_a_helper)),
    Fault("no-ids", edited(without_ids)),
    Fault("one-id-for-all", edited(one_id_for_all)),
    Fault(
        "no-fields", edited(without_fields), told=("the nbgrader fields of 46 cells were restored",)
    ),
    Fault(
        "no-ids-and-fields",
        edited(without_ids_and_fields),
        told=(
            "22 cells were recognised by the functions they define",
            "the nbgrader fields of 22 cells were restored",
            "24 cells were missing and were put back",
        ),
    ),
    Fault(
        "answer-as-text",
        edited(answer_as_text),
        told=("cell solve-conv3d had become a markdown cell",),
    ),
    Fault(
        "conflict-in-a-cell",
        edited(conflict_in_a_cell),
        ALL - 0.5,
        (),
        ("conv3d",),
        "conv3d is not defined",
    ),
    Fault("another-assignment", edited(of_another_assignment), 0, (NOT_THIS_ONE,)),
    Fault("no-cells", edited(emptied), 0, (NOT_THIS_ONE,)),
)
