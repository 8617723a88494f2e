"""Zip files from outside, read without writing anything and without trusting what they claim.

What a zip file says of sizes, paths and kinds of its files is a claim of whoever made it. Nothing
is unpacked: a file's content is read up to a limit, and its name is only text.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError
from autograder.submission import MAX_NOTEBOOK_BYTES

MAX_FILES = 50_000
MAX_INNER_BYTES = 4 * MAX_NOTEBOOK_BYTES
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_NOISE = {"__MACOSX", ".ipynb_checkpoints"}


class EntryError(Exception):
    """A file in an archive that is not read; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One file of an archive. name: with its folders, as text only."""

    name: str
    info: zipfile.ZipInfo
    archive: zipfile.ZipFile

    @property
    def parts(self) -> list[str]:
        """Folders and file name."""
        return [part for part in self.name.replace("\\", "/").split("/") if part]

    @property
    def filename(self) -> str:
        """The last part."""
        return self.parts[-1] if self.parts else ""

    def read(self, limit: int) -> bytes:
        """The content. Raises EntryError for more bytes than `limit`, links and damaged files."""
        if stat.S_ISLNK(self.info.external_attr >> 16):
            raise EntryError("it is a link, not a file")
        if self.info.flag_bits & _ENCRYPTED_FLAG:
            raise EntryError("it is encrypted")
        if ".." in self.parts or self.name.startswith(("/", "\\")):
            raise EntryError("its name leads out of the archive")
        try:
            with self.archive.open(self.info) as file:
                content = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise EntryError(f"it is damaged ({error})") from None
        except (NotImplementedError, RuntimeError) as error:
            raise EntryError(f"it cannot be unpacked ({error})") from None
        if len(content) > limit:
            raise EntryError(f"it is larger than {limit >> 20} MiB")
        return content


@contextmanager
def opened(path: Path) -> Iterator[list[Entry]]:
    """The files of a zip file, folders and the litter of operating systems left out.

    Raises CourseError when it is no zip file, or holds too many files.
    """
    if not path.is_file():
        raise CourseError(f"there is no file {path}")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise CourseError(f"{path} is no zip file ({error})") from None
    with archive:
        yield _entries(archive, str(path))


def inner(content: bytes) -> list[Entry]:
    """The files of a zip file that was itself in one. Raises EntryError when it is none."""
    try:
        return _entries(zipfile.ZipFile(io.BytesIO(content)), "it")
    except (zipfile.BadZipFile, OSError, ValueError, CourseError) as error:
        raise EntryError(f"it is no zip file ({error})") from None


def _entries(archive: zipfile.ZipFile, name: str) -> list[Entry]:
    infos = archive.infolist()
    if len(infos) > MAX_FILES:
        raise CourseError(f"{name} holds more than {MAX_FILES} files")
    entries = [Entry(_name(info), info, archive) for info in infos if not info.is_dir()]
    return [e for e in entries if e.parts and not _is_noise(e.parts)]


def _is_noise(parts: list[str]) -> bool:
    return not _NOISE.isdisjoint(parts) or parts[-1].startswith("._") or parts[-1] == ".DS_Store"


def _name(info: zipfile.ZipInfo) -> str:
    """The name, read as UTF-8 where the archive does not say how it is encoded but it fits."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def shown(name: str, most: int = 80) -> str:
    """A name from outside as it may go to a terminal: no control characters, not endless."""
    clean = "".join(c if c.isprintable() else "?" for c in name)
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"
