"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(help="Assignment, such as 01_convolution.", metavar="NN_NAME")]
CourseFolder = Annotated[
    Path | None, typer.Option("--course", help="Folder of the running course (default: course/).")
]
NoSandboxFlag = Annotated[
    bool,
    typer.Option("--no-sandbox", help="Run student code WITHOUT the wall: trusted files only."),
]
CellSeconds = Annotated[
    float | None, typer.Option(help="Time limit of a cell (default: the assignment's, usually 60).")
]
SubmissionSeconds = Annotated[
    float | None, typer.Option(help="Time limit of a submission (default: usually 300).")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OverwriteManualFlag = Annotated[
    bool,
    typer.Option(
        "--overwrite-manual",
        help="Let automatic points take the place of marks given by hand (asks first).",
    ),
]
YesFlag = Annotated[bool, typer.Option("--yes", help="Do not ask whether to overwrite.")]
DryRunFlag = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
]
Gradebook = Annotated[
    str, typer.Option("--db", help="Gradebook URL, such as postgresql://user@host/grades.")
]
