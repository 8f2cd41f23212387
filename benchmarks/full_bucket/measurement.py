"""The time and memory of a task, measured from inside its own process."""

from __future__ import annotations

import json
import resource
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measurement:
    """The time and memory of a task that handled some files."""

    files: int
    seconds: float
    #: The most memory that the process used, in MiB.
    megabytes: float
    #: The most memory that the process used before the task began, in MiB: Python, Airflow and boto3.
    megabytes_before: float

    def as_json(self) -> str:
        """Return the measurement as one line of JSON, which the parent process reads."""
        return json.dumps(asdict(self))


def peak_megabytes() -> float:
    """Return the most memory that this process has used so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
