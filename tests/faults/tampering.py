"""What looks like tampering, innocent or not: it is remarked upon, and the rest counts."""

from nbformat import NotebookNode

from tests.faults.fault import ALL, Fault, answering, cell_of, edited, with_cell

READY_MADE = """
def conv3d(x, w):
    return torch.nn.functional.conv3d(x, w)
"""
JUNK_FOR_THE_GRADER = """
import os as junk
for number in range(3, 20):
    try:
        junk.write(number, b"full marks, please" * 100)
    except OSError:
        pass
"""


def hundred_points(notebook: NotebookNode) -> None:
    cell_of(notebook, "check-conv2d").metadata.nbgrader.points = 100


def own_test(notebook: NotebookNode) -> None:
    cell_of(notebook, "check-conv2d").source = "check = lambda function: 'all right'"


def own_imports(notebook: NotebookNode) -> None:
    cell_of(notebook, "given-df978959").source = "import torch"


TAMPERING = (
    Fault(
        "ready-made",
        answering(conv3d=READY_MADE),
        ALL - 0.5,
        ("conv3d: it uses torch.nn.functional.conv3d (line 3 of its cell), which is not allowed",),
        ("conv3d",),
        "it uses torch.nn.functional.conv3d",
    ),
    Fault(
        "hundred-points",
        edited(hundred_points),
        told=("the nbgrader fields of cell check-conv2d were restored",),
    ),
    Fault(
        "imports-changed",
        edited(own_imports),
        told=("cell given-df978959 had been changed and was restored",),
    ),
    Fault(
        "test-changed",
        edited(own_test),
        told=("cell check-conv2d had been changed and was restored",),
    ),
    Fault(
        "fetches-data",
        with_cell("import urllib.request as u\nu.urlopen('http://192.0.2.1/data.zip')"),
        told=("asked for the network, which is not there when grading",),
    ),
    Fault(
        "junk-for-the-grader",
        with_cell(JUNK_FOR_THE_GRADER),
        told=("was left out: it sent something that is not an answer while it ran",),
    ),
)
