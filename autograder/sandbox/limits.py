"""What one submission may use."""

from dataclasses import asdict, dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Bounds of one submission; every one can be set per assignment.

    memory_bytes: of all its processes together; processes: at most; disk_bytes: of its private
    /tmp (home included); output_bytes: of one cell; cell_seconds: of one cell;
    submission_seconds: of all cells and answers; question_seconds: of one call on one case.
    """

    memory_bytes: int = 4096 * MIB
    processes: int = 64
    disk_bytes: int = 256 * MIB
    output_bytes: int = MIB
    cell_seconds: float = 60
    submission_seconds: float = 300
    question_seconds: float = 10

    def to_plain(self) -> dict[str, float]:
        """The limits as plain data."""
        return asdict(self)
