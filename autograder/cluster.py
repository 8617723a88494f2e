"""Grades on a Dask cluster: the same walk, as tasks on other machines.

What leaves this machine is a bundle (the released notebook, cases, answers and hints, limits) and
the submitted files, each under a random id: no names, no gradebook, no course secret. What comes
back is a result as text. Nothing is shared on disk; workers need the package and bubblewrap.
"""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import CourseError
from autograder.grading import Marking, grade_prepared, prepare
from autograder.reference import engine_version
from autograder.results import Result
from autograder.sandbox.limits import Limits
from autograder.submission import Submission
from visionlab.checking.records import load_records, save_records

CONNECT_SECONDS = 20


@dataclass(frozen=True)
class Bundle:
    """What a worker needs to grade any submission of an assignment, as plain bytes and numbers."""

    assignment: str
    source: str
    records: bytes
    files: dict[str, bytes]
    limits: dict[str, float]
    engine: str
    wanted: tuple[str, ...]
    walled: bool

    @classmethod
    def of(cls, marking: Marking) -> "Bundle":
        """Pack a marking."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records"
            save_records(path, marking.records)
            records = path.read_bytes()
        return cls(
            marking.assignment,
            nbformat.writes(marking.source, version=nbformat.NO_CONVERT),
            records,
            marking.files,
            marking.limits.to_plain(),
            marking.engine,
            marking.wanted,
            marking.walled,
        )

    def unpack(self) -> Marking:
        """The marking again. CourseError when this machine differs."""
        if self.engine != engine_version():
            raise CourseError(
                "the worker has another version of the course or of torch than the grader: "
                "install the same on both"
            )
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            path = Path(folder) / "records"
            path.write_bytes(self.records)
            records = load_records(path)
        return Marking(
            assignment=self.assignment,
            source=nbformat.reads(self.source, as_version=4),
            records=records,
            files=self.files,
            limits=Limits(**self.limits),  # type: ignore[arg-type]  # ints came from ints
            versions={record.name: record.version() for record in records},
            engine=self.engine,
            wanted=self.wanted,
            walled=self.walled,
        )


def grade_bytes(bundle: Bundle, submission: Submission) -> str:
    """On a worker: grade what was handed in; the result as `Result.dumps` writes it."""
    marking = _unpacked(bundle)
    return grade_prepared(prepare(submission, marking), marking).dumps()


_last: list[tuple[Bundle, Marking]] = []  # a worker gets one bundle and hundreds of submissions


def _unpacked(bundle: Bundle) -> Marking:
    if not _last or _last[0][0] != bundle:
        _last[:] = [(bundle, bundle.unpack())]
    return _last[0][1]


@dataclass(frozen=True)
class Returned:
    """What a cluster gave for one submission: a result, or the reason why there is none."""

    student: str
    result: Result | None
    problem: str = ""


def grade_on_cluster(
    address: str, marking: Marking, submissions: Mapping[str, Submission]
) -> Iterator[Returned]:
    """Grade submissions (by student) on the cluster at `address`, as each is done.

    A lost worker's submissions are graded elsewhere; one that loses more workers than the
    scheduler allows (its setting allowed-failures) is set aside with a problem. Raises CourseError
    when the cluster cannot be reached.
    """
    from distributed import Client, as_completed

    ids = {f"submission-{secrets.token_hex(8)}": student for student in submissions}
    client = _connect(Client, address)
    try:
        bundle = client.scatter(Bundle.of(marking), broadcast=True)
        futures = [
            client.submit(
                grade_bytes,
                bundle,
                submissions[student],
                key=random_id,
                retries=0,
                pure=False,
            )
            for random_id, student in ids.items()
        ]
        for future in as_completed(futures, loop=client.loop):
            yield _returned(ids[future.key], future)
            future.release()
    finally:
        client.close()


def _connect(client_class: Any, address: str) -> Any:
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s"}):
        try:
            return client_class(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(f"no Dask scheduler answers at {address} ({error})") from None


def _returned(student: str, future: Any) -> Returned:
    from distributed import KilledWorker

    try:
        return Returned(student, Result.loads(future.result()))
    except KilledWorker:
        words = (
            "set aside: several workers were lost while it ran; "
            f"grade it here with --student {student}"
        )
        return Returned(student, None, words)
    except Exception as error:  # whatever it is, it must not cost the others
        return Returned(student, None, f"{type(error).__name__}: {error}")
