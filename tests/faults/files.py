"""Faults of the file: what arrives is no notebook, or not the kind of notebook that was given."""

import json

import nbformat

from tests.faults.fault import NAME, Fault, edited, saved

UNREADABLE = "the file is not a Jupyter notebook"
OUTPUT = {"output_type": "stream", "name": "stdout", "text": "x" * 2**20}


def in_version(major: int, minor: int) -> Fault:
    """The right notebook in another version of the format."""

    def convert(content: bytes) -> bytes:
        notebook = nbformat.convert(nbformat.reads(content.decode(), as_version=4), major)
        notebook.nbformat_minor = minor
        if (major, minor) < (4, 5):
            for cell in notebook.get("cells", []):
                cell.pop("id", None)
        return json.dumps(notebook).encode()

    return Fault(f"format-{major}-{minor}", saved(convert))


def of_the_future(content: bytes) -> bytes:
    return json.dumps({**json.loads(content), "nbformat": 5, "nbformat_minor": 0}).encode()


def without_format(content: bytes) -> bytes:
    data = json.loads(content)
    del data["nbformat"], data["nbformat_minor"]
    return json.dumps(data).encode()


def fifty_megabytes(content: bytes) -> bytes:
    data = json.loads(content)
    code = [c for c in data["cells"] if c["cell_type"] == "code"]
    code[0]["outputs"] = [OUTPUT] * 50
    return json.dumps(data).encode()


def conflict(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    lines[40:41] = [b"<<<<<<< HEAD\n", lines[40], b"=======\n", lines[40], b">>>>>>> theirs\n"]
    return b"".join(lines)


def in_r(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    notebook.metadata.language_info = {"name": "R"}


FILES = (
    Fault("not-json", saved(lambda _: b"{ uploaded by mistake"), 0, (UNREADABLE,)),
    Fault("truncated", saved(lambda right: right[: len(right) // 2]), 0, (UNREADABLE,)),
    Fault("zero-bytes", saved(lambda _: b""), 0, ("the file is empty",)),
    Fault("a-list", saved(lambda _: b"[]"), 0, (UNREADABLE,)),
    Fault("a-zip", saved(lambda right: b"PK\x03\x04" + right), 0, (UNREADABLE,)),
    Fault("a-web-page", saved(lambda _: b"<!DOCTYPE html><html></html>"), 0, (UNREADABLE,)),
    Fault("git-conflict", saved(conflict), 0, (UNREADABLE,)),
    Fault(
        "fifty-megabytes",
        saved(fifty_megabytes),
        0,
        ("the file is larger than 20 MiB: clear its outputs",),
    ),
    Fault("format-of-the-future", saved(of_the_future), 0, (UNREADABLE,)),
    Fault("no-format", saved(without_format), 0, (UNREADABLE,)),
    Fault(
        "a-folder",
        lambda folder, _: (folder / f"{NAME}.ipynb").mkdir(parents=True),
        0,
        ("the submission is not a regular file",),
    ),
    Fault("utf-16", saved(lambda right: right.decode().encode("utf-16"))),
    Fault("latin-1", saved(lambda right: right.replace(b"Count the weights", b"Z\xe4hle"))),
    Fault("byte-order-mark", saved(lambda right: b"\xef\xbb\xbf" + right)),
    in_version(3, 0),
    in_version(4, 0),
    in_version(4, 4),
    Fault("no-kernelspec", edited(lambda notebook: notebook.metadata.clear())),
    Fault("another-language", edited(in_r)),
)
