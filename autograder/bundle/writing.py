"""Writes a bundle as a folder to publish and as a zip to hand out."""

import os
import zipfile
from pathlib import Path, PurePosixPath

from autograder.bundle.contents import Files
from autograder.course import CourseError

FOLDER = "convolutional-vision"
MAX_BYTES = 5 * 10**6  # of the zip: what a learning platform takes, and a slow line carries
_WHEN = (1980, 1, 1, 0, 0, 0)  # the first a zip can hold; the same content gives the same bytes
_MODE = 0o100644 << 16
_UNIX = 3


def write_folder(files: Files, folder: Path) -> None:
    """Write all files below `folder`, which may be there already."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_zip(files: Files, path: Path) -> None:
    """Write a zip that unpacks into one folder; complete or not there at all."""
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(f"{FOLDER}/{name}", _WHEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system, entry.external_attr = _UNIX, _MODE
                archive.writestr(entry, files[name])
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def publish(files: Files, output: Path) -> tuple[Path, Path, list[str]]:
    """Write the folder and the zip below `output`; returns both, and what else lies in the folder.

    Files of the bundle before, known by its zip, go where they are in this one no more. All else
    in the folder, such as .git, stays. Raises CourseError where the zip before cannot be read.
    """
    folder, archive = output / FOLDER, output / f"{FOLDER}.zip"
    gone = _listed(archive) - set(files)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    write_folder(files, folder)
    write_zip(files, archive)
    there = (p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file())
    own = [p.as_posix() for p in there if p.parts[0] != ".git"]
    return folder, archive, [name for name in own if name not in files]


def _listed(archive: Path) -> set[str]:
    """The files in an earlier zip of ours, none of them outside its folder."""
    if not archive.exists():
        return set()
    try:
        with zipfile.ZipFile(archive) as before:
            names = [PurePosixPath(n) for n in before.namelist() if not n.endswith("/")]
    except (zipfile.BadZipFile, OSError):
        raise CourseError(f"{archive} is no zip: move it away, then repeat") from None
    inside = [n for n in names if n.parts[0] == FOLDER and ".." not in n.parts]
    return {n.relative_to(FOLDER).as_posix() for n in inside}
