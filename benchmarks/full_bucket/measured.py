"""What a benchmark says of itself."""

from __future__ import annotations

import json
import resource
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measured:
    """One benchmark, measured from inside its own process."""

    files: int
    seconds: float
    #: The most memory that the process ever held, and what it held before it began: Python, Airflow and boto3.
    megabytes: float
    megabytes_before: float

    def as_json(self) -> str:
        """One line, for the process that started this one."""
        return json.dumps(asdict(self))


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
