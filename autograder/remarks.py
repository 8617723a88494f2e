"""What was noted about a submission, as the first thing that its student reads after grading."""

from collections.abc import Sequence
from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from visionlab.checking.judge import one_line

CELL_ID = "autograder-remarks"
MAX_REMARKS = 20


def remarks_cell(notes: Sequence[str]) -> NotebookNode:
    """A cell that lists the notes. They may quote the student, so all of them is plain text.

    HTML and not Markdown, in which a quoted cell could draw headings and links.
    """
    shown = [f"<li>{_plain(note)}</li>" for note in notes[:MAX_REMARKS]]
    if len(notes) > MAX_REMARKS:
        shown.append(f"<li>and {len(notes) - MAX_REMARKS} more</li>")
    text = f"<p><b>About this submission</b></p>\n<ul>\n{chr(10).join(shown)}\n</ul>"
    return new_markdown_cell(text, id=CELL_ID)


def _plain(note: str) -> str:
    """One line of text; a dollar sign or a backslash would begin a formula."""
    return escape(one_line(note)).replace("$", "&#36;").replace("\\", "&#92;")
